"""Mints tokens, honest and hostile, with a few lines that share nothing with the verifier."""

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bartizan.credentials.jwt import STEPS, Verifier
from bartizan.credentials.keys import KeyRing
from bartizan.credentials.reading import Step
from bartizan.policy.rules import Jwt

NOW = 1_800_000_000
"""The verifier's clock."""

ISSUER = "https://id.example.com/"
PARTNER = "https://partner.example.net"
HOUSE = "urn:house"
LEGACY = "https://legacy.example.org"

SECRET = bytes.fromhex("f1c2b6a08e5d4c3b97a6b5c4d3e2f10a5b1c9d8e7f60a4b3c2d1e0f998877665")
OTHER_SECRET = bytes(byte ^ 0x5A for byte in SECRET)

Sign = Callable[[bytes], bytes]


def b64(raw: bytes) -> bytes:
    """Base64url without padding."""
    return urlsafe_b64encode(raw).rstrip(b"=")


@cache
def ec_key(curve: str = "P-256", number: int = 0) -> ec.EllipticCurvePrivateKey:
    """A private key, always the same for one number."""
    curves = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}
    return ec.derive_private_key(0xB0A47 + (number << 200), curves[curve])


@cache
def rsa_key(number: int = 0) -> rsa.RSAPrivateKey:
    """A private RSA key; a few per run, since making one is slow."""
    return rsa.generate_private_key(65537, 2048)


@cache
def ed_key(number: int = 0) -> ed25519.Ed25519PrivateKey:
    """A private Ed25519 key."""
    return ed25519.Ed25519PrivateKey.from_private_bytes(bytes([number + 1]) * 32)


def hs(secret: bytes = SECRET, digest: str = "sha256") -> Sign:
    """Sign with a shared secret."""
    return lambda message: hmac.digest(secret, message, digest)


def es(key: ec.EllipticCurvePrivateKey | None = None, digest: Any = None) -> Sign:
    """Sign with ECDSA, as R || S."""
    private = key or ec_key()
    size = (private.curve.key_size + 7) // 8

    def sign(message: bytes) -> bytes:
        der = private.sign(message, ec.ECDSA(digest or hashes.SHA256()))
        r, s = decode_dss_signature(der)
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")

    return sign


def es_der(message: bytes) -> bytes:
    """An ECDSA signature in the spelling of X.509, which JWS does not use."""
    return ec_key().sign(message, ec.ECDSA(hashes.SHA256()))


def rs(key: rsa.RSAPrivateKey | None = None, digest: Any = None) -> Sign:
    """Sign with RSASSA-PKCS1-v1_5."""
    return lambda message: (key or rsa_key()).sign(
        message, padding.PKCS1v15(), digest or hashes.SHA256()
    )


def ps(digest: Any = None, salt: int | None = None) -> Sign:
    """Sign with RSASSA-PSS."""
    digest = digest or hashes.SHA256()
    pad = padding.PSS(padding.MGF1(digest), digest.digest_size if salt is None else salt)
    return lambda message: rsa_key().sign(message, pad, digest)


def ed(key: ed25519.Ed25519PrivateKey | None = None) -> Sign:
    """Sign with Ed25519."""
    return (key or ed_key()).sign


def always(signature: bytes) -> Sign:
    """A signature that is over nothing."""
    return lambda _message: signature


HEADER: Mapping[str, Any] = {"alg": "ES256", "kid": "k1", "typ": "at+jwt"}
CLAIMS: Mapping[str, Any] = {
    "iss": ISSUER,
    "aud": "orders",
    "sub": "alice",
    "exp": NOW + 300,
    "iat": NOW - 60,
    "jti": "2f1c",
    "client_id": "web",
    "scope": "orders:read orders:write",
    "roles": ["staff"],
    "org": "acme",
}


class Gone:
    """Stands for a member that is left out; in the id of a test it is a word, not an address."""

    def __repr__(self) -> str:
        return "GONE"


GONE = Gone()


