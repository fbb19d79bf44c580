"""Base64url without padding, in its one canonical spelling (RFC 7515 section 2).

A decoder that forgives gives one signature many spellings, and each of them a place of its own
in caches and logs. Here a text is good only if encoding what it means gives that very text back.
"""

import binascii

_TO_PLAIN = bytes.maketrans(b"-_", b"+/")
_TO_URL = bytes.maketrans(b"+/", b"-_")


def encode(raw: bytes) -> bytes:
    """Encode bytes; the answer has no padding."""
    return binascii.b2a_base64(raw, newline=False).translate(_TO_URL, b"=")


def decode(text: bytes) -> bytes | None:
    """Decode a canonical text; ``None`` for padding, white space, foreign letters, loose bits."""
    try:
        raw = binascii.a2b_base64(text.translate(_TO_PLAIN) + b"==")
    except binascii.Error:
        return None
    return raw if encode(raw) == text else None
