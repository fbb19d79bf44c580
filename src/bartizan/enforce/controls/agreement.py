"""Row 12: agreement. What was decided is what the framework resolved (CWE-436).

Here act one ends: the decision parks until the framework has resolved its route. A quirk of one
router can never become a way around the other: the operation decided before the framework must
be one that the resolved route serves with this method.
"""

from collections.abc import Callable

from bartizan.enforce.context import Context, Scope, Step
from bartizan.enforce.effects import Inside, Route, Said
from bartizan.enforce.plan import Fittings
from bartizan.model.decision import Deny
from bartizan.model.reasons import REASONS
from bartizan.policy.rules import Operation, Pass

_DISAGREES = Deny(REASONS["route_disagrees"])


def bind(fittings: Fittings, scope: Scope) -> Step | None:
    """Park, and compare what the framework has resolved meanwhile."""
    inside = Inside(word(scope))
    return lambda context: inside


def word(scope: Scope) -> Callable[[Context, Route], Said]:
    """An operation must be the route's own; a subtree's route must be nobody's. What nobody
    declared gets here only in shadow, and is let be."""
    if isinstance(scope, Operation):
        return _serving(scope.name)
    return _nobodys if isinstance(scope, Pass) else _let_be


def _serving(name: str) -> Callable[[Context, Route], Said]:
    return lambda context, route: None if name in route.operations else _DISAGREES


def _nobodys(context: Context, route: Route) -> Said:
    return _DISAGREES if route.operations else None


def _let_be(context: Context, route: Route) -> Said:
    return None
