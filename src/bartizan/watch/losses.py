"""What could not be written: counted, reported to the operator, and told in the log afterwards."""

import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from bartizan.model.event import Event
from bartizan.model.notices import OUTCOME

REPORT: Final = 60.0
"""Seconds between two reports of lost events."""

TELLS: Final = "events_lost"
"""The notice that tells of them."""

_log = logging.getLogger("bartizan.watch")


class Losses:
    """The lost events of one worker. ``clock`` counts seconds and never goes back."""

    def __init__(self, directory: Path, clock: Callable[[], float]) -> None:
        self.total = 0
        """Events lost since this worker began."""
        self.untold = 0
        """Of these, events that no notice in the log tells of."""
        self.first = self.last = 0.0
        """``time`` of the first and the last of them."""
        self._directory = directory
        self._clock = clock
        self._reported: float | None = None
        self._unreported = 0

    def add(self, event: Event, why: str) -> None:
        """Count an event that was not written. Never raises."""
        ours = getattr(event, "outcome", "") == OUTCOME
        if ours and event.reason != TELLS:
            return  # nobody's request
        count = max(1, getattr(event, "count", 1))
        time = getattr(event, "time", 0.0)
        if not self.untold:
            self.first = time
        self.untold += count
        self.last = max(self.last, time, getattr(event, "until", 0.0))
        if not ours:
            self.total += count
            self._unreported += count
        self._report(why)

    def told(self) -> None:
        """A notice of them is on its way; should it be lost as well, it is added again."""
        self.untold = 0
        self.last = 0.0

    def _report(self, why: str) -> None:
        """The first at once, then at most once a minute."""
        now = self._clock()
        if self._reported is None or now - self._reported >= REPORT:
            self._reported, count, self._unreported = now, self._unreported, 0
            with suppress(Exception):
                _log.error(
                    "%s not written to %s: %s",
                    "1 event was" if count == 1 else f"{count} events were",
                    self._directory,
                    why,
                )
