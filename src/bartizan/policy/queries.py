"""The small language of query parameters: ``"int 1..1000"``, and which values fit what it says."""

import datetime as dt
import math
import re
from typing import Any, Final, get_args

from bartizan.policy.match import parameter_text
from bartizan.policy.nearest import nearest
from bartizan.policy.rules import Query, QueryKind
from bartizan.policy.words import WordFault

KINDS: Final[tuple[str, ...]] = get_args(QueryKind)
"""The types of query parameters."""

_BOUNDS = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?)?\.\.(-?[0-9]+(?:\.[0-9]+)?)?").fullmatch
_WHOLE = re.compile(r"-?[0-9]+").fullmatch
_WIDEST = 2**53


def query(name: str, text: str) -> Query:
    """Read ``"int 1..1000"``, ``"text 0..80 required"``, ``"one open closed many"``."""
    kind, *rest = text.split(" ")
    if kind not in KINDS:
        raise WordFault(
            f"`{kind}` is no type of a query parameter: {' '.join(KINDS)}",
            0,
            max(len(kind), 1),
            nearest(kind, KINDS),
        )
    flags: set[str] = set()
    while rest and rest[-1] in {"required", "many"} - flags:
        flags.add(rest.pop())
    offset = len(kind) + 1
    required, many = "required" in flags, "many" in flags
    if kind == "one":
        choices = _choices(rest, offset, text)
        return Query(name, "one", choices=choices, required=required, many=many)
    low = high = None
    if rest and kind in ("int", "number", "text"):
        low, high = _bounds(kind, rest.pop(0), offset)
    if rest:
        last = rest[-1]
        raise WordFault(
            f"`{last}` says nothing here" if last else "one space between words",
            len(text) - len(last),
            max(len(last), 1),
            nearest(last, ("required", "many")),
        )
    read: QueryKind = next(word for word in get_args(QueryKind) if word == kind)
    return Query(name, read, low, high, required=required, many=many)


def _choices(words: list[str], offset: int, text: str) -> tuple[str, ...]:
    if not words:
        raise WordFault('say the accepted words: "one open closed"', 0, len(text))
    for index, word in enumerate(words):
        if word == "" or word in words[:index]:
            start = offset + sum(len(before) + 1 for before in words[:index])
            why = f"`{word}` is there twice" if word else "one space between words"
            raise WordFault(why, start, max(len(word), 1))
    return tuple(words)


def _bounds(kind: str, text: str, offset: int) -> tuple[float | None, float | None]:
    match = _BOUNDS(text)
    if match is None or text == "..":
        raise WordFault(
            f'`{text}` are no bounds: "{kind} 1..80", both included', offset, max(len(text), 1)
        )
    for end in match.groups():
        if end is None:
            continue
        if kind != "number" and not _WHOLE(end):
            raise WordFault("these bounds are whole numbers", offset, len(text))
        if abs(float(end)) > _WIDEST:
            raise WordFault("no bound is wider than 2**53", offset, len(text))
    low, high = (None if end is None else float(end) for end in match.groups())
    if low is not None and high is not None and low > high:
        raise WordFault("nothing fits between these bounds", offset, len(text))
    if kind == "text" and min(low or 0, high or 0) < 0:
        raise WordFault("no text is shorter than 0", offset, len(text))
    return low, high


def query_fits(rule: Query, value: Any) -> bool:
    """Whether a TOML or JSON value is one that this query parameter accepts."""
    if isinstance(value, list):
        return rule.many and bool(value) and all(_fits(rule, item) for item in value)
    return _fits(rule, value)


def _fits(rule: Query, value: Any) -> bool:
    if rule.kind == "bool":
        return isinstance(value, bool) or value in ("true", "false")
    if isinstance(value, bool):
        return False
    if rule.kind in ("int", "number"):
        return isinstance(value, int if rule.kind == "int" else int | float) and (
            math.isfinite(value) and _within(rule, value)
        )
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return rule.kind == "date"
    if not isinstance(value, str):
        return False
    if rule.kind == "one":
        return value in rule.choices
    if rule.kind == "text":
        return _within(rule, len(value))
    return rule.kind in ("slug", "uuid", "date") and parameter_text(rule.kind, value)


def _within(rule: Query, number: float) -> bool:
    low, high = rule.minimum, rule.maximum
    return (low is None or low <= number) and (high is None or number <= high)
