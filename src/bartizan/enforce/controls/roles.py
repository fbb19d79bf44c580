"""Row 11: roles (OWASP API5:2023, CWE-285). The subject must have one of them."""

from bartizan.enforce.context import Context, Scope, Step
from bartizan.enforce.controls.authenticate import challenge
from bartizan.enforce.plan import Fittings
from bartizan.model.decision import Deny
from bartizan.model.reasons import REASONS
from bartizan.policy.rules import Operation

_MISSING = Deny(REASONS["role_missing"], key="roles")


def bind(fittings: Fittings, scope: Scope) -> Step | None:
    """Any one of the roles is enough; an anonymous caller has none."""
    if not isinstance(scope, Operation) or not scope.roles:
        return None
    accepted = frozenset(scope.roles)
    unknown = Deny(
        REASONS["credential_missing"], challenge(fittings.policy.api.name), key="identity"
    )

    def step(context: Context) -> Deny | None:
        if context.subject is None:
            return unknown
        return _MISSING if accepted.isdisjoint(context.subject.roles) else None

    return step
