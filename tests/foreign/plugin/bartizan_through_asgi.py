"""Django's test client, each request of which goes through a whole ASGI application."""

import asyncio
from typing import Any

from asgiref.sync import async_to_sync
from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.test import client


class Kept(ASGIHandler):
    """Django's own handler, which keeps the answers that it sends: the client wants to see more
    of them than bytes."""

    def __init__(self, *, csrf: bool) -> None:
        self._csrf = csrf
        super().__init__()

    def create_request(self, scope: Any, body_file: Any) -> Any:
        request, error = super().create_request(scope, body_file)
        if request is not None:
            request._dont_enforce_csrf_checks = not self._csrf
            scope["kept"]["request"] = request
        return request, error

    async def send_response(self, response: Any, send: Any) -> None:
        response.asgi_request = self._asked
        await super().send_response(response, send)

    async def get_response_async(self, request: Any) -> Any:
        self._asked: ASGIRequest = request
        response = await super().get_response_async(request)
        request.scope["kept"]["response"] = response
        return response


def scope_of(environ: dict[str, Any], kept: dict[str, Any]) -> dict[str, Any]:
    """The scope in which a server would say what an environ says."""
    headers = [
        (name[5:].lower().replace("_", "-").encode(), str(value).encode("latin-1"))
        for name, value in environ.items()
        if name.startswith("HTTP_")
    ]
    for name, header in (("CONTENT_TYPE", b"content-type"), ("CONTENT_LENGTH", b"content-length")):
        if environ.get(name) not in (None, ""):
            headers.append((header, str(environ[name]).encode("latin-1")))
    if "HTTP_HOST" not in environ:
        headers.append((b"host", environ["SERVER_NAME"].encode()))
    path = environ["PATH_INFO"].encode("latin-1")
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1",
        "method": environ["REQUEST_METHOD"], "scheme": environ["wsgi.url_scheme"],
        "path": path.decode(), "raw_path": path, "root_path": "",
        "query_string": environ.get("QUERY_STRING", "").encode("latin-1"), "headers": headers,
        "client": (environ["REMOTE_ADDR"], 50000), "server": (environ["SERVER_NAME"], 80),
        "kept": kept,
    }  # fmt: skip


class Handler(client.ClientHandler):
    """In the place of the client's WSGI handler."""

    guarded = False
    application: Any = None

    def __call__(self, environ: Any) -> Any:
        client.request_started.disconnect(client.close_old_connections)
        client.request_finished.disconnect(client.close_old_connections)
        try:
            kept = async_to_sync(self.answered)(environ)
        finally:
            client.request_started.connect(client.close_old_connections)
            client.request_finished.connect(client.close_old_connections)
        response = kept["response"]
        client.conditional_content_removal(kept["request"], response)
        response.wsgi_request = kept["request"]
        return response

    async def answered(self, environ: Any) -> dict[str, Any]:
        """The whole application answers; what it sent is what the response says."""
        if self.application is None:  # once for a client, as its own handler loads middleware
            self.application = handler = Kept(csrf=self.enforce_csrf_checks)
            if self.guarded:
                from bartizan.django import Bartizan

                self.application = Bartizan(handler)
        application = self.application
        kept: dict[str, Any] = {}
        body, sent = environ["wsgi.input"].read(), []
        messages = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> Any:
            if messages:
                return messages.pop()
            await asyncio.Event().wait()
            raise AssertionError("the client stays and says nothing more")

        async def send(message: Any) -> None:
            sent.append(message)

        await application(scope_of(environ, kept), receive, send)
        response = kept["response"]
        assert sent[0]["status"] == response.status_code
        if not response.streaming:
            assert b"".join(m.get("body", b"") for m in sent) == response.content
        return kept


def speak_asgi(*, guarded: bool) -> None:
    """Let every client of the suite speak ASGI."""
    Handler.guarded = guarded
    client.ClientHandler = Handler  # type: ignore[misc]
