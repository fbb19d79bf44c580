"""What the framework resolved, in the words of the policy: the other half of row 12.

An adapter knows what tells a route of its framework apart; which operations that route serves was
found out when the application was surveyed.
"""

from collections.abc import Hashable
from typing import Final

from bartizan.enforce.effects import NOWHERE, Route
from bartizan.policy.routes import Survey
from bartizan.policy.rules import Pass

STRANGE: Final = Route(frozenset({""}))
"""A route that lies in no subtree: whoever reaches it through one is refused."""


class Routes:
    """The routes of one surveyed application."""

    def __init__(self, found: Survey) -> None:
        self._serves = {at: Route(names) for at, names in found.serves.items()}
        ours = {route.key: Route(frozenset(names)) for route, names in found.covered}
        self._subtrees = {**{route.key: NOWHERE for route, _ in found.passed}, **ours}

    def of(self, scope: object, key: Hashable | None, method: str | None) -> Route:
        """The route of a request for this scope; ``key`` is ``None`` where there is none.

        A subtree is left to itself whatever the method, but it has routes of its own only: none
        that was added later, and none that a mount prefix of the sender's has moved into it.
        """
        if key is None:
            return NOWHERE
        if isinstance(scope, Pass):
            return self._subtrees.get(key, STRANGE)
        return self._serves.get((key, "GET" if method == "HEAD" else str(method)), NOWHERE)
