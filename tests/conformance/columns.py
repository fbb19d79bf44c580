"""What a column of the corpus is: one way to put the guard around an API and ask it.

A column builds an app from a `Setting`, sends requests as they are on the wire, and tells what
was seen. To add one: a file `column_NAME.py`, and a line in `registry.py`.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from msgspec import Struct

from bartizan.model.event import Event
from bartizan.policy.rules import Operation, Policy
from tests.conformance.corpus import ColumnName, Inside, View


class Clock:
    """The one clock of a question: seconds since the epoch, moved by hand."""

    def __init__(self, now: float) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Setting(Struct, frozen=True):
    """All that a column needs to build the app of one question."""

    policy: Policy
    """The loaded policy."""
    bind: Mapping[str, Any]
    """Every name that the policy binds."""
    views: Mapping[str, View]
    """What the views do, by the operation's public name; `View()` for those not named."""
    inside: Inside
    """Quirks of the application behind act one."""
    mounted: bool
    """Whether the server splits the policy's base off the path."""
    clock: Clock
    """Time for counters and tokens."""
    store: str
    """``broken`` for a store that raises at every call."""

    def view(self, operation: Operation) -> View:
        """Tell what the view of an operation does."""
        return self.views.get(operation.name, View())


class Sent(Struct, frozen=True):
    """A request on the wire."""

    method: str
    """The method."""
    target: str
    """The raw target."""
    lines: tuple[tuple[str, str], ...]
    """All header lines in order, Host and Content-Length included."""
    body: bytes
    """The body's bytes."""
    peer: str
    """Address of the peer; empty for a unix socket."""
    scheme: str
    """``http`` or ``https``."""
    chunked: bool
    """Whether the body comes without a length."""
    endless: bool
    """Whether the server shows such a body safely to its end."""
    websocket: bool
    """Whether it is a websocket handshake."""
    peer_rewritten: bool
    """Whether the server replaced the peer."""


class Seen(Struct, frozen=True):
    """What came back."""

    status: int
    """Status code; 101 for an accepted websocket."""
    reason: str
    """Reason in the event of this decision, or its outcome where nothing was refused."""
    headers: tuple[tuple[str, str], ...]
    """Header lines of the answer; empty for a websocket."""
    body: bytes
    """Body of the answer."""
    event: Event
    """The event that was written for it."""

    def header(self, name: str) -> str | None:
        """Join the values of a header, ``None`` where it is absent."""
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        return ", ".join(values) if values else None


class Api(Protocol):
    """A guarded app with empty counters."""

    def ask(self, sent: Sent) -> Seen:
        """Send a request, return what was seen."""

    def close(self) -> None:
        """Let go of what the column holds."""


class Column(Protocol):
    """A way to ask."""

    name: ColumnName
    """Its name in the corpus."""

    def open(self, setting: Setting) -> Api:
        """Build the app with a fresh guard: its counters are empty, its events in memory."""
