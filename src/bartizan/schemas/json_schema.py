"""Forms written as JSON Schema 2020-12, from a ``dict`` or a file.

JSON Schema lets unknown fields, unknown keywords and unknown formats pass, and its whole numbers
include 1.0. Here the schema is closed when it is bound: every object that declares fields gets
``unevaluatedProperties: false`` where the object stands, so that ``allOf`` and ``$ref`` still
compose, and what could not be enforced stops the start. References stay within the document.
Patterns run on an engine without backtracking (CWE-1333).
"""

import re
from itertools import islice, takewhile
from pathlib import Path
from typing import Any, Final

from jsonschema_rs import Draft202012Validator, RegexOptions, ValidationError
from jsonschema_rs import ValidationErrorKind as Kind

from bartizan.model.decision import Violation
from bartizan.schemas import closing, strict_json, violations
from bartizan.schemas.form import FormFault, Invalid, Malformed

LISTED: Final = 2048
"""Bodies of up to so many bytes have their faults listed; longer ones are told the first."""

_WORDS: Final = {
    "integer": violations.WHOLE,
    "number": violations.NUMBER,
    "string": violations.TEXT,
    "boolean": violations.BOOLEAN,
    "object": violations.OBJECT,
    "array": violations.LIST,
    "null": violations.NULL,
}
_UNDECLARED: Final = (Kind.UnevaluatedProperties, Kind.AdditionalProperties)
_SENTENCES: Final[tuple[tuple[Any, str], ...]] = (
    (Kind.Custom, violations.WHOLE),
    (Kind.Enum, "one of the declared values"),
    (Kind.Constant, "the declared value"),
    (Kind.Pattern, "a text of the declared pattern"),
    (Kind.Format, "a text of the format {0}"),
    (Kind.Minimum, "at least {0}"),
    (Kind.ExclusiveMinimum, "more than {0}"),
    (Kind.Maximum, "at most {0}"),
    (Kind.ExclusiveMaximum, "less than {0}"),
    (Kind.MultipleOf, "a multiple of {0}"),
    (Kind.MinLength, "a text of at least {0} characters"),
    (Kind.MaxLength, "a text of at most {0} characters"),
    (Kind.MinItems, "at least {0} items"),
    (Kind.MaxItems, "at most {0} items"),
    (Kind.MinProperties, "at least {0} fields"),
    (Kind.MaxProperties, "at most {0} fields"),
    (Kind.UniqueItems, "items that differ"),
)

_fraction = re.compile(rb"[0-9][.eE]").search
"""Whether some number may be written as anything but a whole one."""


def bind(bound: Any, name: str) -> "JsonSchemaForm":
    """Bind a schema. Raises :class:`FormFault` where it cannot be enforced."""
    try:
        _validator({})
    except TypeError as old:
        raise FormFault(
            f"{name} needs a newer jsonschema-rs: pip install -U 'bartizan[schema]'"
        ) from old
    schema = bound if isinstance(bound, dict) else _read_file(bound, name)
    try:
        closed = closing.closed(schema)
        validator = _validator(closed)
        exact = _validator(closing.whole(closed), {closing.WHOLE: Whole})
    except closing.Open as fault:
        raise FormFault(f"{name}: {fault}") from fault
    except Exception as fault:
        first = str(fault).partition("\n")[0]
        raise FormFault(f"{name} is no valid JSON Schema 2020-12: {first}") from fault
    return JsonSchemaForm(validator, exact, closing.names(closed))


def _read_file(bound: str | Path, name: str) -> dict[str, Any]:
    path = Path(str(bound).removeprefix("file:"))
    try:
        schema = strict_json.read(path.read_bytes())
    except OSError as missing:
        raise FormFault(f"{name}: {path} cannot be read: {missing.strerror}") from missing
    if not isinstance(schema, dict):
        raise FormFault(f"{name}: {path} holds no JSON object")
    return schema


def _validator(
    schema: dict[str, Any], keywords: dict[str, type] | None = None
) -> Draft202012Validator:
    return Draft202012Validator(
        schema,
        validate_formats=True,
        ignore_unknown_formats=False,
        offline=True,
        pattern_options=RegexOptions(),
        keywords=keywords,
    )


class Whole:
    """Our own keyword, for a library to which 1.0 is a whole number."""

    def __init__(self, schema: Any, value: Any, path: list[str | int]) -> None:
        pass

    def validate(self, value: Any) -> None:
        """Raise for every number that is written with a fraction or an exponent."""
        if isinstance(value, float):
            raise ValueError


class JsonSchemaForm:
    """A JSON Schema validator behind strict JSON."""

    def __init__(
        self,
        validator: Draft202012Validator,
        exact: Draft202012Validator,
        names: frozenset[str],
    ) -> None:
        self._validator = validator
        self._exact = exact
        self._names = names

    def read(self, body: bytes) -> Any:
        """The value as strict JSON reads it."""
        value = strict_json.read(body)
        if type(value) is Malformed:
            return value
        validator = self._exact if _fraction(body) else self._validator
        try:
            if validator.is_valid(value):
                return value
            errors = _errors(validator, value, len(body))
            return violations.invalid(self._violation(error) for error in errors)
        except Exception:  # a number that the library cannot hold
            return Invalid((Violation("", violations.AS_DECLARED),))

    def _violation(self, error: ValidationError) -> Violation:
        kind, where = error.kind, self._pointer(error.instance_path)
        if isinstance(kind, _UNDECLARED):
            return Violation(where, violations.UNDECLARED)
        if isinstance(kind, Kind.Required):
            return Violation(where + violations.pointer([kind.property]), violations.REQUIRED)
        return Violation(where, _asked(kind))

    def _pointer(self, steps: list[str | int]) -> str:
        """The place of a value; it ends where a name is the stranger's."""
        return violations.pointer(takewhile(self._is_ours, steps))

    def _is_ours(self, step: str | int) -> bool:
        return isinstance(step, int) or step in self._names


def _errors(validator: Draft202012Validator, value: Any, size: int) -> list[ValidationError]:
    """What is wrong: all of it in a short body, the first thing in a long one, because the
    library collects every error before it shows one, at 8 µs each."""
    if size <= LISTED:
        return list(islice(validator.iter_errors(value), violations.MOST))
    try:
        validator.validate(value)
    except ValidationError as first:
        return [first]
    return []


def _asked(kind: Any) -> str:
    """What was asked for, in words; every number in it comes from the schema."""
    if isinstance(kind, Kind.Type):
        return " or ".join(_WORDS[each] for each in kind.types)
    for known, sentence in _SENTENCES:
        if isinstance(kind, known):
            return sentence.format(*(getattr(kind, name) for name in known.__match_args__))
    return violations.AS_DECLARED
