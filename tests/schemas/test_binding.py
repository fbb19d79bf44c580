"""What cannot be enforced stops the start, with a sentence that says what to do."""

import dataclasses
import datetime as dt
import decimal
import enum
import importlib
import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
import pydantic
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema_rs import Draft202012Validator
from msgspec import Struct
from typing_extensions import TypedDict

from bartizan.schemas.form import FormFault, Invalid, form


class Loose(Struct):
    a: int


class Around(Struct, forbid_unknown_fields=True):
    inner: dict[str, list[Loose | None]]


class Tree(Struct, forbid_unknown_fields=True):
    children: list["Tree"] = []


class Cat(Struct, tag=True, forbid_unknown_fields=True):
    lives: int


class Dog(Struct, tag=True, forbid_unknown_fields=True):
    name: str


class Row(Struct, array_like=True, forbid_unknown_fields=True):
    a: int
    b: int = 0


class Checked(Struct, forbid_unknown_fields=True):
    a: int

    def __post_init__(self) -> None:
        if self.a == 1:
            raise ValueError(f"secret {self.a}")
        if self.a == 2:
            raise KeyError(f"secret {self.a}")
        if self.a == 3:
            raise ValueError(f"Object missing required field `secret {self.a}`")
        if self.a == 4:
            raise ValueError(f"no - at `$.secret{self.a}`")


@dataclasses.dataclass
class Data:
    a: int


class Typed(TypedDict):
    a: int


class Pair(NamedTuple):
    a: int
    b: int


class Colour(enum.Enum):
    RED = "red"


class Number(enum.IntEnum):
    ONE = 1


class Odd:
    """Nothing that a decoder knows."""


@pytest.mark.parametrize(
    ("bound", "sentence"),
    [
        (Loose, r"class Loose\(msgspec.Struct, forbid_unknown_fields=True\)"),
        (Around, "Loose drops unknown fields"),
        (list[Loose], "Loose"),
        (Data, r"bind pydantic.TypeAdapter\(Data\)"),
        (list[Data], "Data drops unknown fields"),
        (Typed, "Typed drops unknown fields"),
        (dict[int, str], "keys of a JSON object are texts"),
        (dict[float, str], "keys of a JSON object are texts"),
        (dict[Literal[1], str], "keys of a JSON object are texts"),
        (Odd, "does not know Odd"),
        (list[Odd], "does not know Odd"),
        (list[complex], "complex"),
        (msgspec.msgpack.Ext, "extension types"),
        (Literal[1.5], "nothing that msgspec can decode"),
        (7, "nothing that msgspec can decode"),
    ],
)
def test_a_msgspec_type_that_cannot_be_strict(bound: Any, sentence: str) -> None:
    with pytest.raises(FormFault, match=sentence) as fault:
        form(bound, "NewOrder")
    assert str(fault.value).startswith("NewOrder")


def pointers(bound: Any, body: str) -> list[str]:
    said = form(bound, "NewOrder").read(body.encode())
    assert isinstance(said, Invalid), said
    return [violation.where for violation in said.violations]


@pytest.mark.parametrize(
    ("bound", "good", "bad", "where"),
    [
        (
            Tree,
            '{"children":[{"children":[{}]}]}',
            '{"children":[{"children":[{"x":1}]}]}',
            "/children/0/children/0",
        ),
        (Cat | Dog, '{"type":"Cat","lives":9}', '{"type":"Cat","lives":9,"name":"x"}', ""),
        (Cat | Dog, '{"type":"Dog","name":"x"}', '{"type":"Fox","name":"x"}', "/type"),
        (list[Cat], '[{"lives":9}]', '[{"lives":9,"x":1}]', "/0"),
        (Row, "[1,2]", "[1,2,3]", ""),
        (Pair, "[1,2]", "[1,2,3]", ""),
        (dict[str, int], '{"x":1}', '{"x":"y"}', ""),
        (dict[Colour, int], '{"red":1}', '{"blue":1}', ""),
        (Colour, '"red"', '"blue"', ""),
        (Number, "1", "1.0", ""),
        (Literal[1], "1", "true", ""),
        (uuid.UUID, '"00000000-0000-0000-0000-000000000001"', '"1"', ""),
        (dt.datetime, '"2026-01-01T00:00:00Z"', "0", ""),
        (Annotated[str, msgspec.Meta(min_length=2)], '"ab"', '"a"', ""),
    ],
)
def test_a_msgspec_type_that_is_strict(bound: Any, good: str, bad: str, where: str) -> None:
    assert not isinstance(form(bound, "NewOrder").read(good.encode()), Invalid)
    assert pointers(bound, bad) == [where]


