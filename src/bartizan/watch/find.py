"""Finding one decision in a spool by its id, also where a line stands for many of them.

Names of segments say which run of which worker they are of and with which number they begin, so
the first file that is looked at is nearly always the right one. Files are searched as bytes:
``"id":"…"`` stands at one place of a line only, since quotes within texts are escaped.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bartizan.model.event import Event
from bartizan.watch.fold import stands_for
from bartizan.watch.line import LONGEST
from bartizan.watch.reader import decode, segments
from bartizan.watch.segment import name_of, numbered

BLOCK: Final = 16 * 1024**2
"""Bytes that are searched at a time: a whole segment of ours."""


def find(directory: str | Path, id: str) -> Event | None:
    """The event of a decision, or the one that stands for it among others; ``None`` where there is
    none, or ``id`` is no id. Raises OSError where the directory or a segment cannot be read."""
    run, _ = numbered(id)
    if not run:
        return None
    own, folded = f'"id":"{id}"'.encode(), f'"last":"{run}-'.encode()
    for path in _nearest(segments(directory), id):
        for line in _lines(path, (own, folded)):
            event = decode(line)
            if event is not None and stands_for(event, id):
                return event
    return None


def _nearest(paths: list[Path], id: str) -> Iterator[Path]:
    """The segments in which an id can stand, likeliest first: those of its run that begin before
    it, newest first, since they are written in order; those that begin after it, since a decision
    that takes long is written late; then all others."""
    run, number = numbered(id)
    before: list[tuple[int, Path]] = []
    after: list[tuple[int, Path]] = []
    others: list[Path] = []
    for path in paths:
        name = name_of(path.name)
        if name is None or name.run != run:
            others.append(path)
        else:
            (before if name.first <= number else after).append((name.first, path))
    yield from (path for _, path in sorted(before, reverse=True))
    yield from (path for _, path in sorted(after))
    yield from reversed(others)


def _lines(path: Path, wanted: tuple[bytes, ...]) -> Iterator[bytes]:
    """The lines of a file that hold one of several texts."""
    try:
        with path.open("rb") as file:
            while text := file.read(BLOCK):
                text += file.readline(LONGEST)
                for one in wanted:
                    yield from _holding(text, one)
    except (FileNotFoundError, IsADirectoryError):
        return  # dropped at this moment


def _holding(text: bytes, wanted: bytes) -> Iterator[bytes]:
    at = text.find(wanted)
    while at >= 0:
        end = text.find(b"\n", at)
        if end < 0:
            return  # a torn line
        yield text[text.rfind(b"\n", 0, at) + 1 : end]
        at = text.find(wanted, end)
