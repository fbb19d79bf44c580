"""Row 11: scopes (RFC 6749 section 3.3, RFC 6750 section 3.1; OWASP API5:2023)."""

from bartizan.enforce.context import Context, Scope, Step
from bartizan.enforce.controls.authenticate import challenge
from bartizan.enforce.plan import Fittings
from bartizan.model.decision import Deny
from bartizan.model.reasons import REASONS
from bartizan.policy.rules import Operation


def bind(fittings: Fittings, scope: Scope) -> Step | None:
    """The credential must carry every scope; an anonymous caller carries none."""
    if not isinstance(scope, Operation) or not scope.scopes:
        return None
    needed = frozenset(scope.scopes)
    realm = fittings.policy.api.name
    asked = challenge(realm, error="insufficient_scope", scope=" ".join(scope.scopes))
    missing = Deny(REASONS["scope_missing"], asked, key="scopes")
    unknown = Deny(REASONS["credential_missing"], challenge(realm), key="identity")

    def step(context: Context) -> Deny | None:
        if context.subject is None:
            return unknown
        return None if needed <= context.subject.scopes else missing

    return step
