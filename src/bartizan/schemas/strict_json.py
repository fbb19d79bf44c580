"""Strict JSON: one text has one meaning, for us, for the view and for whatever stands behind.

RFC 8259 leaves open what a duplicate member means, how deep a text may nest and how large a
number may be; RFC 7493 (I-JSON) closes that, and so does this. Parsers that disagree on these
are how one body passes a check and means something else to the one who acts on it.

The text is decoded once by msgspec, which refuses all but UTF-8, trailing bytes, NaN, infinite
numbers and lone surrogates, and keeps the last of duplicate members. Those are found by
counting: a text without duplicates has as many colons outside its strings as its value has keys.
U+0000 is refused too: no database text holds it, and what is in C ends there (CWE-158).
"""

import re
from collections.abc import Iterable
from itertools import accumulate
from typing import Any, Final

import msgspec

from bartizan.schemas.form import MALFORMED

DEEPEST: Final = 64
"""How many arrays and objects may stand in one another."""

LONGEST: Final = 400
"""Most digits in a row of one number."""

_decode = msgspec.json.Decoder().decode
_too_long = re.compile(rb"[0-9]{%d}" % (LONGEST + 1)).search
_STEPS = bytes.maketrans(b"[{]}", b"\x01\x01\xff\xff")
_OTHERS = bytes(sorted(set(range(256)) - set(b"[{]}")))


def read(body: bytes) -> Any:
    """The value of a JSON text (RFC 8259, RFC 7493), or ``Malformed``. Never raises.

    Each question is first put to the whole text, which is cheap and answers most of them.
    """
    if body.count(b"[") + body.count(b"{") > DEEPEST and _depth(body) > DEEPEST:
        return MALFORMED
    if len(body) > LONGEST and _too_long(body) and _too_long(_outside_strings(body)):
        return MALFORMED
    if b"\\u0000" in body and b"\\u0000" in body.replace(b"\\\\", b""):
        return MALFORMED
    try:
        value = _decode(body)
    except Exception:  # DecodeError, UnicodeDecodeError, whatever comes next: all mean the same
        return MALFORMED
    keys = _keys(value)
    if keys != body.count(b":") and keys != _outside_strings(body).count(b":"):
        return MALFORMED
    return value


def _outside_strings(body: bytes) -> bytes:
    """The text without its strings. Exact for JSON, and for the valid beginning of any text."""
    if b"\\" in body:
        body = body.replace(b"\\\\", b"").replace(b'\\"', b"")
    return b"".join(body.split(b'"')[::2])


def _depth(body: bytes) -> int:
    """The deepest nesting that a parser can reach before the text ends or goes wrong."""
    steps = memoryview(_outside_strings(body).translate(_STEPS, _OTHERS)).cast("b")
    return max(accumulate(steps), default=0)


def _keys(value: Any) -> int:
    """How many members all objects of a value have."""
    items: Iterable[Any]
    if type(value) is dict:
        count, items = len(value), value.values()
    elif type(value) is list:
        count, items = 0, value
    else:
        return 0
    for item in items:
        if type(item) is dict or type(item) is list:
            count += _keys(item)
    return count
