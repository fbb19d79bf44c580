"""Sentences about input that is not as declared: the same in every vocabulary, without echoes.

What a stranger sent never comes back, neither a value nor a name: a pointer (RFC 6901) is made
of declared names and of positions, and ends where a name is the stranger's own.
"""

from collections.abc import Iterable
from typing import Final

from bartizan.model.decision import Violation
from bartizan.schemas.form import Invalid

MOST: Final = 20
"""Most violations of one answer."""

UNDECLARED: Final = "only declared fields"
REQUIRED: Final = "a value: this field is required"
AS_DECLARED: Final = "a value as declared"
WHOLE: Final = "a whole number"
NUMBER: Final = "a number"
TEXT: Final = "a text"
BOOLEAN: Final = "true or false"
OBJECT: Final = "an object"
LIST: Final = "a list"
NULL: Final = "null"


def pointer(segments: Iterable[str | int]) -> str:
    """A JSON Pointer (RFC 6901 section 3)."""
    return "".join(f"/{str(each).replace('~', '~0').replace('/', '~1')}" for each in segments)


def invalid(violations: Iterable[Violation]) -> Invalid:
    """The first of them, each said once."""
    said: dict[tuple[str, str], Violation] = {}
    for violation in violations:
        said.setdefault((violation.where, violation.rule), violation)
        if len(said) == MOST:
            break
    return Invalid(tuple(said.values()))
