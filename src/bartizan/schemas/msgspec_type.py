"""Forms written as msgspec types: a ``Struct``, or anything that msgspec can decode.

msgspec ignores unknown fields unless each struct forbids them, so the type is walked when it is
bound, and one that would drop a field in silence stops the start. ``dict`` and ``Any`` fields
are free: whoever declares them has decided to read whatever comes.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec
from msgspec import Struct, inspect

from bartizan.model.decision import Violation
from bartizan.schemas import decimals, strict_json, violations
from bartizan.schemas.form import FormFault, Invalid, Malformed

_WORDS: Final = {
    "int": violations.WHOLE,
    "float": violations.NUMBER,
    "str": violations.TEXT,
    "bool": violations.BOOLEAN,
    "object": violations.OBJECT,
    "array": violations.LIST,
    "null": violations.NULL,
    "datetime": "a date and time",
    "date": "a date",
    "time": "a time of day",
    "uuid": "a UUID",
}
_BOUNDS: Final = {">=": "at least", ">": "more than", "<=": "at most", "<": "less than"}
_UNITS: Final = {"str": " characters", "bytes": " bytes", "array": " items", "object": " fields"}

_PLACE = re.compile(r" - at (?P<key>`key` in )?`\$(?P<path>.*)`\Z", re.DOTALL)
_STEP = re.compile(r"\.(?P<name>[^.\[]+)|\[(?P<index>[0-9]+)\]|(?P<end>\[\.\.\.\]|.)", re.DOTALL)
_MISSING = re.compile(r"Object missing required field `(?P<name>.+)`\Z").match
_KIND = re.compile(r"Expected `(?P<kinds>[a-z |]+)`, got `").match
_BOUND = re.compile(
    r"Expected `(?P<kind>\w+)` (?P<long>of length )?(?P<sign>>=|>|<=|<) (?P<number>[-0-9.e+]+)\Z"
).match


def bind(bound: Any, name: str) -> "MsgspecForm":
    """Bind a type. Raises :class:`FormFault` where msgspec would drop or change what is sent."""
    try:
        decoder = msgspec.json.Decoder(bound, strict=True)
        nodes = tuple(_nodes(inspect.type_info(bound)))
    except Exception as unusable:
        raise FormFault(
            f"{name} is nothing that msgspec can decode: bind a msgspec.Struct, a pydantic model "
            "or TypeAdapter, or a JSON Schema (a dict or the path of a file)"
        ) from unusable
    for node in nodes:
        fault = _fault(node)
        if fault:
            raise FormFault(f"{name}: {fault}")
    has_decimals = any(isinstance(node, inspect.DecimalType) for node in nodes)
    return MsgspecForm(decoder, frozenset(_names(nodes)), has_decimals)


class MsgspecForm:
    """A msgspec decoder behind strict JSON."""

    def __init__(
        self, decoder: msgspec.json.Decoder[Any], names: frozenset[str], has_decimals: bool
    ) -> None:
        self._decode = decoder.decode
        self._names = names
        self._has_decimals = has_decimals

    def read(self, body: bytes) -> Any:
        """The typed value. The bytes are decoded again, so that decimals keep every digit."""
        value = strict_json.read(body)
        if type(value) is Malformed:
            return value
        try:
            typed = self._decode(body)
        except msgspec.ValidationError as refused:
            return Invalid((_violation(refused, self._names),))
        except Exception:  # what a type's own __post_init__ raises
            return Invalid((Violation("", violations.AS_DECLARED),))
        if self._has_decimals and not decimals.tame(typed):
            return Invalid((Violation("", decimals.SENTENCE),))
        return typed


# ------------------------------------------------------------------ when it is bound


def _nodes(root: inspect.Type) -> Iterator[Any]:
    """Every type within a type, and every field of a struct, each once."""
    seen: set[int] = set()
    stack: list[Any] = [root]
    kept: list[Any] = []  # keeps every id alive and unique
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        kept.append(node)
        yield node
        stack.extend(_children(node))


def _children(node: Struct) -> Iterable[Any]:
    for name in node.__struct_fields__:
        value = getattr(node, name)
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, inspect.Type | inspect.Field):
                yield each


def _names(nodes: Iterable[Any]) -> Iterator[str]:
    """The names that a type declares, as they stand in JSON."""
    for node in nodes:
        if isinstance(node, inspect.Field):
            yield node.encode_name
        elif isinstance(node, inspect.StructType) and node.tag_field:
            yield node.tag_field


def _fault(node: Any) -> str:
    """Why a type cannot be enforced, with what to do; empty where it can."""
    match node:
        case inspect.StructType(cls=cls, forbid_unknown_fields=False):
            return (
                f"{cls.__name__} drops unknown fields in silence: "
                f"class {cls.__name__}(msgspec.Struct, forbid_unknown_fields=True)"
            )
        case inspect.DataclassType(cls=cls) | inspect.TypedDictType(cls=cls):
            return (
                f"{cls.__name__} drops unknown fields in silence: make it a msgspec.Struct with "
                f"forbid_unknown_fields=True, or bind pydantic.TypeAdapter({cls.__name__})"
            )
        case inspect.DictType(key_type=key) if not _is_text(key):
            return (
                "keys of a JSON object are texts, and two spellings of one number would be "
                "one key: dict[str, …]"
            )
        case inspect.CustomType(cls=cls):
            return f"msgspec does not know {cls.__name__}: bind a msgspec.Struct"
        case inspect.ExtType() | inspect.MemoryViewType():
            return "there are no extension types or memory views in JSON"
    return ""


def _is_text(key: inspect.Type) -> bool:
    if isinstance(key, inspect.LiteralType):
        return all(isinstance(value, str) for value in key.values)
    if isinstance(key, inspect.EnumType):
        return all(isinstance(member.value, str) for member in key.cls)
    return isinstance(key, inspect.StrType | inspect.AnyType)


# ------------------------------------------------------------------ when it refuses


def _violation(refused: msgspec.ValidationError, names: frozenset[str]) -> Violation:
    """A sentence of our own: msgspec's may hold a field's name or value as it was sent, or
    whatever a ``__post_init__`` of the application says."""
    said = str(refused)
    place = _PLACE.search(said)
    where = _pointer(place["path"], names) if place else ""
    if refused.__cause__ is not None:
        return Violation(where, violations.AS_DECLARED)
    said = said[: place.start()] if place else said
    if said.startswith("Object contains unknown field "):
        return Violation(where, violations.UNDECLARED)
    missing = _MISSING(said)
    if missing:
        return Violation(where + violations.pointer([missing["name"]]), violations.REQUIRED)
    return Violation(where, _asked(said))


def _pointer(path: str, names: frozenset[str]) -> str:
    """``.lines[3].sku`` as a JSON Pointer; it ends where a name is not declared."""
    segments: list[str | int] = []
    for step in _STEP.finditer(path):
        if step["end"] or (step["name"] and step["name"] not in names):
            break
        segments.append(step["name"] or step["index"])
    return violations.pointer(segments)


def _asked(said: str) -> str:
    """What was asked for, in words, where msgspec's sentence holds nothing but that."""
    kind = _KIND(said)
    if kind:
        words = [_WORDS.get(each) for each in kind["kinds"].split(" | ")]
        return " or ".join(filter(None, words)) if all(words) else violations.AS_DECLARED
    bound = _BOUND(said)
    if not bound or bound["kind"] not in _WORDS:
        return violations.AS_DECLARED
    amount = f"{_BOUNDS[bound['sign']]} {bound['number']}"
    of = f"{amount}{_UNITS.get(bound['kind'], '')}" if bound["long"] else amount
    return f"{_WORDS[bound['kind']]} of {of}"
