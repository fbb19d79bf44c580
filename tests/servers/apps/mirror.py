"""Applications that answer with what the guard would read in their place, and who called them."""

import json
import os
from collections.abc import Iterable
from typing import Any

from msgspec import structs

from bartizan import asgi as outside_asgi
from bartizan import wsgi as outside_wsgi
from bartizan.model.request import Request
from bartizan.servers.facts import Interface
from bartizan.servers.frames import callers
from bartizan.servers.looking import workers
from bartizan.servers.table import recognised

FORWARDING = ("x-forwarded-for", "x-forwarded-proto", "forwarded")
QUESTIONS = ("x-twice", "x-under", "cookie", *FORWARDING)


def reflected(asked: Request, interface: Interface, body: bytes, **raw: object) -> bytes:
    """The facts as JSON, with the server that is recognised and what it says of itself."""
    calling = callers()
    server = recognised(calling, interface)
    headers = {name: asked.header(name) for name in QUESTIONS}
    fields = {f.name: getattr(asked, f.name) for f in structs.fields(Request) if f.name != "header"}
    told = {
        "server": server.name if server is not None else None,
        "workers": workers(calling),
        "trusted": server.trusted(calling) if server is not None else "",
        "drops": server is not None and server.drops(calling),
        "pid": os.getpid(),
        "body": len(body),
        "headers": headers,
        **raw,
    }
    return json.dumps({**fields, **told}).encode()


def wsgi(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
    read = environ.get("HTTP_X_READ")
    asked = outside_wsgi.facts(environ)
    stream = environ["wsgi.input"]
    body = b"" if read is None else stream.read() if read == "all" else stream.read(int(read))
    raw = {
        "told_scheme": environ["wsgi.url_scheme"],
        "told_prefix": environ.get("SCRIPT_NAME", ""),
        "multiprocess": environ["wsgi.multiprocess"],
    }
    said = reflected(asked, "wsgi", body, **raw)
    if "HTTP_X_EMPTY" in environ:
        start("200 OK", [("Content-Type", "text/plain"), ("Content-Length", "0")])
        return []
    start("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(said)))])
    return [said]


async def asgi(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        await lifespan(receive, send)
    elif scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.close"})
    else:
        read = any(name == b"x-read" for name, _ in scope["headers"])
        body = await whole(receive) if read else b""
        raw = {
            "told_scheme": scope["scheme"],
            "told_prefix": scope.get("root_path", ""),
            "multiprocess": False,
        }
        said = reflected(outside_asgi.facts(scope), "asgi", body, **raw)
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(said)),
        ]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": said})


async def whole(receive: Any) -> bytes:
    parts = []
    while True:
        message = await receive()
        parts.append(message.get("body", b""))
        if not message.get("more_body"):
            return b"".join(parts)


async def lifespan(receive: Any, send: Any) -> None:
    while True:
        message = await receive()
        print(f"the application hears {message['type']}", flush=True)
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
