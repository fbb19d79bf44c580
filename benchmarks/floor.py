"""The floor: what the policy of ``stage`` asks of one operation, written out by hand for Flask.

It is no guard. It knows one route, one client and one token, counts in fixed windows, and looks at
nothing that the bench does not send. So it says what no design in pure Python can go below: a WSGI
wrapper, a generator that is parked, a hook of Flask's, three counters, one hash, nine headers.
"""

import hashlib
import threading
import time
from collections.abc import Callable, Generator, Iterable
from typing import Any

from flask import Flask, abort, request

from benchmarks import stage

HEADERS = (
    ("X-Content-Type-Options", "nosniff"), ("X-Frame-Options", "DENY"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Referrer-Policy", "no-referrer"), ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Strict-Transport-Security", "max-age=31536000"), ("Cache-Control", "no-store"),
    ("Vary", "Authorization, Cookie, Origin"),
)  # fmt: skip
_MOST = 1_000_000
_PERIOD = 60.0


class Floor:
    """Stands around a Flask application."""

    def __init__(self, app: Flask, token: str) -> None:
        self._app = app.wsgi_app
        self._warm = {_place(token): ("alice", time.time() + 3600)}
        self._counts: dict[str, tuple[int, float]] = {}
        self._lock = threading.Lock()
        self._number = 0
        app.before_request_funcs.setdefault(None, []).insert(0, self._inside)

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Serve a request."""
        environ["floor"] = steps = self._decide(environ)
        self._number += 1
        own = ("Bartizan-Decision", f"k7f3q2zdx9-{self._number:06}")
        if steps.send(None) != 200:
            start("400 Bad Request", [])
            return [b""]

        def dressed(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Any:
            return start(status, [*headers, *HEADERS, own])

        return self._app(environ, dressed)

    def _decide(self, environ: dict[str, Any]) -> Generator[int, str, int]:
        """Act one, and where it is resumed act two."""
        path, client = environ["PATH_INFO"], environ["REMOTE_ADDR"]
        head, _, last = path.rpartition("/")
        authorization = environ.get("HTTP_AUTHORIZATION", "")
        plain = environ["RAW_URI"] == path and "//" not in path and "%" not in path
        if not plain or client == stage.DENIED or not self._count("flood" + client):
            yield 403
        if environ["HTTP_HOST"] != stage.HOST or environ["wsgi.url_scheme"] != "https":
            yield 400
        if head != "/api/orders" or not last.isdigit() or environ["REQUEST_METHOD"] != "GET":
            yield 404
        if environ.get("CONTENT_LENGTH") or len(path) > 2000 or not self._count("client" + client):
            yield 413
        warm = self._warm.get(_place(authorization[7:]))
        if warm is None or warm[1] < time.time() or not self._count("subject" + warm[0]):
            yield 401
        route = yield 200
        return 200 if route == "/api/orders/<int:order_id>" else 404

    def _inside(self) -> None:
        """Flask's hook."""
        try:
            request.environ["floor"].send(request.url_rule.rule)  # type: ignore[union-attr]
        except StopIteration as end:
            if end.value != 200:
                abort(404)

    def _count(self, key: str) -> bool:
        with self._lock:
            now = time.monotonic()
            count, ends = self._counts.get(key, (0, 0.0))
            if now >= ends:
                count, ends = 0, now + _PERIOD
            self._counts[key] = (count + 1, ends)
            return count < _MOST


def _place(token: str) -> bytes:
    return hashlib.sha256(b"secret" + token.encode()).digest()