@pytest.mark.parametrize("body", ['{"a":1}', '{"a":2}', '{"a":3}', '{"a":4}'])
def test_what_a_struct_of_the_application_says_is_not_repeated(body: str) -> None:
    said = form(Checked, "NewOrder").read(body.encode())
    assert isinstance(said, Invalid)
    assert "secret" not in repr(said)


# ------------------------------------------------------------------ decimals


class Money(Struct, forbid_unknown_fields=True):
    prices: list[decimal.Decimal] = []
    map: dict[str, decimal.Decimal] = {}


class MoneyModel(pydantic.BaseModel):
    prices: list[decimal.Decimal] = []
    map: dict[str, decimal.Decimal] = {}


@pytest.mark.parametrize("bound", [Money, MoneyModel])
@pytest.mark.parametrize("wild", ["NaN", "sNaN", "-Infinity", "1E+999999999", "1E-999999999",
                                  "0E-999999999", "9" * 401])  # fmt: skip
def test_wild_decimals_are_refused(bound: Any, wild: str) -> None:
    bodies = json.dumps({"prices": ["1", wild]}), json.dumps({"map": {"x": wild}})
    assert all(isinstance(form(bound, "Money").read(body.encode()), Invalid) for body in bodies)


@pytest.mark.parametrize("bound", [Money, MoneyModel])
def test_decimals_are_exact(bound: Any) -> None:
    said = form(bound, "Money").read(b'{"prices":["0.10000000000000000001","-0","1E3",2]}')
    assert said.prices == [decimal.Decimal("0.10000000000000000001"), 0, 1000, 2]


# ------------------------------------------------------------------ pydantic


class Inner(pydantic.BaseModel):
    a: int


