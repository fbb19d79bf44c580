"""Positions are right wherever `tomllib` finds a key or a value."""

import tomllib
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bartizan.policy.positions import Path, scan
from tests.policy.toml_documents import documents


def everything(value: Any, path: Path = ()) -> dict[Path, Any]:
    """Every key and item of parsed data."""
    inside = value.items() if isinstance(value, dict) else enumerate(value)
    found: dict[Path, Any] = {}
    for key, inner in inside:
        found[(*path, key)] = inner
        if isinstance(inner, dict | list):
            found |= everything(inner, (*path, key))
    return found


def check(text: str) -> None:
    known = everything(tomllib.loads(text))
    found = scan(text)
    assert set(found.keys) | set(found.values) == set(known)
    assert found.repeated == []
    for path, span in found.values.items():
        written = found.text[span.start : span.end]
        assert repr(tomllib.loads(f"x = {written}")["x"]) == repr(known[path])
    for path, span in found.keys.items():
        written = found.text[span.start : span.end]
        name = path[-1] if isinstance(path[-1], str) else path[-2]
        assert tomllib.loads(f"{written} = 0") == {name: 0}
    words = {path for path in known if isinstance(path[-1], str)}
    assert words <= set(found.keys)


@given(documents())
@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_key_and_value_of_a_random_document(text: str) -> None:
    check(text)


@given(st.text() | st.text("[]{}=.,#'\"\\\nab1 ") | documents().map(lambda text: text[:-3]))
@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_text_that_is_no_toml_never_raises(text: str) -> None:
    found = scan(text)
    for span in (*found.keys.values(), *found.values.values()):
        assert 0 <= span.start < span.end <= len(found.text)


@pytest.mark.parametrize(
    ("text", "path", "where"),
    [
        ('a = 1\n"b\\u0063" = 2\n', ("bc",), (2, 1, 9)),
        ("a.b . 'c d' = 2", ("a", "b", "c d"), (1, 7, 5)),
        ("[x]\r\n[[x.y]]\r\na = 1\r\n[[x.y]]\r\na = 2\r\n", ("x", "y", 1, "a"), (5, 1, 1)),
        ("k = { a = 1, b = { c = [1] } }", ("k", "b", "c"), (1, 20, 1)),
        ('["GET /"]\n', ("GET /",), (1, 2, 7)),
    ],
)
def test_keys(text: str, path: Path, where: tuple[int, int, int]) -> None:
    found = scan(text)
    span = found.keys[path]
    assert (*found.line_column(span.start), span.end - span.start) == where


@pytest.mark.parametrize(
    ("text", "path", "where"),
    [
        ("a = [\n  1, # one\n  'zwei',\n]", ("a", 1), (3, 3, 6)),
        ('a = """\nb"""\nc = 2', ("c",), (3, 5, 1)),
        ('a = """x""""" # y\nc = 2', ("a",), (1, 5, 9)),
        ("a = 1979-05-27 07:32:00 # b", ("a",), (1, 5, 19)),
        ("a = 1979-05-27 # b", ("a",), (1, 5, 10)),
        ('ä = "ö"', ("ä",), None),
    ],
)
def test_values(text: str, path: Path, where: tuple[int, int, int] | None) -> None:
    found = scan(text)
    if where is None:  # a bare key is ASCII: the walk stops there
        assert found.values == {}
        return
    span = found.values[path]
    assert (*found.line_column(span.start), span.end - span.start) == where


@pytest.mark.parametrize(
    ("text", "second", "first"),
    [
        ("a = 1\nb = 2\na = 3\n", (3, 1), (1, 1)),
        ("[a]\nb = 1\n[c]\n[a]\n", (4, 2), (1, 2)),
        ("a = { b = 1, b = 2 }", (1, 14), (1, 7)),
        ("[a]\nb = 1\n[a.b]\n", (3, 4), (2, 1)),
    ],
)
def test_what_is_written_twice(text: str, second: tuple[int, int], first: tuple[int, int]) -> None:
    found = scan(text)
    again, before = found.repeated[0]
    assert found.line_column(again.start) == second
    assert found.line_column(before.start) == first


def test_deep_nesting_stops() -> None:
    assert scan("a = " + "[" * 5000).values == {}
