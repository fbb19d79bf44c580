"""Decision ids: a random segment for each process, and a consecutive number."""

import os
from collections.abc import Callable
from itertools import count
from typing import Final

from bartizan.model.fork import forget_in_child

ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: no i, l, o or u, so that an id survives being read aloud."""
SEGMENT: Final = 10
"""Characters of the random segment. 50 bits: ten million worker starts share none (p < 0.05),
and no process can guess the ids of another."""


class Ids:
    """Makes ids like ``k7f3q2zdx9-000001``: opaque to a stranger, consecutive for ``why``.

    The segment is made at first use and anew after a fork, so no two processes share one.
    """

    def __init__(self, random: Callable[[int], bytes] = os.urandom) -> None:
        self._random = random
        self._made: Callable[[], str] | None = None

    def next(self) -> str:
        """The next id. Safe to call from several threads."""
        made = self._made
        return made() if made is not None else self._open()()

    def forget(self) -> None:
        """Begin a new segment at the next id."""
        self._made = None

    def _open(self) -> Callable[[], str]:
        forget_in_child(self)
        # One C iterator: counting and formatting cannot be torn apart by another thread. Two
        # threads that open at once make two segments, which is as good as one.
        pattern = segment(self._random) + "-%06d"
        self._made = made = map(pattern.__mod__, count(1)).__next__
        return made


def segment(random: Callable[[int], bytes] = os.urandom, length: int = SEGMENT) -> str:
    """A random word of five bits a character."""
    return "".join([ALPHABET[byte & 31] for byte in random(length)])
