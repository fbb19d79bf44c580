"""Row 12: agreement. What was decided is what the framework resolved (CWE-436).

A quirk of one router can never become a way around the other: the operation decided before the
framework must be one that the resolved route serves with this method.
"""

from bartizan.enforce.plan import Fittings, Scope, Step
from bartizan.model.decision import Deny
from bartizan.model.reasons import REASONS
from bartizan.policy.rules import Operation, Pass

_DISAGREES = Deny(REASONS["route_disagrees"])


def bind(fittings: Fittings, scope: Scope) -> Step | None:
    """An operation must be the route's own; a subtree's route must lie in it and be nobody's."""
    if isinstance(scope, Operation):
        name = scope.name
        return lambda context: None if name in context.route.operations else _DISAGREES
    if isinstance(scope, Pass):
        return lambda context: _DISAGREES if context.route.operations else None
    return None
