"""The JSON Schema of the language: described, closed, and never stricter than `load`."""

import json
import re
import tomllib
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bartizan.policy import patterns, words
from bartizan.policy.codes import complete
from bartizan.policy.faults import PolicyError
from bartizan.policy.load import load, loads
from bartizan.policy.reading import MISSING, Book, Leaf, Reader, sheet
from bartizan.policy.schema import IDENTIFIER, json_schema
from bartizan.policy.values import spelled
from bartizan.policy.vocabulary import SECTIONS
from tests.policy.test_typos import WHOLE
from tests.project.tree import ROOT

SCHEMA = json_schema()
LINEAR = jsonschema_rs.RegexOptions()
"""Patterns without looking around or back: what every editor's engine can read."""
VALIDATOR = jsonschema_rs.Draft7Validator(SCHEMA, pattern_options=LINEAR)

POLICIES = [
    *sorted(ROOT.glob("examples/*/bartizan*.toml")),
    *sorted(ROOT.glob("src/bartizan/demo/**/bartizan.toml")),
    *sorted(ROOT.glob("tests/policy/samples/*.toml")),
    *sorted(ROOT.glob("tests/cli/apps/bartizan.toml")),
]


def plain(value: Any) -> Any:
    """A TOML value as JSON has it: a day is a text there."""
    return json.loads(json.dumps(value, default=str))


def fits(text: str) -> bool:
    """Whether the schema accepts a file."""
    return VALIDATOR.is_valid(plain(tomllib.loads(text)))


def accepted(text: str) -> bool:
    """Whether `loads` does."""
    try:
        loads(text)
    except PolicyError:
        return False
    return True


# ------------------------------------------------------------------ its own shape


