"""What plans are made of: the fittings of controls, the rows of the order, the ends of shadows."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from pathlib import PurePath
from typing import Any, TypeVar, cast

from msgspec import Struct, field

from bartizan.credentials.jwt import Verifier
from bartizan.enforce.context import Preflight, Scope, Step
from bartizan.policy.rules import Api, Operation, Pass, Place, Policy, Shadow
from bartizan.schemas.form import Form

Made = TypeVar("Made")


class Fittings(Struct, frozen=True):
    """What controls are bound with: the policy and everything that stands ready beside it."""

    policy: Policy
    """The merged policy."""
    verifier: Verifier
    """Answers who a credential speaks for."""
    forms: Mapping[str, Form]
    """Bound input forms by the name that the policy gives them."""
    made: dict[str, Any] = field(default_factory=dict)
    """What controls have made once for all scopes, by the control's name."""

    def shared(self, control: str, make: Callable[[Policy], Made]) -> Made:
        """What a control makes of the policy alone: the first scope makes it, all use it."""
        if control not in self.made:
            self.made[control] = make(self.policy)
        return cast("Made", self.made[control])


Bind = Callable[[Fittings, Scope], Step | None]
"""Binds one control to one scope; ``None`` where the scope asks nothing of it."""


class Row(Struct, frozen=True):
    """One line of the order of refusals."""

    number: int
    """Its number in the table of the design."""
    control: str
    """The control's name, the same as its file's."""
    bind: Bind
    """Makes the step for a scope."""


LAST = ("output", "errors", "headers")
"""Row 18: the controls of the answer, in the order in which they speak."""


def reach(fittings: Fittings, scope: Scope) -> Operation | Pass | Api:
    """Who says which hosts and which scheme reach this scope (row 4)."""
    if isinstance(scope, Preflight):
        scope = scope.operation
    return scope or fittings.policy.api


def line(place: Place) -> str:
    """A line of the policy as an event says it: ``bartizan.toml:41``."""
    return f"{PurePath(place.file).name}:{place.line}"


def end_of(shadow: Shadow) -> float:
    """Seconds since the epoch at the end of the shadow's last day (UTC)."""
    return dt.datetime.combine(shadow.until, dt.time.min, tzinfo=dt.UTC).timestamp() + 86400


def shadows(policy: Policy, scope: Scope, controls: Iterable[str]) -> dict[str, float]:
    """When the shadow of each control ends, the API's and the operation's own together."""
    ends: dict[str, float] = {}
    own = scope.shadow if isinstance(scope, Operation) else None
    for shadow in filter(None, (policy.api.shadow, own)):
        for control in shadow.controls or controls:
            ends[control] = max(ends.get(control, 0.0), end_of(shadow))
    return ends
