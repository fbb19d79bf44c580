"""Bartizan: one policy for a Flask or Django API, enforced, compiled to the edge, proven, watched.

The front door is light: frameworks are imported by ``bartizan.flask`` and ``bartizan.django``.
"""

from bartizan.model.decision import Deny, Permit, Violation
from bartizan.model.event import Event
from bartizan.model.problem import Response
from bartizan.model.reasons import REASONS, Reason
from bartizan.model.subject import Subject

__all__ = ["REASONS", "Deny", "Event", "Permit", "Reason", "Response", "Subject", "Violation"]

__version__ = "0.1.0"
