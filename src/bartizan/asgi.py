"""Act one around an ASGI callable (ASGI 3): translate in, ask, translate out.

The callable itself must be wrapped, since Django spools the whole body before its first
middleware: bytes are counted in ``receive``, and over the bound the answer is 413. ``lifespan``
passes. A websocket is an operation (``WS /path``); an undeclared one never gets accepted.
"""

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import unquote_to_bytes

from bartizan.enforce.controls import errors, size
from bartizan.enforce.decision import Decision
from bartizan.enforce.effects import Route
from bartizan.enforce.guard import Guard
from bartizan.model.decision import Answer, Deny, Permit
from bartizan.model.problem import Response, render
from bartizan.model.request import Request, declared_length, spoken_method
from bartizan.policy.rules import Operation
from bartizan.servers.looking import stopped

log = logging.getLogger("bartizan")

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
RawHeaders = list[tuple[bytes, bytes]]

DECISION = "bartizan.decision"
"""Where the parked decision travels in the scope, and in the WSGI environ."""

_SINGLE = frozenset({b"host", b"authorization", b"content-length", b"content-type", b"origin",
                     b"content-encoding"})  # fmt: skip
"""Headers of which a second line is an attack (RFC 9110 section 5.3, RFC 9112 section 6.3)."""

_ANSWER = {"http": "http.response", "websocket": "websocket.http.response"}
"""How the answer to a request is called; to a websocket's handshake, an extension of ASGI."""

_CLAIMING = ("x-forwarded-proto", "x-forwarded-protocol", "x-forwarded-ssl")
_SAYS_HTTPS = frozenset({"https", "wss", "ssl", "on"})
_FORWARDING = frozenset({b"forwarded", b"x-real-ip"})
_POLICY_VIOLATION = 1008


def facts(scope: Scope) -> Request:
    """The request that a scope describes. Decides nothing and never raises."""
    values: dict[str, str] = {}
    repeated: list[str] = []
    size = 0
    for raw_name, raw_value in scope["headers"]:
        size += len(raw_name) + len(raw_value)
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        if "_" in name or (name in values and raw_name.lower() in _SINGLE):
            repeated.append(name)
        values[name] = f"{values[name]}, {value}" if name in values else value
    get = values.get
    length, chunked = get("content-length"), "transfer-encoding" in values
    if chunked and length is not None:
        repeated.append("content-length")
    peer, port = scope.get("client") or ("", None)
    websocket = scope["type"] == "websocket"
    raw = scope.get("raw_path")
    # By place, in the order of the type: so many names would take ten times as long.
    return Request(
        "WS" if websocket else spoken_method(scope["method"]),
        _path(scope["path"], raw),
        raw.partition(b"?")[0].decode("latin-1") if raw else None,
        scope.get("query_string", b"").decode("latin-1"),
        _scheme(scope, get),
        peer,
        get("host"),
        get("authorization"),
        get("content-type"),
        get("content-encoding"),
        None if length is None else declared_length(length),
        chunked,
        True,  # endless
        get("origin"),
        size,
        tuple(repeated),
        _rewritten(peer, port, get("x-forwarded-for")),
        get,
    )


def _scheme(scope: Scope, get: Callable[[str], str | None]) -> str:
    """The scheme of the connection. Servers believe a header of their local peers: undo that."""
    scheme = _SCHEMES.get(scope.get("scheme", "http"), "http")
    if scheme == "https" and any(_SAYS_HTTPS & {*_words(get(name))} for name in _CLAIMING):
        return "http"
    return scheme


def _rewritten(peer: str, port: int | None, said: str | None) -> bool:
    """Whether a server has put a hop of ``X-Forwarded-For`` in the place of the peer: a hop
    without a port comes as port 0, any other with the port that it names. Behind a unix socket
    there is no port to replace."""
    if said is None or port is None:
        return False
    return port == 0 or any(_hop(word) == (peer.lower(), port) for word in _words(said))


def _hop(word: str) -> tuple[str, int | None]:
    host, _, port = word.rpartition(":")
    try:
        return host.removeprefix("[").removesuffix("]"), int(port)
    except ValueError:
        return word, None


def _words(said: str | None) -> list[str]:
    return [word.strip() for word in (said or "").lower().split(",")]


_SCHEMES = {"http": "http", "ws": "http", "https": "https", "wss": "https"}


def _path(path: str, raw: bytes | None) -> str:
    """The decoded path. A server that decodes leniently is held to the raw bytes."""
    if path.isascii() or raw is None:
        return path
    return unquote_to_bytes(raw.partition(b"?")[0]).decode("utf-8", "surrogateescape")


def tell(scope: Scope, decision: Decision) -> Scope:
    """A scope that holds the one truth, for everything that stands behind us."""
    context = decision.context
    port = (scope.get("client") or ("", 0))[1]
    secure = context.scheme == "https"
    headers = [
        (name, (context.host or "").encode("latin-1") if name == b"host" else value)
        for name, value in scope["headers"]
        if name not in _FORWARDING and not name.startswith(b"x-forwarded-")
    ]
    told = {
        "headers": headers,
        "scheme": ("wss" if secure else "ws") if scope["type"] == "websocket" else context.scheme,
        "client": (context.address.text, port) if context.address else scope.get("client"),
    }
    return {**scope, **told}


