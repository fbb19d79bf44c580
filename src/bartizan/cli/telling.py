"""What can be said about one decision: its event, the policy at hand, and what follows for whom."""

import tomllib
from collections.abc import Iterator
from pathlib import PurePath
from typing import Final

from msgspec import Struct

from bartizan.cli.explanations import FOLDER
from bartizan.enforce.plan import LAST
from bartizan.enforce.table import ORDER
from bartizan.model.event import Event
from bartizan.model.notices import NOTICES, OUTCOME
from bartizan.model.reasons import REASONS, Reason
from bartizan.policy.rules import Place, Policy

ANSWER: Final = 18
"""Number of the row that speaks after the view."""
UNREACHED: Final = "not reached"
SILENT: Final = "no refusal"

_NAMESAKES: Final = frozenset({"flood", "roles", "scopes"})
"""Controls that are asked for by a key of their own name."""


class Said(Struct, frozen=True):
    """What one row of the order table did."""

    number: int
    """Its number."""
    control: str
    """Its control."""
    said: str
    """Its words."""


class Told(Struct, frozen=True):
    """One decision with everything that is known about it."""

    id: str
    """The id that was asked for."""
    event: Event
    """Its event, or the one that stands for it among others."""
    policy: Policy | None
    """The policy at hand."""

    @property
    def reason(self) -> Reason | None:
        """Why it was refused."""
        return REASONS.get(self.event.reason)

    @property
    def code(self) -> str:
        """What ``bartizan explain`` takes; empty where nothing was refused."""
        notice = NOTICES.get(self.event.reason)
        return self.reason.code if self.reason else notice.code if notice else ""

    @property
    def same(self) -> bool:
        """Whether the policy at hand is the one that decided."""
        return self.policy is not None and self.policy.revision == self.event.revision

    @property
    def place(self) -> Place | None:
        """The line of the policy that asked for it, as the file at hand has it.

        ``None`` where the policy is another one, or the file was edited so that the line says
        something else now, although the policy means the same.
        """
        name, _, number = self.event.line.rpartition(":")
        if self.policy is None or not self.same or not number.isdecimal():
            return None
        for place in _places(self.policy, self.event):
            if PurePath(place.file).name == name and place.line == int(number):
                return place
        return None

    @property
    def remedy(self) -> str:
        """What the client can do; empty where it need not do anything."""
        return remedies().get(self.reason.problem, "") if self.reason else ""

    def rows(self) -> tuple[Said, ...]:
        """Every row in the order of refusals, and what it did. None where there was no decision to
        be made, or no row made it."""
        if self.event.outcome in (OUTCOME, "pass"):
            return ()
        refusing = row_of(self.reason) if self.reason else None
        if refusing is not None and refusing not in _order():
            return ()
        veiled = {row_of(REASONS[name]): name for name in self.event.shadowed if name in REASONS}
        rows, over = [], False
        for at in _order():
            if over:
                words = UNREACHED
            elif at == refusing:
                words = f"{self.event.status} {self.event.reason}"
                over = True
            elif at in veiled:
                words = f"in shadow: {veiled[at]}"
            else:
                words = SILENT
            rows.append(Said(*at, words))
        if self.event.outcome == "answer":
            return tuple(_answered(rows))
        return tuple(rows)


def row_of(reason: Reason) -> tuple[int, str]:
    """The row of the order table that gives a reason: the hundreds of its code say it. What the
    engine itself says belongs to no row."""
    return int(reason.code[1:]) // 100, reason.control


def remedies() -> dict[str, str]:
    """What a client can do about each public problem."""
    return tomllib.loads((FOLDER / "remedies.toml").read_text(encoding="utf-8"))


def _order() -> Iterator[tuple[int, str]]:
    yield from ((row.number, row.control) for row in ORDER)
    yield from ((ANSWER, control) for control in LAST)


def _answered(rows: list[Said]) -> Iterator[Said]:
    """A preflight: row 5 has answered it."""
    for row in rows:
        if row.control == "cors":
            yield Said(row.number, row.control, "answers it itself")
        else:
            yield Said(row.number, row.control, UNREACHED) if row.number > 5 else row


def _places(policy: Policy, event: Event) -> Iterator[Place]:
    """The lines that an event can point at: where its control has a key of its own, that one."""
    keys = dict(policy.api.places)
    for operation in policy.operations:
        if operation.name == event.operation:
            keys |= operation.places
            if event.control not in _NAMESAKES:
                yield operation.place
    if event.control in _NAMESAKES and event.control in keys:
        yield keys[event.control]
    else:
        yield from keys.values()
        yield from (one.place for one in policy.passes)
