"""A twin: the same house with one thing in it replaced, so that an invariant no longer holds."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import pytest
from msgspec import Struct

from bartizan.enforce.plan import Bind, Row
from bartizan.enforce.table import ORDER
from tests.conformance.corpus import COLUMN_NAMES, ColumnName

Check = Callable[[tuple[ColumnName, ...]], None]
"""Raises ``AssertionError`` where the invariant does not hold in these columns."""

AT = "tests.conformance.guarding"
"""Where guards are made for the corpus."""


class Twin(Struct, frozen=True):
    """A house without an invariant."""

    lacks: str
    """What it does instead."""
    patches: Mapping[str, Any]
    """What stands in whose place: ``module:name`` or ``module:class.name``, and the other value."""
    columns: tuple[ColumnName, ...] = COLUMN_NAMES
    """Columns in which that shows."""


class Invariant(Struct, frozen=True):
    """A sentence of the design."""

    sentence: str
    """What holds always."""
    check: Check
    """Asks whether it does."""
    twins: tuple[Twin, ...]
    """Houses in which it does not."""


@contextmanager
def house(twin: Twin | None = None) -> Iterator[None]:
    """Live in a twin for a while; without one, in the house itself."""
    with pytest.MonkeyPatch.context() as patch:
        # Plans and policies are kept by the corpus: a twin makes its own.
        patch.setattr("tests.conformance.asking._loaded", {})
        for place, value in (twin.patches if twin else {}).items():
            module, _, path = place.partition(":")
            owner: Any = import_module(module)
            *parents, name = path.split(".")
            for parent in parents:
                owner = getattr(owner, parent)
            patch.setattr(owner, name, value)  # what is not there cannot be replaced
        yield


def ordered(*rows: Row) -> dict[str, Any]:
    """Another order of refusals."""
    return {f"{AT}:ORDER": rows}


def without(*controls: str) -> dict[str, Any]:
    """The order without these controls."""
    return ordered(*(row for row in ORDER if row.control not in controls))


def instead(control: str, bind: Bind) -> dict[str, Any]:
    """The order with another way to bind a control."""
    return ordered(
        *(Row(row.number, control, bind) if row.control == control else row for row in ORDER)
    )


def swapped(at: int) -> dict[str, Any]:
    """The order with two neighbours in each other's place."""
    rows = list(ORDER)
    rows[at], rows[at + 1] = rows[at + 1], rows[at]
    return ordered(*rows)
