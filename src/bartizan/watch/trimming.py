"""The cap: when a spool holds as much as it may, its oldest segments are dropped, permits first.

Nothing is locked. Every worker looks at the whole directory each time it has written a small part
of the cap, and unlinks what is too much in the one order that all workers share; of two that do
so at once the second finds the same files gone. A part of the cap is kept free for what others
write in the meantime.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from msgspec import Struct

from bartizan.watch.segment import ALLOWED, PAGE, name_of

CAP: Final = 1024**3
"""Most bytes of a spool's segments, where the policy says nothing."""
LEAST: Final = 16 * 1024**2
"""Smallest cap in bytes."""
SEGMENTS: Final = 2048
"""Most segments of a spool: looking at them all stays a matter of milliseconds."""
LARGEST: Final = 16 * 1024**2
"""Most bytes of one segment."""
LOOKS: Final = 1024
"""A worker looks after each such part of the cap that it has written."""
DROPS: Final = 16
"""Most segments that are dropped at a time: it happens in the time of a request."""
SPARE: Final = 8
"""That part of the cap is kept free: it takes ``LOOKS / SPARE`` workers, each writing as much as
it may between two looks, to fill it."""


class Bounds(Struct, frozen=True, gc=False):
    """How large a spool may be, and what follows from it. In bytes."""

    cap: int
    """All segments together."""

    @property
    def segment(self) -> int:
        """One segment: small, so that little is dropped at a time."""
        return min(LARGEST, self.cap // 64)

    @property
    def step(self) -> int:
        """What a worker writes between two looks at the directory."""
        return self.cap // LOOKS

    @property
    def kept(self) -> int:
        """What remains after trimming, at most."""
        return self.cap - self.cap // SPARE


class Trimmed(Struct, frozen=True, gc=False):
    """What trimming has done."""

    dropped: int = 0
    """How many segments this worker has dropped."""
    until: float = 0.0
    """When the last event in them was written, in seconds since the epoch."""
    more: bool = False
    """Whether there is more to drop: look again soon."""
    over: bool = False
    """Whether there is still too much, and nothing of it can be dropped."""


class _Found(Struct, frozen=True, order=True, gc=False):
    """A segment in the order in which they are dropped."""

    refused: bool
    """Permits go first."""
    written: float
    """When it was last written to: what is under way is never the oldest."""
    file: str
    """Its name."""
    size: int
    """Bytes on the disk."""


def trim(directory: Path, bounds: Bounds, own: frozenset[str] = frozenset()) -> Trimmed:
    """Drop the oldest segments until the rest is small enough; ``own`` are the names of those
    that the caller is writing to. Raises OSError where the directory cannot be read."""
    found = list(_segments(directory))
    total, number = sum(one.size for one in found), len(found)
    if total <= bounds.kept and number <= SEGMENTS:
        return Trimmed()
    dropped, until = 0, 0.0
    for one in sorted(found):
        if dropped == DROPS or (total <= bounds.kept and number <= SEGMENTS):
            break
        if one.file in own:
            continue
        try:
            os.unlink(directory / one.file)  # noqa: PTH108  (a name and no more)
            dropped, until = dropped + 1, max(until, one.written)
        except FileNotFoundError:
            pass  # another worker was here
        except OSError:
            continue
        total, number = total - one.size, number - 1
    more = dropped == DROPS
    return Trimmed(dropped, until, more, total > bounds.kept and not more)


def _segments(directory: Path) -> list[_Found]:
    found = []
    with os.scandir(directory) as entries:
        for entry in entries:
            name = name_of(entry.name)
            if name is None:
                continue
            with suppress(OSError):
                facts = entry.stat(follow_symlinks=False)
                size = -(-facts.st_size // PAGE) * PAGE
                found.append(_Found(name.kind != ALLOWED, facts.st_mtime, entry.name, size))
    return found
