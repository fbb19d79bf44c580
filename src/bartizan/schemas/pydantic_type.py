"""Forms written for pydantic: a model, a dataclass, a ``TypeAdapter``.

Strictness and the refusal of unknown fields are said at every call and hold at every depth over
whatever a nested model's ``model_config`` says. What no call can make strict stops the start.
The bytes are read again in pydantic's JSON mode, the only one in which dates, UUIDs and decimals
have a wire form and nothing else is converted.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from bartizan.model.decision import Violation
from bartizan.schemas import decimals, strict_json, violations
from bartizan.schemas.form import FormFault, Invalid, Malformed

MANY: Final = 200
"""From so many faults on, they are not listed one by one."""

_UNDECLARED: Final = {"extra_forbidden", "unexpected_keyword_argument"}
_MISSING: Final = {"missing", "missing_argument", "missing_keyword_only_argument"}
_SENTENCES: Final = {
    "int_type": violations.WHOLE,
    "int_from_float": violations.WHOLE,
    "float_type": violations.NUMBER,
    "finite_number": violations.NUMBER,
    "decimal_type": violations.NUMBER,
    "decimal_parsing": violations.NUMBER,
    "string_type": violations.TEXT,
    "bool_type": violations.BOOLEAN,
    "none_required": violations.NULL,
    "dict_type": violations.OBJECT,
    "model_type": violations.OBJECT,
    "model_attributes_type": violations.OBJECT,
    "dataclass_type": violations.OBJECT,
    "list_type": violations.LIST,
    "tuple_type": violations.LIST,
    "set_type": violations.LIST,
    "date_type": "a date",
    "date_parsing": "a date",
    "datetime_type": "a date and time",
    "datetime_parsing": "a date and time",
    "uuid_type": "a UUID",
    "uuid_parsing": "a UUID",
    "literal_error": "one of the declared values",
    "enum": "one of the declared values",
    "greater_than_equal": "at least {ge}",
    "greater_than": "more than {gt}",
    "less_than_equal": "at most {le}",
    "less_than": "less than {lt}",
    "multiple_of": "a multiple of {multiple_of}",
    "string_too_short": "a text of at least {min_length} characters",
    "string_too_long": "a text of at most {max_length} characters",
    "too_short": "at least {min_length} items",
    "too_long": "at most {max_length} items",
}
"""Our sentence for each of pydantic's error types; the bounds in them come from the model."""


def bind(bound: Any, name: str) -> "PydanticForm":
    """Bind a model. Raises :class:`FormFault` where pydantic would drop or change what is sent."""
    try:
        TypeAdapter(int).validator.validate_json(b"1", strict=True, extra="forbid")
    except TypeError as old:
        raise FormFault(f"{name} needs a newer pydantic: pip install 'pydantic>=2.12'") from old
    try:
        adapter = bound if isinstance(bound, TypeAdapter) else TypeAdapter(bound)
        adapter.rebuild()
        nodes = tuple(_nodes(adapter.core_schema))
    except Exception as unusable:
        raise FormFault(
            f"{name} is not complete: pydantic cannot build a validator for it"
        ) from unusable
    for node in nodes:
        fault = _fault(node)
        if fault:
            raise FormFault(f"{name}: {fault}")
    names = frozenset(each for node in nodes for each in _names(node))
    return PydanticForm(adapter, names, any(node.get("type") == "decimal" for node in nodes))


