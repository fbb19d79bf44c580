"""A request on the wire as an ASGI server hands it over (ASGI 3, HTTP and WebSocket 2.4)."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote

from tests.conformance.columns import Sent

Scope = dict[str, Any]
Message = dict[str, Any]
Application = Callable[..., Awaitable[None]]
Came = tuple[int, tuple[tuple[str, str], ...], bytes]
"""Status, headers and body of an answer."""

PIECE = 256
"""Bytes of a body in one message, where it comes without a length."""


def scope(sent: Sent, mount: str) -> Scope:
    """The scope of a request; `mount` is the root path that stands in its path."""
    raw, _, query = sent.target.encode().partition(b"?")
    path = unquote(raw.decode("latin-1"))
    inside = mount and (path == mount or path.startswith(f"{mount}/"))
    asked: Scope = {
        "type": "websocket" if sent.websocket else "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "scheme": sent.scheme,
        "path": path,
        "raw_path": raw,
        "query_string": query,
        "root_path": mount if inside else "",
        "headers": [(n.lower().encode("latin-1"), v.encode("latin-1")) for n, v in sent.lines],
        "client": (sent.peer, 54321) if sent.peer else None,
        "server": ("server.internal", 8000),
        "extensions": {},
    }
    if sent.websocket:
        schemes = {"http": "ws", "https": "wss"}
        return {**asked, "scheme": schemes[sent.scheme], "subprotocols": [],
                "extensions": {"websocket.http.response": {}}}  # fmt: skip
    return {**asked, "method": sent.method}


def call(app: Application, sent: Sent, mount: str) -> Came:
    """Call an application as a server does, to the end of its answer; HEAD gets no body."""
    return asyncio.run(_call(app, scope(sent, mount), sent))


async def _call(app: Application, asked: Scope, sent: Sent) -> Came:
    waiting = _messages(sent)
    said: list[Message] = []

    async def receive() -> Message:
        if waiting:
            return waiting.pop(0)
        await asyncio.Event().wait()  # the client stays and says nothing more
        raise AssertionError("it says nothing more")

    async def send(message: Message) -> None:
        said.append(message)

    await app(asked, receive, send)
    status, headers, body = _answer(said)
    return status, headers, b"" if sent.method == "HEAD" else body


def _messages(sent: Sent) -> list[Message]:
    if sent.websocket:
        return [{"type": "websocket.connect"}]
    size = PIECE if sent.chunked else max(len(sent.body), 1)
    pieces = [sent.body[at : at + size] for at in range(0, len(sent.body), size)] or [b""]
    last = len(pieces) - 1
    return [
        {"type": "http.request", "body": piece, "more_body": number < last}
        for number, piece in enumerate(pieces)
    ]


def _answer(said: list[Message]) -> Came:
    head = said[0]
    if head["type"] == "websocket.accept":
        return 101, (), b""
    if head["type"] == "websocket.close":
        return 403, (), b""
    headers = tuple((n.decode("latin-1"), v.decode("latin-1")) for n, v in head["headers"])
    return head["status"], headers, b"".join(message.get("body", b"") for message in said[1:])
