"""``memory://``: counters of this process alone, exact under threads, bounded in memory.

Another worker has counters of its own, so N workers admit N times the limit: good for one worker
and for development, which is why a policy must ask for it by name.
"""

import threading
import time
from collections.abc import Callable
from typing import Final

from bartizan.model.fork import forget_in_child
from bartizan.stores.port import Counted, Hit
from bartizan.stores.table import Seats, Table
from bartizan.stores.window import Window

CAPACITY: Final = 1_000_000
"""Buckets of their own that a store keeps at one time."""
_LEAP: Final = 2.0**26
"""Longest step of the clock that is believed, in seconds: two years, longer than any period."""


class _Room:
    """What belongs to one process: made at first use, dropped in a forked child."""

    __slots__ = ("lock", "now", "read", "seats", "tables")

    def __init__(self, read: float, capacity: int) -> None:
        self.lock = threading.Lock()
        self.read = read
        self.now = 1.0  # never 0.0, which ``at`` has for "unknown"
        self.seats = Seats(capacity)
        self.tables: dict[int, dict[int, Table]] = {}

    def table(self, hit: Hit) -> Table:
        """The table of a limit: made at its first hit."""
        of_period = self.tables.setdefault(hit.period, {})
        found = of_period.get(hit.count)
        if found is None:
            window = Window(hit.count, hit.period)
            found = of_period[hit.count] = Table(window, self.now, self.seats)
        return found


class Memory:
    """Sliding counters in memory; implements ``stores.port.Store``.

    ``clock`` gives seconds that only grow. Should it jump back, time stands still for one call
    and then goes on; should it jump ahead, windows end early once.
    """

    _room: _Room | None = None

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, *, capacity: int = CAPACITY
    ) -> None:
        self._clock = clock
        self._capacity = capacity

    def reserve(self, hits: tuple[Hit, ...]) -> Counted:
        """Count every hit, or none and say which refuses."""
        room = self._room
        if room is None:
            room = self._open()
        lock = room.lock
        lock.acquire()  # not ``with``: that takes twice as long
        try:
            read = self._clock()
            step = read - room.read
            room.read = read
            if step > 0:
                room.now += step if step < _LEAP else _LEAP
            now = room.now
            if len(hits) == 1:
                (hit,) = hits
                try:
                    table = room.tables[hit.period][hit.count]
                except KeyError:
                    table = room.table(hit)
                before = table.hit(hit.key, now)
                return Counted(-1, 0, now) if before >= 0 else Counted(0, -before)
            return _reserve(room, hits, now)
        finally:
            lock.release()

    def give_back(self, hits: tuple[Hit, ...], at: float = 0.0) -> None:
        """Take back what a reservation of the same hits counted ``at`` that time."""
        room = self._room
        if room is None:
            return
        with room.lock:
            now = self._now(room)
            for hit in hits:
                room.table(hit).give_back(hit.key, now, at)

    def forget(self) -> None:
        """Begin anew, as a forked child must: the parent's lock may be held for ever."""
        self.__dict__.pop("_room", None)

    def _open(self) -> _Room:
        forget_in_child(self)
        # One C call: threads that open at the same time get the same room.
        opened: _Room = self.__dict__.setdefault("_room", _Room(self._clock(), self._capacity))
        return opened

    def _now(self, room: _Room) -> float:
        read = self._clock()
        step = read - room.read
        room.read = read
        if step > 0:
            room.now += min(step, _LEAP)
        return room.now


def _reserve(room: _Room, hits: tuple[Hit, ...], now: float) -> Counted:
    """Count several hits one after the other; at a refusal undo them, the last one first."""
    counted: list[tuple[Table, str, int]] = []
    for index, hit in enumerate(hits):
        table = room.table(hit)
        before = table.hit(hit.key, now)
        if before < 0:
            for done, key, state in reversed(counted):
                done.undo(key, state)
            return Counted(index, -before)
        counted.append((table, hit.key, before))
    return Counted(-1, 0, now)
