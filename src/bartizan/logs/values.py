"""Taking secrets out of values: what is changed is copied, and what is given is never touched."""

from collections.abc import Mapping
from typing import Any, Final

from bartizan.logs.redaction import MARK, Redaction

DEEPEST: Final = 8
"""Levels of nesting that are looked at; what lies deeper is hidden."""
MOST: Final = 1000
"""Items of one value that are looked at; what follows is left out."""


def field(redaction: Redaction, name: Any, value: Any, depth: int = 0) -> Any:
    """A value that has a name: gone where the name is one of a secret."""
    plain = name.decode("latin-1") if isinstance(name, bytes) else name
    if redaction.named(plain):
        return value if value is None or isinstance(value, bool) else MARK
    return redacted(redaction, value, depth)


def redacted(redaction: Redaction, value: Any, depth: int = 0) -> Any:
    """A value without its secrets; the same object where there is none.

    Texts, bytes, exceptions, dicts, lists, tuples and sets are looked into; any other object is
    left as it is, since to look into it could mean to ask a database.
    """
    kind = type(value)
    if kind is str:
        return redaction.text(value)
    if isinstance(value, str):
        clean = redaction.text(str.__str__(value))
        return value if clean == str.__str__(value) else clean
    if isinstance(value, bytes):
        clean = redaction.text(value.decode("latin-1"))
        return value if clean == value.decode("latin-1") else clean.encode("latin-1")
    if isinstance(value, BaseException):
        text = str(value)
        clean = redaction.text(text)
        return value if clean == text else clean
    if isinstance(value, Mapping | list | tuple | set | frozenset):
        if depth == DEEPEST:
            return MARK
        if isinstance(value, Mapping):
            return _mapping(redaction, value, depth + 1)
        return _items(redaction, value, depth + 1)
    return value


def _mapping(redaction: Redaction, value: Mapping[Any, Any], depth: int) -> Any:
    copy, changed = {}, len(value) > MOST
    for key in list(value)[:MOST]:
        old, name = value[key], redacted(redaction, key, depth)
        new = field(redaction, key, old, depth)
        changed = changed or new is not old or name is not key
        copy[name] = new
    return copy if changed else value


def _items(redaction: Redaction, value: Any, depth: int) -> Any:
    """The items of a list, tuple or set; a pair whose first is a name is a header."""
    items = list(value)[:MOST]
    if isinstance(value, tuple) and len(items) == 2 and _is_name(redaction, items[0]):
        copy = [items[0], MARK]
    else:
        copy = [redacted(redaction, item, depth) for item in items]
    if len(value) <= MOST and all(new is old for new, old in zip(copy, items, strict=True)):
        return value
    if isinstance(value, list):
        return copy
    return tuple(copy) if isinstance(value, tuple) else frozenset(copy)


def _is_name(redaction: Redaction, value: Any) -> bool:
    return redaction.named(value.decode("latin-1") if isinstance(value, bytes) else value)
