"""Which frames of ours a request runs, counted by the interpreter's own profiler."""

import cProfile
import pstats
from collections.abc import Iterator

from msgspec import Struct

from benchmarks import flask_app, stage
from benchmarks.question import asking
from benchmarks.questions import get

MOST = 15
"""Frames that are told."""
_PACKAGE = "/bartizan/"


class Frame(Struct, frozen=True):
    """One function of ours."""

    name: str
    """Module and name."""
    calls: float
    """Calls in one request."""
    share: float
    """Its own part of the time of all frames of ours, what it calls in C included."""


def frames(requests: int) -> Iterator[Frame]:
    """The frames of a warm GET through Flask, the most expensive first."""
    run = asking(flask_app.guarded(stage.policy()).wsgi_app, get("/orders/7", stage.token()))
    run(requests)
    profile = cProfile.Profile(builtins=False)
    profile.runcall(run, requests)
    ours = [
        (file.rpartition(_PACKAGE)[2], name, calls, own)
        for (file, _, name), (_, calls, own, *_) in pstats.Stats(profile).stats.items()  # type: ignore[attr-defined]
        if _PACKAGE in file
    ]
    whole = sum(own for *_, own in ours)
    for module, name, calls, own in sorted(ours, key=lambda one: -one[3])[:MOST]:
        yield Frame(f"{module} {name}", calls / requests, own / whole)
