"""An event on a terminal: one row where there is room, else two; nothing is ever cut off."""

from collections.abc import Iterator
from typing import Final

from bartizan.cli.screen import paint
from bartizan.cli.spooled import clock
from bartizan.cli.tables import GAP, PARTS, clean_lines, columns, fold
from bartizan.model.event import Event
from bartizan.model.notices import NOTICES, OUTCOME

ROOMY: Final = 100
"""Columns from which on an event has one row."""
SHORT: Final = 8
"""Digits of a client's hash that are shown: enough to tell clients apart, and for ``--client``."""

_TIME: Final = 8
_STATUS: Final = 6
_OUTCOME: Final = 21
_DECISION: Final = 17
_UNDER: Final = " " * (_TIME + len(GAP))
_HEAD: Final = ("time", "status", "operation", "outcome", "client", "decision")
_STYLES: Final = {"permit": "good", "answer": "good", "pass": "good", "deny": "bad"}
"""Anything else is worth a second look."""


class Rows:
    """Draws events one after the other; where a new day begins, it says so."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._day = ""
        taken = _TIME + _STATUS + 2 * len(GAP)
        behind = _OUTCOME + SHORT + _DECISION + 3 * len(GAP)
        self._roomy = width >= ROOMY
        self._operation = width - taken - (behind if self._roomy else 0) - len(GAP)
        self._indent = " " * (taken + len(GAP))

    def head(self) -> list[str]:
        """The names of the columns."""
        return [paint("head", line) for line in self._laid(_HEAD)]

    def event(self, event: Event) -> Iterator[str]:
        """The rows of one event."""
        day = clock(event.time, "%Y-%m-%d")
        if day != self._day:
            self._day = day
            yield paint("head", f"{day} UTC")
        style = "warning" if event.shadowed else _STYLES.get(event.outcome, "warning")
        for line in self._laid(_cells(event)):
            yield paint(style, line)
        for words in _further(event):
            under = self._indent if self._roomy else _UNDER
            for part in fold(words, self._width - len(under)):
                yield paint(style, under + part)

    def _laid(self, cells: tuple[str, ...]) -> Iterator[str]:
        when, status, operation, outcome, client, decision = cells
        lead = f"{when:<{_TIME}}{GAP}{status:<{_STATUS}}{GAP}"
        first, *more = [
            part for line in clean_lines(operation) for part in fold(line, self._operation, PARTS)
        ] or [""]
        behind = f"{outcome:<{_OUTCOME}}{GAP}{client:<{SHORT}}{GAP}{decision}".rstrip()
        if self._roomy:
            yield f"{lead}{first}{' ' * (self._operation - columns(first))}{GAP}{behind}"
        else:
            yield lead + first
        for part in more:
            yield self._indent + part
        if not self._roomy:
            room = self._width - len(_UNDER)
            rows = [behind] if columns(behind) <= room else fold(" ".join(behind.split()), room)
            yield from (_UNDER + row for row in rows)


def _cells(event: Event) -> tuple[str, ...]:
    status = str(event.status) if event.status else "-"
    operation = event.operation or event.method
    if event.outcome == OUTCOME:
        operation = "about the log"
    client = event.client[:SHORT] or "-"
    return (clock(event.time, "%H:%M:%S"), status, operation, outcome(event), client, event.id)


def outcome(event: Event) -> str:
    """How it ended, in a word: the reason of a refusal."""
    return event.reason or event.outcome


def _further(event: Event) -> Iterator[str]:
    if event.shadowed:
        yield f"would refuse: {', '.join(event.shadowed)}"
    if event.outcome == OUTCOME:
        notice = NOTICES.get(event.reason)
        if notice is not None:
            yield notice.title.format(count=event.count)
    elif event.count > 1:
        yield f"{event.count} like it, up to {event.last} at {clock(event.until, '%H:%M:%S')}"
