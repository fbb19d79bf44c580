"""Exit codes: few, documented, and the same for every verb."""

from collections.abc import Iterable
from typing import Final

HELD: Final = 0
"""All that was asked holds."""
BROKEN: Final = 1
"""Something that the policy says is not so."""
WRONG: Final = 2
"""Wrong usage, or a policy with errors."""
CONSENT: Final = 3
"""Access would become wider, and nobody has agreed."""
EVIDENCE: Final = 4
"""Not enough was looked at to say anything."""
BUG: Final = 70
"""A fault of Bartizan's own (EX_SOFTWARE of sysexits.h)."""
INTERRUPTED: Final = 130
"""Interrupted by Ctrl-C (128 + SIGINT)."""

MEANINGS: Final = (
    (HELD, "held"),
    (BROKEN, "broken"),
    (WRONG, "wrong usage or policy"),
    (CONSENT, "needs consent (wider)"),
    (EVIDENCE, "not enough evidence"),
    (BUG, "a fault of Bartizan's own"),
    (INTERRUPTED, "interrupted"),
)
"""The table in ``--help``."""

DISAGREES: Final = ("P506", "R")
"""Faults of a policy that is well said and does not hold: expectations and routes."""


def of_faults(codes: Iterable[str]) -> int:
    """What faults end with: the highest of `BROKEN` and `WRONG`, `HELD` where there is none."""
    return max((BROKEN if code.startswith(DISAGREES) else WRONG for code in codes), default=HELD)
