"""From a decision to its one event. What is not a field of ``Event`` can never be logged."""

import time
from collections.abc import Callable
from functools import lru_cache
from typing import Final

from bartizan.enforce.context import Context, Plan
from bartizan.enforce.decision import Decision
from bartizan.enforce.journal import Journal
from bartizan.enforce.plan import line
from bartizan.model.decision import Answer, Deny, Permit
from bartizan.model.event import Event
from bartizan.model.subject import Subject
from bartizan.policy.rules import Operation, Pass, Policy

Who = tuple[str, str, str, tuple[str, ...], tuple[str, ...]]
_NOBODY: Final[Who] = ("", "", "", (), ())


class Recorder:
    """Writes the events of one policy."""

    def __init__(self, policy: Policy, journal: Journal, read: Callable[[Context], object]) -> None:
        self._read = read
        self._api = policy.api.name
        self._revision = policy.revision
        self._places = policy.api.places
        self._network = policy.events.network
        self._write = journal.write
        self._keyed = journal.keyed
        self._scopes = frozenset(x for entry in policy.operations for x in entry.scopes)
        self._roles = frozenset(x for entry in policy.operations for x in entry.roles)

    def write(self, decision: Decision, status: int) -> None:
        """Write the event of a decision that was answered with this status (0 for none)."""
        context, outcome = decision.context, decision.outcome
        plan, subject = context.plan, context.subject
        deny = outcome if type(outcome) is Deny else None
        shadowed = context.shadowed
        if not context.client:  # row 1 has refused before anybody asked who it is
            self._read(context)
        identity, key, tenant, scopes, roles = self._who(subject) if subject else _NOBODY
        # By place, in the order of the type: so many names would take ten times as long.
        self._write(
            Event(
                decision.began,
                decision.id,
                self._api,
                self._revision,
                deny.reason.event if deny is not None else "access",
                plan.word if type(outcome) is Permit else _otherwise(plan, outcome),
                status,
                plan.method,
                plan.name,
                deny.reason.name if deny is not None else "",
                deny.reason.control if deny is not None else "",
                plan.line if deny is None else self._line(plan, deny),
                tuple([each.reason.name for each in shadowed]) if shadowed else (),
                self._keyed(context.client) if context.client else "",
                context.network if self._network else "",
                identity,
                key,
                tenant,
                scopes,
                roles,
                context.request.length or 0,
                decision.withheld or 0,
                int((time.perf_counter() - decision.ticks) * 1e6),
                decision.trace,
            )
        )

    def _who(self, subject: Subject) -> Who:
        """Identity, subject, tenant, scopes and roles, as an event may say them."""
        identity, tenant, keyed = subject.identity, subject.tenant, self._keyed
        return (
            identity,
            keyed(subject.key),
            keyed(f"{identity}:{tenant}") if tenant else "",
            _named(subject.scopes, self._scopes),
            _named(subject.roles, self._roles),
        )

    def _line(self, plan: Plan, deny: Deny) -> str:
        """The line of the policy that asked for the refusal, else the one that declares it."""
        scope = plan.scope
        own = scope.places if isinstance(scope, Operation) else {}
        place = (own.get(deny.key) or self._places.get(deny.key)) if deny.key else None
        return line(place) if place is not None else plan.line


def _otherwise(plan: Plan, outcome: object) -> str:
    """The word for an outcome that is no permit."""
    if type(outcome) is Deny:
        return "deny"
    if type(outcome) is Answer:
        return "answer"
    return plan.word if isinstance(plan.scope, Pass) else "unspoken"


@lru_cache(maxsize=1024)
def _named(have: frozenset[str], known: frozenset[str]) -> tuple[str, ...]:
    """The names that the policy knows; what a stranger puts into a token is not repeated."""
    return tuple(sorted(have & known)) if have else ()
