"""A policy compiled once: for each operation a flat tuple of ready callables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar, cast

from msgspec import Struct, field

from bartizan.credentials.jwt import Verifier
from bartizan.enforce.context import Context
from bartizan.enforce.effects import Effect, Said
from bartizan.policy.rules import Api, Operation, Pass, Policy, Shadow
from bartizan.schemas.form import Form

Made = TypeVar("Made")

Step = Callable[[Context], Said | Effect]
"""A control bound to its rule: speaks to one context, or asks for something first."""


class Preflight(Struct, frozen=True):
    """The scope of a CORS preflight: the operation that it asks for."""

    operation: Operation | None
    """The operation that the page wants to call; ``None`` where no page may call anything."""


Scope = Operation | Pass | Preflight | None
"""What a plan is for: an operation, a subtree that is not ours, a preflight, or a path that
nobody declared."""


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


class Plan(Struct, frozen=True):
    """All that happens to a request of one scope."""

    scope: Scope
    """What it is for."""
    rows: tuple[tuple[str, Step], ...]
    """The controls that have something to say, in order: name and step."""
    headers: Headers
    """What every answer carries."""
    keep: Callable[[bytes], tuple[bytes, int]] | None
    """Cuts an answer down to its declared output."""
    shadows: Mapping[str, float]
    """End of the shadow of every control in shadow."""
    veiled_until: float
    """End of a shadow over all controls: until then not one byte of the answer changes."""

    name: str
    """The operation's name; empty where there is none."""
    dresses: bool
    """Whether the view's answer gets our headers: not in a subtree that is not ours."""


class Headers(Struct, frozen=True):
    """Headers of every answer of a plan, computed beforehand."""

    fixed: tuple[tuple[str, str], ...]
    """Set on every answer, over what the view says."""
    failed: tuple[tuple[str, str], ...]
    """The same for an answer of 400 and above: what the policy says of caches is for answers."""
    names: frozenset[str]
    """Lower-case names that the view's answer loses."""
    origins: Mapping[str, tuple[tuple[str, str], ...]]
    """CORS headers by allowed origin; ``*`` for any."""


LAST = ("output", "errors", "headers")
"""Row 18: the controls of the answer, in the order in which they speak."""


def reach(fittings: Fittings, scope: Scope) -> Operation | Pass | Api:
    """Who says which hosts and which scheme reach this scope (row 4)."""
    if isinstance(scope, Preflight):
        scope = scope.operation
    return scope or fittings.policy.api


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
