"""Faults on a terminal: drawn one under the other, then counted."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from msgspec.structs import replace

from bartizan.cli import exits
from bartizan.cli.screen import coloured, paint, say, width
from bartizan.cli.tables import paragraph
from bartizan.policy.faults import Fault, render


def tell(faults: Iterable[Fault]) -> None:
    """Draw every fault, an empty line behind each."""
    for fault in faults:
        say(render(placed(fault), colour=coloured(), width=width()) + "\n")


def placed(fault: Fault) -> Fault:
    """The fault with its line of source, and with a path that is short from here."""
    source = fault.source or _line(fault.place.file, fault.place.line)
    place = replace(fault.place, file=short(fault.place.file))
    if not fault.source and source:
        indent = len(source) - len(source.lstrip())
        first = place.column == 1
        place = replace(
            place,
            column=indent + 1 if first else place.column,
            length=len(source.strip()) if first and place.length == 1 else place.length,
        )
    return replace(fault, place=place, source=source)


def _line(file: str, number: int) -> str:
    """A line of a file that can be read; a policy names its keys and never holds them."""
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return ""
    return lines[number - 1] if number <= len(lines) else ""


def short(path: str) -> str:
    """A path as people in this directory would write it."""
    plain = os.path.normpath(path) if ".." in path else path  # `app/../bartizan.toml`
    installed = plain.rpartition(f"{os.sep}site-packages{os.sep}")[2]
    return installed.removeprefix(str(Path.cwd()) + os.sep)


def refuse(file: str, faults: Sequence[Fault]) -> int:
    """Say the last line for a policy that cannot be used; returns the exit code."""
    code = exits.of_faults(fault.code for fault in faults)
    say(ending("refused", "bad", f"{counted(len(faults), 'error')} in {short(file)}", code))
    return code


def ending(word: str, style: str, text: str, code: int) -> list[str]:
    """The last line: the outcome in a word, the counts, the exit code."""
    first, *more = paragraph(f"{text}  rc {code}", width(), f"{word}  ", "  ")
    return [paint(style, word) + first[len(word) :], *more]


def counted(number: int, one: str, many: str = "") -> str:
    """``no errors``, ``1 error``, ``2 errors``."""
    return f"{number or 'no'} {one if number == 1 else many or one + 's'}"
