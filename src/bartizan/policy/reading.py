"""Reading a policy file: values with the way to point at them, and faults collected on the way."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path as FilePath
from typing import Any, Final

from msgspec import Struct, field

from bartizan.policy.faults import Fault, PolicyError
from bartizan.policy.nearest import nearest
from bartizan.policy.positions import Path, Positions, Span, scan
from bartizan.policy.rules import Place

MISSING: Final = object()
"""What a reader returns for a value that it could not read; the fault is in the book then."""


class Sheet(Struct, frozen=True):
    """One file, parsed."""

    file: str
    """Its path as it was given."""
    folder: FilePath
    """The absolute folder that its references start from."""
    data: dict[str, Any]
    """What it says."""
    positions: Positions
    """Where it says it."""

    def place(self, span: Span) -> Place:
        """The place of a stretch of the text; the caret stays on its first line."""
        line, column = self.positions.line_column(span.start)
        rest = self.positions.line(line)[column - 1 :]
        return Place(self.file, line, column, max(1, min(span.end - span.start, len(rest))))


class Book(Struct):
    """A policy in the making: its files and every fault found so far."""

    faults: list[Fault] = field(default_factory=list)
    """All faults, in the order they were found."""
    broken: list[Path] = field(default_factory=list)
    """Paths that were not understood: what depends on them is not judged a second time."""
    overlaid: dict[Path, Sheet] = field(default_factory=dict)
    """Facts that an overlay changes: the sheet that says them."""

    def doubts(self, *path: str | int) -> bool:
        """Whether something under (or above) this path was not understood."""
        return any(
            broken[: len(path)] == path or path[: len(broken)] == broken for broken in self.broken
        )


class Leaf(Struct, frozen=True):
    """A value of a file: what it is, where it stands, and what is lost without it."""

    value: Any
    """The value as TOML gives it."""
    path: Path
    """The way to it."""
    sheet: Sheet
    """The file it stands in."""
    book: Book
    """Where faults go."""
    loss: str = ""
    """What would silently not have happened without it."""

    def child(self, key: str | int, loss: str = "") -> "Leaf":
        """The value under a key, or an item of a list."""
        path = (*self.path, key)
        sheet = self.book.overlaid.get(path, self.sheet)
        return Leaf(self.value[key], path, sheet, self.book, loss or self.loss)

    def children(self) -> "Iterator[Leaf]":
        """The items of a list."""
        return map(self.child, range(len(self.value)))

    def key_place(self) -> Place:
        """Where its key stands; of an item, where the item stands."""
        positions = self.sheet.positions
        span = positions.keys.get(self.path) or positions.values.get(self.path)
        return self.sheet.place(span or Span(0, 1))

    def place(self, offset: int = 0, length: int | None = None) -> Place:
        """Where the value stands, or a part of its text; of a table, where its key stands."""
        positions = self.sheet.positions
        span = positions.values.get(self.path)
        if span is None:
            return self._inside_key(offset, length)
        return self.sheet.place(_part(positions.text, span, offset, length))

    def _inside_key(self, offset: int, length: int | None) -> Place:
        positions = self.sheet.positions
        span = positions.keys.get(self.path, Span(0, 1))
        return self.sheet.place(_part(positions.text, span, offset, length))

    def wrong(
        self,
        code: str,
        message: str,
        suggestion: str = "",
        *,
        offset: int = 0,
        length: int | None = None,
        consequence: str | None = None,
        at_key: bool = False,
        secret: bool = False,
    ) -> Any:
        """Write a fault down and return `MISSING`: ``return leaf.wrong("P201", …)``."""
        place = self._inside_key(offset, length) if at_key else self.place(offset, length)
        line = self.sheet.positions.line(place.line)
        if secret:
            start = place.column - 1
            line = line[:start] + '"…"'
            place = Place(place.file, place.line, place.column, 3)
        lost = self.loss if consequence is None else consequence
        self.book.faults.append(Fault(code, message, place, suggestion, lost, line))
        self.book.broken.append(self.path)
        return MISSING


def _part(text: str, span: Span, offset: int, length: int | None) -> Span:
    """Part of a quoted text; the whole where an escape makes the offsets differ."""
    written = text[span.start : span.end]
    if length is None or "\\" in written or written.startswith(('"""', "'''")):
        return span
    quote = 1 if written.startswith(('"', "'")) else 0
    start = min(span.start + quote + offset, span.end - 1)
    return Span(start, max(start + 1, min(start + length, span.end - quote)))


# ------------------------------------------------------------------ tables


