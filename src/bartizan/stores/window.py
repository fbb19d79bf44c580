"""The sliding counter of one limit: pure arithmetic on a state that is one whole number.

A state holds at most ten sub-windows of hits in the order of time. A sub-window is closed when
it holds a tenth of N, and all its hits count until the *last* of them is a period old. So

- no window of the period ever admits more than N: a hit never counts for less than a period;
- a client that keeps to 0.9 N in every window is never refused: only one sub-window at a time
  can reach over the window's edge, and what it counts too much is less than a tenth of N;
- up to ``"10/period"`` a sub-window is one hit, and the counter is an exact log.

Layout, low bits first: the total, then one field for each sub-window, newest first: how many
hits it holds, and the time of its last hit in ticks, modulo 2**25. A tick is the power of two of
a second for which a period is just below 2**22 ticks (15 µs for a minute). Times are rounded up
when counted and down when compared, so rounding is strict too.
"""

from collections.abc import Iterator
from math import ceil, floor, frexp
from typing import Final

_STAMP: Final = 25
"""Bits of a time: eight periods and more. Who keeps states trims them before they are that old."""
_RING: Final = (1 << _STAMP) - 1
_AHEAD: Final = 1 << (_STAMP - 1)
_PERIOD: Final = 22
"""Bits of a period in ticks."""

REFUSED: Final = -1
"""What ``hit`` says instead of a state."""


class Window:
    """One limit: ``count`` hits in every ``period`` seconds. Immutable; 0 is the empty state."""

    __slots__ = (
        "_cell", "_cell_mask", "_count_mask", "_full", "_head_mask", "_life", "_low", "_low_mask",
        "_one", "_share", "_total", "_total_mask", "count", "period", "scale",
    )  # fmt: skip

    def __init__(self, count: int, period: int) -> None:
        self.count = count
        self.period = period
        self.scale = 2.0 ** (_PERIOD - frexp(period)[1])
        """Ticks of a second."""
        self._life = ceil(period * self.scale)
        self._share = -(-count // 10)
        self._total = count.bit_length()
        self._total_mask = (1 << self._total) - 1
        bits = self._share.bit_length()
        self._count_mask = (1 << bits) - 1
        self._cell = bits + _STAMP
        self._cell_mask = (1 << self._cell) - 1
        # The head: the total and the newest sub-window. Its low part: without the time.
        self._low = self._total + bits
        self._low_mask = (1 << self._low) - 1
        self._head_mask = (1 << (self._total + self._cell)) - 1
        self._full = self._share << self._total
        self._one = 1 << self._total | 1

    def hit(self, state: int, now: float) -> int:
        """The state with one more hit, or ``REFUSED``."""
        if state & self._total_mask >= self.count:
            state = self.trim(state, now)
            if state & self._total_mask >= self.count:
                return REFUSED
        stamp = ceil(now * self.scale) & _RING
        head = state & self._head_mask
        low = head & self._low_mask
        if low < self._full:
            return state - head + (stamp << self._low | low + self._one)
        total = (state & self._total_mask) + 1
        older = state >> self._total << (self._total + self._cell)
        return older | stamp << self._low | 1 << self._total | total

    def trim(self, state: int, now: float) -> int:
        """The state without the sub-windows that no longer count."""
        tick = floor(now * self.scale)
        while state:
            place = self._oldest(state)
            cell = state >> place
            age = tick - (cell >> (self._cell - _STAMP)) & _RING
            if not self._life <= age < _AHEAD:
                break
            state -= (cell << place) + (cell & self._count_mask)
        return state

    def wait(self, state: int, now: float) -> int:
        """Whole seconds until a trimmed, full state admits again, rounded up, at least 1."""
        ticks = now * self.scale
        tick = floor(ticks)
        age = tick - (state >> self._oldest(state) >> (self._cell - _STAMP)) & _RING
        if age >= _AHEAD:
            age -= _RING + 1
        return max(1, ceil((self._life - age - (ticks - tick)) / self.scale))

    def take_back(self, state: int, now: float, at: float) -> int:
        """The state without one hit that was counted ``at`` that time; 0.0 takes the oldest."""
        tick, born = floor(now * self.scale), ceil(at * self.scale)
        state = self.trim(state, now)
        if not state or (at and tick - born >= self._life):
            return state
        cells = list(self._cells(state))
        index = len(cells) - 1
        if at:
            # Its sub-window is the oldest whose last hit is not before it.
            while index > 0 and cells[index][1] - born & _RING >= _AHEAD:
                index -= 1
            if cells[index][1] - born & _RING >= _AHEAD:
                return state
        count, stamp = cells[index]
        cells[index : index + 1] = [(count - 1, stamp)] if count > 1 else []
        return self._pack(self._join(cells))

    def _oldest(self, state: int) -> int:
        """The bit at which the oldest sub-window's field begins."""
        return self._total + (state.bit_length() - self._total - 1) // self._cell * self._cell

    def _cells(self, state: int) -> Iterator[tuple[int, int]]:
        rest = state >> self._total
        while rest:
            cell = rest & self._cell_mask
            yield cell & self._count_mask, cell >> (self._cell - _STAMP)
            rest >>= self._cell

    def _join(self, cells: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """Neighbours that fit into one sub-window become one, so that giving back and counting
        in turn never makes more than twenty."""
        joined: list[tuple[int, int]] = []
        for count, stamp in cells:
            if joined and joined[-1][0] + count <= self._share:
                joined[-1] = (joined[-1][0] + count, joined[-1][1])
            else:
                joined.append((count, stamp))
        return joined

    def _pack(self, cells: list[tuple[int, int]]) -> int:
        state = 0
        for count, stamp in reversed(cells):
            state = state << self._cell | stamp << (self._cell - _STAMP) | count
        return state << self._total | sum(count for count, _ in cells)
