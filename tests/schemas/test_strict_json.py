"""Strict JSON against the standard library made as strict by hand."""

import json
import math
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bartizan.schemas import strict_json
from bartizan.schemas.form import Malformed

MALFORMED = Malformed()


def oracle(body: bytes) -> Any:
    """The same decisions, slowly, by another parser."""

    def pairs(members: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({name for name, _ in members}) != len(members):
            raise ValueError("duplicate")
        return dict(members)

    def number(kind: type[int] | type[float]) -> Any:
        def read(text: str) -> Any:
            if any(len(run) > 400 for run in "".join(
                each if each.isdigit() else " " for each in text
            ).split()):  # fmt: skip
                raise ValueError("too long")
            value = kind(text)
            if kind is float and not math.isfinite(value):
                raise ValueError("infinite")
            return value

        return read

    def constant(name: str) -> Any:
        raise ValueError(name)

    try:
        value = json.loads(
            body.decode(),
            object_pairs_hook=pairs,
            parse_constant=constant,
            parse_int=number(int),
            parse_float=number(float),
        )
        if b"\x00" in json.dumps(value, ensure_ascii=False).encode().replace(b"\\\\", b"").replace(
            b"\\u0000", b"\x00"
        ):
            raise ValueError("NUL")
    except (ValueError, RecursionError, OverflowError):
        return MALFORMED
    return value if depth(value) <= 64 else MALFORMED


def depth(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth, value), default=0)
    return 0


def same(left: Any, right: Any) -> bool:
    """Equal in value and in type at every depth."""
    if type(left) is not type(right):
        return False
    if isinstance(left, dict):
        return list(left) == list(right) and all(same(left[key], right[key]) for key in left)
    if isinstance(left, list):
        return len(left) == len(right) and all(map(same, left, right))
    return bool(left == right) and repr(left) == repr(right)


NUMBERS = st.from_regex(
    rb"-?(0|[1-9][0-9]{0,30})(\.[0-9]{1,20})?([eE][-+]?[0-9]{1,3})?", fullmatch=True
)
STRINGS = st.lists(
    st.sampled_from([b" ", b"a", b"1", b":", b"[", b"}", b",", b'\\"', b"\\\\", b"\\n", b"\\/",
                     b"\\u0061", b"\\u0000", b"\\uD83D\\ude00", b"\\ud800", b"\xc3\xa9"]),
    max_size=4,
).map(lambda parts: b'"' + b"".join(parts) + b'"')  # fmt: skip
SPACES = st.sampled_from([b"", b" ", b"\n", b"\t \r"])
NAMES = st.sampled_from([b'"a"', b'"b"', b'"\\u0061"', b'":"', b'"\\""']) | STRINGS


def spaced(separator: bytes, parts: list[bytes], space: bytes) -> bytes:
    return (space + separator + space).join(parts)


def lists(inner: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    return st.builds(
        lambda parts, space: b"[" + spaced(b",", parts, space) + b"]",
        st.lists(inner, max_size=4),
        SPACES,
    )


def objects(inner: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    member = st.builds(lambda n, v, s: spaced(b":", [n, v], s), NAMES, inner, SPACES)
    return st.builds(
        lambda parts, space: b"{" + spaced(b",", parts, space) + b"}",
        st.lists(member, max_size=4),
        SPACES,
    )


SCALARS = NUMBERS | STRINGS | st.sampled_from([b"null", b"true", b"false"])
TEXTS = st.recursive(SCALARS, lambda inner: lists(inner) | objects(inner), max_leaves=10)
TOKENS = st.sampled_from(
    [*(bytes([each]) for each in b'[]{},:"\\ 0-+.eE'), b'"a"', b"1", b"NaN", b"\\u", b"d800",
     b"\xff", b"\xef\xbb\xbf", b"null", b'"a":', b"\x00", b"\\ud800"]
)  # fmt: skip


@given(TEXTS)
@example(b'{"a":1,"a":1}')
@example(b'{"a":":","a":1}')
@example(b'{"a":"\\\\","b":"\\\\\\"\\":","c":[{"a":1,"\\u0061":2}]}')
@example(b'["\\ud800"]')
@example(b"-0")
@example(b"-0.0")
@example(b"1e400")
@example(b"1E-400")
@example(b"123456789012345678901234567890")
def test_json_means_the_same_to_the_standard_library(body: bytes) -> None:
    assert same(strict_json.read(body), oracle(body))


@given(st.lists(TOKENS, max_size=14).map(b"".join))
def test_scraps_mean_the_same_to_the_standard_library(body: bytes) -> None:
    assert same(strict_json.read(body), oracle(body))


@given(TEXTS, st.data())
def test_damage_means_the_same_to_the_standard_library(body: bytes, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(body)))
    damaged = body[:at] + data.draw(TOKENS) + body[at + data.draw(st.integers(0, 2)) :]
    assert same(strict_json.read(damaged), oracle(damaged))


@given(st.binary(max_size=40))
def test_any_bytes_get_an_answer(body: bytes) -> None:
    assert same(strict_json.read(body), oracle(body))


@given(st.integers(55, 75), st.integers(0, 80), st.booleans())
def test_depth_is_exact(deep: int, siblings: int, objects_too: bool) -> None:
    begin, end = (b'{"a":', b"}") if objects_too else (b"[", b"]")
    body = b"[" + b"[],{}," * siblings + begin * (deep - 1) + b"1" + end * (deep - 1) + b"]"
    assert (strict_json.read(body) == MALFORMED) == (deep > 64)


@pytest.mark.parametrize(
    "body",
    [
        b'["' + b"[{" * 200 + b'"]',
        b'["' + b'\\"[' * 200 + b'"]',
        b'["' + b"\\\\" * 200 + b'",[[]]]',
        b"[" + b",".join([b'{"a":[]}'] * 500) + b"]",
    ],
)
def test_brackets_in_texts_and_in_breadth_are_no_depth(body: bytes) -> None:
    assert strict_json.read(body) == json.loads(body)


@pytest.mark.parametrize("digits", [400, 401, 4300, 4301, 100_000])
@pytest.mark.parametrize("form", [b"%b", b"-%b", b"[%b]", b"0.%b", b"1e%b", b'{"a":%b}'])
def test_numbers_are_bounded(digits: int, form: bytes) -> None:
    body = form % (b"1" * digits)
    assert same(strict_json.read(body), oracle(body))
    assert digits <= 400 or strict_json.read(body) == MALFORMED


def test_long_digits_in_a_text_are_a_text() -> None:
    assert strict_json.read(b'["' + b"1" * 5000 + b'"]') == ["1" * 5000]


@pytest.mark.parametrize("body", [b"null", b"0", b"false", b'""', b"[]", b"{}"])
def test_falsy_values_are_values(body: bytes) -> None:
    assert same(strict_json.read(body), json.loads(body))


def test_colliding_names_cost_no_more_than_others() -> None:
    body = json.dumps({f"{number}": 1 for number in range(3000)}).encode()
    assert len(strict_json.read(body)) == 3000
