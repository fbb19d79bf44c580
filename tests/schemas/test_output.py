"""Output: declared fields and nothing else, whatever the view wrote."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bartizan.policy.rules import Output
from bartizan.policy.words import WordFault
from bartizan.schemas.output import Unreadable, keep


def kept(at: str, fields: str, answer: Any) -> tuple[Any, int]:
    body, withheld = keep(Output(at, tuple(fields.split())))(json.dumps(answer).encode())
    return json.loads(body), withheld


ROW = {"id": 1, "note": None, "secret": 2}


@pytest.mark.parametrize(
    ("at", "fields", "answer", "left"),
    [
        ("", "id note", ROW, {"id": 1, "note": None}),
        ("", "id total", ROW, {"id": 1}),
        ("", "total", ROW, {}),
        ("", "id", {"id": {"any": [1, {"thing": 2}]}, "x": 1}, {"id": {"any": [1, {"thing": 2}]}}),
        ("[]", "id", [ROW, ROW], [{"id": 1}, {"id": 1}]),
        ("[]", "id", [ROW, None], [{"id": 1}, None]),
        ("results[]", "id", {"results": [ROW], "count": 1}, {"results": [{"id": 1}]}),
        ("data.items[]", "id", {"data": {"items": [ROW], "x": 1}},
         {"data": {"items": [{"id": 1}]}}),
        ("data", "id", {"data": ROW}, {"data": {"id": 1}}),
        ("data[].rows[]", "id", {"data": [{"rows": [ROW]}]}, {"data": [{"rows": [{"id": 1}]}]}),
        ("", "count results[].id", {"results": [ROW], "count": 1},
         {"count": 1, "results": [{"id": 1}]}),
        ("", "customer.name", {"customer": {"name": "a", "mail": 1}}, {"customer": {"name": "a"}}),
        ("", "customer.name", {"customer": None, "x": 1}, {"customer": None}),
        ("", "a.b.c a.b.d a.e", {"a": {"b": {"c": 1, "d": 2, "x": 3}, "e": 4, "x": 5}},
         {"a": {"b": {"c": 1, "d": 2}, "e": 4}}),
        ("", "lines[].sku", {"lines": [{"sku": 1, "cost": 2}, {}, None]},
         {"lines": [{"sku": 1}, {}, None]}),
        ("", "customer.name customer", {"customer": {"name": 1, "mail": 2}},
         {"customer": {"name": 1}}),
        ("", "tags[]", {"tags": [1, "x", {"a": 1}], "x": 1}, {"tags": [1, "x", {"a": 1}]}),
        ("", "naïve £ f0 f1 type-x", {"naïve": 1, "£": 2, "f0": 3, "f1": 4, "type-x": 5, "f2": 6},
         {"naïve": 1, "£": 2, "f0": 3, "f1": 4, "type-x": 5}),
        ("", "id", {"Id": 1, "ID": 2, "id ": 3, "": 4}, {}),
    ],
)  # fmt: skip
def test_only_declared_fields_leave(at: str, fields: str, answer: Any, left: Any) -> None:
    assert kept(at, fields, answer) == (left, int(left != answer))


@pytest.mark.parametrize(
    ("at", "body"),
    [
        ("", b'{"id": 1}'), ("", b" {} "), ("", b"null"), ("[]", b"[ ]"), ("[]", b"null"),
        ("results[]", b'{"results": [{ "id":1.50 }]}'), ("results[]", b'{"results":null}'),
        ("", b'{"\\u0069d": 1}'), ("", b'{"id": "\\ud83d\\ude00 \\/"}'), ("", b'{"id":1e999}'),
    ],
)  # fmt: skip
def test_an_answer_with_nothing_else_leaves_byte_for_byte(at: str, body: bytes) -> None:
    assert keep(Output(at, ("id",)))(body) == (body, 0)


@pytest.mark.parametrize(
    ("body", "left"),
    [
        (b'{"id": 1.50 , "x":2}', b'{"id":1.50}'),
        (b'{"\\u0069d":1,"\\u0078":2}', b'{"id":1}'),
        (b'{"x":1,"id":1,"id":2}', b'{"id":2}'),
        (b'{"id":9007199254740993000,"x":1}', b'{"id":9007199254740993000}'),
        (b'{"id":{"b":1,"a":"\\u00e9"},"x":1}', b'{"id":{"b":1,"a":"\\u00e9"}}'),
    ],
)
def test_what_leaves_is_what_the_view_wrote(body: bytes, left: bytes) -> None:
    assert keep(Output("", ("id",)))(body) == (left, 1)


def test_a_duplicate_hides_nothing() -> None:
    cut = keep(Output("", ("customer.name",)))
    first = b'{"customer":{"mail":1},"customer":{"name":2}}'
    last = b'{"customer":{"name":2},"customer":{"mail":1}}'
    assert cut(first) == (b'{"customer":{"name":2}}', 1)
    assert cut(last) == (b'{"customer":{}}', 1)


@pytest.mark.parametrize(
    ("at", "body"),
    [
        ("", b""), ("", b"x"), ("", b"[]"), ("", b"1"), ("", b'"id"'), ("", b"{"), ("", b'{"id":}'),
        ("", b"{} {}"), ("", b"\xff"), ("", b'{"id":NaN}'), ("", b'{"x":NaN}'), ("", b"<html>"),
        ("", b'{"a":1}'), ("", b'{"a":"secret"}'), ("", b'{"a":[{"b":1}]}'),
        ("", b'{"id":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
        ("", b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
        ("[]", b"{}"), ("[]", b"[1]"), ("[]", b'["x"]'), ("[]", b"[[]]"),
        ("results[]", b"{}"), ("results[]", b'{"results":{}}'), ("results[]", b"[]"),
        ("results[]", b'{"detail":"gone"}'), ("data.items[]", b'{"data":{}}'),
    ],
)  # fmt: skip
def test_another_shape_is_unreadable(at: str, body: bytes) -> None:
    with pytest.raises(Unreadable):
        keep(Output(at, ("id", "a.b")))(body)


@pytest.mark.parametrize(
    ("at", "fields"),
    [("", ()), ("", ("",)), ("", ("a..b",)), ("", ("[]",)), ("x[][]", ("a",)), ("[", ("a",)),
     ("", ("a[].b", "a.c")), ("", ('a"b',)), ("", ("a\\b",)), ("", ("a\x00",))],
)  # fmt: skip
def test_a_declaration_that_says_nothing_is_refused(at: str, fields: tuple[str, ...]) -> None:
    with pytest.raises((ValueError, WordFault)):
        keep(Output(at, fields))


def plainly(value: Any, tree: dict[str, Any]) -> Any:
    """The same cut, slowly, over decoded values."""
    if not tree or value is None:
        return value
    if "[]" in tree:
        return [plainly(item, tree["[]"]) for item in value]
    return {name: plainly(value[name], tree[name]) for name in tree if name in value}


FIELDS = {"a": {}, "b": {"c": {}, "d": {}}, "e": {"[]": {"f": {}}}}
LEAVES = st.none() | st.integers() | st.text(max_size=4) | st.lists(st.integers(), max_size=2)
ROWS = st.fixed_dictionaries(
    {},
    optional={
        "a": LEAVES,
        "b": st.none() | st.dictionaries(st.sampled_from("cdx"), LEAVES),
        "e": st.none() | st.lists(st.none() | st.dictionaries(st.sampled_from("fx"), LEAVES)),
        "x": LEAVES,
    },
)


@given(ROWS, st.booleans(), st.sampled_from([None, 2]))
def test_the_cut_agrees_with_a_plain_one(row: Any, escaped: bool, indent: int | None) -> None:
    cut = keep(Output("", ("a", "b.c", "b.d", "e[].f")))
    body = json.dumps(row, ensure_ascii=escaped, indent=indent).encode()
    left, withheld = cut(body)
    assert json.loads(left) == plainly(row, FIELDS)
    assert withheld == (plainly(row, FIELDS) != row)


@given(st.binary(max_size=60))
def test_any_bytes_are_cut_or_unreadable(body: bytes) -> None:
    try:
        left, _ = keep(Output("", ("id",)))(body)
    except Unreadable:
        return
    assert set(json.loads(left) or {}) <= {"id"}
