"""The bare engine: the guard alone, with facts as they are on the wire and no framework."""

from collections.abc import Iterable
from urllib.parse import unquote_to_bytes

from bartizan.enforce.controls.errors import VIEW_FAILED
from bartizan.enforce.decision import Decision
from bartizan.enforce.effects import Route
from bartizan.model.decision import Answer, Deny, Permit
from bartizan.model.request import Request
from bartizan.policy.match import Found, Router
from bartizan.policy.rules import Operation, Pass
from tests.conformance.columns import Api, Column, Seen, Sent, Setting
from tests.conformance.corpus import ColumnName
from tests.conformance.guarding import Guarded, stand
from tests.conformance.views import Spoken, Told, speak

SINGLE = ("host", "authorization", "content-length")
"""Headers of which there is one (RFC 9112 sections 3.2 and 6.3)."""


class EngineColumn:
    """Asks the guard itself."""

    name: ColumnName = "engine"

    def open(self, setting: Setting) -> Api:
        """Stand a guard."""
        return _Engine(setting, stand(setting))


class _Engine:
    def __init__(self, setting: Setting, guarded: Guarded) -> None:
        self.setting = setting
        self.guarded = guarded
        self.router = Router((o.method, o.template, o) for o in setting.policy.operations)

    def close(self) -> None:
        """Nothing is held."""

    def ask(self, sent: Sent) -> Seen:
        """Decide both acts, let the view speak, dress its answer."""
        guard = self.guarded.guard
        decision = guard.enter(facts(sent))
        if decision.outcome is None and not isinstance(decision.plan.scope, Pass):
            guard.resume(decision, self.route(sent), lambda limit: _bounded(sent.body, limit))
        if isinstance(decision.outcome, Deny | Answer):
            return self.refused(decision, decision.outcome, sent)
        return self.answered(decision, sent)

    def route(self, sent: Sent) -> Route:
        """What a router behind the quirks of the application resolves."""
        inside, method = self.setting.inside, "WS" if sent.websocket else sent.method
        path = _decoded(sent.target)
        path = inside.rewrite.get(path, path)
        if inside.override:
            method = dict(sent.lines).get("X-HTTP-Method-Override", method)
        found = self.router.find(method, path)
        return Route(frozenset([found.value.name] if isinstance(found, Found) else []))

    def refused(self, decision: Decision, said: Deny | Answer, sent: Sent) -> Seen:
        """The guard's own answer."""
        response = self.guarded.guard.refuse(decision, said)
        body = b"" if sent.method == "HEAD" else response.body
        return self.guarded.seen(response.status, response.headers, body)

    def answered(self, decision: Decision, sent: Sent) -> Seen:
        """The view's answer, as it leaves."""
        guard = self.guarded.guard
        try:
            spoken = self.view(decision, sent)
        except RuntimeError:
            guard.fail(decision, VIEW_FAILED)
            return self.refused(decision, VIEW_FAILED, sent)
        is_json = dict(spoken.headers)["Content-Type"] == "application/json"
        kept = guard.cut(decision, spoken.body if is_json else None)
        status = 101 if sent.websocket else spoken.status
        headers = guard.release(decision, status, list(spoken.headers))
        if isinstance(headers, Deny):
            return self.refused(decision, headers, sent)
        body = b"" if sent.method == "HEAD" else spoken.body if kept is None else kept
        return self.guarded.seen(status, tuple(headers), body)

    def view(self, decision: Decision, sent: Sent) -> Spoken:
        """Let the view speak; a subtree that is not ours says hello."""
        scope, permit = decision.plan.scope, decision.outcome
        if not isinstance(scope, Operation) or not isinstance(permit, Permit):
            return Spoken(200, (("Content-Type", "text/plain"),), b"hello")
        view = self.setting.view(scope)
        told = Told(
            operation=scope.name,
            subject=permit.subject.id if permit.subject else None,
            path=permit.path,
            query=permit.query,
            input=permit.input,
            read=len(sent.body) if view.reads else None,
        )
        return speak(view, told)


def facts(sent: Sent) -> Request:
    """The request in the engine's words, as an adapter that sees everything would say it."""
    values: dict[str, str] = {}
    repeated = [name.lower() for name, _ in sent.lines if "_" in name]
    for name, value in ((name.lower(), value) for name, value in sent.lines):
        if name in values and name in SINGLE:
            repeated.append(name)
        values[name] = f"{values[name]}, {value}" if name in values else value
    length = values.get("content-length")
    raw, _, query = sent.target.encode().decode("latin-1").partition("?")
    return Request(
        method="WS" if sent.websocket else sent.method,
        path=_decoded(sent.target),
        raw_path=raw,
        query=query,
        scheme=sent.scheme,
        peer=sent.peer,
        host=values.get("host"),
        authorization=values.get("authorization"),
        content_type=values.get("content-type"),
        content_encoding=values.get("content-encoding"),
        length=None if length is None else _number(length),
        chunked=sent.chunked,
        endless=sent.endless,
        origin=values.get("origin"),
        headers_size=_size(sent.lines),
        repeated=tuple(repeated),
        peer_rewritten=sent.peer_rewritten,
        header=values.get,
    )


def _decoded(target: str) -> str:
    path = target.encode().partition(b"?")[0]
    return unquote_to_bytes(path).decode("utf-8", "surrogateescape")


def _number(text: str) -> int:
    digits = text.isascii() and text.isdigit() and len(text) < 20
    return int(text) if digits else -1


def _size(lines: Iterable[tuple[str, str]]) -> int:
    return sum(len(name) + len(value) for name, value in lines)


def _bounded(body: bytes, limit: int) -> bytes | None:
    return body if len(body) <= limit else None


ENGINE: Column = EngineColumn()
