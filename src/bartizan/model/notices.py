"""Every event that the log writes about itself: one table.

A log that has holes must say so itself, or its reader takes silence for peace (CWE-778). A notice
is an ``Event`` whose ``outcome`` is ``log`` and whose ``reason`` is the notice's name.
"""

from types import MappingProxyType
from typing import Final

from msgspec import Struct

OUTCOME: Final = "log"
"""``outcome`` of an event about the log."""


class Notice(Struct, frozen=True, gc=False):
    """One thing that can happen to the log."""

    name: str
    """The ``reason`` of the event, stable: ``events_lost``."""
    code: str
    """What ``bartizan explain`` takes: ``W101``."""
    event: str
    """Name in the OWASP Logging Vocabulary."""
    title: str
    """What has happened, in a sentence; ``{count}`` is the event's ``count``."""


def _table(*rows: tuple[str, str, str, str]) -> MappingProxyType[str, Notice]:
    return MappingProxyType({row[0]: Notice(*row) for row in rows})


NOTICES: Final = _table(
    # name, code, event, title
    ("events_lost", "W101", "sys_monitor_disabled",
     "{count} events of this worker could not be written and are lost."),
    ("events_removed", "W102", "sys_monitor_disabled",
     "The file that this worker was writing its events to was removed by somebody else."),
    ("events_trimmed", "W103", "sys_monitor_disabled",
     "The log reached its cap: {count} files of the oldest events were dropped."),
    ("key_changed", "W104", "sys_monitor_disabled",
     "The key of the pseudonyms changed: a client has another hash from now on."),
)  # fmt: skip
"""All notices by name."""
