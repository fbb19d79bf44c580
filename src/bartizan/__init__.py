"""Bartizan: one policy for a Flask or Django API, enforced, compiled to the edge, proven, watched.

The front door is light: frameworks are imported by ``bartizan.flask`` and ``bartizan.django``,
and the names below when they are first asked for, so that the command line starts at once.
"""

from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from bartizan.model.decision import Deny, Permit, Violation
    from bartizan.model.event import Event
    from bartizan.model.problem import Response
    from bartizan.model.reasons import REASONS, Reason
    from bartizan.model.subject import Subject

__all__ = ["REASONS", "Deny", "Event", "Permit", "Reason", "Response", "Subject", "Violation"]

__version__ = "0.1.0"

_HOMES: Final = MappingProxyType(
    {
        "Deny": "decision",
        "Permit": "decision",
        "Violation": "decision",
        "Event": "event",
        "Response": "problem",
        "REASONS": "reasons",
        "Reason": "reasons",
        "Subject": "subject",
    }
)


def __getattr__(name: str) -> Any:
    """Open a name of the front door (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"bartizan.model.{_HOMES[name]}"), name)
