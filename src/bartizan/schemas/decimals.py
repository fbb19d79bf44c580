"""Decimals from texts: neither msgspec nor pydantic bounds what a ``Decimal`` may hold.

``"NaN"`` makes the first comparison of a view raise, and ``"1E+999999999"`` is twelve bytes
that become a gigabyte as soon as somebody asks for its integer or its plain spelling.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Final

from msgspec import Struct

LARGEST: Final = 400
"""Most digits before or after the point, the same bound as for JSON numbers."""

SENTENCE: Final = f"decimal numbers of at most {LARGEST} digits"


def tame(value: Any) -> bool:
    """Whether every decimal within a validated value is finite and of bounded size."""
    if isinstance(value, Decimal):
        return value.is_finite() and abs(value.adjusted()) <= LARGEST and _digits(value) <= LARGEST
    return all(tame(item) for item in _within(value))


def _digits(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(len(value.as_tuple().digits), -exponent if isinstance(exponent, int) else 0)


def _within(value: Any) -> Iterable[Any]:
    if isinstance(value, str | bytes | int | float):
        return ()
    if isinstance(value, dict):
        return value.values()
    if isinstance(value, list | tuple | set | frozenset):
        return value
    if isinstance(value, Struct):
        return (getattr(value, name) for name in value.__struct_fields__)
    return (vars(value) if hasattr(value, "__dict__") else {}).values()
