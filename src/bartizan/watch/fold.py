"""Folding: past 60 equal refusals a minute, one line stands for many.

Refusals are equal where client, reason, operation, subject and status are. A pending fold becomes
a line one second after it began, or sooner: that second is all that a ``kill -9`` can cost, and
no more than counts. What is kept is bounded whoever asks: one who rotates addresses fills the
table, and then it begins anew. Permits are never folded.
"""

from collections.abc import Iterator
from math import inf
from typing import Final

from msgspec import structs

from bartizan.model.event import Event
from bartizan.watch.segment import numbered

EQUAL: Final = 60
"""Equal refusals of a minute that have a line of their own."""
MINUTE: Final = 60.0
"""Seconds after which counting begins anew."""
PENDING: Final = 0.7
"""Seconds after which a fold is written. Somebody looks four times a second, so that it is written
within one second."""
KEYS: Final = 4096
"""Different refusals that are counted at a time."""
FOLDS: Final = 256
"""Folds that are pending at a time; one more, and the oldest is written."""
RUNS: Final = 24
"""Runs of ids in one fold. As text they stay below 512 characters, which a line never cuts."""
BATCH: Final = 8
"""Folds that are written in the time of one request, at most."""

Key = tuple[str, str, str, str, int]


class _Fold:
    """Equal refusals that have no line yet."""

    __slots__ = ("began", "count", "first", "last", "run", "runs")

    def __init__(self, event: Event, run: str, number: int, began: float) -> None:
        self.first = self.last = event
        self.run = run
        self.runs = [[number, number]]
        self.count = 1
        self.began = began

    def add(self, event: Event, run: str, number: int) -> bool:
        """Take one more in; False where there is no room for it."""
        end = self.runs[-1]
        if run != self.run:
            return False
        if end[1] + 1 == number:
            end[1] = number
        elif len(self.runs) < RUNS:
            self.runs.append([number, number])
        else:
            return False
        self.last = event
        self.count += 1
        return True

    def line(self) -> Event:
        """The one event that stands for all of them."""
        if self.count == 1:
            return self.first
        first, last = self.first, self.last
        runs = _joined(self.runs)
        low, high = runs[0][0], runs[-1][1]
        return structs.replace(
            first,
            id=f"{self.run}-{low:06d}",
            last=f"{self.run}-{high:06d}",
            count=self.count,
            ids="" if len(runs) == 1 else ",".join(map(_spelled, runs)),
            until=max(first.time, last.time),
        )


class Folds:
    """What one worker has counted in this minute. Its owner sees to it that one thread at a time
    asks, and brings the clock: seconds that never go back."""

    def __init__(self) -> None:
        self.pending: dict[Key, _Fold] = {}
        """Folds that have no line yet, oldest first."""
        self.next = inf
        """When the first of them has to be written."""
        self._seen: dict[Key, int] = {}
        self._ends = 0.0

    def alone(self, event: Event, now: float) -> bool:
        """Count a refusal; whether it has a line of its own."""
        if now >= self._ends or len(self._seen) >= KEYS:
            # A new minute. What is pending keeps its second: it is bounded by itself.
            self._seen = {}
            self._ends = now + MINUTE
        key = (event.client, event.reason, event.operation, event.subject, event.status)
        count = self._seen[key] = self._seen.get(key, 0) + 1
        return count <= EQUAL

    def add(self, event: Event, now: float) -> Iterator[Event]:
        """Fold a refusal; yields what has to be written now, which may be nothing."""
        run, number = numbered(event.id)
        if not run:
            yield event
            return
        key = (event.client, event.reason, event.operation, event.subject, event.status)
        fold = self.pending.get(key)
        if fold is not None:
            if fold.add(event, run, number):
                return
            yield self._pop(key)
        elif len(self.pending) >= FOLDS:
            yield self._pop(next(iter(self.pending)))
        self.pending[key] = _Fold(event, run, number, now)
        self.next = min(self.next, now + PENDING)

    def due(self, now: float, most: int) -> Iterator[Event]:
        """The folds whose second is over, ``most`` at a time."""
        for _ in range(most):
            if now < self.next:
                return
            yield self._pop(next(iter(self.pending)))

    def flush(self) -> Iterator[Event]:
        """All that is pending."""
        while self.pending:
            yield self._pop(next(iter(self.pending)))

    def _pop(self, key: Key) -> Event:
        line = self.pending.pop(key).line()
        oldest = next(iter(self.pending.values()), None)
        self.next = oldest.began + PENDING if oldest is not None else inf
        return line


def stands_for(event: Event, id: str) -> bool:
    """Whether an id is the event's own, or among those that its line stands for."""
    if id == event.id:
        return True
    run, number = numbered(id)
    ours, low = numbered(event.id)
    theirs, high = numbered(event.last)
    if not run or not (run == ours == theirs and low <= number <= high):
        return False
    return not event.ids or any(first <= number <= end for first, end in _runs(event.ids))


def _joined(runs: list[list[int]]) -> list[list[int]]:
    """Runs in order, those side by side as one: threads finish in any order."""
    joined: list[list[int]] = []
    for low, high in sorted(runs):
        if joined and joined[-1][1] + 1 == low:
            joined[-1][1] = high
        else:
            joined.append([low, high])
    return joined


def _spelled(run: list[int]) -> str:
    low, high = run
    return f"{low}-{high}" if low != high else f"{low}"


def _runs(text: str) -> Iterator[tuple[int, int]]:
    for run in text.split(","):
        low, _, high = run.partition("-")
        if low.isdecimal() and (high or low).isdecimal():
            yield int(low), int(high or low)
