"""Readers of single values: what a key accepts, and the fault where it is something else.

A reader takes a `Leaf` and returns the value, or `MISSING` after writing a fault down. A list
with three wrong items gives three faults.
"""

import datetime as dt
import math
import re
from collections.abc import Callable, Collection, Iterator
from typing import Any, Final

from bartizan.policy import patterns, words
from bartizan.policy.nearest import nearest
from bartizan.policy.reading import MISSING, Leaf, Reader, a_kind, looks
from bartizan.policy.rules import Limit


def of_kind(leaf: Leaf, kind: type, wanted: str) -> bool:
    """Whether the value is of a TOML type; a bool is no number."""
    if isinstance(leaf.value, kind) and (kind is bool or not isinstance(leaf.value, bool)):
        return True
    leaf.wrong("P201", f"this is {a_kind(leaf.value)}, not {wanted}", _as(leaf.value, kind))
    return False


def _as(value: Any, kind: type) -> str:
    """The same in the right type, where it is plain what was meant."""
    if kind is bool and value in ("true", "false"):
        return str(value)
    if kind is int and isinstance(value, str) and re.fullmatch("[1-9][0-9]{0,8}", value):
        return value
    if kind is list and isinstance(value, str) and '"' not in value and value.isprintable():
        return f'["{value}"]'
    return ""


@looks(type="boolean")
def flag(leaf: Leaf) -> Any:
    """``true`` or ``false``."""
    return leaf.value if of_kind(leaf, bool, "true or false") else MISSING


@looks(type="string", pattern=patterns.TEXT)
def text(leaf: Leaf) -> Any:
    """A text that says something, on one line."""
    if not of_kind(leaf, str, "a text"):
        return MISSING
    if not leaf.value.strip():
        return leaf.wrong("P201", "this text says nothing")
    return leaf.value


def whole(low: int, high: int) -> Reader:
    """A whole number within bounds."""

    @looks(type="integer", minimum=low, maximum=high)
    def read(leaf: Leaf) -> Any:
        if not of_kind(leaf, int, "a whole number"):
            return MISSING
        if not low <= leaf.value <= high:
            return leaf.wrong("P206", f"this is a number from {low} to {high}")
        return leaf.value

    return read


def one_of(accepted: Collection[str], later: Collection[str] = ()) -> Reader:
    """One word of several; ``later`` are words that this version does not enforce."""

    @looks(enum=list(accepted))
    def read(leaf: Leaf) -> Any:
        if not of_kind(leaf, str, "a text"):
            return MISSING
        if leaf.value in accepted:
            return leaf.value
        if leaf.value in later:
            return leaf.wrong("P105", f"`{leaf.value}` is not enforced by this version")
        right = nearest(leaf.value, accepted)
        return leaf.wrong("P202", f"`{leaf.value}` is not one of: {' '.join(accepted)}", right)

    return read


def spelled(code: str, parse: Callable[[str], Any], pattern: str) -> Reader:
    """A text in one of the small languages of `words`; ``pattern`` is how it looks."""

    @looks(type="string", pattern=pattern)
    def read(leaf: Leaf) -> Any:
        return parsed(leaf, code, parse) if of_kind(leaf, str, "a text") else MISSING

    return read


def parsed(leaf: Leaf, code: str, parse: Callable[[str], Any], *, at_key: bool = False) -> Any:
    """What a parser of `words` makes of a value, or of a key."""
    written = leaf.path[-1] if at_key else leaf.value
    try:
        return parse(str(written))
    except words.WordFault as fault:
        return leaf.wrong(
            code if fault.enforced else "P105",
            fault.message,
            fault.suggestion,
            offset=fault.offset,
            length=fault.length,
            at_key=at_key,
        )


def pattern(expression: str, wanted: str) -> Callable[[str], str]:
    """A parser of texts that match an expression whole."""
    fits = re.compile(expression).fullmatch

    def parse(value: str) -> str:
        if not fits(value):
            raise words.WordFault(f"`{value}` is not {wanted}" if value else f"say {wanted}")
        return value

    return parse


def matching(code: str, expression: str, wanted: str, looks_like: str = "") -> Reader:
    """A text that matches an expression whole; ``looks_like`` where that is Python's alone."""
    return spelled(code, pattern(expression, wanted), looks_like or expression)


SOME: Final = {"minItems": 1}
"""The form of a list that is not empty."""


