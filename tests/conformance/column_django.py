"""Django three times: its middleware by the test client, its WSGI and its ASGI callable."""

from collections.abc import Callable
from typing import Any

from django.core.asgi import get_asgi_application
from django.core.wsgi import get_wsgi_application
from django.test import Client

from bartizan.django import Bartizan, gate_of
from tests.conformance import wire_asgi, wire_wsgi
from tests.conformance.columns import Api, Column, Seen, Sent, Setting
from tests.conformance.corpus import ColumnName
from tests.conformance.django_app import project
from tests.conformance.guarding import Guarded, stand

Ask = Callable[[Sent, str], wire_wsgi.Came]
"""Sends a request; the second word is the mount prefix."""


class DjangoColumn:
    """Asks a Django project in one of three ways."""

    def __init__(self, name: ColumnName, build: Callable[[Guarded], Ask]) -> None:
        self.name: ColumnName = name
        self.build = build

    def open(self, setting: Setting) -> Api:
        """Build the project and let the question's guard stand in its gate."""
        return _Django(setting, self.build)


class _Django:
    def __init__(self, setting: Setting, build: Callable[[Guarded], Ask]) -> None:
        self.mount = setting.policy.api.base if setting.mounted else ""
        self.settings = project(setting)
        self.settings.enable()
        try:
            self.guarded = stand(setting)
            self.send = build(self.guarded)
        except BaseException:
            self.settings.disable()
            raise

    def ask(self, sent: Sent) -> Seen:
        """Send a request."""
        return self.guarded.seen(*self.send(sent, self.mount))

    def close(self) -> None:
        """Give the settings back."""
        self.settings.disable()


def by_client(guarded: Guarded) -> Ask:
    """Django's own test client: act one begins in the middleware."""
    client = Client(raise_request_exception=False)
    gate_of(client.handler).stand(guarded.guard)

    def ask(sent: Sent, mount: str) -> wire_wsgi.Came:
        response: Any = client.request(**wire_wsgi.environ(sent, mount))
        return response.status_code, tuple(response.items()), response.content

    return ask


def by_wsgi(guarded: Guarded) -> Ask:
    handler = get_wsgi_application()
    gate_of(handler).stand(guarded.guard)
    application: Any = Bartizan(handler)
    return lambda sent, mount: wire_wsgi.call(application, wire_wsgi.environ(sent, mount))


def by_asgi(guarded: Guarded) -> Ask:
    handler: Any = get_asgi_application()
    gate_of(handler).stand(guarded.guard)

    async def router(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
        else:
            await handler(scope, receive, send)

    application: Any = Bartizan(router, django=handler)
    return lambda sent, mount: wire_asgi.call(application, sent, mount)


MIDDLEWARE: Column = DjangoColumn("middleware", by_client)
WSGI: Column = DjangoColumn("wsgi", by_wsgi)
ASGI: Column = DjangoColumn("asgi", by_asgi)
