"""Ways to write a target that a server may make equal before anybody sees them.

Behind a server that shows the raw target each of them is a 400 (row 1). Behind one that hides it
they are the request that they look like after decoding: what is decided is still what is served,
but a cache or a proxy in front may have read it otherwise (CWE-436, RFC 3986 section 6.2).
"""

from typing import Final

from msgspec import Struct


class Spelling(Struct, frozen=True):
    """One of them."""

    name: str
    """Its name in the facts."""
    said: str
    """What it is, for a sentence."""
    sent: str
    """A target that is written so."""
    canonical: str
    """The target that it might be taken for."""


SPELLINGS: Final = (
    Spelling("letter", "encoded letters", "/%73een", "/seen"),
    Spelling("slash", "encoded slashes", "/se%2Fen", "/se/en"),
    Spelling("case", "lower-case hex digits", "/caf%c3%a9", "/caf%C3%A9"),
    Spelling("bare", "unencoded bytes above 127", "/caf\xc3\xa9", "/caf%C3%A9"),
    Spelling("broken", "bytes that are no UTF-8", "/%FF", "/%EF%BF%BD"),
    Spelling("doubled", "a doubled slash at the start", "//seen", "/seen"),
    Spelling("absolute", "whole URLs", "http://elsewhere.example/seen", "/seen"),
    Spelling("fragment", "fragments", "/seen#part", "/seen"),
)
"""All that are known to be made equal by some server."""

BY_NAME: Final = {spelling.name: spelling for spelling in SPELLINGS}


def listed(names: tuple[str, ...]) -> str:
    """Those of these names, for a sentence."""
    return ", ".join(BY_NAME[name].said for name in names)
