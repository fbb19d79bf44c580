"""Closes a JSON Schema: whatever declares fields refuses all others (JSON Schema 2020-12).

A *place* is where a value stands: the document, the value of a field, an item. Several schemas
may apply to one place through ``allOf``, ``$ref`` and their kin, so it is the place that is
closed, with ``unevaluatedProperties: false`` (Core section 11.3), and not each of its schemas.
Within ``not``, ``if`` and ``contains`` nothing is closed: a schema that matches less there would
admit more outside.
"""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Final
from urllib.parse import unquote

WHOLE: Final = "bartizan-whole"
"""Our own keyword: 1.0 is no whole number."""

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

# Where the subschemas of each keyword apply.
_SAME_PLACE_LIST: Final = ("allOf", "anyOf", "oneOf")
_SAME_PLACE_MAP: Final = ("dependentSchemas",)
_SAME_PLACE: Final = ("then", "else")
_OTHER_PLACE: Final = (
    "items", "additionalProperties", "unevaluatedProperties", "unevaluatedItems", "propertyNames",
)  # fmt: skip
_OTHER_PLACE_LIST: Final = ("prefixItems",)
_OTHER_PLACE_MAP: Final = ("properties", "patternProperties")
_LIBRARY: Final = ("$defs", "definitions")
_UNTOUCHED: Final = ("not", "if", "contains")

_ONE: Final = frozenset(_SAME_PLACE + _OTHER_PLACE + _UNTOUCHED)
_LISTS: Final = frozenset(_SAME_PLACE_LIST + _OTHER_PLACE_LIST)
_MAPS: Final = frozenset(_SAME_PLACE_MAP + _OTHER_PLACE_MAP + _LIBRARY)

_ANNOTATIONS: Final = (
    "$schema", "$id", "$ref", "$comment", "title", "description", "default", "examples",
    "deprecated", "readOnly", "writeOnly",
)  # fmt: skip
_ASSERTIONS: Final = (
    "type", "enum", "const", "format", "required", "dependentRequired",
    "multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum",
    "maxLength", "minLength", "pattern", "maxItems", "minItems", "uniqueItems",
    "maxContains", "minContains", "maxProperties", "minProperties",
)  # fmt: skip

KEYWORDS: Final = _ONE | _LISTS | _MAPS | frozenset(_ANNOTATIONS + _ASSERTIONS)
"""What is enforced, or says nothing about values. ``x-…`` keywords are the author's own."""

Schema = Mapping[str, Any]


class Open(Exception):  # noqa: N818  (it says what the schema is)
    """A schema that cannot be closed, and why."""


def closed(document: Schema) -> dict[str, Any]:
    """The same schema, closed. Raises :class:`Open` where something in it is not enforced."""
    for where, schema in _subschemas(document, "#"):
        _check(where, schema)
    _check_references(document)
    made: dict[str, Any] = _close(document, document, "#", is_place=True)
    return made


def whole(schema: Any) -> Any:
    """The same schema, with ``1.0`` refused where a whole number is asked for."""
    return _rebuilt(schema, lambda each, _key: whole(each), _asks_whole)


def names(document: Schema) -> frozenset[str]:
    """Every field that is declared anywhere."""
    return frozenset(
        name
        for _, schema in _subschemas(document, "#")
        for name in (*schema.get("properties", ()), *schema.get("required", ()))
    )


# ------------------------------------------------------------------ what cannot be enforced


def _check(where: str, schema: Schema) -> None:
    for keyword in schema:
        if keyword not in KEYWORDS and not keyword.startswith("x-"):
            near = get_close_matches(keyword, KEYWORDS, 1)
            hint = f", did you mean {near[0]}?" if near else ""
            raise Open(f"{where}: the keyword {keyword} is not enforced{hint}")
    if schema.get("$schema", _DIALECT).rstrip("#") != _DIALECT:
        raise Open(f"{where}: $schema must be {_DIALECT}")
    if "$id" in schema and where != "#":
        raise Open(f"{where}: a $id of its own changes what references mean")
    if schema.get("readOnly") is True:
        raise Open(f"{where}: readOnly is not enforced in a body: leave the field out")


def _check_references(document: Schema) -> None:
    """References lead from a schema to a schema, and neither stands where nothing is closed."""
    every = tuple(_subschemas(document, "#"))
    kept = {id(each) for each in _subtrees(every)}
    for where, schema in every:
        if "$ref" not in schema:
            continue
        target = _target(document, where, schema["$ref"])
        if id(schema) in kept:
            raise Open(f"{where}: within not, if and contains say it without $ref")
        if (
            not isinstance(target, bool)
            and id(target) not in {id(each) for _, each in every} - kept
        ):
            raise Open(f"{where}: $ref {schema['$ref']} points at no schema that can be closed")


