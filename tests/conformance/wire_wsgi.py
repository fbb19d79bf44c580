"""A request on the wire as a WSGI server hands it over (PEP 3333, with gunicorn's RAW_URI)."""

import io
import sys
from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote_to_bytes

from tests.conformance.columns import Sent

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
Came = tuple[int, tuple[tuple[str, str], ...], bytes]
"""Status, headers and body of an answer."""


def environ(sent: Sent, mount: str) -> Environ:
    """The environ of a request; `mount` is split off the path as SCRIPT_NAME."""
    raw = sent.target.encode().decode("latin-1")
    path, _, query = raw.partition("?")
    script, info = _split(unquote_to_bytes(path.encode("latin-1")).decode("latin-1"), mount)
    return {
        "REQUEST_METHOD": sent.method,
        "RAW_URI": raw,
        "SCRIPT_NAME": script,
        "PATH_INFO": info,
        "QUERY_STRING": query,
        "SERVER_PROTOCOL": _protocol(sent),
        "SERVER_NAME": "server.internal",
        "SERVER_PORT": "8000",
        "REMOTE_ADDR": sent.peer,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": sent.scheme,
        "wsgi.input": io.BytesIO(sent.body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.input_terminated": sent.endless,
        **_headers(sent),
    }


def _split(path: str, mount: str) -> tuple[str, str]:
    inside = mount and (path == mount or path.startswith(f"{mount}/"))
    return (mount, path.removeprefix(mount)) if inside else ("", path)


def _protocol(sent: Sent) -> str:
    """A body that no header announces is possible in HTTP/2 alone."""
    named = {name.lower() for name, _ in sent.lines}
    announced = named & {"content-length", "transfer-encoding"}
    return "HTTP/2" if sent.body and not announced and sent.endless else "HTTP/1.1"


def _headers(sent: Sent) -> dict[str, str]:
    """Header lines as gunicorn joins them."""
    found: dict[str, str] = {}
    for name, value in sent.lines:
        key = name.upper().replace("-", "_")
        key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
        found[key] = f"{found[key]},{value}" if key in found else value
    return found


def call(app: Application, asked: Environ) -> Came:
    """Call an application as a server does, to the end of its answer; HEAD gets no body."""
    head: list[tuple[int, tuple[tuple[str, str], ...]]] = []

    def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
        head[:] = [(int(status[:3]), tuple(headers))]
        return lambda data: None

    answer = app(asked, start)
    try:
        body = b"".join(answer)
    finally:
        close = getattr(answer, "close", None)
        if close is not None:
            close()
    return *head[0], b"" if asked["REQUEST_METHOD"] == "HEAD" else body


class Quirks:
    """Middleware of the application, inside the guard: rewrites, overrides, answers itself."""

    def __init__(self, app: Application, rewrite: dict[str, str], override: bool,
                 answers: list[str]) -> None:  # fmt: skip
        self.app = app
        self.rewrite = rewrite
        self.override = override
        self.answers = answers

    def __call__(self, asked: Environ, start: Callable[..., Any]) -> Iterable[bytes]:
        """Do what middleware of applications does."""
        path = asked["PATH_INFO"]
        if path in self.answers:
            start("200 OK", [("Content-Type", "text/plain")])
            return [] if asked["REQUEST_METHOD"] == "HEAD" else [b"from a cache"]
        asked["PATH_INFO"] = self.rewrite.get(path, path)
        if self.override:
            said = asked.get("HTTP_X_HTTP_METHOD_OVERRIDE", asked["REQUEST_METHOD"])
            asked["REQUEST_METHOD"] = said
        return self.app(asked, start)
