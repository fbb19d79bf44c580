"""What is wrong with a policy: one frozen value per fault, and the one function that draws it."""

import unicodedata
from collections.abc import Iterable
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
    line is wider than ``width`` columns (20 at least), and nothing is said by colour alone.
    """
    place, width = fault.place, max(width, 20)
    line = fault.source or _line(source, place.line)
    number = str(place.line)
    margin = " " * len(number)
    paint = _paint if colour else _plain
    head = f"{fault.level}[{fault.code}]"
    first, *more = _fold(head + " ", fault.message, width)
    rows = [paint(fault.level, head) + first[len(head) :], *more]
    rows += _fold(f"{margin}--> ", f"{place.file}:{place.line}:{place.column}", width)
    hint = _clean(f"did you mean `{fault.suggestion}`?") if fault.suggestion else ""
    if line:
        text, mark = picture(line, place, width - len(number) - 3)
        beside = hint and len(number) + 4 + _columns(mark + hint) <= width
        bar = paint("frame", f"{margin} |")
        rows += [bar, f"{paint('frame', number + ' |')} {text}"]
        rows.append(f"{bar} {paint('mark', mark)}" + (f" {hint}" if beside else ""))
        hint = "" if beside else hint
    for said in filter(None, (hint, fault.consequence)):
        rows += _fold(f"{margin} = ", said, width)
    rows.append(paint("help", f"{margin} = help: bartizan explain {fault.code}"))
    return "\n".join(rows)


def _line(source: str | None, number: int) -> str:
    lines = (source or "").replace("\r\n", "\n").split("\n")
    return lines[number - 1] if number <= len(lines) else ""


def picture(line: str, place: Place, room: int) -> tuple[str, str]:
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


def _fold(lead: str, text: str, width: int) -> list[str]:
    """Lines of at most ``width`` columns: the first behind ``lead``, the others indented."""
    rows, row = [], lead
    for word in _clean(text).split(" "):
        if _columns(row + word) > width and row.strip() and row != lead:
            rows.append(row.rstrip())
            row = "    "
        while _columns(row + word) > width:
            fits = next(i for i in range(len(word), -1, -1) if _columns(row + word[:i]) <= width)
            rows.append(row + word[:fits])
            row, word = "    ", word[fits:]
        row += word + " "
    return [*rows, row.rstrip()]


def _clean(text: str) -> str:
    """Text that a terminal cannot be steered with: controls and direction marks are replaced."""
    return "".join(" " if one == "\t" else one if one.isprintable() else "\ufffd" for one in text)


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
