"""Readers of values that name something outside the policy: a file, a directory, a variable."""

import os
import re
from pathlib import Path
from typing import Any, Final

from bartizan.policy import patterns
from bartizan.policy.reading import MISSING, Leaf, looks
from bartizan.policy.values import listed, of_kind, text


def absolute(leaf: Leaf, path: str) -> str:
    """A path relative to the file that writes it, made absolute."""
    return os.path.normpath(leaf.sheet.folder / path)


def why_not(error: OSError | ValueError) -> str:
    """Why a file cannot be read, in words."""
    if isinstance(error, OSError):
        return (error.strerror or type(error).__name__).lower()
    return "it is not UTF-8 text" if isinstance(error, UnicodeError) else str(error)


_ENV = re.compile(r"env:[A-Za-z_][A-Za-z0-9_]*").fullmatch


@looks(type="string", pattern=patterns.KEYS)
def key_reference(leaf: Leaf) -> Any:
    """``file:PATH`` or ``env:NAME``: a policy names its keys and never holds them."""
    if leaf.path in leaf.book.broken or not of_kind(leaf, str, "a text"):
        return MISSING
    value = leaf.value
    if value in ("discovery", "embedded") or value.startswith(("https://", "http://")):
        word = "a JWKS address" if "://" in value else f"`{value}`"
        return leaf.wrong("P105", f"{word} is not enforced by this version")
    if value.startswith("file:") and len(value) > 5:
        return "file:" + absolute(leaf, value[5:])
    if _ENV(value):
        return value
    return leaf.wrong("P214", 'keys are references only: "file:PATH" or "env:NAME"', secret=True)


@looks(type="string", pattern=patterns.KEYS)
def secret(leaf: Leaf) -> Any:
    """``file:PATH`` or ``env:NAME`` of one secret."""
    if leaf.path in leaf.book.broken or not of_kind(leaf, str, "a text"):
        return MISSING
    if leaf.value.startswith("file:") and len(leaf.value) > 5:
        return "file:" + absolute(leaf, leaf.value[5:])
    if _ENV(leaf.value):
        return leaf.value
    return leaf.wrong(
        "P214", 'a secret is a reference only: "file:PATH" or "env:NAME"', secret=True
    )


_REFERENCES: Final = listed(key_reference, empty=False)


@looks(anyOf=[key_reference.form, _REFERENCES.form])
def references(leaf: Leaf) -> Any:
    """One reference, or a list of them."""
    if isinstance(leaf.value, list):
        return _REFERENCES(leaf)
    one = key_reference(leaf)
    return MISSING if one is MISSING else (one,)


_BOUND = re.compile(r"[A-Za-z_][\w.-]*").fullmatch


@looks(type="string", pattern=patterns.FORM)
def form(leaf: Leaf) -> Any:
    """A name that the application binds, or ``file:PATH`` of a JSON Schema."""
    if not of_kind(leaf, str, "a text"):
        return MISSING
    if leaf.value.startswith("file:"):
        path = absolute(leaf, leaf.value[5:])
        if not Path(path).is_file():
            return leaf.wrong("P310", "this file cannot be read: no such file")
        return "file:" + path
    if not _BOUND(leaf.value):
        return leaf.wrong("P216", "this is a bound name, or file:PATH of a JSON Schema")
    return leaf.value


@looks(type="string", pattern=patterns.TEXT)
def folder(leaf: Leaf) -> Any:
    """A directory, relative to the file that names it; ``file:`` before it says the same."""
    if text(leaf) is MISSING:
        return MISSING
    if "://" in leaf.value:
        return leaf.wrong("P202", "this is the path of a directory")
    return absolute(leaf, leaf.value.removeprefix("file:"))
