"""Base64url without padding, in its one canonical spelling (RFC 7515 section 2).

A decoder that forgives gives one signature many spellings, and each of them a place of its own
in caches and logs. Here a text is good only if encoding what it means gives that very text back.
"""

import binascii
from typing import Final

_TO_URL = bytes.maketrans(b"+/", b"-_")
_TO_PLAIN = bytes.maketrans(b"-_+/=", b"+/***")
"""The letters of RFC 4648 section 5; those of section 4 and padding become no letters at all."""

_PADDING: Final = (b"", b"", b"==", b"=")
_LAST: Final = (
    frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
    frozenset(b""),
    frozenset(b"AQgw"),
    frozenset(b"AEIMQUYcgkosw048"),
)
"""By length modulo 4: last letters whose unused bits are zero. No text has the length 4 n + 1."""


def encode(raw: bytes) -> bytes:
    """Encode bytes; the answer has no padding."""
    return binascii.b2a_base64(raw, newline=False).translate(_TO_URL, b"=")


def decode(text: bytes) -> bytes | None:
    """Decode a canonical text; ``None`` for padding, white space, foreign letters, loose bits."""
    rest = len(text) & 3
    if text and text[-1] not in _LAST[rest]:
        return None
    try:
        return binascii.a2b_base64(text.translate(_TO_PLAIN) + _PADDING[rest], strict_mode=True)
    except binascii.Error:
        return None
