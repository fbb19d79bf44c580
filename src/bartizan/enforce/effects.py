"""What the engine may ask of the outside: small values that a driver fulfils.

A control that needs something returns an effect in place of its word. The effect says what to do
with the answer: ``then(context, answer)`` is the control's word, or its next effect.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from bartizan.model.decision import Answer, Deny
from bartizan.stores.port import Hit

Said = Deny | Answer | None
"""What a control says: nothing, a refusal, or an answer of its own."""

Then = Callable[[Any, Any], "Said | Effect"]
"""What follows from the answer to an effect: takes the context and the answer. Effects know
neither what a context is nor who fulfils them."""


class Effect(Struct, frozen=True, gc=False):
    """Something that is needed from outside."""

    then: Then
    """What follows from the answer."""


class Count(Effect, frozen=True, gc=False):
    """Count these limits in one round trip; answered with ``Counted``."""

    hits: tuple[Hit, ...]
    """All limits of one row."""


class GiveBack(Effect, frozen=True, gc=False):
    """Take a reservation back; answered with ``None``."""

    hits: tuple[Hit, ...]
    """The hits of the reservation."""
    at: float
    """When they were counted, as ``Counted`` says."""


class Inside(Effect, frozen=True, gc=False):
    """Act one is over: park until the framework has resolved its route. Answered with ``Route``."""


class Body(Effect, frozen=True, gc=False):
    """Read the request body through the framework, once; answered with ``bytes``, or ``None``
    where it is longer than the limit."""

    limit: int
    """Most bytes to read."""


class Route(Struct, frozen=True, gc=False):
    """What the framework resolved."""

    operations: frozenset[str]
    """Names of the operations that this route serves with this method; empty for none."""


NOWHERE = Route(frozenset())
"""No route of the framework, or one that no operation decides."""
