"""The engine: matches, walks the ordered rows, yields effects, ends in one outcome.

It does no I/O and has no colour: ``decide`` is a generator that two small drivers fulfil, one
for sync and one for async. A control that fails is a refusal, never a pass.
"""

import logging
import time
from collections.abc import Callable, Generator, Iterable
from typing import Any

from bartizan.enforce.context import Context, Plan, Preflight, Scope
from bartizan.enforce.controls import headers, output
from bartizan.enforce.effects import Effect, Said
from bartizan.enforce.plan import LAST, Fittings, Row, line, shadows
from bartizan.model.decision import Deny, Outcome, Permit
from bartizan.model.reasons import REASONS
from bartizan.model.request import Request
from bartizan.policy.match import Allowed, Found, Router
from bartizan.policy.rules import Operation, Pass

log = logging.getLogger("bartizan")

Deciding = Generator[Effect, Any, Outcome]


class Engine:
    """A policy, compiled. Immutable after construction; shared by every thread."""

    def __init__(
        self, fittings: Fittings, order: tuple[Row, ...], *, clock: Callable[[], float] = time.time
    ) -> None:
        self._fittings = fittings
        self._order = order
        self._clock = clock
        policy = fittings.policy
        real = [operation for operation in policy.operations if not operation.decoy]
        traps = [operation for operation in policy.operations if operation.decoy]
        self._router = self._routed(real, lambda operation: operation)
        self._traps = self._routed(traps, lambda operation: operation) if traps else None
        self._preflights = self._routed(real if policy.api.cors else (), Preflight)
        self._passes = tuple((entry.prefix, self._plan(entry)) for entry in policy.passes)
        self._refused_preflight = self._plan(Preflight(None))
        self._unknown = self._plan(None)

    def begin(self, request: Request) -> Context:
        """Match, and refuse nothing yet: the context of a request before its first row."""
        if request.method == "OPTIONS" and request.origin is not None:
            asked = self._preflight(request)
            if asked is not None:
                return asked
        found = self._router.find(request.method, request.path)
        # A subtree's prefix is literal, and literal text goes before parameters.
        if type(found) is Found and not (found.params and self._subtree(request.path)):
            return Context(request, found.value, found.params, request.scheme, request.host)
        allowed = found.methods if type(found) is Allowed and request.method != "WS" else ()
        plan = self._trap(request, allowed) or self._subtree(request.path) or self._unknown
        return Context(request, plan, {}, request.scheme, request.host, allowed)

    def _preflight(self, request: Request) -> Context | None:
        """A preflight asks for another method of a path that we serve; nothing else is one."""
        wanted = request.header("access-control-request-method")
        if wanted is None or self._router.find(wanted, request.path) is None:
            return None
        found = self._preflights.find(wanted, request.path)
        plan, params = self._refused_preflight, {}
        if type(found) is Found:
            plan, params = found.value, found.params
        return Context(request, plan, params, request.scheme, request.host)

    def _trap(self, request: Request, allowed: tuple[str, ...]) -> Plan | None:
        """A decoy: with any method, unless the path is a real one with other methods."""
        if self._traps is None:
            return None
        found = self._traps.find(request.method, request.path)
        if type(found) is Allowed and not allowed:
            found = self._traps.find(found.methods[0], request.path)
        return found.value if type(found) is Found else None

    def _subtree(self, path: str) -> Plan | None:
        for prefix, plan in self._passes:
            if path.startswith(prefix):
                return plan
        return None

    def _routed(
        self, operations: Iterable[Operation], scope: Callable[[Operation], Scope]
    ) -> Router[Plan]:
        return Router((each.method, each.template, self._plan(scope(each))) for each in operations)

    def decide(self, context: Context) -> Deciding:
        """Both acts. Yields effects; returns how it ended."""
        control = ""
        try:
            for control, step in context.plan.rows:
                said = step(context)
                if said is None:
                    continue
                while isinstance(said, Effect):
                    said = said.then(context, (yield said))
                if said is not None and not self._veils(control, said, context):
                    return said
        except Exception:
            log.exception("control %s failed on %r", control, context.plan.name)
            return Deny(REASONS["control_failed"])
        return Permit(context.subject, context.params, context.query, context.input)

    def _veils(self, control: str, said: Said, context: Context) -> bool:
        """Whether the control is in shadow: then its word is noted and nothing more."""
        if context.plan.shadows.get(control, 0.0) <= self._clock():
            return False
        if type(said) is Deny:
            context.shadowed.append(said)
        return True

    def _plan(self, scope: Scope) -> Plan:
        controls = (*dict.fromkeys(row.control for row in self._order), *LAST)
        ends = shadows(self._fittings.policy, scope, controls)
        bound = ((row.control, row.bind(self._fittings, scope)) for row in self._order)
        return Plan(
            scope=scope,
            rows=tuple((control, step) for control, step in bound if step is not None),
            headers=headers.bind(self._fittings, scope),
            keep=output.bind(self._fittings, scope),
            shadows=ends,
            veiled_until=min(ends.get(control, 0.0) for control in controls),
            name=scope.name if isinstance(scope, Operation) else "",
            method=scope.method if isinstance(scope, Operation) else "other",
            line=line(scope.place) if isinstance(scope, Operation | Pass) else "",
            word="pass" if isinstance(scope, Pass) else "permit",
            dresses=not isinstance(scope, Pass),
        )


def ended(said: Deny) -> Deciding:
    """A decision that is made already."""
    return said
    yield  # what makes it a generator
