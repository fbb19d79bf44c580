"""JSON of tokens and key sets, read strictly: two readers must never see two documents.

RFC 8259 leaves duplicate members, huge numbers and lone surrogates to the implementation and
RFC 7519 section 4 allows to refuse the first; here all of them are refused, at every depth.
"""

import json
from json.scanner import make_scanner
from typing import Any, NoReturn

MAX_DEPTH = 16
"""Deepest accepted nesting of objects and lists."""

MAX_DIGITS = 17
"""Longest accepted integer, sign included: more than any date or id that JavaScript can hold."""


class _RefusedError(ValueError):
    """The text is JSON to somebody, but not to us."""


def read_object(raw: bytes) -> dict[str, Any] | None:
    """Read one JSON object in strict UTF-8; ``None`` for anything else. Never raises."""
    try:
        text = raw.decode("utf-8").strip(" \t\n\r")
        value, end = _scan(text, 0)
    except (ValueError, RecursionError, StopIteration):
        return None
    if end != len(text) or type(value) is not dict:
        return None
    # Only a text that could break a law is walked; no token of an honest issuer is.
    if ("\\u" in text or text.count("{") + text.count("[") > MAX_DEPTH) and not _is_sound(value):
        return None
    return value


def _object(members: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(members)
    if len(value) != len(members):
        raise _RefusedError
    return value


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise _RefusedError
    return int(digits)


def _number(digits: str) -> float:
    value = float(digits)
    if value - value != 0:  # infinite
        raise _RefusedError
    return value


def _constant(_name: str) -> NoReturn:
    raise _RefusedError


def _is_sound(document: dict[str, Any]) -> bool:
    """Whether the nesting is bounded and every string can be written as UTF-8."""
    level: list[Any] = [document]
    for _ in range(MAX_DEPTH + 1):
        if not level:
            return True
        below: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                below += value
                below += value.values()
            elif isinstance(value, list):
                below += value
            elif isinstance(value, str) and not _is_unicode(value):
                return False
        level = below
    return not any(isinstance(value, dict | list) for value in level)


def _is_unicode(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


_decoder = json.JSONDecoder(
    object_pairs_hook=_object, parse_int=_integer, parse_float=_number, parse_constant=_constant
)
_scan = make_scanner(_decoder)  # type: ignore[arg-type]  # the stub describes only the class
