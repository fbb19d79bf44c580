"""Following a spool: the events that are added to it, as they come.

Segments are rotated, dropped and begun by workers that come and go, so the directory is looked at
each time. A segment is open only while it is read.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from msgspec import Struct

from bartizan.model.event import Event
from bartizan.watch.reader import decode
from bartizan.watch.segment import SUFFIX

CHUNK: Final = 1024**2
"""Most bytes that are read of one segment at a time."""
_BACK: Final = 64 * 1024
"""Bytes of the first look back into a segment."""


class _Found(Struct, frozen=True, gc=False):
    """A segment as the directory shows it."""

    path: Path
    """Where it is."""
    size: int
    """Bytes in it."""
    written: float
    """When it was last written to, in seconds since the epoch."""


class Follower:
    """A place in every segment of a spool, up to which it has been read: at first the beginning.

    The directory may be missing, and may come back. Raises OSError where it cannot be read.
    """

    def __init__(self, directory: str | Path) -> None:
        self.directory = Path(directory)
        """The spool."""
        self._places: dict[str, int] = {}

    def skip(self, last: int = 0) -> list[Event]:
        """Go on from the present end. Returns the ``last`` events before it, by time."""
        found = self._found()
        self._places = {one.path.name: one.size for one in found}
        kept: list[Event] = []
        for one in sorted(found, key=lambda it: it.written, reverse=True) if last > 0 else ():
            if len(kept) == last and one.written < kept[0].time:
                break  # nothing in it is newer, nor in what follows
            kept = sorted([*kept, *_before(one, last)], key=_time)[-last:]
        return kept

    def poll(self) -> list[Event]:
        """What was added since the last time, by time: bounded, so there may be more."""
        found = self._found()
        places = {one.path.name: self._places.get(one.path.name, 0) for one in found}
        events: list[Event] = []
        for one in found:
            place = places[one.path.name]
            if one.size < place:
                place = 0  # somebody has emptied it
            if one.size > place:
                lines, place = _after(one.path, place)
                events += lines
            places[one.path.name] = place
        self._places = places
        return sorted(events, key=_time)

    def _found(self) -> list[_Found]:
        found = []
        try:
            for path in self.directory.iterdir():
                if path.suffix == SUFFIX:
                    try:
                        facts = path.stat()
                    except FileNotFoundError:
                        continue  # dropped at this moment
                    found.append(_Found(path, facts.st_size, facts.st_mtime))
        except FileNotFoundError:
            return []
        return found


def follow(directory: str | Path, idle: Callable[[], bool], last: int = 0) -> Iterator[Event]:
    """The ``last`` events of a spool, then those that are added to it, for ever.

    ``idle`` is called whenever there is nothing new; it waits as long as the caller likes, and
    ends the iteration by returning false. Events that come at the same time are in the order of
    their time. Raises OSError where the directory cannot be read; it may be missing.
    """
    follower = Follower(directory)
    yield from follower.skip(last)
    while True:
        events = follower.poll()
        yield from events
        if not events and not idle():
            return


def _time(event: Event) -> float:
    return event.time


def _after(path: Path, place: int) -> tuple[list[Event], int]:
    """The events from a place on, and the place after the last whole line."""
    try:
        with path.open("rb") as file:
            file.seek(place)
            text = file.read(CHUNK)
    except (FileNotFoundError, IsADirectoryError):
        return [], place
    end = text.rfind(b"\n") + 1
    if not end and len(text) == CHUNK:
        end = len(text)  # no line of ours is that long
    return _events(text[:end]), place + end


def _before(one: _Found, last: int) -> list[Event]:
    """The last events of a segment; lines that are no event count as well."""
    back = _BACK
    while True:
        start = max(0, one.size - back)
        try:
            with one.path.open("rb") as file:
                file.seek(start)
                text = file.read(one.size - start)
        except (FileNotFoundError, IsADirectoryError):
            return []
        if start:
            text = text[text.find(b"\n") + 1 :]
        if not start or text.count(b"\n") >= 2 * last:  # blanks are at most every other line
            return _events(text)[-last:]
        back *= 4


def _events(text: bytes) -> list[Event]:
    # Not splitlines(): that cuts at more than line feeds.
    return [event for line in text.split(b"\n") if (event := decode(line)) is not None]
