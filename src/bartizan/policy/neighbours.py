"""Other packages beside the guard: what of them undoes a rule, or is undone by one.

Each adapter has one table of ``Neighbour`` values. A package that is fine beside us stands in it
too, without conflicts. Only what really happens is a conflict: a header of theirs that ours
replaces, an answer of theirs that nobody has decided, a setting that waits for what never comes.
"""

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, Generic, Literal, TypeVar

from msgspec import Struct

from bartizan.policy.faults import Fault
from bartizan.policy.lints.remark import Lint
from bartizan.policy.rules import Place, Policy
from bartizan.policy.summary import veiled_whole

log = logging.getLogger("bartizan")

Where = TypeVar("Where")
"""What a framework's table looks at: an application, or settings."""

Level = Literal["error", "warning", "info"]

TITLES: Final = {
    "R301": "a package on the wrong side of the guard",
    "R302": "a package that answers in the guard's place",
    "R303": "one thing decided in two places",
    "R304": "waiting for a header that never arrives",
    "R305": "a package answers paths that are not left to it",
    "R306": "a tool for developers in production",
}
"""What each code is about; ``bartizan explain`` says more."""

ERRORS: Final = ("R301", "R302", "R306")
"""Codes that stop the start: somebody would be answered whom nobody has decided about."""


class Conflict(Struct, frozen=True):
    """One thing that a package does against the policy, or does again."""

    code: str
    """R3xx: stops the start, or is a warning."""
    when: Callable[[Any, Policy], str]
    """Given what was found: the words for ``{}`` in the sentence; empty where all is well."""
    sentence: str
    """What is the case."""
    advice: str
    """The line to delete or to move, in a sentence."""
    id: str = ""
    """Django's id of the check, stable: ``bartizan.W007``."""
    written: str = ""
    """What stands in the source, where it is not the neighbour's own name."""


class Neighbour(Struct, Generic[Where], frozen=True):
    """A package that is known."""

    name: str
    """What people call it."""
    written: str
    """What stands in the source where it is used: a callable, an entry, a setting."""
    found: Callable[[Where], Any]
    """What there is of it; ``None`` where there is nothing."""
    keep: str
    """What stays, and in which order: a sentence for the guide."""
    conflicts: tuple[Conflict, ...] = ()
    """What may go wrong; empty for one that is fine beside us."""


class Met(Struct, frozen=True):
    """A conflict of this application."""

    conflict: Conflict
    """Which one."""
    level: Level
    """How bad: an error stops the start. Where all is in shadow, it is information."""
    sentence: str
    """What is the case."""
    place: Place
    """The line to delete or to move, else the file where it is likely."""

    def __str__(self) -> str:
        place = f"{self.place.file}:{self.place.line}"
        return f"{self.conflict.code}: {self.sentence} ({place}): {self.conflict.advice}"


def meet(
    neighbours: Iterable[Neighbour[Where]],
    where: Where,
    policy: Policy,
    locate: Callable[[str], Place],
    *,
    today: dt.date | None = None,
) -> tuple[Met, ...]:
    """The conflicts of an application with its policy, in the order of the table.

    ``locate`` finds the line where something is written; ``today`` is the day (UTC) on which
    shadows are judged.
    """
    veiled = veiled_whole(policy, today or dt.datetime.now(dt.UTC).date())
    return tuple(_met(neighbours, where, policy, locate, veiled))


def _met(
    neighbours: Iterable[Neighbour[Where]],
    where: Where,
    policy: Policy,
    locate: Callable[[str], Place],
    veiled: bool,
) -> Iterator[Met]:
    for neighbour in neighbours:
        for conflict, words in _clashes(neighbour, where, policy):
            sentence = f"{neighbour.name} {conflict.sentence.format(words)}"
            place = locate(conflict.written or neighbour.written)
            yield Met(conflict, level(conflict.code, veiled=veiled), sentence, place)


def _clashes(
    neighbour: Neighbour[Where], where: Where, policy: Policy
) -> Iterator[tuple[Conflict, str]]:
    """What clashes. A package that is not made as we know it must not stop anybody's start: the
    guard holds without advice."""
    try:
        it = neighbour.found(where)
        for conflict in neighbour.conflicts if it is not None else ():
            words = conflict.when(it, policy)
            if words:
                yield conflict, words
    except Exception:
        log.warning("%s could not be looked at", neighbour.name, exc_info=True)


def level(code: str, *, veiled: bool) -> Level:
    """How bad a conflict is."""
    if veiled:
        return "info"
    return "error" if code in ERRORS else "warning"


def faults(met: Iterable[Met]) -> Iterator[Fault]:
    """Those that stop the start."""
    for it in met:
        if it.level == "error":
            yield Fault(it.conflict.code, it.sentence, it.place, consequence=it.conflict.advice)


def remarks(met: Iterable[Met]) -> Iterator[Lint]:
    """Those that do not."""
    for it in met:
        if it.level != "error":
            code, advice = it.conflict.code, it.conflict.advice
            yield Lint(code, it.level, it.sentence, it.place, advice)


def tell(met: Iterable[Met]) -> None:
    """One line of the log for each that does not stop the start."""
    for it in met:
        if it.level != "error":
            log.log(logging.WARNING if it.level == "warning" else logging.INFO, "%s", it)


# ------------------------------------------------------------------ what tables ask


def unpassed(policy: Policy, prefixes: Iterable[str]) -> str:
    """The first of these paths that no ``[pass]`` leaves to somebody else; empty for none."""
    passes = tuple(subtree.prefix for subtree in policy.passes)
    return next((path for path in prefixes if not f"{path}".startswith(passes)), "")


def limits(policy: Policy) -> str:
    """What the policy counts, as words; empty where it counts nothing."""
    counted = {limit.text for operation in policy.operations for limit in operation.limits}
    counted |= {policy.api.flood.text} if policy.api.flood is not None else set()
    return ", ".join(sorted(counted))
