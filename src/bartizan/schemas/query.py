"""The query string: declared parameters only, each with one type and one reading.

The text is read as ``application/x-www-form-urlencoded`` (URL Standard section 5.1) without its
leniency: a broken escape, bytes that are not UTF-8, control characters, empty pairs and ``;``
are refused instead of repaired, because the next reader would repair them differently
(CWE-20, CWE-235).
"""

import datetime as dt
import math
import re
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import unquote_to_bytes
from uuid import UUID

from bartizan.model.decision import Violation
from bartizan.policy.match import parameter_text
from bartizan.policy.rules import Query
from bartizan.schemas.form import MALFORMED, Invalid, Malformed
from bartizan.schemas.violations import invalid

MOST: Final = 100
"""Most pairs of one query."""

UNDECLARED: Final = "only declared parameters"
REQUIRED: Final = "a value: this parameter is required"
ONCE: Final = "one value"

Reader = Callable[[str], dict[str, Any] | Malformed | Invalid]
Read = Callable[[str], Any]
"""Reads one value; ``None`` where it is not as declared."""

_legal = re.compile(r"(?:[!-$&-:<-~]|%[0-9A-Fa-f]{2})*+").fullmatch
"""Printable ASCII but ``;``, and whole percent escapes (RFC 3986 section 2.1)."""
_control = re.compile(r"[\x00-\x1f\x7f-\x9f]").search
_whole = re.compile(r"0|-?[1-9][0-9]{0,18}").fullmatch
_number = re.compile(r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?").fullmatch
_BOOLEANS: Final = {"true": True, "false": False}


def reader(queries: tuple[Query, ...]) -> Reader:
    """Compile the declared parameters of an operation. The reader never raises."""
    declared = {query.name: (query, _read(query), asked(query)) for query in queries}
    required = frozenset(query.name for query in queries if query.required)

    def read(text: str) -> dict[str, Any] | Malformed | Invalid:
        if not text and not required:
            return {}
        pairs = parse(text)
        if pairs is None:
            return MALFORMED
        values: dict[str, Any] = {}
        wrong: list[Violation] = []
        for name, word in pairs:
            if name not in declared:
                wrong.append(Violation("", UNDECLARED))
                continue
            query, read_one, sentence = declared[name]
            value = read_one(word)
            if value is None:
                wrong.append(Violation(name, sentence))
            elif query.many:
                values.setdefault(name, []).append(value)
            elif name in values:
                wrong.append(Violation(name, ONCE))
            else:
                values[name] = value
        if required:
            missing = required.difference(name for name, _ in pairs)
            wrong.extend(Violation(name, REQUIRED) for name in sorted(missing))
        return invalid(wrong) if wrong else values

    return read


def parse(text: str) -> list[tuple[str, str]] | None:
    """Names and values in order, decoded; ``None`` where there are two ways to read them."""
    if not text:
        return []
    if not _legal(text) or text.count("&") >= MOST:
        return None
    pairs = []
    for pair in text.split("&"):
        name, _, value = pair.partition("=")
        if "%" in pair or "+" in pair:
            try:
                name, value = _decoded(name), _decoded(value)
            except UnicodeDecodeError:
                return None
            if _control(name) or _control(value):
                return None
        if not name:
            return None
        pairs.append((name, value))
    return pairs


def _decoded(text: str) -> str:
    return unquote_to_bytes(text.replace("+", " ")).decode()


# ------------------------------------------------------------------ one value


def _read(query: Query) -> Read:
    """How the value of a parameter is read."""
    low = -math.inf if query.minimum is None else query.minimum
    high = math.inf if query.maximum is None else query.maximum
    return _READS[query.kind](query, low, high)


def _int(_query: Query, low: float, high: float) -> Read:
    def read(text: str) -> int | None:
        value = int(text) if _whole(text) else None
        return value if value is not None and low <= value <= high else None

    return read


def _float(_query: Query, low: float, high: float) -> Read:
    def read(text: str) -> float | None:
        value = float(text) if _number(text) else math.nan
        return value if low <= value <= high and math.isfinite(value) else None

    return read


def _text(_query: Query, low: float, high: float) -> Read:
    return lambda text: text if low <= len(text) <= high else None


def _slug(_query: Query, low: float, high: float) -> Read:
    return lambda text: text if low <= len(text) <= high and parameter_text("slug", text) else None


def _uuid(_query: Query, _low: float, _high: float) -> Read:
    return lambda text: UUID(text) if parameter_text("uuid", text) else None


def _date(_query: Query, _low: float, _high: float) -> Read:
    return lambda text: dt.date.fromisoformat(text) if parameter_text("date", text) else None


def _bool(_query: Query, _low: float, _high: float) -> Read:
    return _BOOLEANS.get


def _one(query: Query, _low: float, _high: float) -> Read:
    return {choice: choice for choice in query.choices}.get


_READS: Final[dict[str, Callable[[Query, float, float], Read]]] = {
    "int": _int,
    "number": _float,
    "text": _text,
    "slug": _slug,
    "uuid": _uuid,
    "date": _date,
    "bool": _bool,
    "one": _one,
}
"""How each kind of parameter is read."""

# ------------------------------------------------------------------ what is asked for


def asked(query: Query) -> str:
    """The sentence for a value that is not as declared; nothing in it was sent."""
    match query.kind:
        case "int":
            return "a whole number" + _range(query)
        case "number":
            return "a number" + _range(query)
        case "text":
            return f"a text{_range(query, ' characters')} without control characters"
        case "slug":
            return f"letters, digits, - and _{_range(query, ' characters')}"
        case "uuid":
            return "a UUID in lower case"
        case "date":
            return "a date as YYYY-MM-DD"
        case "bool":
            return "true or false"
        case "one":
            return f"one of {', '.join(query.choices)}"


def _range(query: Query, unit: str = "") -> str:
    low, high = (
        int(bound) if bound is not None and bound == int(bound) else bound
        for bound in (query.minimum, query.maximum)
    )
    if low is not None and high is not None:
        return f" of {low} to {high}{unit}"
    if low is not None:
        return f" of at least {low}{unit}"
    return f" of at most {high}{unit}" if high is not None else ""
