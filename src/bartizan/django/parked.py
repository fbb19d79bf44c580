"""What a request carries between its two acts."""

from django.http import HttpRequest
from msgspec import Struct

from bartizan.enforce.decision import Decision
from bartizan.enforce.guard import Guard

_NAME = "_bartizan"


class Parked(Struct, frozen=True):
    """A decision under way."""

    guard: Guard
    """Who decides it."""
    decision: Decision
    """The decision."""
    alone: bool
    """Whether no callable of ours stands around Django: then the middleware speaks act one, and
    dresses the answer."""


def park(request: HttpRequest, held: Parked) -> None:
    """Leave it on the request."""
    setattr(request, _NAME, held)


def parked(request: HttpRequest) -> Parked | None:
    """Find it again; ``None`` where ``Outside`` has not seen the request."""
    held: Parked | None = getattr(request, _NAME, None)
    return held
