"""The port that every store fulfils: count many limits at once, give back."""

from typing import Protocol

from msgspec import Struct


class Hit(Struct, frozen=True, gc=False):
    """One limit to be counted for one bucket."""

    key: str
    """The bucket: name of the limit and what it counts apart."""
    count: int
    """How many the window admits."""
    period: int
    """Length of the window in seconds."""


class Counted(Struct, frozen=True, gc=False):
    """What the store says to a reservation."""

    refused: int
    """Index of the first hit that is over its limit, -1 when all are admitted and counted."""
    wait: int
    """Whole seconds until the refusing limit admits again, rounded up; 0 when admitted."""
    at: float = 0.0
    """When it was counted, by the store's own clock: what ``give_back`` needs to be exact."""


class Store(Protocol):
    """Counters. All or nothing: when one limit refuses, none is counted, so a blocked request
    never extends a block."""

    def reserve(self, hits: tuple[Hit, ...]) -> Counted:
        """Count every hit, or none and say which refuses."""

    def give_back(self, hits: tuple[Hit, ...], at: float = 0.0) -> None:
        """Take back what a reservation of the same hits counted ``at`` that time.

        Without ``at`` the oldest hits that still count are taken, which is strict only while the
        reservation is younger than the period, and remembers for longer what others counted
        meanwhile.
        """
