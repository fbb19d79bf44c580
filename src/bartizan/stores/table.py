"""The states of all buckets of one limit, dropped in time and bounded in number."""

from typing import Final

from bartizan.stores.window import REFUSED, Window

SHARED: Final = 1024
"""Buckets that new keys share once there is no seat left for their own."""
_HASH: Final = (1 << 60) - 1
"""Keys are kept as 60 bits of the interpreter's own keyed hash (SipHash): a third of the memory
of a text. Should two ever have the same bits they share a bucket, which is strict, never lax."""
_SWEEP: Final = 4
"""Dead entries that one hit clears away."""


class Seats:
    """How many entries the tables of one store may still make, and the dead that hold some."""

    __slots__ = ("dead", "free", "tables")

    def __init__(self, free: int) -> None:
        self.free = free
        """Entries that may still be made."""
        self.dead: list[dict[int, int]] = []
        """Generations that are over and not yet freed."""
        self.tables: list[Table] = []
        """Whose entries take the seats."""

    def sweep(self) -> None:
        """Free some of the dead; each gives its seat back (a shared bucket had none)."""
        dead = self.dead[-1]
        for _ in range(min(_SWEEP, len(dead))):
            self.free += dead.popitem()[0] >= 0
        if not dead:
            self.dead.pop()

    def search(self, now: float) -> None:
        """With no seat left: see which table has held its own for too long."""
        for table in self.tables:
            table.turn(now)
        if self.dead:
            self.sweep()


class Table:
    """Two generations: entries touched in this one, and in the one before.

    A generation lasts a period at least, so what was not touched for a whole one has nothing
    left that counts: it is dropped with its generation, exactly and without being looked at. Its
    memory is freed a few entries at a time, so that no hit pays for a million.
    """

    __slots__ = ("_ends", "_new", "_old", "_seats", "_sharing", "window")

    def __init__(self, window: Window, now: float, seats: Seats) -> None:
        self.window = window
        """The limit that its states belong to."""
        self._seats = seats
        seats.tables.append(self)
        self._new: dict[int, int] = {}
        self._old: dict[int, int] = {}
        self._ends = now + window.period
        self._sharing = 0  # generations for which a shared bucket may still count something

    def hit(self, key: str, now: float) -> int:
        """Count one hit: the state before it; or, negative, the seconds that a refusal lasts."""
        if now >= self._ends:
            self.turn(now)
        if self._seats.dead:
            self._seats.sweep()
        digest = hash(key) & _HASH
        before = self._new.get(digest)
        if before is None:
            digest, before = self._seat(digest, now)
        after = self.window.hit(before, now)
        if after == REFUSED:
            return -self.window.wait(self.window.trim(before, now), now)
        self._new[digest] = after
        return before

    def undo(self, key: str, before: int) -> None:
        """Make a hit of this very moment undone."""
        digest = hash(key) & _HASH
        if digest not in self._new:
            self._new[-1 - digest % SHARED] = before
        elif before:
            self._new[digest] = before
        else:
            del self._new[digest]
            self._seats.free += 1

    def give_back(self, key: str, now: float, at: float) -> None:
        """Take back a hit of an earlier moment, as far as it still counts."""
        self.turn(now)
        digest = hash(key) & _HASH
        for place in (digest, -1 - digest % SHARED):
            for generation in (self._new, self._old):
                if place in generation:
                    state = self.window.take_back(generation[place], now, at)
                    generation[place] = state
                    if not state and place >= 0:
                        del generation[place]
                        self._seats.free += 1
                    return

    def _seat(self, digest: int, now: float) -> tuple[int, int]:
        """Where the state of a key goes that has none in this generation, and that state."""
        moved = self._old.pop(digest, None)
        if moved is not None:
            moved = self._new[digest] = self.window.trim(moved, now)
            return digest, moved
        state = self._shared(digest, now) if self._sharing else 0
        if self._seats.free <= 0:
            self._seats.search(now)
        if self._seats.free > 0:
            # It begins with all that its shared bucket counts: some of that may be its own.
            self._seats.free -= 1
            self._new[digest] = state
            return digest, state
        self._sharing = 2
        return -1 - digest % SHARED, state

    def _shared(self, digest: int, now: float) -> int:
        place = -1 - digest % SHARED
        state = self._new.get(place)
        if state is None:
            state = self._old.get(place, 0)
        return self.window.trim(state, now)

    def turn(self, now: float) -> None:
        """Begin a new generation when it is time; two periods late, nothing at all still counts."""
        if now < self._ends:
            return
        stale = now >= self._ends + self.window.period
        self._seats.dead += [self._old, self._new] if stale else [self._old]
        self._old, self._new = {} if stale else self._new, {}
        self._sharing = 0 if stale else max(0, self._sharing - 1)
        self._ends = now + self.window.period
