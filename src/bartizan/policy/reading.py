"""Reading a policy file: values with the way to point at them, and faults collected on the way."""

import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path as FilePath
from typing import Any, Final, Literal

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
    """A policy in the making: every fault found so far."""

    faults: list[Fault] = field(default_factory=list)
    """All faults, in the order they were found."""
    broken: list[Path] = field(default_factory=list)
    """For each fault the path that it is about; what depends on it is not judged again."""
    unsure: set[Path] = field(default_factory=set)
    """Tables with a key that nobody knows: what is absent in them may only be misspelt."""
    doubtful: set[str] = field(default_factory=set)
    """Sections in which something was not understood."""
    overlaid: dict[Path, Sheet] = field(default_factory=dict)
    """Facts that an overlay changes: the sheet that says them."""

    def write(self, fault: Fault, path: Path) -> None:
        """Write a fault down."""
        self.faults.append(fault)
        self.broken.append(path)

    def forget(self, since: int, path: Path) -> None:
        """Drop the faults since then that are about this very path; deeper ones stay."""
        for index in range(len(self.faults) - 1, since - 1, -1):
            if self.broken[index] == path:
                del self.faults[index], self.broken[index]

    def sure(self, *path: str | int) -> bool:
        """Whether what a table does not say is truly not said."""
        return not any(path[: len(table)] == table for table in self.unsure if table)


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
        self.book.write(Fault(code, message, place, suggestion, lost, line), self.path)
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


Form = Mapping[str, Any]
"""What a value looks like, as a JSON Schema."""


class Reader(Struct, frozen=True):
    """Reads values of one kind, and can say what they look like."""

    read: Callable[[Leaf], Any]
    """Reads a value; returns `MISSING` after writing a fault down."""
    form: Form
    """What it accepts, as a JSON Schema that is never stricter than ``read``."""

    def __call__(self, leaf: Leaf) -> Any:
        return self.read(leaf)


def looks(**form: Any) -> Callable[[Callable[[Leaf], Any]], Reader]:
    """A decorator: the reader, and what it accepts. ``looks(type="boolean")``."""
    return lambda read: Reader(read, form)


class Key(Struct, frozen=True):
    """One key of a table."""

    read: Reader
    """Reads its value."""
    loss: str = ""
    """What would silently not have happened without it; ``{of}`` is whose key it is."""
    required: bool = False
    """Whether it must be there."""
    enforced: bool = True
    """Whether this version enforces it; else writing it is an error of its own."""


Keys = Mapping[str, Key]


Kind = Literal["", "defaults", "group", "operation"]


class Table(Struct, frozen=True):
    """A table, read: only what could be understood."""

    kind: Kind
    """Which level of the merge law it is, if any."""
    leaf: Leaf
    """The table as written."""
    values: dict[str, Any] = field(default_factory=dict)
    """Values by key."""
    leaves: dict[str, Leaf] = field(default_factory=dict)
    """Each key as written; a misspelt one stands under the key that was meant."""
    astray: list[tuple[str, Leaf]] = field(default_factory=list)
    """Misspelt keys whose right one is there too: what was meant, and what is written."""

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a key."""
        return self.values.get(key, default)

    def places(self) -> dict[str, Place]:
        """Where each key stands."""
        return {key: self.leaves[key].key_place() for key in self.values}


NOWHERE: Final = "nothing would have come of what it was written for"


class Grammar(Struct, frozen=True):
    """How a table is read."""

    keys: Keys
    """Its keys."""
    home: Callable[[str], str] = lambda _key: ""
    """Where else a key belongs; empty for nowhere."""

    def read(self, leaf: Leaf, of: str, kind: Kind = "") -> Table:
        """Read a table. ``of`` says whose keys they are, for the consequences."""
        table = Table(kind, leaf)
        if not isinstance(leaf.value, dict):
            leaf.wrong("P201", f"this is {a_kind(leaf.value)}, not a table")
            return table
        strange = [name for name in leaf.value if name not in self.keys]
        for name in leaf.value:
            if name not in strange:
                self._known(table, leaf.child(name, self.keys[name].loss.format(of=of)), name)
        for name in strange:
            self._strange(table, leaf.child(name, NOWHERE), of)
        for name, key in self.keys.items():
            if key.required and name not in leaf.value and name not in table.leaves:
                lost = key.loss.format(of=of)
                leaf.wrong("P104", f"`{name}` is missing", at_key=True, consequence=lost)
        return table

    def _known(self, table: Table, leaf: Leaf, name: str) -> None:
        key = self.keys[name]
        table.leaves[name] = leaf
        if not key.enforced:
            leaf.wrong("P105", f"`{name}` is not enforced by this version", at_key=True)
            return
        value = key.read(leaf)
        if value is not MISSING:
            table.values[name] = value

    def _strange(self, table: Table, leaf: Leaf, of: str) -> None:
        """Write an unknown key down, and read on as if it were spelt right."""
        name = str(leaf.path[-1])
        right = self._meant(name, table)
        message = f"unknown key `{name}`"
        if not right and (elsewhere := self.home(name)):
            message += f": it belongs to {elsewhere}"
        key = self.keys.get(right)
        lost = key.loss.format(of=of) if key else leaf.loss
        leaf.wrong("P103", message, right, at_key=True, consequence=lost or NOWHERE)
        leaf.book.unsure.add(table.leaf.path)
        if key is None or not key.enforced:
            return
        if right in table.leaves:
            table.astray.append((right, leaf))
            return
        since = len(leaf.book.faults)
        self._known(table, leaf, right)
        leaf.book.forget(since, leaf.path)

    def _meant(self, name: str, table: Table) -> str:
        """The key that was probably meant: one slip away, not there yet, enforced."""
        free = [key for key, row in self.keys.items() if key not in table.leaves and row.enforced]
        near = nearest(name, free, 1) or nearest(name, self.keys, 1)
        if near or self.home(name):
            return near
        return nearest(name, free) or nearest(name, self.keys)


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
    right = f'"{word}"' if word else ""
    if word.lower() in ("true", "false"):
        message, right = "`true` and `false` are written small", word.lower()
    elif word:
        message = "text stands in quotes"
    place = shown.place(Span(offset, offset + max(1, len(word))))
    lost = "nothing after this place can be read"
    return Fault("P101", message, place, right, lost, positions.line(place.line))
