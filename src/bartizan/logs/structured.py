"""A processor for structlog: adds the decision id, takes secrets out. It needs no structlog.

It stands right before the renderer, so that it sees all that is rendered.
"""

import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

from bartizan.logs.decided import decided
from bartizan.logs.filter import written
from bartizan.logs.redaction import Redaction
from bartizan.logs.values import field


class Processor:
    """``processor(logger, name, event_dict)``: a new dict with ``decision``, and with
    ``operation`` where that is asked for, and without what ``Redaction`` knows.

    ``names`` are further names of secrets. It never raises: an event that it cannot read passes
    with a mark in its place.
    """

    def __init__(self, *, names: tuple[str, ...] = (), operation: bool = False) -> None:
        self._redaction = Redaction(tuple(names))
        self._operation = operation

    def __call__(
        self, logger: Any, name: str, event_dict: MutableMapping[str, Any]
    ) -> Mapping[str, Any]:
        """Complete and clean an event. What was given is not changed."""
        added = {"decision": ""}
        try:
            now = decided()
            added["decision"] = now.id
            if self._operation:
                added["operation"] = now.operation
            event = {key: field(self._redaction, key, old) for key, old in event_dict.items()}
            self._exception(event)
        except Exception as error:
            mark = f"[bartizan.logs cannot read this event: {type(error).__name__}]"
            event = {"event": mark}
        return {**event, **added}

    def _exception(self, event: dict[str, Any]) -> None:
        """An exception that nobody has written yet. With a secret in it, its clean text stands
        where ``format_exc_info`` would have put it, and it is gone itself."""
        given = event.get("exc_info")
        text = written(sys.exc_info() if given is True else given)
        clean = self._redaction.text(text)
        if clean != text:
            del event["exc_info"]
            event["exception"] = clean
