"""The policy, the keys, the tokens and the questions of every bench."""

import json
import os
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from bartizan.policy.load import loads
from bartizan.policy.rules import Policy

KEYS = "BENCH_JWKS"
"""The environment variable that holds the public keys."""

SIGNS = "BENCH_KEY"
"""The environment variable that holds the private one, for processes that a bench starts."""

HOST = "api.example.com"
CLIENT = "192.0.2.7"
DENIED = "203.0.113.9"
PROXY = "10.0.3.7"
BEHIND = f'proxies = ["{PROXY}"]'
"""The fact of the policy that lets a proxy be believed."""

FIELDS = '["id", "state", "sku", "count", "price"]'
"""What may leave; the view answers one field more."""

POLICY = """
[api]
name    = "bench"
base    = "/api"
hosts   = ["api.example.com"]
https   = "required"
flood   = "{flood}/minute per client"
guesses = "1000000/minute per client"
deny    = ["203.0.113.0/24"]
{facts}

[stores]
limits = "memory://"

[identity.main]
kind       = "jwt"
issuer     = "https://id.example.com/"
audience   = "bench"
algorithms = ["RS256"]
keys       = "env:BENCH_JWKS"

[limits]
client  = "1000000/minute per client"
subject = "1000000/minute per subject"
once    = "1/day per client"

[defaults]
identity = ["main"]
limits   = ["client", "subject"]
scopes   = ["orders:read"]

[operations]
"GET /orders/{{order_id:int}}" = {{ params = {{ order_id = "none" }}, why = "a bench" }}
"GET /async/{{order_id:int}}" = {{ params = {{ order_id = "none" }}, why = "a bench" }}
"GET /one"       = {{ output = {{ fields = {fields} }} }}
"GET /one/all"   = {{}}
"GET /fifty"     = {{ output = {{ at = "results[]", fields = {fields} }} }}
"GET /fifty/all" = {{}}
"GET /once"      = {{ limits = ["client", "subject", "once"] }}
"POST /struct"   = {{ input = "Struct" }}
"POST /model"    = {{ input = "Model" }}
"POST /schema"   = {{ input = "Schema" }}
"""


def policy(*, flood: int = 1_000_000, facts: str = "") -> Policy:
    """The policy. Limits are far away, so that nothing but the counting is measured; ``flood=1``
    brings one near."""
    _publish()
    return loads(POLICY.format(flood=flood, facts=facts, fields=FIELDS), file="bench.toml")


# ------------------------------------------------------------------ tokens


@cache
def signing_key() -> rsa.RSAPrivateKey:
    """The issuer's key; RSA with 2048 bits, as most issuers have. Processes that a bench starts
    find the same one in their environment."""
    if SIGNS not in os.environ:
        made = rsa.generate_private_key(65537, 2048)
        pem = made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        os.environ[SIGNS] = pem.decode()
    key = load_pem_private_key(os.environ[SIGNS].encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    return key


def jwk(key: rsa.RSAPrivateKey, kid: str) -> dict[str, str]:
    """The public half, as an issuer publishes it (RFC 7517)."""
    numbers = key.public_key().public_numbers()
    n = numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")
    e = numbers.e.to_bytes(3, "big")
    return {"kty": "RSA", "kid": kid, "alg": "RS256", "n": base64(n), "e": base64(e)}


def public_pem() -> str:
    """The public half for those who take no JWK."""
    key = signing_key().public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def _publish() -> None:
    os.environ[KEYS] = json.dumps({"keys": [jwk(signing_key(), "k1")]})


def token(number: int = 0, *, forged: bool = False) -> str:
    """An access token (RFC 9068); each number has one of its own. A forged one differs in the
    first byte of its signature."""
    now = int(time.time())
    header = {"alg": "RS256", "kid": "k1", "typ": "at+jwt"}
    claims = {
        "iss": "https://id.example.com/", "aud": "bench", "sub": "alice", "iat": now,
        "exp": now + 3600, "jti": f"{number:08x}", "client_id": "web",
        "scope": "orders:read orders:write profile",
    }  # fmt: skip
    signed = f"{_part(header)}.{_part(claims)}"
    signature = signing_key().sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    if forged:
        signature = bytes([signature[0] ^ 1]) + signature[1:]
    return f"{signed}.{base64(signature)}"


def raw_checks(tokens: list[str]) -> Iterator[bool]:
    """The bare RS256 checks of these tokens, round and round: base64, one digest, one RSA."""
    public = signing_key().public_key()
    scheme, digest = padding.PKCS1v15(), hashes.SHA256()
    cut = [each.rpartition(".") for each in tokens]
    parts = [(_bytes(signature), signed.encode()) for signed, _, signature in cut]
    while True:
        for signature, signed in parts:
            try:
                public.verify(signature, signed, scheme, digest)
            except Exception:
                yield False
            else:
                yield True


def _part(value: Mapping[str, Any]) -> str:
    return base64(json.dumps(value, separators=(",", ":")).encode())


def base64(raw: bytes) -> str:
    """Base64url without padding (RFC 7515)."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    from_text = text.encode() + b"=" * (-len(text) % 4)
    return urlsafe_b64decode(from_text)
