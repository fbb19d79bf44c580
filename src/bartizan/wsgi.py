"""Act one around a WSGI callable (PEP 3333): translate in, ask, translate out.

A refusal here costs next to nothing, since the framework never hears of the request. The view
reads the same bytes that were decided: ``wsgi.input`` is never replaced. Behind act one there is
one truth: the decided client, scheme and host stand in the environ, and no forwarding header.
"""

import logging
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache, partial
from http import HTTPStatus
from typing import Any

from msgspec import Struct

from bartizan.enforce.controls import errors
from bartizan.enforce.decision import Decision
from bartizan.enforce.guard import Guard, HeaderList
from bartizan.model.decision import Deny, Permit
from bartizan.model.problem import Response, render
from bartizan.model.request import Request, declared_length, spoken_method
from bartizan.servers.looking import stopped

log = logging.getLogger("bartizan")

Environ = dict[str, Any]
StartResponse = Callable[..., Callable[[bytes], object]]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]

DECISION = "bartizan.decision"
"""Where the parked decision travels in the environ, and in the ASGI scope."""

_FORWARDING = ("HTTP_FORWARDED", "HTTP_X_REAL_IP")
_FORWARDING_PREFIX = "HTTP_X_FORWARDED_"
_BELIEVING = ("gunicorn", "waitress")
"""Servers that may take the scheme from a header, by the beginning of ``SERVER_SOFTWARE``."""
_OF_THEIRS = ("gunicorn.socket", "waitress.client_disconnected")
"""Keys of the same servers: waitress calls itself as ``--ident`` says, gunicorn may be hidden."""
_SAYS_HTTPS = (
    "HTTP_X_FORWARDED_PROTO",
    "HTTP_X_FORWARDED_PROTOCOL",
    "HTTP_X_FORWARDED_SSL",
)
_LONG = 4096
"""So many characters of keys are not remembered: what a stranger sends must not fill the memory."""
_PHRASES = {status.value: f"{status.value} {status.phrase}" for status in HTTPStatus}


def facts(environ: Environ) -> Request:
    """The request that an environ describes. Decides nothing and never raises."""
    get = environ.get
    script = get("SCRIPT_NAME", "")
    path = script + get("PATH_INFO", "")
    target = get("RAW_URI") or get("REQUEST_URI")
    length = get("CONTENT_LENGTH") or None
    keys = _keys(environ)
    names = keys.headers
    values = [*map(environ.__getitem__, names)]
    scheme = get("wsgi.url_scheme", "http")
    chunked = "HTTP_TRANSFER_ENCODING" in environ
    # By place, in the order of the type: so many names would take ten times as long.
    return Request(
        spoken_method(environ["REQUEST_METHOD"]),
        path if path.isascii() else _text(path),
        target if target is None or target == path else _raw(target, script),
        get("QUERY_STRING", ""),
        _undone(environ) if scheme == "https" and keys.forwarding else scheme,
        get("REMOTE_ADDR") or "",
        get("HTTP_HOST"),
        get("HTTP_AUTHORIZATION"),
        get("CONTENT_TYPE"),
        get("HTTP_CONTENT_ENCODING"),
        None if length is None else declared_length(length),
        chunked,
        bool(get("wsgi.input_terminated")),  # endless
        get("HTTP_ORIGIN"),
        len("".join([*names, *values])),  # headers_size
        ("content-length",) if chunked and length is not None else (),  # repeated
        keys.forwarding != () and _rewritten(environ),
        partial(_header, names, values),
        keys.forwarding != (),  # forwarded
    )


def _header(names: tuple[str, ...], values: list[str], name: str) -> str | None:
    """Any other header. The environ itself is not asked: the decision travels in it, and must not
    hold it in turn."""
    key = "HTTP_" + name.upper().replace("-", "_")
    return values[names.index(key)] if key in names else None


class Keys(Struct, frozen=True):
    """What the keys of an environ say."""

    headers: tuple[str, ...]
    """Those of headers."""
    forwarding: tuple[str, ...]
    """Those of forwarding headers."""


def _keys(environ: Environ) -> Keys:
    """Clients send the same headers again and again, so that what short keys say is remembered."""
    keys = tuple(environ)
    return _read(keys) if len("".join(keys)) < _LONG else _read.__wrapped__(keys)


@lru_cache(maxsize=256)
def _read(keys: tuple[str, ...]) -> Keys:
    return Keys(
        tuple([key for key in keys if key[:5] == "HTTP_"]),
        tuple([key for key in keys if _FORWARDING_PREFIX in key or key in _FORWARDING]),
    )


def _text(path: str) -> str:
    """PEP 3333 hands over bytes dressed as latin-1; what is not UTF-8 becomes surrogates."""
    return path.encode("latin-1", "replace").decode("utf-8", "surrogateescape")


def _raw(target: str, script: str) -> str:
    """The path of the request line; some servers leave the mount prefix out of it."""
    path = target.partition("?")[0]
    return script + path if script and not path.startswith(script) else path


def _undone(environ: Environ) -> str:
    """The scheme of the connection: some servers believe a header of some peers. Undo that."""
    known = environ.get("SERVER_SOFTWARE", "").startswith(_BELIEVING)
    if known or any(key in environ for key in _OF_THEIRS):
        for name in _SAYS_HTTPS:
            if name in environ:
                return "http"
    return "https"


