"""Random TOML documents: a random structure, written in a random one of its many spellings."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

_TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=8) | st.text(
    "\"'\\ab\n#]}=", max_size=8
)
KEYS = st.text("abz09-_", min_size=1, max_size=4) | _TEXT
_EARLY = dt.datetime(1000, 1, 1)  # noqa: DTZ001  (TOML has times without a zone)
_DATES = (
    st.dates(dt.date(1000, 1, 1))
    | st.times()
    | st.datetimes(_EARLY)
    | st.datetimes(_EARLY, timezones=st.just(dt.UTC))
)
_SCALARS = (
    st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | _TEXT | _DATES
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(KEYS, inner, max_size=3)
        | st.lists(st.dictionaries(KEYS, inner, max_size=2), min_size=1, max_size=3)
    ),
    max_leaves=12,
)
TABLES = st.dictionaries(KEYS, _VALUES, max_size=5)

Pick = Callable[[int], int]
"""Draws a number below the one given."""


@st.composite
def documents(draw: st.DrawFn) -> str:
    """The text of a TOML document."""
    pick: Pick = lambda below: draw(st.integers(0, below - 1))  # noqa: E731
    lines = _table(draw(TABLES), (), pick)
    text = "\n".join(lines) + ("\n" if pick(2) else "")
    return text.replace("\n", "\r\n") if pick(3) == 0 else text


def _table(table: dict[str, Any], path: tuple[str, ...], pick: Pick) -> list[str]:
    pairs: list[str] = []
    blocks: list[list[str]] = []
    for key, value in table.items():
        under = (*path, key)
        if isinstance(value, dict) and pick(2):
            inner = _table(value, under, pick)
            head = f"{_blank(pick)}[{_blank(pick)}{_dotted(under, pick)}{_blank(pick)}]{_end(pick)}"
            blocks.append([head, *inner])
        elif _tables(value) and pick(2):
            for item in value:
                head = f"{_blank(pick)}[[{_dotted(under, pick)}{_blank(pick)}]]{_end(pick)}"
                pairs_of = _table(item, under, pick)
                blocks.append([head, *pairs_of])
        else:
            pairs += _pair((key,), value, pick)
    return pairs + [line for block in blocks for line in block]


def _pair(words: tuple[str, ...], value: Any, pick: Pick) -> list[str]:
    if isinstance(value, dict) and value and pick(2):
        return [line for key, inner in value.items() for line in _pair((*words, key), inner, pick)]
    written = f"{_dotted(words, pick)}{_blank(pick)}={_blank(pick)}{_value(value, pick)}"
    lines = [f"{_blank(pick)}{written}{_end(pick)}"]
    return [*lines, "# between", ""] if pick(6) == 0 else lines


def _tables(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _blank(pick: Pick) -> str:
    return ("", " ", "\t ")[pick(3)]


def _end(pick: Pick) -> str:
    return ("", "", ' # [not] = "a key"', "\t#'")[pick(4)]


def _gap(pick: Pick) -> str:
    return ("", " ", "\n  ", " # ], }\n\t")[pick(4)]


def _dotted(words: tuple[str, ...], pick: Pick) -> str:
    return (_blank(pick) + "." + _blank(pick)).join(_key(word, pick) for word in words)


def _key(word: str, pick: Pick) -> str:
    if re.fullmatch("[A-Za-z0-9_-]+", word) and pick(2):
        return word
    return _one_line(word, pick)


def _plain(text: str) -> bool:
    return not re.search("['\x00-\x08\x0a-\x1f\x7f]", text)


def _one_line(text: str, pick: Pick) -> str:
    if _plain(text) and pick(2):
        return f"'{text}'"
    return '"' + "".join(_escaped(character, pick) for character in text) + '"'


def _escaped(character: str, pick: Pick) -> str:
    if character in '"\\':
        return "\\" + character
    if character == "\n":
        return "\\n"
    if character < " " or character == "\x7f" or pick(9) == 0:
        return f"\\U{ord(character):08x}"
    return character


def _value(value: Any, pick: Pick) -> str:
    if isinstance(value, dict):
        pairs = [
            f"{_blank(pick)}{_key(key, pick)} = {_inside(inner, pick)}"
            for key, inner in value.items()
        ]
        return "{" + ", ".join(pairs) + _blank(pick) + "}"
    if isinstance(value, list):
        items = "".join(f"{_gap(pick)}{_value(one, pick)}{_gap(pick)}," for one in value)
        return "[" + (items[:-1] if items and pick(2) else items) + _gap(pick) + "]"
    if isinstance(value, str):
        return _text(value, pick)
    return _scalar(value, pick)


def _inside(value: Any, pick: Pick) -> str:
    """A value of an inline table, which stays on one line unless a value in it does not."""
    return _value(value, pick)


def _text(text: str, pick: Pick) -> str:
    style = pick(4)
    if style == 0 and not re.search("[\x00-\x08\x0b-\x1f\x7f]|'''|'$|^\n", text):
        return f"'''{text}'''"
    if style == 1:
        body = "".join(
            "\n" if one == "\n" else '"' if one == '"' else _escaped(one, pick) for one in text
        )
        body = body.replace('"""', '""\\"')
        lead = "\n" if body.startswith("\n") or pick(2) else ""
        tail = "\\\n  " if pick(3) == 0 else ""
        return f'"""{lead}{body}{tail}"""'
    return _one_line(text, pick)


def _scalar(value: Any, pick: Pick) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return hex(value) if value >= 0 and pick(3) == 0 else str(value)
    if isinstance(value, float):
        return repr(value)
    written = value.isoformat()
    return written.replace("T", " ") if pick(2) else written
