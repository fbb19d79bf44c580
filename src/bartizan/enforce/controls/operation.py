"""Row 6: the operation. What no entry declares does not exist (default deny; OWASP API9:2023)."""

from bartizan.enforce.context import Context, Scope, Step
from bartizan.enforce.plan import Fittings
from bartizan.model.decision import Deny
from bartizan.model.reasons import REASONS
from bartizan.policy.rules import Operation

_UNKNOWN = Deny(REASONS["operation_unknown"])
_DECOY = Deny(REASONS["decoy"], key="decoy")


def bind(fittings: Fittings, scope: Scope) -> Step | None:
    """Refuses undeclared paths and methods, and decoys, which answer like undeclared paths."""
    if scope is None:
        return _undeclared
    if isinstance(scope, Operation) and scope.decoy:
        return lambda context: _DECOY
    return None


def _undeclared(context: Context) -> Deny:
    if not context.allowed:
        return _UNKNOWN
    return Deny(REASONS["method_unknown"], (("Allow", ", ".join(context.allowed)),))
