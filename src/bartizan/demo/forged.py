"""The purse of ``make demo``: good tokens of the personas, and forged ones by name."""

import hashlib
import hmac
import time
from typing import Final

from cryptography.hazmat.primitives import serialization

from bartizan.demo.issuer import PERSONAS, Issuer, base64url, part

DAY: Final = 86_400


def purse(issuer: Issuer) -> dict[str, str]:
    """Tokens by name. All forged ones say that they are ana's (RFC 8725 section 2)."""
    tokens = {who.subject: issuer.token(who) for who in PERSONAS}
    ana, ben = PERSONAS[0], PERSONAS[1]
    now = int(time.time())
    head, claims, _ = tokens["ana"].split(".")
    stranger = Issuer()
    own_key = {"jwk": {"kty": "EC", "crv": "P-256"}, "kid": "mine"}
    return tokens | {
        "none": f"{part({'alg': 'none', 'typ': 'at+jwt'})}.{claims}.",
        "cut": f"{head}.{claims}.",
        "expired": issuer.token(ana, iat=now - 2 * DAY, exp=now - DAY),
        "audience": issuer.token(ana, aud="newsletter"),
        "issuer": issuer.token(ana, iss="https://id.evil.example/"),
        "confused": confused(issuer, claims),
        "embedded": stranger.token(ana, header=own_key),
        "swapped": f"{head}.{claims}.{issuer.token(ben).split('.')[2]}",
        "typ": issuer.token(ana, header={"typ": "id+jwt"}),
        "guess": f"{head}.{claims}.{base64url(b'?' * 64)}",
    }


def confused(issuer: Issuer, claims: str) -> str:
    """HS256 whose secret is the public key that everybody knows (RFC 8725 section 2.1)."""
    secret = issuer.private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    text = f"{part({'alg': 'HS256', 'typ': 'at+jwt', 'kid': 'demo'})}.{claims}"
    mac = hmac.new(secret, text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64url(mac)}"
