"""Target `events`: what lies in a spool directory, whoever wrote it.

The reader never raises, and an event that it reads is written again as a line that it reads the
same.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from bartizan.model.event import Event
from bartizan.watch.line import LONGEST, encode
from bartizan.watch.reader import decode, read
from tests.fuzz.target import Judge, Target, hold, quoted

SEGMENT = "20261124T063355.123456Z-4711-k7f3q2zdx9-000001-refused.jsonl"


@contextmanager
def _open(folder: Path) -> Iterator[Judge]:
    spool = folder / "spool"
    spool.mkdir()
    segment = spool / SEGMENT

    def judge(data: bytes) -> bool:
        segment.write_bytes(data)
        events = list(read(spool))
        for event in events:
            line = encode(event)
            hold(line.endswith(b"\n") and line.count(b"\n") == 1, "not one line")
            hold(line.isascii() and len(line) <= LONGEST, "not printable, or too long")
            again = decode(line)
            hold(again is not None, "a line of ours is not read back")
            if again is not None and b"...cut" not in line:
                hold(encode(again) == line, "it is another event the second time")
        return bool(events)

    yield judge


def _seeds() -> Iterable[bytes]:
    honest = Event(**{field.name: _value(field) for field in msgspec.structs.fields(Event)})
    line = encode(honest)
    yield line
    yield line * 3
    yield line[:-1]
    yield b" " * 100 + b"\n" + line
    yield line.replace(b'"', b"'")
    yield b"{}\n[]\nnull\n" + line


def _value(field: msgspec.structs.FieldInfo) -> object:
    """A value that is not the default."""
    kinds: dict[object, object] = {str: "x1", int: 7, float: 1.5, bool: True}
    return kinds.get(field.type, () if "tuple" in str(field.type) else field.default)


WORDS = (*(f'"{name}":' for name in Event.__struct_fields__), "\\ud800", "\\u0000", "\n", "null",
         "1e400", "9" * 30, "...cut", "\x00", "[[[[")  # fmt: skip

EVENTS = Target(
    "events", _open, _seeds, WORDS, lambda data: f"spool = {quoted(data.decode('latin-1'))}\n"
)