def _rewritten(environ: Environ) -> bool:
    """Whether werkzeug's ``ProxyFix`` stands around us and has believed a header, or waitress has
    put somebody else in the place of who is at the other end of its channel."""
    before = environ.get("werkzeug.proxy_fix.orig")
    if before is not None and any(
        environ.get(name) != before.get(name)
        for name in ("REMOTE_ADDR", "wsgi.url_scheme", "HTTP_HOST")
    ):
        return True
    channel = getattr(environ.get("waitress.client_disconnected"), "__self__", None)
    address = getattr(channel, "addr", None)
    return address is not None and address[0] != environ.get("REMOTE_ADDR")


def tell(environ: Environ, decision: Decision) -> None:
    """Write the one truth into the environ, for everything that stands behind us."""
    context = decision.context
    if context.request.forwarded:
        for name in _keys(environ).forwarding:
            del environ[name]
    if context.address is not None:
        environ["REMOTE_ADDR"] = context.address.text
    environ["wsgi.url_scheme"] = context.scheme
    if context.host is not None:
        environ["HTTP_HOST"] = context.host


class Outside:
    """A WSGI callable with a guard before it; ``read`` reads the facts of a request."""

    def __init__(
        self, app: Application, guard: Guard, read: Callable[[Environ], Request] = facts
    ) -> None:
        self.app = app
        self.guard = guard
        self.read = read
        self._stopped: str | None = None

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Decide act one; refuse, or let the framework go on with the parked decision."""
        guard = self.guard
        if self._stopped != "":
            self._stopped = look(guard, environ, self._stopped)
            if self._stopped:
                ours = render(errors.NOT_SEALED, "")
                return send(ours, environ["REQUEST_METHOD"], start_response)
        decision = guard.enter(self.read(environ))
        outcome = decision.outcome
        if outcome is not None and not isinstance(outcome, Permit):
            response = guard.refuse(decision, outcome)
            return send(response, environ["REQUEST_METHOD"], start_response)
        environ[DECISION] = decision
        if guard.enforces(decision, "client"):
            tell(environ, decision)
        return _Answering(guard, decision, environ, start_response).run(self.app)


def look(guard: Guard, environ: Environ, before: str | None) -> str:
    """Look at the server that serves us; why it must not, empty where it may."""
    several = bool(environ.get("wsgi.multiprocess"))
    return stopped(guard.policy, "wsgi", several=several, before=before)


def send(
    response: Response, method: str, start_response: StartResponse, exc_info: Any = None
) -> list[bytes]:
    """Answer with a response of our own."""
    headers = [*response.headers, ("Content-Length", str(len(response.body)))]
    if response.status == 204:
        headers.pop()
    status = _PHRASES.get(response.status, f"{response.status} Unknown")
    start_response(status, headers, *((exc_info,) if exc_info else ()))
    # Never an empty list: hypercorn's WSGI would send no head without a part of a body.
    return [b"" if method == "HEAD" else response.body]


class _Answering(Struct, eq=False):
    """The way back of one request: watches the head of the answer go by."""

    _guard: Guard
    _decision: Decision
    _environ: Environ
    _start: StartResponse
    _started: bool = False
    _given: bool = False
    _ours: list[bytes] | None = None

    def run(self, app: Application) -> Iterable[bytes]:
        try:
            body = app(self._environ, self.start_response)
        except Exception:
            return self._failed()
        except BaseException:  # somebody ends the process, or a greenlet: heard, and not answered
            self._guard.leave(self._decision)
            raise
        if self._ours is not None:
            _close(body)
            return self._ours
        self._given = self._started
        return body if self._started else self._late(body)

    def start_response(
        self, status: str, headers: HeaderList, exc_info: Any = None
    ) -> Callable[[bytes], object]:
        """What the application calls in place of the server's own."""
        # A second head replaces the first as long as nothing has left (PEP 3333): it is looked
        # at like the first, and does not take the place of a refusal.
        self._started = True
        said = self._guard.release(self._decision, int(status[:3]), headers)
        if isinstance(said, Deny):
            if self._given:  # nothing of ours can take the place of what the server iterates
                raise RuntimeError(f"a second head is refused: {said.reason.name}")
            self._refuse(said, exc_info)
            return lambda data: None
        return self._start(status, said, exc_info) if exc_info else self._start(status, said)

    def _refuse(self, deny: Deny, exc_info: Any = None) -> list[bytes]:
        response = self._guard.refuse(self._decision, deny)
        self._ours = send(response, self._environ["REQUEST_METHOD"], self._start, exc_info)
        return self._ours

    def _failed(self) -> list[bytes]:
        """The application raised: no trace leaves (CWE-209)."""
        decision = self._decision
        if not self._guard.fail(decision, errors.VIEW_FAILED):
            self._guard.leave(decision)
            raise
        log.exception("the application raised on %s", decision.plan.name or "no operation")
        exc_info = sys.exc_info() if self._started else None
        self._started = True
        return self._refuse(errors.VIEW_FAILED, exc_info)

    def _late(self, body: Iterable[bytes]) -> Iterator[bytes]:
        """An application that calls ``start_response`` only while it is iterated."""
        try:
            for chunk in body:
                if self._ours is not None:
                    break
                yield chunk
        except Exception:
            self._failed()
        finally:
            _close(body)
            if not self._started:
                self._guard.leave(self._decision)
        yield from self._ours or ()


def _close(body: Iterable[bytes]) -> None:
    close = getattr(body, "close", None)
    if close is not None:
        close()
