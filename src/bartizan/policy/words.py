"""The small languages inside the policy's strings: one parser each.

A parser takes the text and returns plain values; what it cannot read raises `WordFault` and
nothing else, with the place inside the text and, where there is one, the right spelling.
"""

import re
from typing import Final, NamedTuple, get_args

from bartizan.policy.match import TemplateFault, parse_template
from bartizan.policy.nearest import nearest
from bartizan.policy.rules import Per


class WordFault(Exception):  # noqa: N818  (the word of this house)
    """A text that cannot be read."""

    def __init__(
        self,
        message: str,
        offset: int = 0,
        length: int | None = None,
        suggestion: str = "",
        *,
        enforced: bool = True,
    ) -> None:
        super().__init__(message)
        self.message = message
        """A sentence without a capital or a full stop."""
        self.offset = offset
        """Index of the first wrong character."""
        self.length = length
        """How many characters are wrong; ``None`` for the whole text."""
        self.suggestion = suggestion
        """What to write in their place; empty where nobody can know."""
        self.enforced = enforced
        """Whether it is wrong; else it is right, but this version does not enforce it."""


# ------------------------------------------------------------------ limits

PERIODS: Final = {
    "second": 1,
    "minute": 60,
    "hour": 3600,
    "day": 86400,
    "week": 7 * 86400,
    "month": 30 * 86400,
}
"""Seconds of each word; a month is 30 days."""

PER: Final[tuple[str, ...]] = get_args(Per)
"""What can be counted apart."""

LATER: Final = ("account", "key", "failures", "cost", "exact", "pace", "burst")
"""Words of limits that the language knows and this version does not enforce."""


class LimitWords(NamedTuple):
    """``"N/period per key"``, read."""

    number: int
    """N."""
    period: int
    """Seconds."""
    per: tuple[Per, ...]
    """What is counted apart, in one order however it is written."""


def limit(text: str) -> LimitWords:
    """Read ``"5/minute per client"`` or ``"10/30 seconds per client+operation"``."""
    for word in re.finditer(r"[a-z]+", text):
        if word.group() in LATER:
            raise WordFault(
                f"`{word.group()}` is not enforced by this version",
                word.start(),
                len(word.group()),
                enforced=False,
            )
    head, slash, rest = text.partition("/")
    if not slash:
        raise WordFault('a limit reads "5/minute per client": a number, a slash, a period')
    count = _natural(head, 0, 10**9, "how many requests are admitted")
    period, per, keys = rest.partition(" per ")
    seconds = _period(period, len(head) + 1)
    if not per:
        right = f"{text.rstrip()} per client"
        raise WordFault("say what is counted apart", suggestion=right)
    return LimitWords(count, seconds, _per(keys, len(head) + len(period) + 6))


def _natural(text: str, offset: int, largest: int, what: str) -> int:
    if not re.fullmatch(r"[1-9][0-9]{0,9}", text) or int(text) > largest:
        raise WordFault(f"{what} is a number from 1 to {largest}", offset, max(len(text), 1))
    return int(text)


def _period(text: str, offset: int) -> int:
    number, space, unit = text.partition(" ")
    if not space:
        number, unit = "", text
    start = offset + len(text) - len(unit)
    word = unit.removesuffix("s") if number else unit
    if word not in PERIODS:
        right = nearest(word.removesuffix("s"), PERIODS)
        raise WordFault(
            f"`{unit}` is no period: {' '.join(PERIODS)}",
            start,
            max(len(unit), 1),
            right + ("s" if number and right and unit.endswith("s") else ""),
        )
    times = _natural(number, offset, 10_000, "how many of them") if space else 1
    seconds = times * PERIODS[word]
    if seconds > 366 * 86400:
        raise WordFault("no window is longer than a year", offset, len(text))
    return seconds


def _per(text: str, offset: int) -> tuple[Per, ...]:
    words = text.split("+")
    for index, word in enumerate(words):
        start = offset + sum(len(before) + 1 for before in words[:index])
        if word not in PER:
            raise WordFault(
                f"nothing can be counted per `{word}`: {' '.join(PER)}",
                start,
                max(len(word), 1),
                nearest(word, PER),
            )
        if word in words[:index]:
            raise WordFault(f"`{word}` is there twice", start, len(word))
    return tuple(word for word in get_args(Per) if word in words)


# ------------------------------------------------------------------ sizes