class Aliased(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(populate_by_name=True)

    total: int = pydantic.Field(alias="sum")
    note: str = pydantic.Field("", validation_alias=pydantic.AliasChoices("n1", "n2"))


class Deep(pydantic.BaseModel):
    a: int = pydantic.Field(validation_alias=pydantic.AliasPath("deep", "a"))


class Either(pydantic.BaseModel):
    one: Inner | list[int]
    kind: dict[str, Inner] = {}


class CheckedModel(pydantic.BaseModel):
    a: int

    @pydantic.field_validator("a")
    @classmethod
    def check(cls, value: int) -> int:
        if value == 1:
            raise ValueError(f"secret {value}")
        if value == 2:
            raise KeyError(f"secret {value}")
        return value


@pydantic.dataclasses.dataclass
class PydanticData:
    inner: Inner
    rows: list[Inner] = dataclasses.field(default_factory=list)


@pytest.mark.parametrize(
    ("bound", "sentence"),
    [
        (pydantic.TypeAdapter(pydantic.Json[dict[str, int]]), "Json field"),
        (pydantic.TypeAdapter(dict[int, str]), "keys of a JSON object are texts"),
        (pydantic.TypeAdapter(list[Literal[1, 2]]), "Literal of numbers"),
        (pydantic.TypeAdapter(Literal[True]), "Literal of numbers"),
        (pydantic.TypeAdapter(Number), "Enum of numbers"),
        (Deep, "AliasPath"),
    ],
)
def test_a_pydantic_type_that_cannot_be_strict(bound: Any, sentence: str) -> None:
    with pytest.raises(FormFault, match=sentence) as fault:
        form(bound, "NewOrder")
    assert str(fault.value).startswith("NewOrder")


@pytest.mark.parametrize(
    ("bound", "good", "bad", "where"),
    [
        (PydanticData, '{"inner":{"a":1}}', '{"inner":{"a":1,"x":1}}', ["/inner"]),
        (PydanticData, '{"inner":{"a":1}}', '{"inner":{"a":1},"x":1}', [""]),
        (
            PydanticData,
            '{"inner":{"a":1},"rows":[{"a":2}]}',
            '{"inner":{"a":1},"rows":[{}]}',
            ["/rows/0/a"],
        ),
        (pydantic.TypeAdapter(Data), '{"a":1}', '{"a":1,"b":1}', [""]),
        (pydantic.TypeAdapter(Typed), '{"a":1}', '{"a":1,"b":1}', [""]),
        (pydantic.TypeAdapter(Pair), "[1,2]", "[1,2,3]", [""]),
        (pydantic.TypeAdapter(list[Inner]), '[{"a":1}]', '[{"a":1},{"a":1,"b":1}]', ["/1"]),
        (Aliased, '{"sum":1}', '{"sum":1,"total":2}', [""]),
        (Aliased, '{"sum":1,"n1":"x"}', '{"sum":1,"n1":"x","n2":"y"}', [""]),
        (Aliased, '{"sum":1}', '{"sum":"1"}', ["/sum"]),
        (Either, '{"one":[1]}', '{"one":{"a":"x"}}', ["/one/a", "/one"]),
        (Either, '{"one":{"a":1}}', '{"one":{"a":1},"kind":{"secret":{"a":"x"}}}', ["/kind"]),
        (pydantic.TypeAdapter(dict[Colour, int]), '{"red":1}', '{"blue":1}', [""]),
        (pydantic.TypeAdapter(uuid.UUID), '"00000000-0000-0000-0000-000000000001"', "1", [""]),
    ],
)
def test_a_pydantic_type_is_made_strict(bound: Any, good: str, bad: str, where: list[str]) -> None:
    assert not isinstance(form(bound, "NewOrder").read(good.encode()), Invalid)
    assert pointers(bound, bad) == where


class Forward(pydantic.BaseModel):
    a: "Nowhere"  # type: ignore[name-defined]  # noqa: F821


class Root(pydantic.RootModel[list[Inner]]):
    """A list by itself."""


class Written(pydantic.BaseModel):
    """What is written out may be anything: it is what is read that counts."""

    a: int

    @pydantic.field_serializer("a")
    def write(self, value: int) -> dict[int, int]:
        return {value: value}

    @pydantic.computed_field
    def b(self) -> dict[int, int]:
        return {}

    @pydantic.model_validator(mode="before")
    @classmethod
    def check(cls, value: Any) -> Any:
        if not value:
            raise RuntimeError("never asked while it is bound")
        return value


def test_a_model_that_is_not_complete() -> None:
    with pytest.raises(FormFault, match="is not complete"):
        form(Forward, "NewOrder")


@pytest.mark.parametrize(
    ("bound", "body", "bad"),
    [(Root, '[{"a":1}]', '[{"a":1,"b":1}]'), (Written, '{"a":1}', '{"a":1,"b":{}}')],
)
def test_models_of_other_kinds(bound: Any, body: str, bad: str) -> None:
    assert not isinstance(form(bound, "NewOrder").read(body.encode()), Invalid)
    assert len(pointers(bound, bad)) == 1


@pytest.mark.parametrize("body", ['{"a":1}', '{"a":2}'])
def test_what_a_model_of_the_application_says_is_not_repeated(body: str) -> None:
    said = form(CheckedModel, "NewOrder").read(body.encode())
    assert isinstance(said, Invalid)
    assert "secret" not in repr(said)


# ------------------------------------------------------------------ JSON Schema


def test_a_schema_is_read_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "order.json"
    file.write_text('{"type":"object","properties":{"a":{"type":"integer"}}}')
    spellings: list[Any] = [file, str(file), f"file:{file}"]
    for bound in spellings:
        assert form(bound, "NewOrder").read(b'{"a":1}') == {"a": 1}
        assert isinstance(form(bound, "NewOrder").read(b'{"b":1}'), Invalid)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "cannot be read"),
        ("[]", "holds no JSON object"),
        ("{", "holds no JSON object"),
        ('{"type":"object","type":"array"}', "holds no JSON object"),
    ],
)
def test_a_schema_file_that_cannot_be_read(
    content: str | None, sentence: str, tmp_path: Path
) -> None:
    file = tmp_path / "order.json"
    if content is not None:
        file.write_text(content)
    with pytest.raises(FormFault, match=sentence):
        form(file, "NewOrder")


OBJECT = {"type": "object", "properties": {"a": {"type": "integer"}}}


