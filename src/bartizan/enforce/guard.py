"""The guard: one policy, compiled and equipped, standing before one application.

Adapters talk to it in five words: ``enter`` (act one), ``resume`` (act two), ``refuse`` (our own
answer), ``release`` (the head of the view's answer), ``leave`` (nothing was answered). Each of
the last three writes the one event of the decision.
"""

import datetime as dt
import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from bartizan.credentials.jwt import Verifier
from bartizan.credentials.keys import KeyRing
from bartizan.enforce.context import Headers
from bartizan.enforce.controls import agreement, client, errors
from bartizan.enforce.current import handle
from bartizan.enforce.decision import Decision
from bartizan.enforce.driver import aadvance, advance
from bartizan.enforce.effects import Route
from bartizan.enforce.engine import Engine, ended
from bartizan.enforce.journal import Journal
from bartizan.enforce.plan import Fittings, Row
from bartizan.enforce.record import Recorder
from bartizan.enforce.table import ORDER
from bartizan.model.decision import Answer, Deny, Outcome, Permit
from bartizan.model.ids import Ids
from bartizan.model.problem import Response, render
from bartizan.model.request import Request
from bartizan.policy.rules import Operation, Policy
from bartizan.policy.summary import summary
from bartizan.schemas.form import Form
from bartizan.schemas.output import Unreadable
from bartizan.stores.port import Store

HeaderList = list[tuple[str, str]]
Renderer = Callable[[Deny, str], Response]


