"""What a bench is, and what it found: small frozen values."""

from collections.abc import Callable

from msgspec import Struct

Run = Callable[[int], None]
"""Asks this many times."""


class Case(Struct, frozen=True):
    """Two ways to do the same, and what the second may cost more."""

    group: str
    """Where it stands in the table: ``Flask``, ``Django, WSGI``."""
    name: str
    """What is asked: ``GET, warm token``."""
    base: Run | None
    """What it is held against; ``None`` where all of it is ours (a refusal)."""
    ours: Run
    """The guarded way."""
    budget: float | None
    """Most microseconds that ours may add; ``None`` where nothing was promised."""
    against: str = "the bare application"
    """What the base is, in words."""
    times: int = 0
    """Requests in one batch, where there must not be more; 0 lets the clock say."""


class Figure(Struct, frozen=True):
    """What was measured of one case."""

    group: str
    """As the case says."""
    name: str
    """As the case says."""
    against: str
    """As the case says."""
    base: float
    """Microseconds of the base for one request; 0 where there is none."""
    ours: float
    """Microseconds of ours for one request."""
    budget: float | None
    """Most microseconds between them."""

    @property
    def added(self) -> float:
        """What ours costs more, in microseconds."""
        return self.ours - self.base

    @property
    def held(self) -> bool | None:
        """Whether the budget holds; ``None`` where there is none."""
        return None if self.budget is None else self.added <= self.budget