@pytest.mark.parametrize(
    ("schema", "sentence"),
    [
        ({"type": "strng"}, "no valid JSON Schema"),
        ({"type": "string", "pattern": "("}, "no valid JSON Schema"),
        ({"type": "string", "pattern": "(?=a)b"}, "no valid JSON Schema"),
        ({"type": "string", "pattern": r"(a)\1"}, "no valid JSON Schema"),
        ({"type": "string", "format": "colour"}, "no valid JSON Schema"),
        ({"properties": []}, "no valid JSON Schema"),
        ({"propertis": {}}, "did you mean properties?"),
        ({"items": {"properties": {"a": {"minimun": 1}}}}, "#/items/properties/a.*minimum"),
        ({"$ref": "https://example.com/order.json"}, "stays within the document"),
        ({"$ref": "file:///etc/hostname"}, "stays within the document"),
        ({"$ref": "other.json#/a"}, "stays within the document"),
        ({"$ref": "#/$defs/gone"}, "points at nothing"),
        ({"$ref": "#/x-mine", "x-mine": OBJECT}, "points at no schema"),
        ({"$ref": "#/default", "default": OBJECT}, "points at no schema"),
        ({"$dynamicRef": "#a"}, "dynamicRef is not enforced"),
        ({"$defs": {"a": {"$id": "https://example.com/"}}}, "a \\$id of its own"),
        ({"$schema": "http://json-schema.org/draft-07/schema#"}, "must be"),
        ({**OBJECT, "additionalProperties": True}, "accepts any other"),
        ({**OBJECT, "additionalProperties": {}}, "accepts any other"),
        ({**OBJECT, "unevaluatedProperties": True}, "accepts any other"),
        ({"items": {**OBJECT, "additionalProperties": True}}, "#/items declares"),
        ({"allOf": [OBJECT, {"additionalProperties": True}]}, "accepts any other"),
        ({"$ref": "#/$defs/a", "$defs": {"a": {**OBJECT, "additionalProperties": True}}},
         "accepts any other"),
        ({"properties": {"a": {"readOnly": True}}}, "leave the field out"),
        ({"contentEncoding": "base64"}, "contentEncoding is not enforced"),
        ({"not": {"$ref": "#/$defs/a"}, "$defs": {"a": OBJECT}}, "without \\$ref"),
    ],
)  # fmt: skip
def test_a_schema_that_cannot_be_enforced(schema: dict[str, Any], sentence: str) -> None:
    with pytest.raises(FormFault, match=sentence) as fault:
        form(schema, "NewOrder")
    assert str(fault.value).startswith("NewOrder")


def has(name: str, schema: Any) -> dict[str, Any]:
    return {"type": "object", "properties": {name: schema}}


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        (OBJECT, {"a": 1}, {"b": 1}),
        (has("a", OBJECT), {"a": {"a": 1}}, {"a": {"b": 1}}),
        ({"items": OBJECT}, [{"a": 1}], [{"b": 1}]),
        ({"prefixItems": [OBJECT]}, [{"a": 1}], [{"b": 1}]),
        ({"additionalProperties": OBJECT}, {"x": {"a": 1}}, {"x": {"b": 1}}),
        ({"patternProperties": {"^x": OBJECT}}, {"xy": {"a": 1}}, {"xy": {"b": 1}}),
        ({"patternProperties": {"^x": OBJECT}}, {"xy": {"a": 1}}, {"y": {"a": 1}}),
        ({"allOf": [OBJECT, has("b", True)]}, {"a": 1, "b": 2}, {"a": 1, "c": 2}),
        ({"allOf": [{"allOf": [has("a", OBJECT)]}]}, {"a": {"a": 1}}, {"a": {"b": 1}}),
        ({"anyOf": [{"type": "string"}, OBJECT]}, {"a": 1}, {"b": 1}),
        ({"oneOf": [{"type": "string"}, OBJECT]}, "x", {"b": 1}),
        ({"if": {"required": ["a"]}, "then": has("a", True), "else": has("b", OBJECT)},
         {"b": {"a": 1}}, {"b": {"b": 1}}),
        ({"if": has("a", has("k", {"const": 1})), "then": has("a", has("k", True)),
          "else": False}, {"a": {"k": 1}}, {"a": {"k": 1, "x": 1}}),
        ({"if": {"required": ["a"], **has("a", {"required": ["k"], **has("k", {"const": 1})})},
          "then": {"required": ["b"]}, "properties": {"a": {"type": "object"}, "b": True}},
         {"a": {"k": 1, "x": 1}, "b": 1}, {"a": {"k": 1, "x": 1}}),
        ({"dependentSchemas": {"a": has("b", True)}, **OBJECT}, {"a": 1, "b": 1}, {"b": 1}),
        ({"$ref": "#/$defs/a", "$defs": {"a": OBJECT}}, {"a": 1}, {"b": 1}),
        (has("a", {"$ref": "#/$defs/x~1y%20z"}) | {"$defs": {"x/y z": OBJECT}},
         {"a": {"a": 1}}, {"a": {"b": 1}}),
        (has("next", {"$ref": "#"}), {"next": {"next": {}}}, {"next": {"next": {"b": 1}}}),
        ({**OBJECT, "additionalProperties": {"type": "string"}}, {"a": 1, "b": "x"}, {"b": 1}),
        ({"type": "object"}, {"any": 1}, 1),
        ({"type": "object", "properties": {}}, {}, {"a": 1}),
        ({"not": {"required": ["b"]}, **has("a", True)}, {"a": 1}, {"b": 1}),
        ({"contains": has("a", {"const": 1})}, [{"a": 1, "b": 1}], [{"a": 2}]),
        ({"enum": [1, 2]}, 1, 1.0),
        ({"const": 1}, 1, 1.0),
        ({"type": ["integer", "null"]}, None, 1.0),
        ({"type": ["integer", "string"]}, 1, 1.0),
        ({"type": ["integer", "number"]}, 1.0, "x"),
        ({"type": "integer", "not": {"const": 3}}, 2, 3),
        ({"type": "string", "format": "uuid"}, str(uuid.UUID(int=1)), "x"),
        ({"type": "string", "format": "email"}, "a@example.com", "x"),
        ({"type": "string", "pattern": "^a$"}, "a", "a\n"),
        ({"x-note": "mine", "title": "An order", **OBJECT}, {"a": 1}, {"b": 1}),
        ({"uniqueItems": True}, [1, 2], [1, 1]),
    ],
)  # fmt: skip
def test_a_schema_is_closed_wherever_it_declares_fields(
    schema: dict[str, Any], good: Any, bad: Any
) -> None:
    before = json.dumps(schema)
    bound = form(schema, "NewOrder")
    assert bound.read(json.dumps(good).encode()) == good
    assert isinstance(bound.read(json.dumps(bad).encode()), Invalid)
    assert json.dumps(schema) == before


