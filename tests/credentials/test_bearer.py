"""The Authorization header: one token in one spelling (RFC 6750 section 2.1, RFC 9110, 11.6.2)."""

import pytest

from bartizan.credentials.bearer import MALFORMED, read
from tests.credentials import forge

TOKEN = forge.token()


def test_no_header_is_no_credential() -> None:
    assert read(None) is None


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
@pytest.mark.parametrize("token", [TOKEN, "x", "abc==", "-._~+/", "A" * 16384])
def test_one_token(scheme: str, token: str) -> None:
    assert read(f"{scheme} {token}") == token


@pytest.mark.parametrize(
    "header",
    [
        "", " ", "Bearer", "Bearer ", "Bearer  ", "Bearer  x", " Bearer x", "Bearer x ",
        "Bearer\tx", "Bearer \tx", "Bearer x\t", "Bearer x y", "Bearer x,y",
        "Bearer x, Bearer y", "Bearer x,",
        "Bearer,x", "Bearer=x", "Bearer:x", "Bearer: x", "Bearerx", "x", TOKEN, "Token x", "JWT x",
        "Basic YWxpY2U6c2VjcmV0", "Digest username=alice", "DPoP x", "Negotiate x", "MAC x",
        "Bearer token=x", "Bearer =", "Bearer ==x", "Bearer a=b", "Bearer a=b=", 'Bearer "x"',
        "Bearer 'x'", "Bearer <x>", "Bearer x\n", "Bearer x\r\nX-Admin: 1", "Bearer x\x00",
        "Bearer \x00", "Bearer x%20", "Bearer x;y", "Bearer x:y", "Bearer x@y", "Bearer é",
        "Ｂearer x", "Bearer\u00a0x", "Bearer x\u00a0", "Bearer x\ud800", "\ufeffBearer x",
        "Bearer " + "A" * 16385, "Bearer " + "=" * 20, "B" * 10_000_000, "Bearer Bearer x",
        "Basic YWxpY2U6c2VjcmV0, Bearer x", f"Bearer {TOKEN},{TOKEN}", f"Bearer {TOKEN}, {TOKEN}",
        "bearer\x0bx", "bearer\x0cx", "K\u212aearer x",
    ],
    ids=lambda header: header.encode("unicode_escape").decode()[:40],
)  # fmt: skip
def test_everything_else_is_malformed(header: str) -> None:
    assert read(header) is MALFORMED