class Guard:
    """A compiled policy with its verifier, forms, store and journal. One per application."""

    def __init__(
        self,
        policy: Policy,
        *,
        store: Store,
        rings: Mapping[str, KeyRing],
        forms: Mapping[str, Form] | None = None,
        journal: Journal | None = None,
        trace: Callable[[], str] | None = None,
        order: tuple[Row, ...] = ORDER,
        renderer: Renderer = render,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.policy = policy
        self.rings = rings
        self.fittings = Fittings(
            policy, Verifier(policy.identities, rings, clock=clock), dict(forms or {})
        )
        self.engine = Engine(self.fittings, order, clock=clock)
        self._store = store
        self._render = renderer
        self._clock = clock
        self._ids = Ids()
        self._trace = trace
        # Asked only where no request may go unrecorded.
        self._journal = journal if policy.events.lost == "refuse" else None
        read = client.reader(self.fittings)
        self._recorder = Recorder(policy, journal, read) if journal is not None else None

    def summary(self) -> str:
        """One line for the start: what is enforced."""
        today = dt.datetime.fromtimestamp(self._clock(), dt.UTC).date()
        return summary(self.policy, today)

    # ------------------------------------------------------------ the two acts

    def enter(self, request: Request) -> Decision:
        """Act one. The decision's outcome is ``None`` when it is parked for act two."""
        decision = self._begun(request)
        advance(decision, self._store)
        return decision

    async def aenter(self, request: Request) -> Decision:
        """Act one under an event loop."""
        decision = self._begun(request)
        await aadvance(decision, self._store)
        return decision

    def _begun(self, request: Request) -> Decision:
        began, ticks, engine = self._clock(), time.perf_counter(), self.engine
        context = engine.begin(request)
        steps = engine.decide(context)
        if (
            self._journal is not None
            and self._journal.failing
            and context.plan.veiled_until <= began
        ):
            steps = ended(errors.UNWRITABLE)
        decision = Decision(self._ids.next(), began, ticks, context.plan, context, steps)
        handle(decision)
        return decision

    def resume(
        self, decision: Decision, route: Route, read: Callable[[int], bytes | None]
    ) -> Outcome | None:
        """Act two, inside the framework; ``read`` reads the body up to a limit."""
        if decision.outcome is not None:
            return self._again(decision, route)
        if self._trace is not None:  # a span that begins and ends between us and the view
            decision.trace = self._trace()
        return advance(decision, self._store, read, route) or self._left(decision)

    async def aresume(
        self, decision: Decision, route: Route, read: Callable[[int], Any]
    ) -> Outcome | None:
        """Act two under an event loop; ``read`` may be a coroutine function."""
        if decision.outcome is not None:
            return self._again(decision, route)
        if self._trace is not None:
            decision.trace = self._trace()
        return await aadvance(decision, self._store, read, route) or self._left(decision)

    def _again(self, decision: Decision, route: Route) -> Outcome | None:
        """Somebody dispatches a request that is decided already: what was decided stands, for
        the route that it was decided for, and the new answer is looked at like the first."""
        said = agreement.word(decision.plan.scope)(decision.context, route)
        if type(decision.outcome) is Permit and isinstance(said, Deny):
            self.fail(decision, said)
        decision.withheld = None
        return decision.outcome

    def _left(self, decision: Decision) -> Deny | None:
        """Act two has no word: the decision was closed before it. Its client may have gone while
        a thread goes on, and what nobody has looked at does not go to a view."""
        if decision.plan.veiled_until > self._clock():
            return None
        decision.outcome = errors.UNGUARDED
        return errors.UNGUARDED

    # ------------------------------------------------------------ the answer

    def refuse(self, decision: Decision, said: Deny | Answer) -> Response:
        """Our own answer: a problem document, or a preflight's. The same one if asked again."""
        if decision.response is not None:
            return decision.response
        decision.outcome = said
        decision.steps.close()
        plan, context = decision.plan, decision.context
        if isinstance(said, Answer):
            response = Response(said.status, said.headers, b"")
        else:
            response = self._render(said, decision.id)
        own = [*response.headers, ("Bartizan-Decision", decision.id)]
        if isinstance(said, Deny):
            own += _beneath(plan.headers.fixed, tuple([name for name, _ in own]))
            own += _grant(plan.headers, context.request.origin)
        decision.response = Response(response.status, tuple(own), response.body)
        self._record(decision, response.status)
        return decision.response

    def release(self, decision: Decision, status: int, headers: HeaderList) -> HeaderList | Deny:
        """The head of the view's answer with our headers; a refusal where act two refused, or
        never spoke."""
        plan, outcome = decision.plan, decision.outcome
        if type(outcome) is Deny:
            return outcome
        if outcome is None:
            if self.unspoken(decision, status):
                if plan.veiled_until <= self._clock():
                    return errors.UNGUARDED
                decision.context.shadowed.append(errors.UNGUARDED)
            decision.steps.close()
        elif plan.keep and self.uncut(decision, status) and self.fail(decision, errors.WITHHELD):
            return errors.WITHHELD
        self._record(decision, status)
        if plan.shadows and plan.veiled_until > self._clock():
            return headers
        headers = [*headers, ("Bartizan-Decision", decision.id)]
        if not plan.dresses or (plan.shadows and not self.enforces(decision, "headers")):
            return headers
        return dress(plan.headers, headers, decision.context.request.origin, status)

    def unspoken(self, decision: Decision, status: int) -> bool:
        """Whether an operation's answer leaves although act two never spoke."""
        return (
            decision.outcome is None
            and isinstance(decision.plan.scope, Operation)
            and status not in errors.FRAMEWORKS_OWN
        )

    def leave(self, decision: Decision) -> None:
        """Nothing was answered (the connection broke): close the decision, write its event."""
        decision.steps.close()
        self._record(decision, 0)

    def enforces(self, decision: Decision, control: str) -> bool:
        """Whether a control is enforced for this decision now, not in shadow."""
        ends = decision.plan.shadows
        return not ends or ends.get(control, 0.0) <= self._clock()

    def fail(self, decision: Decision, deny: Deny) -> bool:
        """A refusal of row 18 ends the decision, or is only noted where its control is in shadow.
        Whether the answer has to be replaced by it."""
        if self.enforces(decision, deny.reason.control):
            decision.outcome = deny
            return True
        decision.context.shadowed.append(deny)
        return False

    def uncut(self, decision: Decision, status: int) -> bool:
        """Whether an answer with this status has declared fields, and nobody has cut it yet."""
        return (
            decision.plan.keep is not None
            and decision.withheld is None
            and type(decision.outcome) is Permit
            and 200 <= status < 300
            and status not in errors.BODILESS
        )

    def cut(self, decision: Decision, body: bytes | None) -> bytes | None:
        """The view's answer with declared fields only, where the operation declares ``output``.

        ``body`` is ``None`` where it cannot be read (a stream, another content type). The result
        is ``None`` where the body stays as it is, or is withheld (then the outcome says so).
        """
        keep = decision.plan.keep
        if keep is None or type(decision.outcome) is not Permit or decision.withheld is not None:
            return None
        try:
            kept, withheld = keep(body) if body is not None else (None, 0)
        except Unreadable:
            kept, withheld = None, 0
        decision.withheld = withheld
        if kept is None:
            self.fail(decision, errors.WITHHELD)
            return None
        return kept if self.enforces(decision, "output") else None

    def _record(self, decision: Decision, status: int) -> None:
        if decision.recorded:
            return
        decision.recorded = True
        if self._recorder is not None:
            if self._trace is not None and not decision.trace:
                decision.trace = self._trace()
            self._recorder.write(decision, status)


def dress(ours: Headers, headers: HeaderList, origin: str | None, status: int) -> HeaderList:
    """The view's headers with ours over them."""
    names = ours.names
    kept = [pair for pair in headers if pair[0].lower() not in names]
    replaced = len(kept) != len(headers)
    kept += ours.fixed if status < 400 else ours.failed
    if replaced:
        kept = _vary(kept, [value for name, value in headers if name.lower() == "vary"])
    if origin is not None:
        kept += _grant(ours, origin)
    return kept


@lru_cache(maxsize=256)
def _beneath(
    fixed: tuple[tuple[str, str], ...], names: tuple[str, ...]
) -> tuple[tuple[str, str], ...]:
    """Of our headers those that a refusal does not say itself."""
    taken = {name.lower() for name in names}
    return tuple([pair for pair in fixed if pair[0].lower() not in taken])


def _vary(headers: HeaderList, theirs: list[str]) -> HeaderList:
    """Merge what the view says of Vary into ours (RFC 9110 section 12.5.5)."""
    if not theirs:
        return headers
    ours = [value for name, value in headers if name == "Vary"]
    names = [name.strip() for value in (*ours, *theirs) for name in value.split(",")]
    unique = {name.lower(): name for name in reversed(names) if name}
    merged = ("Vary", ", ".join(reversed(unique.values())))
    return [pair for pair in headers if pair[0] != "Vary"] + [merged]


def _grant(ours: Headers, origin: str | None) -> tuple[tuple[str, str], ...]:
    """The CORS headers for this origin, where it has a grant."""
    if origin is None or not ours.origins:
        return ()
    return ours.origins.get(origin) or ours.origins.get("*") or ()
