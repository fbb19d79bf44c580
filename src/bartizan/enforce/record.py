"""From a decision to its one event. What is not a field of ``Event`` can never be logged."""

import time
from pathlib import PurePath

from bartizan.enforce.context import Plan
from bartizan.enforce.decision import Decision
from bartizan.enforce.journal import Journal
from bartizan.model.decision import Answer, Deny
from bartizan.model.event import Event
from bartizan.policy.rules import Operation, Pass, Place, Policy


class Recorder:
    """Writes the events of one policy."""

    def __init__(self, policy: Policy, journal: Journal) -> None:
        self._api = policy.api.name
        self._revision = policy.revision
        self._places = policy.api.places
        self._write = journal.write
        self._keyed = journal.keyed
        self._scopes = frozenset(x for entry in policy.operations for x in entry.scopes)
        self._roles = frozenset(x for entry in policy.operations for x in entry.roles)

    def write(self, decision: Decision, status: int) -> None:
        """Write the event of a decision that was answered with this status (0 for none)."""
        context, outcome = decision.context, decision.outcome
        plan, subject = context.plan, context.subject
        deny = outcome if type(outcome) is Deny else None
        keyed = self._keyed
        tenant = subject.tenant if subject is not None else None
        self._write(
            Event(
                time=decision.began,
                id=decision.id,
                api=self._api,
                revision=self._revision,
                event=deny.reason.event if deny is not None else "access",
                outcome=_outcome(plan, outcome),
                status=status,
                method=plan.scope.method if isinstance(plan.scope, Operation) else "other",
                operation=plan.name,
                reason=deny.reason.name if deny is not None else "",
                control=deny.reason.control if deny is not None else "",
                line=self._line(plan, deny),
                shadowed=tuple([each.reason.name for each in context.shadowed]),
                client=keyed(context.client) if context.client else "",
                network=context.network,
                identity=subject.identity if subject is not None else "",
                subject=keyed(subject.key) if subject is not None else "",
                tenant=keyed(f"{subject.identity}:{tenant}") if subject and tenant else "",
                scopes=_named(subject.scopes, self._scopes) if subject is not None else (),
                roles=_named(subject.roles, self._roles) if subject is not None else (),
                size=context.request.length or 0,
                withheld=decision.withheld or 0,
                micros=int((time.perf_counter() - decision.ticks) * 1e6),
            )
        )

    def _line(self, plan: Plan, deny: Deny | None) -> str:
        """The line of the policy that asked for the refusal, else the one that declares it."""
        scope = plan.scope
        place: Place | None = None
        if deny is not None and deny.key:
            own = scope.places if isinstance(scope, Operation) else {}
            place = own.get(deny.key) or self._places.get(deny.key)
        if place is None and isinstance(scope, Operation | Pass):
            place = scope.place
        return f"{PurePath(place.file).name}:{place.line}" if place is not None else ""


def _outcome(plan: Plan, outcome: object) -> str:
    if type(outcome) is Deny:
        return "deny"
    if type(outcome) is Answer:
        return "answer"
    if isinstance(plan.scope, Pass):
        return "pass"
    return "permit" if outcome is not None else "unspoken"


def _named(have: frozenset[str], known: frozenset[str]) -> tuple[str, ...]:
    """The names that the policy knows; what a stranger puts into a token is not repeated."""
    return tuple(sorted(have & known))
