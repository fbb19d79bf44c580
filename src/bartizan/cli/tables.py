"""Tables and paragraphs that fit: cells fold inside their column, no line is wider than asked."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

from bartizan.cli.screen import clean

GAP: Final = "  "
LEAST: Final = 8
"""A column is never made narrower than this, unless it is narrower by itself."""

PARTS: Final = re.compile(r"(?<=[ /,])")
"""Where a path or a list may be broken."""
_WORDS: Final = re.compile(r"(?<= )")


NARROW: Final = 8
"""Columns that a text behind a lead has at least."""


def table(head: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """Rows under a head, in columns. A line break in a cell stays one."""
    cells = [[clean_lines(cell) for cell in row] for row in [head, *rows]]
    sizes = _fit(list(zip(*cells, strict=True)), width)
    drawn = [_row(row, sizes) for row in cells]
    line = " " + GAP.join("-" * size for size in sizes)
    return [*drawn[0], line, *(text for row in drawn[1:] for text in row)]


def paragraph(text: str, width: int, lead: str = "", indent: str | None = None) -> list[str]:
    """Text folded to a width, behind a lead; further lines stand under its first word.

    A lead that leaves no room, as a long path, stands on lines of its own.
    """
    above: list[str] = []
    if lead.strip() and width - columns(lead) < NARROW:
        above, lead, indent = fold(clean(lead.rstrip()), width), "    ", "    "
    under = " " * columns(lead) if indent is None else indent
    folded = [
        part
        for line in clean_lines(text)
        for part in fold(line, width - max(columns(lead), columns(under)))
    ]
    behind = [(under if number else lead) + part for number, part in enumerate(folded)]
    return [*above, *behind]


def clean_lines(text: str) -> list[str]:
    """The lines of a text, harmless to a terminal."""
    return [clean(line) for line in text.split("\n")]


def fold(text: str, width: int, breaks: re.Pattern[str] = _WORDS) -> list[str]:
    """A text in lines of a width, one at least, broken between words where that is possible."""
    width = max(width, 1)
    if columns(text) <= width:
        return [text]
    lines, line = [], ""
    for piece in breaks.split(text):
        if line and columns((line + piece).rstrip()) > width:
            lines.append(line.rstrip())
            line = ""
        line += piece if line else piece.lstrip()
        while columns(line.rstrip()) > width:
            cut = _cut(line, width)
            lines.append(line[:cut])
            line = line[cut:]
    return [*lines, line.rstrip()] if line.strip() else lines


def columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(character) else
        2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )  # fmt: skip


def _cut(text: str, width: int) -> int:
    """How many characters fit; one at least."""
    cut = min(len(text), width)
    while cut > 1 and columns(text[:cut]) > width:
        cut -= 1
    return max(1, cut)


def _widest(lines: Iterable[str]) -> int:
    return max(map(columns, lines), default=0)


def _fit(cells: Sequence[Sequence[list[str]]], width: int) -> list[int]:
    """Take from the widest column until all fit; words are broken where nothing else helps."""
    sizes = [max(map(_widest, column)) for column in cells]
    whole = [max(map(_longest, column)) for column in cells]
    room = width - 1 - len(GAP) * (len(sizes) - 1)
    for floors in (whole, [LEAST] * len(sizes)):
        while sum(sizes) > room:
            wide = [at for at, size in enumerate(sizes) if size > max(floors[at], LEAST)]
            if not wide:
                break
            sizes[max(wide, key=lambda at: sizes[at])] -= 1
    return sizes


def _longest(lines: Iterable[str]) -> int:
    """The longest stretch of a cell that stays in one line, with its indentation."""
    return max(
        (
            len(line) - len(line.lstrip()) + columns(part.rstrip())
            for line in lines
            for part in PARTS.split(line.lstrip())
        ),
        default=0,
    )


def _row(cells: Sequence[list[str]], sizes: list[int]) -> list[str]:
    folded = [
        [part for line in lines for part in _cell(line, size)]
        for lines, size in zip(cells, sizes, strict=True)
    ]
    height = max(map(len, folded))
    return [
        " " + GAP.join(
            _padded(column[at] if at < len(column) else "", size)
            for column, size in zip(folded, sizes, strict=True)
        ).rstrip()
        for at in range(height)
    ]  # fmt: skip


def _cell(line: str, size: int) -> list[str]:
    """A line of a cell, paths broken at their slashes; what is folded keeps its indentation."""
    indent = line[: len(line) - len(line.lstrip())]
    first, *more = fold(line.lstrip(), max(1, size - len(indent)), PARTS) or [""]
    return [indent + first, *(indent + part for part in more)]


def _padded(text: str, size: int) -> str:
    return text + " " * (size - columns(text))
