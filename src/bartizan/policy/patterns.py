"""What the small languages inside a policy's strings look like: one pattern for each.

The JSON Schema of the language (`schema.py`) is made of them. The parsers decide: those of
`words.py`, `queries.py`, `values.py` and `addresses.py`. A pattern is never stricter than its
parser, and only looser where no pattern can know better (a network's host bits, two equal names).

Patterns keep to what ECMA 262, RE2 and Python's `re` mean alike: no looking around, no classes
that depend on Unicode, both ends anchored.
"""

from collections.abc import Collection
from typing import Final

from bartizan.policy.match import KINDS as PARAMETERS
from bartizan.policy.queries import KINDS
from bartizan.policy.words import METHODS, PER, PERIODS, UNITS


def any_of(words: Collection[str]) -> str:
    """One of several words."""
    return f"(?:{'|'.join(words)})"


def whole(*parts: str) -> str:
    """A pattern of the whole text, one part behind the other."""
    return f"^{''.join(parts)}$"


ANYTHING: Final = r"[\s\S]"
"""One character of any kind, line ends among them."""

TEXT: Final = r"[^ \t\r\n]"
"""A text that says something holds one of these somewhere; not anchored."""

# ------------------------------------------------------------------ names

NAME: Final = whole("[A-Za-z_][A-Za-z0-9_-]{0,63}")
ROLE: Final = whole(r"[^ \t\r\n](?:[^\n]{0,254}[^ \t\r\n])?")
SCOPE: Final = whole(r"[!#-\[\]-~]+")
HEADER_NAME: Final = whole("[!#$%&'*+.^_`|~0-9A-Za-z-]+")
HEADER_VALUE: Final = whole("(?:[!-~](?:[ -~]*[!-~])?)?")
CACHE: Final = whole("[!-~](?:[ -~]*[!-~])?")
QUERY_NAME: Final = whole(r"[^ &=#\x00-\x1f\x7f]{1,64}")

# ------------------------------------------------------------------ limits and sizes

_PERIOD: Final = any_of(PERIODS)
_PERIODS: Final = f"(?:{_PERIOD}|[1-9][0-9]{{0,4}} {_PERIOD}s?)"
_PER: Final = any_of(PER)
_COUNT: Final = "[1-9][0-9]{0,9}"

LIMIT: Final = whole(_COUNT, "/", _PERIODS, " per ", _PER, rf"(?:\+{_PER}){{0,3}}")
CLIENT_LIMIT: Final = whole(_COUNT, "/", _PERIODS, " per client")
SIZE: Final = whole("[0-9]{1,12} ?", any_of(UNITS))

# ------------------------------------------------------------------ query parameters

_NUMBER: Final = r"-?[0-9]+(?:\.[0-9]+)?"
_BOUNDED: Final = any_of(("int", "number", "text")) + rf"(?: (?:{_NUMBER})?\.\.(?:{_NUMBER})?)?"
_PLAIN: Final = any_of([kind for kind in KINDS if kind != "one"])
QUERY: Final = whole(f"(?:{_BOUNDED}|{_PLAIN}|one(?: [^ ]+)+)", "(?: required| many){0,2}")

# ------------------------------------------------------------------ paths

_KIND: Final = any_of([kind for kind in PARAMETERS if kind != "path"])
_NEVER: Final = r"/{}*?#%\\;\x00-\x1f\x7f-\x9f"


def _literal(never: str) -> str:
    """A literal segment: neither of the dot segments, and no old spelling of a parameter."""
    some = f"[^{never}]"
    return rf"(?:[^.<:{never}]{some}*|\.[^.{never}]{some}*|\.\.{some}+)"


_WORD: Final = _literal(_NEVER)
_TIGHT: Final = _literal(" " + _NEVER)
_NAMED: Final = "[A-Za-z_][A-Za-z0-9_]*"
_SEGMENTS: Final = rf"(?:/(?:{_WORD}|\{{{_NAMED}:{_KIND}\}}))"
_TIGHT_SEGMENTS: Final = rf"(?:/(?:{_TIGHT}|\{{{_NAMED}:{_KIND}\}}))"
_TEMPLATE: Final = rf"(?:{_SEGMENTS}+|{_SEGMENTS}*/|{_SEGMENTS}*/\{{{_NAMED}:path\}})"

OPERATION: Final = whole(any_of(METHODS), " ", _TEMPLATE)
BASE: Final = whole(f"(?:/{_WORD})*")
PREFIX: Final = whole(f"{_SEGMENTS}*/")
GROUP: Final = whole(f"{_TIGHT_SEGMENTS}*/", f"(?: {ANYTHING}*)?")
ASK: Final = whole(r"[A-Z]{1,20} /[^\x00- #\x7f]*")

# ------------------------------------------------------------------ output

_FIELD: Final = r"[^ .\[\]{}\"'\x00-\x1f\x7f]+(?:\[\])?"
FIELD: Final = whole(rf"{_FIELD}(?:\.{_FIELD})*")
WHERE: Final = whole(rf"(?:(?:\[\])?|{_FIELD}(?:\.{_FIELD})*)")

# ------------------------------------------------------------------ networks and hosts

_ADDRESS: Final = r"[0-9A-Fa-f.:]+(?:%[^/]+)?"
_LABEL: Final = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST: Final = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9a-f:.]+\])"

ADDRESS: Final = whole(_ADDRESS)
NETWORK: Final = whole(_ADDRESS, "(?:/[0-9.]+)?")
HOST: Final = whole(rf"(?:\*|{_HOST}(?::(?:\*|[1-9][0-9]{{0,4}}))?)")
ORIGIN: Final = whole(rf"(?:\*|https?://{_HOST}(?::[1-9][0-9]{{0,4}})?)")

# ------------------------------------------------------------------ references

FILE: Final = whole("file:", f"{ANYTHING}*")
KEYS: Final = whole(f"(?:file:{ANYTHING}+|env:{_NAMED})")
FORM: Final = whole(rf"(?:file:{ANYTHING}*|[A-Za-z_][^ \t\r\n/:\"']*)")