class Outside:
    """An ASGI callable with a guard before it; ``read`` reads the facts of a request."""

    def __init__(
        self, app: Application, guard: Guard, read: Callable[[Scope], Request] = facts
    ) -> None:
        self.app = app
        self.guard = guard
        self.read = read
        self._stopped: str | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Decide act one; refuse, or let the framework go on with the parked decision."""
        if self._stopped != "":
            self._stopped = stopped(self.guard.policy, "asgi", several=False, before=self._stopped)
        if self._stopped:
            await _stop(self._stopped, scope, receive, send)
        elif scope["type"] in ("http", "websocket"):
            await self._guarded(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _guarded(self, scope: Scope, receive: Receive, send: Send) -> None:
        guard = self.guard
        decision = await guard.aenter(self.read(scope))
        answering = _Answering(guard, decision, scope, receive, send)
        if scope["type"] == "websocket" and decision.outcome is None:
            await _finish_websocket(guard, decision)
        outcome = decision.outcome
        if outcome is not None and not isinstance(outcome, Permit):
            await answering.refuse(outcome)
            return
        if guard.enforces(decision, "client"):
            scope = tell(scope, decision)
        scope[DECISION] = decision
        await answering.run(self.app, scope)


async def _stop(why: str, scope: Scope, receive: Receive, send: Send) -> None:
    """Fail the start; where the server has not asked for one, serve nobody."""
    if scope["type"] == "lifespan":
        await receive()
        await send({"type": "lifespan.startup.failed", "message": why})
    elif scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": _POLICY_VIOLATION})
    else:
        response = render(errors.NOT_SEALED, "")
        body = b"" if scope["method"] == "HEAD" else response.body
        await send(_head("http.response.start", response))
        await send({"type": "http.response.body", "body": body})


async def _finish_websocket(guard: Guard, decision: Decision) -> None:
    """No framework resolves a websocket for us: its act two follows at once."""
    scope = decision.plan.scope
    names = frozenset((scope.name,)) if isinstance(scope, Operation) else frozenset()
    await guard.aresume(decision, Route(names), lambda limit: b"")


class _Answering:
    """The way back of one request: counts the body in, watches the head of the answer go by."""

    def __init__(
        self, guard: Guard, decision: Decision, scope: Scope, receive: Receive, send: Send
    ) -> None:
        self._guard = guard
        self._decision = decision
        self._scope = scope
        self._receive = receive
        self._send = send
        self._started = False
        self._closed = False
        self._read = 0
        operation = decision.plan.scope
        sized = isinstance(operation, Operation) and guard.enforces(decision, "size")
        self._most = size.most(operation) if sized and isinstance(operation, Operation) else None
        self._answers = {"http.response", *(scope.get("extensions") or ())}

    async def run(self, app: Application, scope: Scope) -> None:
        try:
            await app(scope, self._counted, self._watched)
        except Exception:
            if self._closed:
                return
            await self._failed()
        finally:  # also where the server cancels us: the client has gone
            if not self._decision.recorded:
                self._guard.leave(self._decision)

    async def refuse(self, said: Deny | Answer) -> None:
        """Our own answer in place of the application's, whose further words are dropped."""
        self._closed = self._started = True
        response = self._guard.refuse(self._decision, said)
        kind = _ANSWER[self._scope["type"]]
        if kind not in self._answers:
            await self._send({"type": "websocket.close", "code": _POLICY_VIOLATION})
            return
        body = b"" if self._scope.get("method") == "HEAD" else response.body
        await self._send(_head(f"{kind}.start", response))
        await self._send({"type": f"{kind}.body", "body": body})

    async def _counted(self) -> Message:
        """``receive``, with the bytes of the body counted."""
        if self._closed:
            return {"type": "http.disconnect"}
        message = await self._receive()
        if message["type"] == "http.request" and self._most is not None:
            self._read += len(message.get("body", b""))
            if self._read > self._most:
                if not self._started:
                    await self.refuse(errors.TOO_LARGE)
                return {"type": "http.disconnect"}
        return message

    async def _watched(self, message: Message) -> None:
        """``send``, with the head of the answer looked at."""
        if self._closed:
            return
        if message["type"] == "http.response.start":
            theirs = _decoded(message.get("headers", []))
            said = self._guard.release(self._decision, message["status"], theirs)
            if isinstance(said, Deny):
                await self.refuse(said)
                return
            self._started = True
            if said is not theirs:  # in shadow not even the case of a name changes
                message = {**message, "headers": _encoded(said)}
        elif message["type"] in ("websocket.accept", "websocket.close") and not self._started:
            self._started = True
            self._guard.release(self._decision, 101 if "accept" in message["type"] else 403, [])
        await self._send(message)

    async def _failed(self) -> None:
        """The application raised: no trace leaves (CWE-209)."""
        decision = self._decision
        if self._started or not self._guard.fail(decision, errors.VIEW_FAILED):
            self._guard.leave(decision)
            raise
        log.exception("the application raised on %s", decision.plan.name or "no operation")
        await self.refuse(errors.VIEW_FAILED)


def _head(kind: str, response: Response) -> Message:
    headers = list(response.headers)
    if response.status != 204:
        headers.append(("Content-Length", str(len(response.body))))
    return {"type": kind, "status": response.status, "headers": _encoded(headers)}


def _decoded(headers: RawHeaders) -> list[tuple[str, str]]:
    return [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]


def _encoded(headers: list[tuple[str, str]]) -> RawHeaders:
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers]
