"""Reading a spool back: every whole line of every segment, whatever else lies there."""

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec

from bartizan.model.event import Event
from bartizan.watch.line import LONGEST
from bartizan.watch.spool import SUFFIX

_decode = msgspec.json.Decoder(Event).decode


def read(directory: str | Path) -> Iterator[Event]:
    """The events of a spool, segment by segment in the order in which these were begun.

    Workers write at the same time: sort by ``time`` where the order across them matters. A torn
    last line and lines that are no event are passed over. Raises OSError where the directory or
    a segment cannot be read.
    """
    for path in sorted(Path(directory).iterdir()):
        if path.suffix == SUFFIX and path.is_file():
            yield from _segment(path)


def _segment(path: Path) -> Iterator[Event]:
    with path.open("rb") as file:
        begins = True
        while line := file.readline(LONGEST):
            whole = begins and line.endswith(b"\n")
            begins = line.endswith(b"\n")
            if whole and (event := decode(line)) is not None:
                yield event


def decode(line: bytes) -> Event | None:
    """The event of a line; ``None`` where it is none."""
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