class PydanticForm:
    """A pydantic validator behind strict JSON."""

    def __init__(
        self, adapter: TypeAdapter[Any], names: frozenset[str], has_decimals: bool
    ) -> None:
        self._validate = adapter.validator.validate_json
        self._names = names
        self._has_decimals = has_decimals

    def read(self, body: bytes) -> Any:
        """The model, or whatever the adapter makes."""
        value = strict_json.read(body)
        if type(value) is Malformed:
            return value
        try:
            typed = self._validate(body, strict=True, extra="forbid")
        except ValidationError as refused:
            return self._invalid(refused, value)
        except Exception:  # what a model's own validator raises
            return Invalid((Violation("", violations.AS_DECLARED),))
        if self._has_decimals and not decimals.tame(typed):
            return Invalid((Violation("", decimals.SENTENCE),))
        return typed

    def _invalid(self, refused: ValidationError, value: Any) -> Invalid:
        if refused.error_count() > MANY:
            return Invalid((Violation("", violations.AS_DECLARED),))
        errors = refused.errors(include_url=False, include_input=False)
        return violations.invalid(self._violation(error, value) for error in errors)

    def _violation(self, error: Mapping[str, Any], value: Any) -> Violation:
        kind, steps = error["type"], error["loc"]
        if kind in _UNDECLARED:
            return Violation(self._pointer(steps[:-1], value), violations.UNDECLARED)
        if kind in _MISSING:
            where = self._pointer(steps[:-1], value)
            return Violation(where + violations.pointer(steps[-1:]), violations.REQUIRED)
        sentence = _SENTENCES.get(kind, violations.AS_DECLARED).format_map(error.get("ctx", {}))
        return Violation(self._pointer(steps, value), sentence)

    def _pointer(self, steps: tuple[str | int, ...], value: Any) -> str:
        """pydantic's location as a pointer, without the labels of unions that stand in it."""
        segments: list[str | int] = []
        for step in steps:
            if isinstance(value, list) and isinstance(step, int) and step < len(value):
                value = value[step]
            elif isinstance(value, dict) and step in value:
                if step not in self._names:
                    break
                value = value[step]
            else:
                continue
            segments.append(step)
        return violations.pointer(segments)


# ------------------------------------------------------------------ when it is bound


def _nodes(schema: Any) -> Iterator[Mapping[str, Any]]:
    """Every node of a core schema that strict JSON can reach."""
    stack = [schema]
    while stack:
        node = stack.pop()
        if isinstance(node, dict):
            yield node
            stack.extend(value for key, value in node.items() if key not in _UNREACHED)
        elif isinstance(node, list | tuple):
            stack.extend(node)


_UNREACHED: Final = frozenset(
    ("metadata", "default", "serialization", "computed_fields", "lax_schema", "python_schema")
)


def _fault(node: Mapping[str, Any]) -> str:
    """Why a node cannot be enforced, with what to do; empty where it can."""
    match node:
        case {"type": "json"}:
            return (
                "a Json field holds a text that nobody reads strictly: declare its content as "
                "a field of its own"
            )
        case {"type": "dict", "keys_schema": {"type": kind}} if kind not in _TEXTS:
            return (
                "keys of a JSON object are texts, and two spellings of one number would be "
                "one key: dict[str, …]"
            )
        case {"type": "literal", "expected": expected} if not _only_texts(expected):
            return "a Literal of numbers takes true and 1.0 for 1: use texts, or bounds on an int"
        case {"type": "enum", "members": members} if not _only_texts(m.value for m in members):
            return "an Enum of numbers takes true and 1.0 for 1: use texts, or bounds on an int"
    if any(isinstance(path, list) and len(path) > 1 for path in _paths(node)):
        return "an AliasPath leaves its neighbours unread: declare the nested model"
    return ""


_TEXTS: Final = {"str", "literal", "enum", "any"}
"""Kinds of keys that have one spelling each."""


def _only_texts(values: Any) -> bool:
    return all(isinstance(value, str) or value is None for value in values)


def _paths(node: Mapping[str, Any]) -> list[Any]:
    """Where the value of a field is looked for: each a list of steps."""
    alias = node.get("validation_alias")
    if not isinstance(alias, list):
        return []
    return alias if alias and isinstance(alias[0], list) else [alias]


def _names(node: Mapping[str, Any]) -> Iterator[str]:
    """The names that a node declares, aliases too."""
    fields = node.get("fields")
    if isinstance(fields, dict):
        yield from fields
    if isinstance(node.get("name"), str):
        yield node["name"]
    if isinstance(node.get("validation_alias"), str):
        yield node["validation_alias"]
    for path in _paths(node):
        yield from (step for step in path if isinstance(step, str))