class Key(Struct, frozen=True):
    """One key of a table."""

    read: Callable[[Leaf], Any]
    """Reads its value; returns `MISSING` after writing a fault down."""
    loss: str = ""
    """What would silently not have happened without it; ``{of}`` is whose key it is."""
    required: bool = False
    """Whether it must be there."""
    enforced: bool = True
    """Whether this version enforces it; else writing it is an error of its own."""


Keys = Mapping[str, Key]


class Table(Struct, frozen=True):
    """A table, read: only what could be understood."""

    values: dict[str, Any]
    """Values by key."""
    places: dict[str, Place]
    """Where each key stands."""
    leaf: Leaf
    """The table as written."""

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a key."""
        return self.values.get(key, default)


NOWHERE: Final = "nothing would have come of what it was written for"


def read_table(
    leaf: Leaf, keys: Keys, of: str, home: Callable[[str], str] = lambda _key: ""
) -> Table:
    """Read a table by its keys. ``of`` says whose keys they are, for the consequences.

    ``home`` says where else a key belongs.
    """
    values: dict[str, Any] = {}
    places: dict[str, Place] = {}
    if not isinstance(leaf.value, dict):
        leaf.wrong("P201", f"this is {a_kind(leaf.value)}, not a table")
        return Table(values, places, leaf)
    meant: set[str] = set()
    for name in leaf.value:
        key = keys.get(name)
        if key is None:
            meant.add(_unknown(leaf.child(name, NOWHERE), keys, of, home))
            continue
        child = leaf.child(name, key.loss.format(of=of))
        if not key.enforced:
            child.wrong("P105", f"`{name}` is not enforced by this version", at_key=True)
            continue
        value = key.read(child)
        if value is not MISSING:
            values[name] = value
            places[name] = child.key_place()
    for name, key in keys.items():
        if key.required and name not in leaf.value and name not in meant:
            leaf.wrong(
                "P104", f"`{name}` is missing", at_key=True, consequence=key.loss.format(of=of)
            )
    return Table(values, places, leaf)


def _unknown(leaf: Leaf, keys: Keys, of: str, home: Callable[[str], str]) -> str:
    """Write an unknown key down; returns the key that was probably meant."""
    name = str(leaf.path[-1])
    right = nearest(name, keys, 1) or ("" if home(name) else nearest(name, keys))
    message = f"unknown key `{name}`"
    if not right and (elsewhere := home(name)):
        message += f": it belongs to {elsewhere}"
    loss = keys[right].loss.format(of=of) if right else ""
    leaf.wrong("P103", message, right, at_key=True, consequence=loss or leaf.loss)
    if right:
        leaf.book.broken.append((*leaf.path[:-1], right))
    return right


def a_kind(value: Any) -> str:
    """What a TOML value is, in words."""
    words: dict[type, str] = {
        bool: "true or false",
        int: "a whole number",
        float: "a number",
        str: "a text",
        list: "a list",
        dict: "a table",
    }
    return words.get(type(value), "a date or time")


# ------------------------------------------------------------------ a file

_WHERE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_BARE = re.compile(r"[A-Za-z_][\w./:-]*")


def sheet(text: str, file: str) -> Sheet:
    """Parse a text; raises `PolicyError` with the one fault where TOML ends."""
    positions = scan(text)
    try:
        data = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise PolicyError([_syntax(str(error), positions, file)]) from None
    return Sheet(file, FilePath(file).absolute().parent, data, positions)


def _syntax(error: str, positions: Positions, file: str) -> Fault:
    shown = Sheet(file, FilePath(), {}, positions)
    if positions.repeated and error.startswith(("Cannot", "Duplicate")):
        second, first = positions.repeated[-1]
        name = positions.text[second.start : second.end].strip("\"'")
        place = shown.place(second)
        line = positions.line_column(first.start)[0]
        message = f"`{name}` is there twice: first in line {line}"
        lost = "one of the two would have been lost without a word"
        return Fault("P102", message, place, "", lost, positions.line(place.line))
    match = _WHERE.search(error)
    message = error[: match.start()] if match else "nested too deeply"
    message = message[:1].lower() + message[1:]
    offset = len(positions.text.rstrip())
    if match and match.group(1):
        offset = positions.offset(int(match.group(1)), int(match.group(2)))
    bare = _BARE.match(positions.text, offset)
    word = bare.group() if bare and message == "invalid value" else ""
    if word:
        message = "text stands in quotes"
    place = shown.place(Span(offset, offset + max(1, len(word))))
    right = f'"{word}"' if word else ""
    lost = "nothing after this place can be read"
    return Fault("P101", message, place, right, lost, positions.line(place.line))
