"""What is wrong with a policy: one frozen value per fault, and the one function that draws it."""

import unicodedata
from collections.abc import Iterable
from textwrap import wrap
from typing import Final, Literal

from msgspec import Struct

from bartizan.policy.codes import CODES, Code
from bartizan.policy.rules import Place

__all__ = ["CODES", "Code", "Fault", "PolicyError", "render"]

Level = Literal["error", "warning"]


class Fault(Struct, frozen=True):
    """One thing that is wrong, where, and what it would have meant."""

    code: str
    """What ``bartizan explain`` takes: ``P103``."""
    message: str
    """One sentence without a capital or a full stop."""
    place: Place
    """The words that the caret stands under."""
    suggestion: str = ""
    """What was probably meant; empty where nobody can know."""
    consequence: str = ""
    """What would silently not have happened."""
    source: str = ""
    """The line of the file; secrets in it are blanked out."""
    level: Level = "error"
    """An error refuses the policy, a warning is a lint's."""


class PolicyError(Exception):
    """A policy that cannot be used, with everything that is wrong with it."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        """All faults, in the order of file and line."""
        super().__init__("\n\n".join(render(fault) for fault in self.faults))


_STYLES: Final = {"error": "1;31", "warning": "1;33", "mark": "1;31", "frame": "1;34", "help": "36"}


def render(fault: Fault, source: str | None = None, colour: bool = False, width: int = 80) -> str:
    """Draw a fault: code, message, file:line:column, the line, a caret, the consequence.

    ``source`` is the text of the whole file where the fault itself does not carry its line. No
    line is wider than ``width`` columns, and nothing is said by colour alone.
    """
    place = fault.place
    line = fault.source or _line(source, place.line)
    number = str(place.line)
    bar = " " * len(number) + " |"
    paint = _paint if colour else _plain
    head = f"{fault.level}[{fault.code}]"
    first, *more = _fold(fault.message, width, f"{head} ")
    rows = [paint(fault.level, head) + first[len(head) :], *more]
    rows += _fold(f"{place.file}:{place.line}:{place.column}", width, "  --> ")
    if line:
        text, mark = _picture(line, place, width - len(bar) - 1)
        hint = f" did you mean `{fault.suggestion}`?" if fault.suggestion else ""
        fits = len(bar) + 1 + _columns(mark + hint) <= width
        rows += [
            paint("frame", bar),
            f"{paint('frame', number + ' |')} {text}",
            f"{paint('frame', bar)} {paint('mark', mark)}{_clean(hint) if fits else ''}",
        ]
    else:
        fits = False
    if fault.suggestion and not fits:
        rows += _fold(f"did you mean `{fault.suggestion}`?", width, "  = ")
    if fault.consequence:
        rows += _fold(fault.consequence, width, "  = ")
    rows.append(paint("help", f"  = help: bartizan explain {fault.code}"))
    return "\n".join(rows)


def _line(source: str | None, number: int) -> str:
    lines = (source or "").replace("\r\n", "\n").split("\n")
    return lines[number - 1] if number <= len(lines) else ""


def _picture(line: str, place: Place, room: int) -> tuple[str, str]:
    """The line, cut around the caret where it is too wide, and the caret under it."""
    start = min(place.column - 1, len(line))
    end = max(start + 1, min(start + place.length, max(len(line), start + 1)))
    lead, tail = "", ""
    if _columns(line) > room:
        begin = max(0, start - 12)
        lead = "…" if begin else ""
        line, start, end = lead + line[begin:], start - begin + len(lead), end - begin + len(lead)
        while _columns(line) > room - 1:
            line, tail = line[:-1], "…"
        end = max(start + 1, min(end, len(line)))
    mark = " " * _columns(line[:start]) + "^" * max(1, _columns(line[start:end]))
    return _clean(line + tail), mark


def _fold(text: str, width: int, lead: str) -> list[str]:
    indent = " " * min(len(lead), 4)
    return wrap(
        lead + _clean(text), max(width, 20), subsequent_indent=indent, drop_whitespace=True,
        replace_whitespace=False, break_on_hyphens=False,
    )  # fmt: skip


def _clean(text: str) -> str:
    """Text that a terminal cannot be steered with: controls and direction marks are replaced."""
    return "".join(
        " " if character == "\t" else character if _shown(character) else "\ufffd"
        for character in text
    )


def _shown(character: str) -> bool:
    return unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def _columns(text: str) -> int:
    """How many columns of a terminal a text takes."""
    return sum(
        0 if unicodedata.combining(character) else
        2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )  # fmt: skip


def _paint(style: str, text: str) -> str:
    return f"\x1b[{_STYLES[style]}m{text}\x1b[0m"


def _plain(_style: str, text: str) -> str:
    return text
