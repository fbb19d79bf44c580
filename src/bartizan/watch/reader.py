"""Reading a spool back: every whole line of every segment, whatever else lies there."""

import json
from collections.abc import Iterator
from heapq import heappop, heappush
from pathlib import Path
from typing import Final

import msgspec

from bartizan.model.event import Event
from bartizan.watch.line import LONGEST
from bartizan.watch.segment import SUFFIX, began

EARLY: Final = 60.0
"""Seconds before its beginning at which a segment's turn comes: its first event is of a decision
that began before there was a segment for it."""

_decode = msgspec.json.Decoder(Event).decode


def read(directory: str | Path) -> Iterator[Event]:
    """The events of a spool in the order of their time, as far as that is known.

    Each worker writes an event when its decision ends, stamped with when it began: within a
    segment the order is that of the lines, and segments are merged by time. A torn last line and
    lines that are no event are passed over, so is a segment that is dropped meanwhile. Raises
    OSError where the directory or a segment cannot be read.
    """
    # A segment is opened when its turn comes, so that few are open at a time.
    waiting: list[tuple[float, int, Iterator[Event], Event | None]] = []
    for number, path in enumerate(segments(directory)):
        heappush(waiting, (began(path.name) - EARLY, number, _segment(path), None))
    while waiting:
        _, number, rest, event = heappop(waiting)
        if event is not None:
            yield event
        following = next(rest, None)
        if following is not None:
            heappush(waiting, (following.time, number, rest, following))


def segments(directory: str | Path) -> list[Path]:
    """The segments of a spool in the order in which they were begun."""
    return sorted(path for path in Path(directory).iterdir() if path.suffix == SUFFIX)


def _segment(path: Path) -> Iterator[Event]:
    try:
        file = path.open("rb")
    except (FileNotFoundError, IsADirectoryError):
        return
    with file:
        begins = True
        while line := file.readline(LONGEST):
            whole = begins and line.endswith(b"\n")
            begins = line.endswith(b"\n")
            if whole and (event := decode(line)) is not None:
                yield event


def decode(line: bytes) -> Event | None:
    """The event of a line; ``None`` where it is none."""
    if line[:1] == b" ":  # the blank before a page
        return None
    try:
        return _decode(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return _surrogates(line)


def _surrogates(line: bytes) -> Event | None:
    """A text with a lone surrogate is legal JSON (RFC 8259 section 8.2), but not for msgspec."""
    try:
        return msgspec.convert(json.loads(line), Event)
    except (ValueError, msgspec.MsgspecError, RecursionError):
        return None
