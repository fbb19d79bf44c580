"""What a lint is, and what it says."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Literal

from msgspec import Struct

from bartizan.policy.rules import Operation, Place, Policy

Severity = Literal["warning", "info"]

Remark = tuple[str, Place]
"""A sentence about one line of a policy."""

Find = Callable[[Policy, dt.date], Iterator[Remark]]
"""Looks at a policy on a day (UTC)."""


class LintKind(Struct, frozen=True):
    """One thing that is legal and seldom wise: a page of ``bartizan explain``."""

    code: str
    """P4xx, stable."""
    title: str
    """What is the case, in a few words."""
    severity: Severity
    """``warning``: decide about it. ``info``: know it."""
    advice: str
    """What to do, in one sentence."""
    why: str
    """Why it matters."""
    bad: str
    """A piece of a policy that it speaks about."""
    good: str
    """The same piece as it should be."""
    reference: str
    """The standard or the weakness."""
    find: Find
    """Finds it."""


class Lint(Struct, frozen=True):
    """What a lint says about one line of one policy."""

    code: str
    """P4xx, as ``bartizan explain`` takes it."""
    severity: Severity
    """``warning`` or ``info``."""
    sentence: str
    """What is the case."""
    place: Place
    """The line it speaks about."""
    advice: str
    """What to do."""


def line(policy: Policy, places: Mapping[str, Place], key: str = "") -> Place:
    """The line of a key; where it is not written, the first line of its table or of the file."""
    found = places.get(key) or min(places.values(), key=_position, default=None)
    return found or Place(policy.file, 1, 1)


def by_line(operations: Iterable[Operation], key: str = "") -> Iterator[tuple[str, Place]]:
    """Operations gathered by the line that speaks of them: one default is one remark."""
    gathered: dict[Place, list[str]] = {}
    for operation in operations:
        place = operation.places.get(key, operation.place)
        gathered.setdefault(place, []).append(operation.name)
    for place, names in gathered.items():
        yield listed(names), place


def listed(names: list[str], most: int = 3) -> str:
    """``a, b, c and 4 more``."""
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")


def _position(place: Place) -> tuple[int, int]:
    return place.line, place.column