def listed(item: Reader, *, empty: bool = True) -> Reader:
    """A list without repetitions."""

    @looks(type="array", items=item.form, uniqueItems=True, **({} if empty else SOME))
    def read(leaf: Leaf) -> Any:
        if not of_kind(leaf, list, "a list"):
            return MISSING
        if not leaf.value and not empty:
            return leaf.wrong("P201", "this list is empty")
        items = tuple(_items(leaf, item))
        return items if len(items) == len(leaf.value) else MISSING

    return read


def _items(leaf: Leaf, item: Callable[[Leaf], Any]) -> Iterator[Any]:
    seen: list[Any] = []
    for child in leaf.children():
        value = item(child)
        if value is MISSING:
            continue
        if value in seen:
            child.wrong("P305", f"`{child.value}` is there twice")
            continue
        seen.append(value)
        yield value


# ------------------------------------------------------------------ names

name = matching("P216", patterns.NAME, "a name of letters, digits, - and _")
scope = matching("P216", patterns.SCOPE, "one scope without spaces (RFC 6749 section 3.3)")
role = matching("P216", r"\S(?:.{0,254}\S)?", "the name of a role", patterns.ROLE)
header_name = matching("P210", patterns.HEADER_NAME, "a header name (RFC 9110)")


# ------------------------------------------------------------------ sizes and limits


_BYTES: Final = whole(0, 2**40)
_WORDS: Final = spelled("P206", words.size, patterns.SIZE)


@looks(anyOf=[_BYTES.form, _WORDS.form])
def size(leaf: Leaf) -> Any:
    """Bytes: a whole number, or ``"64 KiB"``."""
    if isinstance(leaf.value, int) and not isinstance(leaf.value, bool):
        return _BYTES(leaf)
    return _WORDS(leaf)


def size_from(low: int) -> Reader:
    """A size that is not below a bound."""

    @looks(**size.form)
    def read(leaf: Leaf) -> Any:
        value = size(leaf)
        if value is not MISSING and value < low:
            return leaf.wrong("P206", f"this is too small: {low // 1024**2} MiB at least")
        return value

    return read


_LIMIT: Final = spelled("P203", words.limit, patterns.LIMIT)


def limits(named: str) -> Reader:
    """One limit in words, or a list of them: every one holds."""

    @looks(
        anyOf=[_LIMIT.form, {"type": "array", "items": _LIMIT.form, "uniqueItems": True, **SOME}]
    )
    def read(leaf: Leaf) -> Any:
        if not isinstance(leaf.value, list):
            one = _limit(leaf, named)
            return MISSING if one is MISSING else (one,)
        if not leaf.value:
            return leaf.wrong("P203", "this list limits nothing")
        items = tuple(_items(leaf, lambda item: _limit(item, named)))
        return items if len(items) == len(leaf.value) else MISSING

    return read


def _limit(leaf: Leaf, named: str) -> Any:
    read = _LIMIT(leaf)
    if read is MISSING:
        return MISSING
    return Limit(named, read.number, read.period, read.per, leaf.value, leaf.place())


def client_limit(named: str) -> Reader:
    """``flood`` and ``guesses``: they speak before anybody is known, so they count clients."""

    @looks(type="string", pattern=patterns.CLIENT_LIMIT)
    def read(leaf: Leaf) -> Any:
        one = _limit(leaf, named)
        if one is MISSING or one.per == ("client",):
            return one
        offset = leaf.value.index(" per ") + 5
        return leaf.wrong(
            "P203",
            f"`{named}` counts clients, it speaks before more is known",
            "client",
            offset=offset,
            length=len(leaf.value) - offset,
        )

    return read


# ------------------------------------------------------------------ JSON


@looks(additionalProperties=True)
def json(leaf: Leaf) -> Any:
    """A value that JSON can carry (RFC 8259): no dates, no infinity."""
    if isinstance(leaf.value, dict):
        found = {key: json(leaf.child(key)) for key in leaf.value}
        return MISSING if any(one is MISSING for one in found.values()) else found
    if isinstance(leaf.value, list):
        items = [json(child) for child in leaf.children()]
        return MISSING if any(item is MISSING for item in items) else items
    odd = isinstance(leaf.value, dt.date | dt.time) or (
        isinstance(leaf.value, float) and not math.isfinite(leaf.value)
    )
    return leaf.wrong("P211", "JSON cannot carry this; write a text") if odd else leaf.value


@looks(type="string", format="date")
def day(leaf: Leaf) -> Any:
    """A day without a time."""
    value = leaf.value
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    right = ""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        right = value
    return leaf.wrong("P212", "this is a day, written bare: 2030-12-31", right)
