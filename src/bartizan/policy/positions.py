"""Where every key and value of a TOML text stands.

The standard library parses TOML but forgets positions, so this file walks the same text once
more. It knows nothing of policies and trusts the text: what `tomllib` accepts is found whole;
in a text that it refuses, everything before the fault is found, and what is written twice.
"""

import re
import tomllib
from bisect import bisect_right
from contextlib import suppress
from typing import Final, NamedTuple

Path = tuple[str | int, ...]
"""The way to a key or an item: keys of tables and indices of arrays."""

_BLANK = re.compile(r"[ \t]*").match
_GAP = re.compile(r"(?:[ \t\n]|#[^\n]*)*").match
_LINE_END = re.compile(r"[ \t]*(?:#[^\n]*)?(?:\n|\Z)").match
_KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""").match
_SCALAR = re.compile(  # nothing possessive: beside a lookahead Python 3.11.2 reads that wrongly
    r'"""(?:[^"\\]|\\.|"{1,2}(?!"))*"{3,5}'
    r"|'''(?:[^']|'{1,2}(?!'))*'{3,5}"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
    r"|[0-9]{4}-[0-9]{2}-[0-9]{2}(?: [0-9]{2}:[^\s,\]}#]*)?(?=[\s,\]}#]|\Z)"
    r"|[^\s,\[\]{}#=\"']+",
    re.DOTALL,
).match

DEEPEST: Final = 100
"""Deepest nesting of arrays and inline tables that is followed."""


class Span(NamedTuple):
    """A stretch of the text."""

    start: int
    """Index of its first character."""
    end: int
    """Index behind its last character."""


class Positions:
    """The spans of a text's keys and values, by path."""

    def __init__(self, text: str) -> None:
        self.text = text
        """The text with line feeds only, as `tomllib` reads it."""
        self.keys: dict[Path, Span] = {}
        """Where each key is written first, quotes included; for a ``[[header]]`` its last word."""
        self.values: dict[Path, Span] = {}
        """Where each written value and item is; a table under a header has none."""
        self.repeated: list[tuple[Span, Span]] = []
        """Keys that are written twice: the second and the first."""
        self._starts = [0, *(match.end() for match in re.finditer("\n", text))]

    def line_column(self, offset: int) -> tuple[int, int]:
        """Line and column of a character, both from 1."""
        line = bisect_right(self._starts, offset)
        return line, offset - self._starts[line - 1] + 1

    def offset(self, line: int, column: int) -> int:
        """Index of a line's and column's character, both from 1."""
        return min(self._starts[min(line, len(self._starts)) - 1] + column - 1, len(self.text))

    def line(self, number: int) -> str:
        """The text of a line, from 1, without its end."""
        start = self._starts[number - 1]
        end = self.text.find("\n", start)
        return self.text[start:] if end < 0 else self.text[start:end]


def scan(text: str) -> Positions:
    """Find every key and value. Never raises."""
    found = Positions(text.replace("\r\n", "\n"))
    walk = _Walk(found)
    with suppress(_LostError):
        walk.document()
    return found


class _LostError(Exception):
    """The text is no TOML from here on."""


class _Walk:
    """One pass over a text: where it is, and in which table."""

    def __init__(self, found: Positions) -> None:
        self.text = found.text
        self.found = found
        self.at = 0
        self.table: Path = ()
        self.headers: dict[Path, Span] = {}
        self.arrays: dict[Path, int] = {}

    def document(self) -> None:
        while self.at < len(self.text):
            self.skip()
            if self.at == len(self.text):
                return
            if self.text.startswith("[[", self.at):
                self.header("[[", "]]")
            elif self.text.startswith("[", self.at):
                self.header("[", "]")
            else:
                self.pair(self.table, 0)
            self.line_end()

    def skip(self) -> None:
        """Go over blanks, line ends and comments."""
        match = _GAP(self.text, self.at)
        self.at = match.end() if match else self.at

    def blank(self) -> None:
        match = _BLANK(self.text, self.at)
        self.at = match.end() if match else self.at

    def line_end(self) -> None:
        match = _LINE_END(self.text, self.at)
        if match is None:
            raise _LostError
        self.at = match.end()

    def take(self, mark: str) -> None:
        if not self.text.startswith(mark, self.at):
            raise _LostError
        self.at += len(mark)

    def key(self) -> list[tuple[str, Span]]:
        """A dotted key: its words and where they stand."""
        words = []
        while True:
            self.blank()
            match = _KEY(self.text, self.at)
            if match is None:
                raise _LostError
            words.append((_word(match.group()), Span(match.start(), match.end())))
            self.at = match.end()
            self.blank()
            if not self.text.startswith(".", self.at):
                return words
            self.at += 1

    def header(self, opening: str, closing: str) -> None:
        self.take(opening)
        words = self.key()
        self.take(closing)
        path: Path = ()
        for word, span in words:
            if path in self.arrays:
                path += (self.arrays[path],)
            path += (word,)
            self.found.keys.setdefault(path, span)
        last = words[-1][1]
        if opening == "[[":
            self.arrays[path] = self.arrays.get(path, -1) + 1
            path += (self.arrays[path],)
            self.found.keys[path] = last
        elif path in self.headers or path in self.found.values:
            first = self.headers.get(path) or self.found.keys[path]
            self.found.repeated.append((last, first))
        self.headers.setdefault(path, last)
        self.table = path

    def pair(self, table: Path, depth: int) -> None:
        """``key = value``: one value under one path, tables between them included."""
        path = table
        words = self.key()
        for word, span in words:
            path += (word,)
            first = self.found.keys.setdefault(path, span)
        if first is not words[-1][1]:
            self.found.repeated.append((words[-1][1], first))
        self.take("=")
        self.blank()
        self.value(path, depth + 1)

    def value(self, path: Path, depth: int) -> None:
        if depth > DEEPEST:
            raise _LostError
        start = self.at
        if self.text.startswith("[", start):
            self.array(path, depth)
        elif self.text.startswith("{", start):
            self.inline(path, depth)
        else:
            match = _SCALAR(self.text, start)
            if match is None:
                raise _LostError
            self.at = match.end()
        self.found.values.setdefault(path, Span(start, self.at))

    def array(self, path: Path, depth: int) -> None:
        self.take("[")
        index = 0
        self.skip()
        while not self.text.startswith("]", self.at):
            self.value((*path, index), depth + 1)
            index += 1
            self.skip()
            if not self.text.startswith("]", self.at):
                self.take(",")
                self.skip()
        self.take("]")

    def inline(self, path: Path, depth: int) -> None:
        self.take("{")
        self.skip()  # newer TOML lets an inline table go over lines
        while not self.text.startswith("}", self.at):
            self.pair(path, depth)
            self.skip()
            if not self.text.startswith("}", self.at):
                self.take(",")
                self.skip()
        self.take("}")


def _word(written: str) -> str:
    """The key that a bare or quoted word means."""
    if written.startswith('"') and "\\" in written:
        try:
            return next(iter(tomllib.loads(f"{written} = 0")))
        except tomllib.TOMLDecodeError:
            raise _LostError from None
    return written[1:-1] if written.startswith(('"', "'")) else written