UNITS: Final = {"B": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}
"""Bytes of each unit (IEC 80000-13)."""

_SIZE = re.compile(r"([0-9]{1,12}) ?([A-Za-z]*)").fullmatch


def size(text: str) -> int:
    """Read ``"64 KiB"``: bytes."""
    match = _SIZE(text)
    if match is None:
        raise WordFault('a size reads "64 KiB": a whole number and B, KiB, MiB or GiB')
    number, unit = match.groups()
    if unit not in UNITS:
        letter = unit[:1].upper()
        right = {"K": "KiB", "M": "MiB", "G": "GiB"}.get(letter, "B" if unit == "b" else "KiB")
        if not unit:
            raise WordFault("say the unit", suggestion=f"{number} B")
        raise WordFault(
            f"`{unit}` is no unit: B, KiB, MiB or GiB", match.start(2), len(unit), right
        )
    return int(number) * UNITS[unit]


# ------------------------------------------------------------------ operations and questions

METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "WS")
"""What an operation can be; ``WS`` is a websocket."""

_METHOD = re.compile(r"[A-Z]{1,20}").fullmatch


def operation(text: str) -> tuple[str, str]:
    """Read ``"GET /orders/{order_id:int}"``: method and template."""
    method, space, path = text.partition(" ")
    if not space:
        raise WordFault('an operation reads "GET /orders": a method, a space, a path')
    if method == "HEAD":
        raise WordFault("HEAD is GET and never declared apart", 0, 4, "GET")
    if method not in METHODS:
        raise WordFault(
            f"`{method}` is no method: {' '.join(METHODS)}",
            0,
            max(len(method), 1),
            nearest(method, METHODS),
        )
    template(path, len(method) + 1)
    return method, path


def template(text: str, offset: int = 0) -> str:
    """Check a path template; ``offset`` is where it begins in the text it stands in."""
    try:
        parse_template(text)
    except TemplateFault as fault:
        raise WordFault(fault.message, offset + fault.offset, fault.length) from None
    return text


def base(text: str) -> str:
    """Check the prefix of all paths: empty, or ``/api`` without a closing slash."""
    if text.endswith("/"):
        raise WordFault("base has no closing slash", 0, len(text), text.rstrip("/"))
    if "{" in text:
        raise WordFault("base holds no parameters", text.index("{"), len(text) - text.index("{"))
    return template(text) if text else text


def prefix(text: str) -> str:
    """Check the prefix of a subtree: ``/admin/``."""
    if not text.endswith("/"):
        raise WordFault("a subtree ends with a slash", 0, max(len(text), 1), f"{text}/")
    return template(text)


class Asked(NamedTuple):
    """``ask``, read."""

    method: str
    """The method."""
    path: str
    """The path, relative to base."""
    query: str
    """What stands behind ``?``."""


def ask(text: str) -> Asked:
    """Read ``"GET /orders/7?page=1"``: any method and path, also ones nobody declared."""
    method, space, target = text.partition(" ")
    if not space or not _METHOD(method):
        raise WordFault('a question reads "GET /orders/7": a method, a space, a path')
    path, _, behind = target.partition("?")
    if not path.startswith("/"):
        raise WordFault("a path begins with a slash", len(method) + 1, max(len(path), 1))
    for index, character in enumerate(target):
        if character <= " " or character == "\x7f" or "\ud800" <= character <= "\udfff":
            raise WordFault("no request line holds this character", len(method) + 1 + index, 1)
    if "#" in target:
        raise WordFault("a fragment is never sent", text.index("#"), 1)
    return Asked(method, path, behind)


# ------------------------------------------------------------------ output

_FIELD_NAME = r"[^\s.\[\]{}\"'\x00-\x1f\x7f]+"
_FIELD = re.compile(rf"{_FIELD_NAME}(?:\[\])?(?:\.{_FIELD_NAME}(?:\[\])?)*").fullmatch


def field(text: str) -> str:
    """Check a field of ``output``: ``total``, ``customer.name``, ``lines[].sku``."""
    if not _FIELD(text):
        raise WordFault("a field reads `total`, `customer.name` or `lines[].sku`")
    return text


def where(text: str) -> str:
    """Check ``at`` of ``output``: empty, ``[]``, ``results[]``."""
    if text not in ("", "[]") and not _FIELD(text):
        raise WordFault("the place of the objects reads `results[]`, `[]`, or nothing")
    return text
