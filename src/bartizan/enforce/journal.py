"""The port through which decisions are written down; the adapters bring what fulfils it."""

from typing import Protocol

from bartizan.model.event import Event


class Journal(Protocol):
    """One line per decision. Never raises into a request."""

    def write(self, event: Event) -> None:
        """Write one event."""

    @property
    def failing(self) -> bool:
        """Whether the last event could not be written."""

    def keyed(self, text: str) -> str:
        """The keyed hash that stands for an identifier."""
