"""One event, one line, whatever stands in it."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bartizan.model.event import Event
from bartizan.watch.line import CUT, LONGEST, encode
from bartizan.watch.reader import decode
from tests.watch.events import NASTY, TEXTS, event, events

NAMES = tuple(each.name for each in msgspec.structs.fields(Event))
TEXT_FIELDS = tuple(each.name for each in msgspec.structs.fields(Event) if each.type is str)


def whole(line: bytes) -> dict[str, Any]:
    """The object on a line, once the line is shown to be one printable line of bounded length."""
    assert line.endswith(b"\n")
    assert line.count(b"\n") == 1
    assert len(line) <= LONGEST
    assert all(0x20 <= byte < 0x7F for byte in line[:-1])
    read = json.loads(line)
    assert isinstance(read, dict)
    return read


def paired(text: str) -> str:
    """The text as JSON can say it: a high and a low surrogate side by side are one character."""
    return units(text).decode("utf-16-le", "surrogatepass")


def units(text: str) -> bytes:
    """A text as the UTF-16 code units that JSON escapes."""
    return text.encode("utf-16-le", "surrogatepass")


def as_read(value: Event) -> dict[str, Any]:
    """The fields that a line states: those that are not their default."""
    stated: dict[str, Any] = {}
    for each in msgspec.structs.fields(Event):
        field = getattr(value, each.name)
        if field != each.default:
            if isinstance(field, tuple):
                field = list(map(paired, field))
            stated[each.name] = paired(field) if isinstance(field, str) else field
    return stated


@settings(max_examples=500, deadline=None)
@given(events())
def test_any_text_in_every_field_is_one_line_that_reads_back(value: Event) -> None:
    line = encode(value)
    read = whole(line)
    assert list(read) == [name for name in NAMES if name in read]
    if CUT not in str(read):
        if value.until == 0.0:  # msgspec may state a float that is its default
            read.pop("until", None)
        assert read == as_read(value)
        again = decode(line)
        assert again is not None
        assert as_read(again) == read


@settings(max_examples=200, deadline=None)
@given(events(TEXTS.map(lambda text: (text or "a") * 400)))
def test_long_texts_are_cut_and_marked(value: Event) -> None:
    line = encode(value)
    read = whole(line)
    kept = read["id"].removesuffix(CUT)
    assert read["id"] != kept
    # In code units: the cut may go through a pair of surrogates.
    assert units(value.id).startswith(units(kept))
    assert decode(line) is not None


@pytest.mark.parametrize("name", TEXT_FIELDS)
@pytest.mark.parametrize("nasty", NASTY)
def test_each_field_holds_each_nasty_text(name: str, nasty: str) -> None:
    text = f"a{nasty}b"
    assert whole(encode(event(**{name: text})))[name] == text


def test_a_line_cannot_be_forged() -> None:
    forged = encode(event(outcome="permit", status=200)).decode()
    read = whole(encode(event(operation=f'x"}}\r\n{forged}\u2028{forged}\x85{forged}')))
    assert (read["outcome"], read["status"]) == ("deny", 403)


def test_an_ordinary_event_takes_the_short_way_and_loses_nothing() -> None:
    value = event()
    assert encode(value) == msgspec.json.encode(value) + b"\n"
    assert len(encode(value)) < 400


@pytest.mark.parametrize("size", [LONGEST - 400, LONGEST, 100_000, 3_000_000])
def test_the_longest_line(size: int) -> None:
    for text in ("a" * size, "\U0001f600" * size, '"' * size):
        for name in ("operation", "scopes"):
            whole(encode(event(**{name: (text,) * 5 if name == "scopes" else text})))
    whole(encode(event(scopes=("a",) * size)))
    everything = dict.fromkeys(TEXT_FIELDS, "\U0001f600" * 600)
    whole(encode(event(**everything, scopes=("\U0001f600" * 60,) * 9)))


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(NAMES),
        st.one_of(
            st.none(), st.booleans(), st.integers(), st.floats(), st.binary(), st.text(),
            st.just(10**5000), st.just(object()), st.just([[["x"]]]), st.just({"a": {1: 2}}),
            st.lists(st.one_of(st.integers(), st.just(object()), st.text())),
        ),
        max_size=8,
    )
)  # fmt: skip
def test_values_of_no_such_type_never_raise(fields: dict[str, Any]) -> None:
    assert (
        whole(encode(event(**fields)))["id" if "id" not in fields else "api"] is not None or fields
    )
