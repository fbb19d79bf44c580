"""One event as one line: printable ASCII JSON of bounded length, whatever stands in the fields.

The line cannot be broken or forged (CWE-117): all that is not printable ASCII is escaped as
``\\uXXXX`` (RFC 8259 section 7), which covers CR, LF, ESC, C1 and bidi controls, U+2028, NUL and
lone surrogates. It never grows past ``LONGEST``, so that one ``write(2)`` carries it whole.
"""

import json
import re
from typing import Any, Final

import msgspec

from bartizan.model.event import Event

LONGEST: Final = 4096
"""Most bytes of a line, its line feed included."""
CUT: Final = "...cut"
"""Stands at the end of a text that was shortened, and as last item of a shortened list."""

_STEPS: Final = ((512, 64), (128, 16), (32, 4), (8, 2))
"""Most characters of a text and items of a list, tried until the line is short enough. The last
always is: a character takes 12 bytes at most, so a text 102, and a list 210."""
_FIELDS: Final = tuple((field.name, field.default) for field in msgspec.structs.fields(Event))
_RUNS: Final = re.compile(r"[0-9,-]{1,600}").fullmatch
_LARGEST: Final = 2**53 - 1
"""Beyond it JSON readers lose digits (RFC 8259 section 6)."""

_encode = msgspec.json.Encoder().encode


def encode(event: Event) -> bytes:
    """The line of an event, line feed included. Never raises."""
    try:
        line = _encode(event)
    except Exception:  # a lone surrogate, a number too large, a value of no JSON type
        return _careful(event)
    if len(line) < LONGEST and line.isascii() and b"\x7f" not in line:
        return line + b"\n"
    return _careful(event)


def _careful(event: Event) -> bytes:
    """The slow way for a line that holds anything unusual."""
    line = b""
    for text, items in _STEPS:
        fields = {
            name: value if name == "ids" and _runs(value) else _plain(value, text, items)
            for name, default in _FIELDS
            if (value := getattr(event, name)) != default
        }
        line = json.dumps(fields, separators=(",", ":")).replace("\x7f", "\\u007f").encode()
        if len(line) < LONGEST:
            break
    return line + b"\n"


def _runs(value: Any) -> bool:
    """Whether these are the ids that a line stands for: once cut, nobody could read them."""
    return isinstance(value, str) and _RUNS(value) is not None


def _plain(value: Any, text: int, items: int) -> Any:
    """A value of JSON, bounded. What has no business in an event is named by its type alone."""
    if isinstance(value, str):
        return value if len(value) <= text else value[:text] + CUT
    if isinstance(value, int):
        return max(-_LARGEST, min(_LARGEST, int(value)))
    if isinstance(value, float):
        return value if abs(value) <= _LARGEST else 0.0
    if isinstance(value, tuple | list):
        kept = [_plain(each, text, 0) for each in value[:items]]
        return kept if len(value) <= items else [*kept, CUT]
    return f"<{type(value).__name__[:text]}>"
