"""The query: one reading or none, and only what is declared."""

import datetime as dt
import math
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, urlencode
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bartizan.policy.rules import Query
from bartizan.schemas.form import Invalid, Malformed
from bartizan.schemas.query import parse, reader
from bartizan.schemas.violations import MOST

DECLARED = (
    Query("page", "int", 1, 1000),
    Query("shift", "int", -5, 5),
    Query("any", "int"),
    Query("low", "int", minimum=3),
    Query("price", "number", 0.5, 1e6),
    Query("q", "text", 0, 8),
    Query("tag", "slug", many=True),
    Query("ref", "uuid"),
    Query("day", "date"),
    Query("open", "bool"),
    Query("state", "one", choices=("open", "closed")),
)
READ = reader(DECLARED)
MALFORMED = Malformed()
REF = "00000000-0000-4000-8000-00000000000a"


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("", {}),
        ("page=1", {"page": 1}),
        ("page=1000&shift=-5", {"page": 1000, "shift": -5}),
        ("shift=0", {"shift": 0}),
        ("any=-9999999999999999999", {"any": -9999999999999999999}),
        ("low=3", {"low": 3}),
        ("price=1e6", {"price": 1e6}),
        ("price=0.5", {"price": 0.5}),
        ("q=", {"q": ""}),
        ("q", {"q": ""}),
        ("q=a=b", {"q": "a=b"}),
        ("q=a+b%20c", {"q": "a b c"}),
        ("q=%2B%26%3D%3B%25", {"q": "+&=;%"}),
        ("q=%C3%A9%F0%9F%98%80", {"q": "é😀"}),
        ("q=12345678", {"q": "12345678"}),
        ("q=" + "%F0%9F%98%80" * 8, {"q": "😀" * 8}),
        ("%70age=7", {"page": 7}),
        ("tag=a&tag=b-1&tag=a", {"tag": ["a", "b-1", "a"]}),
        (f"ref={REF}", {"ref": UUID(REF)}),
        ("day=2024-02-29", {"day": dt.date(2024, 2, 29)}),
        ("open=true", {"open": True}),
        ("open=false", {"open": False}),
        ("state=closed", {"state": "closed"}),
    ],
)
def test_what_is_declared_is_read(text: str, values: dict[str, Any]) -> None:
    said = READ(text)
    assert said == values
    assert isinstance(said, dict)
    assert [type(value) for value in said.values()] == [type(value) for value in values.values()]


@pytest.mark.parametrize(
    "text",
    [
        "q=%", "q=%4", "q=%zz", "q=%%", "q=%u0041", "%=1", "q=a%",
        "q=%FF", "q=%C0%AF", "q=%ED%A0%80", "%FF=1",
        "q=%00", "q=%0A", "q=%0d%0a", "q=%7f", "q=%C2%85", "%0A=1",
        "q=\x00", "q=\n", "q=\x7f", "q=\x80", "q=é", "q=\ud800", "q=a b",
        "q=a;page=1", ";", "q=1;", "&", "&&", "q=a&", "&q=a", "q=a&&page=1", "=", "=1", "+" "=%00",
        "&".join(["tag=a"] * 101), "&" * 10_000,
    ],
)  # fmt: skip
def test_what_could_be_read_in_two_ways_is_malformed(text: str) -> None:
    assert READ(text) == MALFORMED


@pytest.mark.parametrize(
    ("text", "where", "rule"),
    [
        ("page=0", "page", "a whole number of 1 to 1000"),
        ("page=1001", "page", "a whole number of 1 to 1000"),
        ("low=2", "low", "a whole number of at least 3"),
        ("any=x", "any", "a whole number"),
        ("price=0", "price", "a number of 0.5 to 1000000"),
        ("q=123456789", "q", "a text of 0 to 8 characters without control characters"),
        ("state=OPEN", "state", "one of open, closed"),
        ("day=2023-02-29", "day", "a date as YYYY-MM-DD"),
        ("open=1", "open", "true or false"),
        (f"ref={REF.upper()}", "ref", "a UUID in lower case"),
        ("tag=a%2Fb", "tag", "letters, digits, - and _"),
        ("page=1&page=1", "page", "one value"),
        ("tag=a%2Fb&tag=a", "tag", "letters, digits, - and _"),
        ("role=admin", "", "only declared parameters"),
        ("Page=1", "", "only declared parameters"),
        ("page[]=1", "", "only declared parameters"),
    ],
)
def test_what_is_not_as_declared_is_invalid(text: str, where: str, rule: str) -> None:
    said = READ(text)
    assert isinstance(said, Invalid)
    assert [(violation.where, violation.rule) for violation in said.violations] == [(where, rule)]