def _subtrees(every: tuple[tuple[str, Schema], ...]) -> Iterator[Schema]:
    """Every schema within ``not``, ``if`` and ``contains``."""
    for where, schema in every:
        for key in _UNTOUCHED:
            yield from (each for _, each in _subschemas(schema.get(key), where))


def _target(document: Schema, where: str, reference: Any) -> Any:
    """What a reference within the document points at (RFC 6901 section 6)."""
    if not isinstance(reference, str) or not (reference == "#" or reference.startswith("#/")):
        raise Open(f"{where}: $ref stays within the document: #/$defs/…")
    found: Any = document
    for step in unquote(reference[1:]).split("/")[1:]:
        key = step.replace("~1", "/").replace("~0", "~")
        if isinstance(found, list) and key.isdecimal() and int(key) < len(found):
            found = found[int(key)]
        elif isinstance(found, Mapping) and key in found:
            found = found[key]
        else:
            raise Open(f"{where}: $ref {reference} points at nothing")
    return found


# ------------------------------------------------------------------ closing


def _close(document: Schema, schema: Any, where: str, *, is_place: bool) -> Any:
    if not isinstance(schema, Mapping):
        return schema

    def below(each: Any, key: str) -> Any:
        if key in _UNTOUCHED:
            return each
        return _close(document, each, f"{where}/{key}", is_place=key in _OTHER_KEYWORDS)

    made = _rebuilt(schema, below, dict)
    if is_place and _declares(document, schema, where) and "additionalProperties" not in schema:
        made.setdefault("unevaluatedProperties", False)
    return made


_OTHER_KEYWORDS: Final = frozenset(_OTHER_PLACE + _OTHER_PLACE_LIST + _OTHER_PLACE_MAP)


def _declares(document: Schema, schema: Schema, where: str) -> bool:
    """Whether a place declares fields. Raises where it also accepts any other."""
    here = tuple(_same_place(document, schema, where))
    if not any("properties" in each or "patternProperties" in each for each in here):
        return False
    for each in here:
        for keyword in ("additionalProperties", "unevaluatedProperties"):
            if each.get(keyword, False) in (True, {}):
                raise Open(
                    f"{where} declares fields and accepts any other: say {keyword}: false, "
                    "or give the others a schema"
                )
    return True


def _same_place(document: Schema, schema: Any, where: str) -> Iterator[Schema]:
    """Every schema that applies to the same value, through references too."""
    seen: set[int] = set()
    stack = [schema]
    while stack:
        each = stack.pop()
        if not isinstance(each, Mapping) or id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        for key in _SAME_PLACE_LIST:
            stack.extend(each.get(key, ()))
        for key in _SAME_PLACE_MAP:
            stack.extend(each.get(key, {}).values())
        stack.extend(each[key] for key in ("if", *_SAME_PLACE) if key in each)
        if "$ref" in each:
            stack.append(_target(document, where, each["$ref"]))


# ------------------------------------------------------------------ walking


def _rebuilt(schema: Any, below: Any, done: Any) -> Any:
    """A copy of one schema with ``below`` put to every subschema, and ``done`` to the copy."""
    if not isinstance(schema, Mapping):
        return schema
    made: dict[str, Any] = {}
    for key, value in schema.items():
        if key in _ONE:
            made[key] = below(value, key)
        elif key in _LISTS and isinstance(value, list):
            made[key] = [below(each, key) for each in value]
        elif key in _MAPS and isinstance(value, Mapping):
            made[key] = {name: below(each, key) for name, each in value.items()}
        else:
            made[key] = value
    return done(made)


def _subschemas(schema: Any, where: str) -> Iterator[tuple[str, Schema]]:
    """Every schema of a document that is no boolean, and where it is written."""
    if not isinstance(schema, Mapping):
        return
    yield where, schema
    for key, value in schema.items():
        if key in _ONE:
            yield from _subschemas(value, f"{where}/{key}")
        elif key in _LISTS and isinstance(value, list):
            for index, each in enumerate(value):
                yield from _subschemas(each, f"{where}/{key}/{index}")
        elif key in _MAPS and isinstance(value, Mapping):
            for name, each in value.items():
                yield from _subschemas(each, f"{where}/{key}/{name}")


def _asks_whole(schema: dict[str, Any]) -> dict[str, Any]:
    types = schema.get("type", ())
    types = (types,) if isinstance(types, str) else types
    if "type" in schema:
        asked = "integer" in types and "number" not in types
    else:
        values = (*schema.get("enum", ()), *([schema["const"]] if "const" in schema else ()))
        numbers = [v for v in values if isinstance(v, int | float) and not isinstance(v, bool)]
        asked = bool(numbers) and all(isinstance(value, int) for value in numbers)
    return {**schema, WHOLE: True} if asked else schema
