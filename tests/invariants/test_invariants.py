"""Every invariant holds, and each of its twins is caught."""

import pytest

from tests.invariants.table import TABLE
from tests.invariants.twins import Invariant, Twin, house

GOOD = [pytest.param(each, id=each.sentence) for each in TABLE]
TWINS = [
    pytest.param(
        each, twin, column, id=" / ".join(filter(None, (each.sentence, twin.lacks, column)))
    )
    for each in TABLE
    for twin in each.twins
    for column in twin.columns or ("",)
]


@pytest.mark.parametrize("invariant", GOOD)
def test_it_holds(invariant: Invariant) -> None:
    with house():
        invariant.check(tuple({column for twin in invariant.twins for column in twin.columns}))


@pytest.mark.parametrize(("invariant", "twin", "column"), TWINS)
def test_its_twin_is_caught(invariant: Invariant, twin: Twin, column: str) -> None:
    with house(twin), pytest.raises(AssertionError):
        invariant.check((column,))