@pytest.mark.parametrize(
    "number", ["", "+1", "01", "1.0", "1e1", "+", "%201", "1%20", "-0", "00", "0x1", "1_0", "--1",
               "%D9%A1", "%EF%BC%91", "1,0", "9" * 20, "9" * 5000, "true", "NaN"],
)  # fmt: skip
def test_a_whole_number_has_one_spelling(number: str) -> None:
    assert isinstance(READ(f"any={number}"), Invalid)


@pytest.mark.parametrize(
    "number", ["", "NaN", "nan", "inf", "Infinity", "1e999", "-1e999", ".5", "5.", "1_0.0", "0x1p3",
               "%201", "1e", "01.5", "%D9%A1"],
)  # fmt: skip
def test_a_number_is_finite_and_plain(number: str) -> None:
    assert isinstance(reader((Query("n", "number"),))(f"n={number}"), Invalid)


def test_what_is_required_must_be_there() -> None:
    read = reader(
        (Query("page", "int", required=True), Query("tag", "slug", required=True, many=True))
    )
    for text in ("", "page=1", "tag=a"):
        said = read(text)
        assert isinstance(said, Invalid)
        assert all(violation.rule.endswith("is required") for violation in said.violations)
    said = read("page=x&tag=a")
    assert isinstance(said, Invalid)
    assert [violation.rule for violation in said.violations] == ["a whole number"]
    assert read("page=1&tag=a") == {"page": 1, "tag": ["a"]}


def test_nothing_declared_accepts_nothing() -> None:
    read = reader(())
    assert read("") == {}
    assert isinstance(read("a=1"), Invalid)
    assert read("%") == MALFORMED


def test_answers_are_not_shared() -> None:
    read = reader(())
    first = read("")
    assert isinstance(first, dict)
    first["mine"] = 1
    assert read("") == {}


def test_violations_are_bounded_and_repeat_nothing() -> None:
    said = READ("&".join(f"canary{number}=canary" for number in range(99)) + "&page=canary")
    assert isinstance(said, Invalid)
    assert len(said.violations) <= MOST
    assert "canary" not in repr(said)


TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=8)
PAIRS = st.lists(st.tuples(TEXT.filter(bool), TEXT), min_size=1, max_size=5)


@given(PAIRS, st.sampled_from([quote, quote_plus]))
def test_what_a_client_encodes_is_read_back(pairs: list[tuple[str, str]], how: Any) -> None:
    text = urlencode(pairs, quote_via=how)
    assert parse(text) == pairs
    assert parse(text) == parse_qsl(text, keep_blank_values=True, strict_parsing=True)


SCRAPS = st.lists(
    st.sampled_from([*"=&;+%aq01 \x00é", "%4", "%41", "%C3%A9", "%FF", "page=", "q=", "&tag=x"]),
    max_size=10,
).map("".join)


@given(SCRAPS | st.text(max_size=30))
def test_any_text_gets_an_answer_and_agrees_with_the_standard_library(text: str) -> None:
    READ(text)
    pairs = parse(text)
    if pairs is not None:
        assert pairs == parse_qsl(text, keep_blank_values=True, encoding="utf-8", errors="strict")


@given(st.integers())
def test_whole_numbers_are_read_back(number: int) -> None:
    said = READ(f"any={number}")
    assert said == {"any": number} if abs(number) < 10**19 else isinstance(said, Invalid)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_are_read_back(number: float) -> None:
    said = reader((Query("n", "number"),))(f"n={quote(repr(number))}")
    assert isinstance(said, dict)
    assert math.copysign(1, said["n"]) == math.copysign(1, number)
    assert said["n"] == number