def over(members: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Members with changes laid over them."""
    whole = {**members, **changes}
    return {name: value for name, value in whole.items() if value is not GONE}


def compact(value: Any) -> bytes:
    """JSON as issuers write it."""
    return json.dumps(value, separators=(",", ":")).encode()


def seal(header: bytes, claims: bytes, sign: Sign | None = None) -> str:
    """A token over raw bytes, rightly signed unless said otherwise."""
    signed = b64(header) + b"." + b64(claims)
    return (signed + b"." + b64((sign or es())(signed))).decode()


def token(
    header: Mapping[str, Any] | None = None,
    claims: Mapping[str, Any] | None = None,
    sign: Sign | None = None,
) -> str:
    """A token with changes over the honest header and claims."""
    return seal(
        compact(over(HEADER, header or {})), compact(over(CLAIMS, claims or {})), sign or es()
    )


def claiming(**claims: Any) -> str:
    """An honestly signed token with other claims."""
    return token(claims=claims)


def heading(**header: Any) -> str:
    """An honestly signed token with another header."""
    return token(header=header)


def raw_claims(text: str) -> str:
    """An honestly signed token with this JSON text written before the honest members."""
    return seal(compact(HEADER), b"{" + text.encode() + b"," + compact(CLAIMS)[1:])


def raw_header(text: str) -> str:
    """An honestly signed token with this JSON text written before the honest header."""
    return seal(b"{" + text.encode() + b"," + compact(HEADER)[1:], compact(CLAIMS))


def from_partner(
    header: Mapping[str, Any] | None = None, claims: Mapping[str, Any] | None = None, **more: Any
) -> str:
    """A token of the partner: RS256, same key id, another issuer."""
    return token(
        {"alg": "RS256", **(header or {})},
        {"iss": PARTNER, **(claims or {})},
        more.get("sign") or rs(),
    )


def from_house(
    header: Mapping[str, Any] | None = None, claims: Mapping[str, Any] | None = None, **more: Any
) -> str:
    """A token of the house: HS256 with a shared secret."""
    return token(
        {"alg": "HS256", **(header or {})},
        {"iss": HOUSE, **(claims or {})},
        more.get("sign") or hs(),
    )


def from_legacy(
    header: Mapping[str, Any] | None = None, claims: Mapping[str, Any] | None = None, **more: Any
) -> str:
    """A token of an issuer that writes no `typ`: EdDSA."""
    return token(
        {"alg": "EdDSA", "typ": GONE, **(header or {})},
        {"iss": LEGACY, **(claims or {})},
        more.get("sign") or ed(),
    )


def identity(name: str = "main", **changes: Any) -> Jwt:
    """An identity of the policy."""
    facts: dict[str, Any] = {
        "name": name,
        "issuer": ISSUER,
        "audience": "orders",
        "algorithms": ("ES256",),
        "keys": (),
        "roles": "roles",
        "tenant": "org",
        "lifetime": 3600,
    }
    return Jwt(**{**facts, **changes})


def public_jwk(kid: str | None, private: Any, **more: Any) -> dict[str, Any]:
    """The public JWK of an EC or Ed25519 key."""
    if isinstance(private, ed25519.Ed25519PrivateKey):
        x = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        jwk: dict[str, Any] = {"kty": "OKP", "crv": "Ed25519", "x": b64(x).decode()}
    elif isinstance(private, rsa.RSAPrivateKey):
        numbers = private.public_key().public_numbers()
        n = numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")
        e = numbers.e.to_bytes(3, "big")
        jwk = {"kty": "RSA", "n": b64(n).decode(), "e": b64(e).decode()}
    else:
        numbers = private.public_key().public_numbers()
        size = (private.curve.key_size + 7) // 8
        jwk = {
            "kty": "EC",
            "crv": {256: "P-256", 384: "P-384", 521: "P-521"}[private.curve.key_size],
            "x": b64(numbers.x.to_bytes(size, "big")).decode(),
            "y": b64(numbers.y.to_bytes(size, "big")).decode(),
        }
    return {**jwk, **({} if kid is None else {"kid": kid}), **more}


def secret_jwk(kid: str, secret: bytes = SECRET, **more: Any) -> dict[str, Any]:
    """The JWK of a shared secret."""
    return {"kty": "oct", "k": b64(secret).decode(), "kid": kid, **more}


def ring(algorithms: Iterable[str], *jwks: Mapping[str, Any]) -> KeyRing:
    """A ring with these keys."""
    made = KeyRing(algorithms)
    for jwk in jwks:
        made.add(jwk)
    return made


def verifier(
    steps: tuple[Step, ...] = STEPS,
    now: Callable[[], float] = lambda: NOW,
    **main: Any,
) -> Verifier:
    """Four identities side by side; three of them call their key `k1`."""
    identities = {
        "main": identity(**main),
        "partner": identity("partner", issuer=PARTNER, algorithms=("RS256",)),
        "house": identity("house", issuer=HOUSE, algorithms=("HS256",)),
        "legacy": identity("legacy", issuer=LEGACY, algorithms=("EdDSA",), typ="any"),
    }
    rings = {
        "main": ring(("ES256", "EdDSA"), public_jwk("k1", ec_key()), public_jwk("ed", ed_key())),
        "partner": ring(("RS256",), public_jwk("k1", rsa_key())),
        "house": ring(("HS256",), secret_jwk("k1")),
        "legacy": ring(("EdDSA",), public_jwk(None, ed_key())),
    }
    return Verifier(identities, rings, clock=now, steps=steps)