@pytest.mark.parametrize(
    ("module", "bound"),
    [("json_schema", OBJECT), ("pydantic_type", Inner)],
)
def test_a_library_that_is_too_old_says_what_to_install(
    module: str, bound: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def old(*args: Any, **options: Any) -> Any:
        raise TypeError("unexpected keyword argument")

    loaded = importlib.import_module(f"bartizan.schemas.{module}")
    monkeypatch.setattr(loaded, "_validator" if module == "json_schema" else "TypeAdapter", old)
    with pytest.raises(FormFault, match=r"needs a newer .* pip install"):
        form(bound, "NewOrder")


def test_numbers_of_any_size_are_decided() -> None:
    bound = form({"type": ["integer", "number"], "multipleOf": 3, "maximum": 10**500}, "N")
    for digits in (1, 20, 39, 400):
        bound.read(b"3" * digits)
        bound.read(b"-" + b"3" * digits)
        bound.read(b"3e-%d" % digits)


NAMES = st.sampled_from("abc")
SCHEMAS = st.recursive(
    st.sampled_from([True, {}, {"type": "integer"}, {"const": "x"}, {"type": "object"}]),
    lambda inner: st.builds(
        lambda **given: {key: value for key, value in given.items() if value is not None},
        properties=st.none() | st.dictionaries(NAMES, inner, max_size=2),
        additionalProperties=st.sampled_from([None, None, False, {"type": "integer"}]),
        items=st.none() | inner,
        allOf=st.none() | st.lists(inner, min_size=1, max_size=2),
        anyOf=st.none() | st.lists(inner, min_size=1, max_size=2),
        contains=st.none() | inner,
        **{"not": st.none() | inner, "if": st.none() | inner, "then": st.none() | inner},
        required=st.none() | st.lists(NAMES, max_size=1),
    ),
    max_leaves=6,
)
VALUES = st.recursive(
    st.sampled_from([1, "x", None]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("abcz"), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(schema=SCHEMAS.filter(lambda each: isinstance(each, dict)), values=st.lists(VALUES))
def test_a_closed_schema_accepts_nothing_new(schema: dict[str, Any], values: list[Any]) -> None:
    bound = form(schema, "N")
    original = Draft202012Validator(schema)
    for value in values:
        if not isinstance(bound.read(json.dumps(value).encode()), Invalid):
            assert original.is_valid(value)


TIMED: list[Callable[[], Any]] = [
    lambda: (form({"type": "string", "pattern": "^(a+)+$"}, "N"), b'"' + b"a" * 60_000 + b'b"'),
    lambda: (form({"items": {"type": "integer"}}, "N"), json.dumps(["x"] * 13_000).encode()),
    lambda: (form(list[int], "N"), json.dumps(["x"] * 13_000).encode()),
    lambda: (form(pydantic.TypeAdapter(list[int]), "N"), json.dumps(["x"] * 13_000).encode()),
]


@pytest.mark.parametrize("made", TIMED)
def test_the_worst_body_of_64_kib_is_cheap(made: Callable[[], Any]) -> None:
    import time

    bound, body = made()
    begin = time.process_time()
    assert isinstance(bound.read(body), Invalid)
    assert time.process_time() - begin < 0.1
