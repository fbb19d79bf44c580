"""The Authorization header: exactly one bearer token, or nothing (RFC 6750 section 2.1)."""

from typing import Final

from msgspec import Struct

MAX_HEADER: Final = 16384 + len("Bearer ")
"""Longest header that is looked at: the longest token behind its scheme."""

_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/"


class Malformed(Struct, frozen=True, gc=False):
    """There is a header, and it holds no single bearer token."""


MALFORMED: Final = Malformed()


def read(authorization: str | None) -> str | Malformed | None:
    """The token of an Authorization header; ``None`` where there is no header. Never raises.

    The scheme is case-insensitive (RFC 9110 section 11.1), one space follows, and the rest is a
    ``b64token``. Other schemes, joined headers, tabs and further spaces are malformed.
    """
    if authorization is None:
        return None
    if len(authorization) > MAX_HEADER or not authorization.isascii():
        return MALFORMED
    if authorization[:7].lower() != "bearer ":
        return MALFORMED
    token = authorization[7:]
    rest = token.rstrip("=").encode().translate(None, _LETTERS)
    return MALFORMED if rest or not token or token[0] == "=" else token
