"""What a target of the fuzzer is: bytes go in, and something must hold whatever they say."""

import json
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from pathlib import Path

from msgspec import Struct

Judge = Callable[[bytes], bool]
"""Looks at one input and raises where something does not hold. Returns whether the input got past
the first parser: a fuzzer that is always stopped at the door looks at nothing."""


class Target(Struct, frozen=True):
    """One thing that strangers, or mistaken friends, write."""

    name: str
    """Its word on the command line."""
    open: Callable[[Path], AbstractContextManager[Judge]]
    """Stands up what reads the input, in a folder of its own."""
    seeds: Callable[[], Iterable[bytes]]
    """Inputs to begin with: what the conformance corpus asks."""
    words: tuple[str, ...]
    """Pieces that are worth putting in."""
    question: Callable[[bytes], str]
    """An input as a question in TOML, without its answer."""


class Wrong(AssertionError):  # noqa: N818  (the word of this house)
    """Something does not hold."""


def hold(condition: object, said: str) -> None:
    """Raise `Wrong` with a sentence unless something holds."""
    if not condition:
        raise Wrong(said)


def members(text: str) -> str:
    """A JSON object of the lines that are members of one, each as it is written.

    Mutated JSON is seldom JSON: this way most inputs get past the parser.
    """
    return "{" + ",".join(filter(_member, text.split("\n"))) + "}"


def _member(line: str) -> bool:
    try:
        return bool(json.loads("{" + line + "}"))
    except (ValueError, RecursionError):
        return False


def quoted(text: str) -> str:
    """A text as a TOML basic string."""
    return '"' + "".join(map(_letter, text)) + '"'


def _letter(letter: str) -> str:
    if letter in '"\\':
        return "\\" + letter
    if letter.isprintable():
        return letter
    return f"\\u{ord(letter):04x}" if letter <= "\uffff" else f"\\U{ord(letter):08x}"
