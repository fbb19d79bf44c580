"""Warm tokens: what has been verified once need not be verified again, until it may not be.

A bounded map of two generations: when the young one is full the old one is forgotten, and a hit
moves its token to the young one. Keys are SHA-256 over a random secret of this process and the
token, so neither the tokens nor anything that could be compared with them is kept.
"""

import hashlib
import os

from msgspec import Struct

from bartizan.credentials.keys import KeyRing
from bartizan.model.subject import Subject

SECRET = 64
"""Bytes of the secret: one block of SHA-256."""


class Warm(Struct, frozen=True):
    """One verified token."""

    subject: Subject
    """Who it speaks for."""
    until: float
    """The second at which it is no longer accepted."""
    ring: KeyRing
    """The keys that it was verified with."""
    generation: int
    """Their generation at that time."""


class WarmTokens:
    """Verified tokens of one verifier. Threads may share it: the worst that a race loses is a
    place. Nothing random is made before the first token of a process."""

    __slots__ = ("_characters", "_limit", "_old", "_secret", "_size", "_young")

    def __init__(self, size: int = 2048, characters: int = 4 << 20) -> None:
        """Keep at most twice ``size`` tokens, and tokens of twice ``characters`` in all."""
        self._size = size
        self._limit = characters
        self._characters = 0
        self._secret = b""
        self._young: dict[bytes, Warm] = {}
        self._old: dict[bytes, Warm] = {}

    def find(self, token: str, now: float) -> Subject | None:
        """The subject of a token that is still good. Every hit asks for time and keys anew."""
        # Any text is looked up; only texts that were verified have a place.
        place = hashlib.sha256(self._secret + token.encode("utf-8", "surrogatepass")).digest()
        warm = self._young.get(place)
        if warm is None:
            warm = self._old.get(place)
            if warm is None:
                return None
            self._keep(place, warm, len(token))
        if now >= warm.until or warm.generation != warm.ring.generation:
            self._young.pop(place, None)
            self._old.pop(place, None)
            return None
        return warm.subject

    def remember(self, token: str, warm: Warm) -> None:
        """Give a verified token a place."""
        if not self._secret:
            self._secret = os.urandom(SECRET)
        self._keep(hashlib.sha256(self._secret + token.encode()).digest(), warm, len(token))

    def _keep(self, place: bytes, warm: Warm, characters: int) -> None:
        if len(self._young) >= self._size or self._characters > self._limit:
            self._old, self._young, self._characters = self._young, {}, 0
        self._young[place] = warm
        self._characters += characters

    def __len__(self) -> int:
        return len(self._young.keys() | self._old.keys())
