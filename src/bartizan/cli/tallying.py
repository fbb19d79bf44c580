"""Counting events: who is refused, by what, and what shadow would refuse.

A folded line counts for as many as it stands for. What is forgotten after a while is counted in
slices of time, so that a window can slide over years of events without keeping one of them.
"""

from collections import Counter
from typing import Final

from msgspec import Struct, field

from bartizan.model.event import Event
from bartizan.model.notices import OUTCOME
from bartizan.model.reasons import REASONS

SLICES: Final = 60
"""Slices of a window: it is as exact as one of them is long."""

Offender = tuple[str, str]
"""Keyed hash of a client, and its network."""
Row = tuple[str, str, str]
"""Control, reason, operation."""


class Tally(Struct, eq=False):
    """What was counted. ``+=`` adds another one."""

    decisions: int = 0
    """Decisions of any outcome."""
    refused: int = 0
    """Refusals among them."""
    shadowed: int = 0
    """Decisions that something in shadow would have refused."""
    notices: int = 0
    """What the log said about itself."""
    first: float = 0.0
    """When the earliest decision began, in seconds since the epoch; 0 where there is none."""
    last: float = 0.0
    """When the latest one began."""
    offenders: Counter[Offender] = field(default_factory=Counter)
    """Refusals of each client."""
    refusals: Counter[Row] = field(default_factory=Counter)
    """Refusals by control, reason and operation."""
    would: Counter[Row] = field(default_factory=Counter)
    """The same for what is in shadow."""

    def add(self, event: Event) -> None:
        """Count one line."""
        if event.outcome == OUTCOME:
            self.notices += 1
            return
        count = max(1, event.count)
        self.decisions += count
        self._span(event.time, max(event.time, event.until))
        if event.outcome == "deny":
            self.refused += count
            self.offenders[event.client, event.network] += count
            self.refusals[event.control, event.reason, _operation(event)] += count
        if event.shadowed:
            self.shadowed += count
            for name in dict.fromkeys(event.shadowed):
                self.would[_control(name), name, _operation(event)] += count

    def __iadd__(self, other: "Tally") -> "Tally":
        self.decisions += other.decisions
        self.refused += other.refused
        self.shadowed += other.shadowed
        self.notices += other.notices
        self.offenders.update(other.offenders)
        self.refusals.update(other.refusals)
        self.would.update(other.would)
        if other.decisions:
            self._span(other.first, other.last)
        return self

    @property
    def empty(self) -> bool:
        """Whether nothing was counted."""
        return not (self.decisions or self.notices)

    def _span(self, first: float, last: float) -> None:
        self.first = min(self.first or first, first)
        self.last = max(self.last, last)


class Window:
    """The tally of the last ``seconds``, or of all where that is 0."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._slice = seconds / SLICES if seconds else 0.0
        self._tallies: dict[int, Tally] = {}

    def add(self, event: Event) -> None:
        """Count one line."""
        time = max(event.time, event.until)
        at = int(time // self._slice) if self._slice else 0
        tally = self._tallies.get(at)
        if tally is None:
            tally = self._tallies[at] = Tally()
        tally.add(event)

    def tally(self, now: float) -> Tally:
        """What is in the window now; what has left it is forgotten."""
        if self._slice:
            oldest = int((now - self._seconds) // self._slice)
            for at in [at for at in self._tallies if at < oldest]:
                del self._tallies[at]
        whole = Tally()
        for tally in self._tallies.values():
            whole += tally
        return whole


def _operation(event: Event) -> str:
    return event.operation or "none"


def _control(reason: str) -> str:
    found = REASONS.get(reason)
    return found.control if found is not None else ""