def tables(form: Any, *path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every table that the schema describes, with the way to it."""
    if isinstance(form, dict):
        if form.get("type") == "object":
            yield "/".join(path), form
        for key, inner in form.items():
            if key not in ("if", "then", "else", "examples", "default"):
                yield from tables(inner, *path, key)
    elif isinstance(form, list):
        for inner in form:
            yield from tables(inner, *path)


TABLES = dict(tables(SCHEMA))


def test_it_is_a_schema_and_its_name_is_no_address() -> None:
    jsonschema_rs.meta.validate(SCHEMA)
    assert SCHEMA["$id"] == IDENTIFIER
    assert "$ref" not in json.dumps(SCHEMA)


@pytest.mark.parametrize("path", TABLES)
def test_every_property_is_described(path: str) -> None:
    for key, form in TABLES[path].get("properties", {}).items():
        first, *_ = form["description"].split("\n\nWithout it: ")
        assert first.endswith((".", ")")), f"{path}/{key}: {first!r}"
        assert "](" not in first, "a link of the page"
        assert not re.search(r"\{(kinds|only|of)\}", form["description"])


@pytest.mark.parametrize("path", TABLES)
def test_every_table_is_closed(path: str) -> None:
    form = TABLES[path]
    free = path.endswith(("/path", "example/properties/query"))
    assert form["additionalProperties"] is free
    assert free or form.get("properties") or form["patternProperties"]


def test_it_says_every_key_of_the_vocabulary() -> None:
    said = {key for form in TABLES.values() for key in form.get("properties", {})}
    assert said == {key for keys in SECTIONS.values() for key, row in keys.items() if row.enforced}


def test_examples_and_defaults_are_right() -> None:
    checked = 0
    for form in TABLES.values():
        for key, about in form.get("properties", {}).items():
            validator = jsonschema_rs.Draft7Validator(about, pattern_options=LINEAR)
            given = [about["default"]] if "default" in about else []
            for value in (*about.get("examples", []), *given):
                assert validator.is_valid(value), (key, value)
                checked += 1
    assert checked > 40


# ------------------------------------------------------------------ beside `load`


@pytest.mark.parametrize("file", POLICIES, ids=lambda file: str(file.relative_to(ROOT)))
def test_policies_fit(file: Any) -> None:
    load(file)
    assert fits(file.read_text())


def test_the_whole_vocabulary_fits() -> None:
    assert fits(WHOLE)


READERS = {
    f"{section} {key}": row.read
    for section, keys in SECTIONS.items()
    for key, row in keys.items()
    if row.enforced and row.read.form.keys() & {"type", "enum", "anyOf", "const"}
}
READERS = dict({id(read): (name, read) for name, read in READERS.items()}.values())
"""Each once, though many keys share one."""
del READERS["a group operations"]  # its items are read when the prefix of the group is known
READERS |= {
    "name of an operation": spelled("P205", words.operation, patterns.OPERATION),
    "prefix of a subtree": spelled("P205", words.prefix, patterns.PREFIX),
    "prefix of a group": spelled("P205", lambda it: words.prefix(it.split(" ")[0]), patterns.GROUP),
}

WOUNDS = st.tuples(
    st.floats(0, 1, exclude_max=True), st.integers(0, 2),
    st.sampled_from(("", " ", "\n", "\t", "\xa0", "\x1c", "é", "*", "/", "%", "0", "s", ":", ".")),
)  # fmt: skip


def wounded(text: str, wounds: list[tuple[float, int, str]]) -> str:
    """A text with some characters cut out, and others put in."""
    for place, length, piece in wounds:
        at = int(place * (len(text) + 1))
        text = text[:at] + piece + text[at + length :]
    return text


NETWORKS = (
    *("10.0.0.0/8", "10.0.0.0/255.0.0.0", "192.0.2.1", "2001:db8::/32", "::ffff:192.0.2.1"),
    *("fe80::1%eth0", "::", "2001:DB8::1", "64:ff9b::192.0.2.1", "0.0.0.0/0"),
)


def texts(pattern: str) -> st.SearchStrategy[str]:
    """Texts of a pattern, whole or wounded."""
    whole = st.from_regex(pattern, fullmatch=pattern.startswith("^"))
    if pattern in (patterns.NETWORK, patterns.ADDRESS):
        whole = st.ip_addresses().map(str) | st.sampled_from(NETWORKS) | whole
    return st.builds(wounded, whole, st.lists(WOUNDS, max_size=2))


def values(form: Any) -> st.SearchStrategy[Any]:
    """Values that look like what a form asks for, and some that do not."""
    if "anyOf" in form:
        return st.one_of(*map(values, form["anyOf"]))
    if "enum" in form or "const" in form:
        right = st.sampled_from(form.get("enum", [form.get("const")]))
        return right | right.map(str).map(str.upper) | st.integers()
    kind = form.get("type")
    if kind == "array":
        return st.lists(values(form["items"]), max_size=3)
    if kind == "integer":
        low, high = form["minimum"], form["maximum"]
        return st.integers(low - 2, high + 2) | st.sampled_from((low, high)) | st.floats()
    if kind == "boolean":
        return st.booleans() | st.sampled_from(("true", 0, 1))
    if kind == "object" and "patternProperties" in form:
        ((key, inner),) = form["patternProperties"].items()
        return st.dictionaries(texts(key), values(inner), max_size=2)
    if kind == "object":
        return st.dictionaries(st.text(max_size=3), st.integers() | st.none(), max_size=2)
    if form.get("format") == "date":
        return st.dates() | st.datetimes() | st.dates().map(str)
    return texts(form["pattern"])


SHEET = sheet("x = 1", "bartizan.toml")


def reads(read: Reader, value: Any) -> bool:
    """Whether a reader accepts a value without a fault."""
    book = Book()
    return read(Leaf(value, ("x",), SHEET, book)) is not MISSING and not book.faults


@pytest.mark.parametrize("name", READERS)
def test_what_a_reader_accepts_its_form_accepts(name: str) -> None:
    read = READERS[name]
    validator = jsonschema_rs.Draft7Validator(dict(read.form), pattern_options=LINEAR)
    took = []

    @given(values(read.form))
    def compare(value: Any) -> None:
        if reads(read, value):
            took.append(value)
            assert validator.is_valid(plain(value)), value

    compare()
    assert took


def test_a_form_that_is_too_strict_is_found() -> None:
    narrow = jsonschema_rs.Draft7Validator({"type": "string", "pattern": "^[0-9]+ KiB$"})
    assert reads(READERS["an operation body"], "64 MiB")
    assert not narrow.is_valid("64 MiB")


@given(st.data())
def test_what_load_accepts_the_schema_accepts(data: st.DataObject) -> None:
    text = WHOLE
    for _ in range(data.draw(st.integers(1, 3))):
        lines = text.splitlines(keepends=True)
        at = data.draw(st.integers(0, len(lines) - 1))
        if data.draw(st.booleans()):
            lines[at] = wounded(lines[at], data.draw(st.lists(WOUNDS, max_size=1)))
        else:
            lines[at] = ""
        text = "".join(lines)
    if accepted(text):
        assert fits(text), text


# ------------------------------------------------------------------ what both refuse

SMALL = complete('[operations."GET /orders"]\n')

REFUSED = {
    "a key that nobody knows": ('name = "shop"', 'name = "shop"\nnme = "x"'),
    "a section that nobody knows": ("[stores]", "[sores]"),
    "a key that is missing": ('hosts = ["api.example.com"]', ""),
    "another type": ('name = "shop"', "name = 5"),
    "a text that says nothing": ('name = "shop"', 'name = " "'),
    "a word that is none of them": ('limits = "memory://"', 'limits = "memory"'),
    "a host with capitals": ('"api.example.com"', '"API.example.com"'),
    "a host with its scheme": ('"api.example.com"', '"https://api.example.com"'),
    "a list that is empty": ('["api.example.com"]', "[]"),
    "the same twice": ('["api.example.com"]', '["api.example.com", "api.example.com"]'),
    "an algorithm that is none": ('["ES256"]', '["none"]'),
    "a key that is no reference": ('"file:jwks.json"', '"secret"'),
    "a limit per nothing": ("per client", "per address"),
    "a limit without a key": (" per client", ""),
    "a period that is none": ("/minute", "/minut"),
    "a method that is none": ("GET /orders", "GTE /orders"),
    "HEAD": ("GET /orders", "HEAD /orders"),
    "a path without a slash": ("GET /orders", "GET orders"),
    "a wildcard": ("GET /orders", "GET /orders/*"),
    "an empty segment": ("GET /orders", "GET //orders"),
    "a dot segment": ("GET /orders", "GET /orders/.."),
    "a parameter without a type": ("GET /orders", "GET /orders/{id}"),
    "a parameter of no type": ("GET /orders", "GET /orders/{id:integer}"),
    "a parameter in half a segment": ("GET /orders", "GET /orders/a{id:int}"),
    "a path that goes on": ("GET /orders", "GET /orders/{rest:path}/more"),
    "a key of a later version": ('/orders"]', '/orders"]\nobject = "order"'),
    "a key of another section": ('/orders"]', '/orders"]\nflood = "5/minute per client"'),
    "a size without a unit": ('/orders"]', '/orders"]\nbody = "64"'),
    "a size with another unit": ('/orders"]', '/orders"]\nbody = "64 KB"'),
    "a size below nothing": ('/orders"]', '/orders"]\nbody = -1'),
    "a query parameter of no type": ('/orders"]', '/orders"]\nquery = { a = "integer" }'),
    "bounds that are none": ('/orders"]', '/orders"]\nquery = { a = "int 1-5" }'),
    "a header with a blank in its name": ('/orders"]', '/orders"]\nheaders = { "a b" = "c" }'),
    "a header of two lines": ('/orders"]', '/orders"]\nheaders = { a = "b\\r\\nc: d" }'),
    "a parameter that names an object": ('/orders"]', '/orders"]\nparams = { a = "order" }'),
    "a day in quotes": ('/orders"]', '/orders"]\nshadow = { until = 5 }'),
    "a shadow without an end": ('/orders"]', '/orders"]\nshadow = {}'),
    "a control that is none": (
        '/orders"]', '/orders"]\nshadow = { until = 2030-12-31, controls = ["quota"] }'
    ),
    "an output without fields": ('/orders"]', '/orders"]\noutput = { at = "[]" }'),
    "a field that is none": ('/orders"]', '/orders"]\noutput = { fields = ["a b"] }'),
    "a network that is none": ('/orders"]', '/orders"]\nnetworks = ["example.com"]'),
    "an answer that no refusal gives": (
        '[operations', '[[expect]]\nask = "GET /"\nanswer = 200\n[operations'
    ),
    "a question without a path": (
        '[operations', '[[expect]]\nask = "GET"\nanswer = 404\n[operations'
    ),
    "a subtree without its slash": ('[operations', '[pass."/admin"]\nwhy = "x"\n[operations'),
    "a group without its slash": (
        '[operations', '[groups."/g"]\noperations = ["GET /"]\n[operations'
    ),
    "an overlay with a rule": ("", 'extends = "bartizan.toml"\n'),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_both_refuse(name: str) -> None:
    old, new = REFUSED[name]
    assert old in SMALL, SMALL
    text = SMALL.replace(old, new, 1) if old else new + SMALL
    assert fits(SMALL)
    assert accepted(SMALL)
    assert not accepted(text), "load"
    assert not fits(text), "the schema"
