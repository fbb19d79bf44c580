"""``application = Bartizan(get_asgi_application())``: the guard around the whole of Django.

Under ASGI it must stand there, since Django spools the body before its first middleware; under
WSGI it makes refusals cheap. It is the same guard that ``Outside`` holds in ``MIDDLEWARE``.
"""

from collections.abc import Callable, Iterable
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.core.exceptions import ImproperlyConfigured
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.base import BaseHandler

from bartizan import asgi, wsgi
from bartizan.django.facts import of_environ, of_scope
from bartizan.django.gate import Gate
from bartizan.django.middleware import Outside


class WSGI(wsgi.Outside):
    """A WSGI callable with the guard of its middleware around it."""

    def __init__(self, app: wsgi.Application, gate: Gate) -> None:
        super().__init__(app, gate.guard, of_environ)
        self.gate = gate

    def __call__(
        self, environ: wsgi.Environ, start_response: wsgi.StartResponse
    ) -> Iterable[bytes]:
        """Serve a request."""
        self.guard = self.gate.guard
        return super().__call__(environ, start_response)


class ASGI(asgi.Outside):
    """An ASGI callable with the guard of its middleware around it."""

    def __init__(self, app: asgi.Application, gate: Gate) -> None:
        super().__init__(app, gate.guard, of_scope)
        self.gate = gate

    async def __call__(self, scope: asgi.Scope, receive: asgi.Receive, send: asgi.Send) -> None:
        """Serve a connection."""
        self.guard = self.gate.guard
        await super().__call__(scope, receive, send)


def Bartizan(  # noqa: N802  (reads as Flask's does; what comes back is one of two classes)
    application: Callable[..., Any], *, django: BaseHandler | None = None
) -> WSGI | ASGI:
    """Stand around a Django application, WSGI or ASGI.

    Where ``application`` is no handler of Django's, but something around one (a router that also
    knows websockets, a server of static files), say which: ``Bartizan(router, django=handler)``.
    Raises ``ImproperlyConfigured`` where ``Outside`` is not the first entry of its ``MIDDLEWARE``.
    """
    handler = django if django is not None else application
    if not isinstance(handler, BaseHandler):
        raise ImproperlyConfigured(
            "this is no application of Django's: where one is inside of it, say "
            "Bartizan(application, django=get_asgi_application())"
        )
    gate = gate_of(handler)
    return ASGI(application, gate) if isinstance(handler, ASGIHandler) else WSGI(application, gate)


def gate_of(handler: BaseHandler) -> Gate:
    """The gate in a handler's ``MIDDLEWARE``; a test client's handler loads it first.

    Raises ``ImproperlyConfigured`` where ``Outside`` is not the first entry.
    """
    if handler._middleware_chain is None:  # type: ignore[attr-defined]
        handler.load_middleware(is_async=iscoroutinefunction(type(handler).__call__))
    first: Any = handler._middleware_chain  # type: ignore[attr-defined]
    while first is not None:
        if isinstance(first, Outside):
            return first.gate
        first = getattr(first, "__wrapped__", None) or getattr(first, "awaitable", None)
    raise ImproperlyConfigured("bartizan.django.Outside is not the first entry of MIDDLEWARE")
