"""An answer of the policy, with the row and the line that gave it."""

from typing import Final, Literal

from msgspec import Struct

from bartizan.enforce.ask import Answered
from bartizan.enforce.table import ORDER
from bartizan.model.decision import Answer, Deny
from bartizan.policy.rules import Expect, Operation, Place, Policy

Word = Literal["permitted", "refused", "answered", "not exercised"]

SILENT: Final = "no objection"
DECLARED: Final = "declared"
NOTHING: Final = "nothing is asked of it"
UNREACHED: Final = "not reached"


class Said(Struct, frozen=True):
    """What one row said."""

    number: int
    """Its number in the table of refusals."""
    control: str
    """Its control."""
    said: str
    """Its words."""


class Asked(Struct, frozen=True):
    """A question with its answer."""

    policy: Policy
    """The policy that was asked."""
    question: Expect
    """What was asked."""
    answered: Answered
    """What it says."""

    @property
    def refusal(self) -> Deny | None:
        """The refusal, where it is one."""
        outcome = self.answered.outcome
        return outcome if isinstance(outcome, Deny) else None

    @property
    def word(self) -> Word:
        """How it ended, in a word."""
        if self.refusal is not None:
            return "refused"
        if self.answered.unread:
            return "not exercised"
        return "answered" if isinstance(self.answered.outcome, Answer) else "permitted"

    @property
    def place(self) -> Place | None:
        """The line of the policy that decides: the key's that refused, else the operation's."""
        return self.line(self.refusal)

    def line(self, deny: Deny | None) -> Place | None:
        """The line that asked for a refusal; without one, the operation's."""
        operation = self.answered.operation
        if deny is not None and deny.key:
            own = operation.places if operation is not None else {}
            found = own.get(deny.key) or self.policy.api.places.get(deny.key)
            if found is not None:
                return found
        return operation.place if isinstance(operation, Operation) else None

    def rows(self) -> tuple[Said, ...]:
        """Every row of the table of refusals, and what it said."""
        spoken = {(it.row.number, it.row.control): it.said for it in self.answered.rows}
        over, rows = False, []
        for row in ORDER:
            at = (row.number, row.control)
            if over:
                words = UNREACHED
            elif at not in spoken:
                declared = row.control == "operation" and self.answered.operation is not None
                words = DECLARED if declared else NOTHING
            else:
                words = self._words(spoken[at], row.control)
                over = spoken[at] is not None and spoken[at] is self.answered.outcome
            rows.append(Said(row.number, row.control, words))
        return tuple(rows)

    def _words(self, said: Deny | Answer | None, control: str) -> str:
        if isinstance(said, Deny):
            shadow = "" if said is self.answered.outcome else "in shadow: "
            return f"{shadow}{said.reason.status} {said.reason.name}"
        if isinstance(said, Answer):
            return f"answers {said.status} itself"
        if control == "input" and self.answered.unread:
            return f"NOT EXERCISED: nobody has bound {self.answered.unread}"
        return SILENT
