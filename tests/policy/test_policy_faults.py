"""A fault is drawn so that it can be read in a terminal, a pipe and a narrow window."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bartizan.policy.codes import complete
from bartizan.policy.faults import Fault, PolicyError, render
from bartizan.policy.load import loads
from bartizan.policy.rules import Place

TYPO = Fault(
    code="P103",
    message="unknown key `limts`",
    place=Place("bartizan.toml", 16, 1, 5),
    suggestion="limits",
    consequence="nothing would have limited POST /login",
    source='limts = ["login"]',
)


def columns(text: str) -> int:
    wide = sum(unicodedata.east_asian_width(one) in "WF" for one in text)
    return len(text) + wide - sum(bool(unicodedata.combining(one)) for one in text)


def test_the_picture() -> None:
    assert render(TYPO) == (
        "error[P103] unknown key `limts`\n"
        "  --> bartizan.toml:16:1\n"
        "   |\n"
        '16 | limts = ["login"]\n'
        "   | ^^^^^ did you mean `limits`?\n"
        "   = nothing would have limited POST /login\n"
        "   = help: bartizan explain P103"
    )


def test_colour_repeats_what_words_say() -> None:
    plain = re.sub(r"\x1b\[[0-9;]*m", "", render(TYPO, colour=True))
    assert plain == render(TYPO)
    assert "\x1b" in render(TYPO, colour=True)


def test_the_line_comes_from_the_whole_source_where_the_fault_has_none() -> None:
    fault = Fault("P401", "a lint", Place("p.toml", 2, 3, 1), level="warning")
    assert render(fault, "a = 1\r\n  b = 2\r\n").splitlines()[:5] == [
        "warning[P401] a lint",
        " --> p.toml:2:3",
        "  |",
        "2 |   b = 2",
        "  |   ^",
    ]
    assert "|" not in render(fault)


def test_a_terminal_cannot_be_steered() -> None:
    fault = Fault("P202", "`\x1b[2J\u202e`", Place("p\n.toml", 1, 1), source='a = "\u202e\x1b[31m"')
    drawn = render(fault)
    assert "\x1b" not in drawn
    assert "\u202e" not in drawn
    assert drawn.count("\n") == 5


@given(
    st.text(max_size=200),
    st.integers(1, 250),
    st.integers(1, 250),
    st.sampled_from([40, 60, 80]),
    st.text(max_size=40),
)
def test_no_line_is_wider_than_the_window(
    line: str, column: int, length: int, width: int, suggestion: str
) -> None:
    fault = Fault("P103", "a message " * 9, Place("bartizan.toml", 7, column, length),
                  suggestion, "a consequence " * 9, line)  # fmt: skip
    for row in render(fault, width=width).split("\n"):
        assert columns(row) <= width
        assert row.isprintable() or row == ""


@given(st.text(st.characters(codec="utf-8"), max_size=120), st.data())
def test_the_caret_is_under_the_word(text: str, data: st.DataObject) -> None:
    line = "".join(one for one in text if one.isprintable() and not unicodedata.combining(one))
    lead = data.draw(st.integers(0, len(line)))
    line = line[:lead] + "@@@" + line[lead:]
    fault = Fault("P103", "m", Place("f", 1, lead + 1, 3), source=line)
    rows = render(fault, width=60).split("\n")
    shown, mark = rows[3], rows[4]
    under = columns(mark[: mark.index("^")])
    at = next(i for i in range(len(shown)) if columns(shown[:i]) == under and shown[i] == "@")
    assert shown[at : at + 3] == "@@@"
    assert mark.count("^") == 3


SECRET = "correct-horse-battery-staple"  # what must never be printed


@pytest.mark.parametrize(
    "text",
    [
        f'keys = "{SECRET}"',
        f'keys = ["file:a.json", "{SECRET}"]',
        f'keys = """-----BEGIN PRIVATE KEY-----\n{SECRET}\n"""',
        f'keys = "env:A B {SECRET}"',
    ],
)
def test_a_secret_is_never_drawn(text: str) -> None:
    policy = complete("").replace('keys = "file:jwks.json"', text)
    with pytest.raises(PolicyError) as error:
        loads(policy)
    assert {fault.code for fault in error.value.faults} == {"P214"}
    assert SECRET not in str(error.value)
    assert SECRET not in repr(error.value.faults)
