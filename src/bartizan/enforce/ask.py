"""Ask a policy a question without an application: what would be answered, and by which row.

The question brings its own subject, counters are empty, and act two is taken to agree with act
one. So ``[[expect]]`` lines are proven when a policy is loaded, and ``bartizan ask`` answers.
"""

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from msgspec import Struct
from msgspec.structs import replace

from bartizan.credentials.jwt import Verifier
from bartizan.enforce.context import Context, Scope, Step
from bartizan.enforce.controls import input as input_control
from bartizan.enforce.controls.authenticate import ANONYMOUS
from bartizan.enforce.decision import Decision
from bartizan.enforce.driver import advance
from bartizan.enforce.effects import Effect, Route, Said
from bartizan.enforce.engine import Engine
from bartizan.enforce.plan import Bind, Fittings, Row
from bartizan.enforce.table import ORDER
from bartizan.model.decision import Deny, Outcome
from bartizan.model.reasons import REASONS
from bartizan.model.request import Request
from bartizan.model.subject import Subject
from bartizan.policy.rules import Expect, Operation, Policy
from bartizan.schemas.form import Form
from bartizan.stores.port import Counted, Hit


class Spoken(Struct, frozen=True):
    """What one row of the order table said."""

    row: Row
    """The row."""
    said: Said
    """Its word; ``None`` where it had no objection."""


class Answered(Struct, frozen=True):
    """The policy's answer to a question."""

    operation: Operation | None
    """The operation that the question means."""
    outcome: Outcome
    """How it ended."""
    rows: tuple[Spoken, ...]
    """What each row said, in order, up to the one that refused."""
    shadowed: tuple[Deny, ...]
    """Refusals that a shadow kept quiet."""
    unread: str
    """The input form that nobody has bound, where the answer would hang on it."""


def ask(policy: Policy, question: Expect, forms: Mapping[str, Form] | None = None) -> Answered:
    """Decide one question. Without ``forms`` a body is not read, and the answer says so."""
    asking = _Asking(policy, question, forms or {})
    engine = Engine(Fittings(policy, Verifier({}, {}), asking.forms), tuple(map(asking.row, ORDER)))
    context = engine.begin(asking.request())
    decision = Decision("", 0.0, 0.0, context.plan, context, engine.decide(context))
    scope = decision.plan.scope
    operation = scope if isinstance(scope, Operation) else None
    if advance(decision, EMPTY) is None:
        route = Route(frozenset((operation.name,)) if operation else frozenset())
        advance(decision, EMPTY, asking.read, route)
    if decision.outcome is None:
        raise AssertionError("a decision parks once")
    return Answered(
        operation,
        decision.outcome,
        tuple(asking.spoken),
        tuple(decision.context.shadowed),
        asking.unread,
    )


def broken(policy: Policy, expect: Expect, forms: Mapping[str, Form] | None = None) -> str:
    """Why an ``[[expect]]`` does not hold, as a sentence; empty where it does, or where a form
    is needed that nobody has bound."""
    answered = ask(policy, expect, forms)
    if answered.unread:
        return ""
    outcome = answered.outcome
    status = outcome.reason.status if isinstance(outcome, Deny) else None
    control = outcome.reason.control if isinstance(outcome, Deny) else ""
    got = f"{status} by {control}" if status is not None else "permit"
    wanted = str(expect.answer) if expect.answer is not None else "permit"
    if expect.by:
        wanted += f" by {expect.by}"
    if status != expect.answer or (expect.by and control != expect.by):
        return f"{expect.method} {expect.path} is answered {got}, not {wanted}"
    if answered.operation is None and status == 404 and not expect.by:
        return (
            f"{expect.method} {expect.path} is no operation of this policy, so it would hold "
            f'whatever is written; say by = "{control}" where that is meant'
        )
    return ""


class Empty:
    """A store without any counts."""

    def reserve(self, hits: tuple[Hit, ...]) -> Counted:
        """Everything is admitted."""
        return Counted(-1, 0)

    def give_back(self, hits: tuple[Hit, ...], at: float = 0.0) -> None:
        """There is nothing to give back."""


EMPTY = Empty()


class _Asking:
    """One question on its way through the rows."""

    def __init__(self, policy: Policy, question: Expect, forms: Mapping[str, Form]) -> None:
        self.policy = policy
        self.question = question
        self.forms = forms
        self.spoken: list[Spoken] = []
        self.unread = ""

    def row(self, row: Row) -> Row:
        """The same row, overheard; the one who is asking stands in for the credential."""
        bind = {"authenticate": self._persona, "input": self._input}.get(row.control, row.bind)
        return replace(row, bind=self._overheard(row, bind))

    def request(self) -> Request:
        """The request that the question describes."""
        question = self.question
        body = self._body()
        hosts = [host for host in self._hosts() if not host.startswith("*")] or ["localhost"]
        return Request(
            method=question.method,
            path=question.path,
            raw_path=quote(question.path, safe="/!$&'()*+,=:@~"),
            query=question.query,
            scheme=question.scheme,
            peer=question.client,
            host=question.host or hosts[0].removesuffix(":*"),
            authorization="Bearer of-the-question" if question.subject else None,
            content_type="application/json" if body is not None else None,
            content_encoding=None,
            length=len(body) if body is not None else None,
            chunked=False,
            endless=True,
            origin=None,
            headers_size=0,
            repeated=(),
            peer_rewritten=False,
            header=lambda name: None,
        )

    def read(self, limit: int) -> bytes:
        """The body is the question's own."""
        return self._body() or b""

    def _body(self) -> bytes | None:
        body = self.question.body
        return json.dumps(body).encode() if body is not None else None

    def _hosts(self) -> tuple[str, ...]:
        named = (x for x in self.policy.operations if x.method == self.question.method)
        own = [x.hosts for x in named if x.template == self.question.path and x.hosts]
        return own[0] if own else self.policy.api.hosts

    def _overheard(self, row: Row, bind: Bind) -> Bind:
        def overheard(fittings: Fittings, scope: Scope) -> Step | None:
            step = bind(fittings, scope)
            if step is None:
                return None

            def listen(context: Context) -> Said | Effect:
                return self._hear(row, step(context))

            return listen

        return overheard

    def _hear(self, row: Row, said: Said | Effect) -> Said | Effect:
        """Write down a row's last word; what it asks for first is passed on."""
        if isinstance(said, Effect):
            then = said.then
            return replace(said, then=lambda context, got: self._hear(row, then(context, got)))
        self.spoken.append(Spoken(row, said))
        return said

    def _persona(self, fittings: Fittings, scope: Scope) -> Step | None:
        if not isinstance(scope, Operation) or scope.public or scope.decoy:
            return None
        question = self.question
        named = [name for name in scope.identity if name != ANONYMOUS]
        identity = question.identity or (named[0] if named else "")

        def step(context: Context) -> Deny | None:
            if not question.subject:
                optional = ANONYMOUS in scope.identity
                return None if optional else Deny(REASONS["credential_missing"], key="identity")
            if identity not in named:
                return Deny(REASONS["identity_refused"], key="identity")
            context.subject = Subject(
                identity,
                question.subject,
                frozenset(question.scopes),
                frozenset(question.roles),
                question.tenant,
            )
            return None

        return step

    def _input(self, fittings: Fittings, scope: Scope) -> Step | None:
        if not isinstance(scope, Operation) or not scope.input or scope.input in self.forms:
            return input_control.bind(fittings, scope)
        asked = input_control.bind(fittings, replace(scope, input=""))

        def step(context: Context) -> Any:
            self.unread = scope.input
            return asked(context) if asked is not None else None

        return step
