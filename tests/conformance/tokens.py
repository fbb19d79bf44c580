"""Mints tokens, honest and hostile ones, with a few lines of our own on `cryptography`.

It shares nothing with the verifier, so that the two cannot share a mistake.
"""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from msgspec import Struct

KeyName = Literal["rs", "es", "staff", "alien_rs", "alien_es"]
Private = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


class Key(Struct, frozen=True):
    """A signing key of the corpus."""

    kid: str
    """What tokens call it: an alien claims the name of an honest one."""
    alg: str
    """Its one algorithm."""
    issuer: str
    """Who signs with it."""
    private: Any
    """The private key of `cryptography`."""


class Recipe(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How to make a token. What is not said is as an honest issuer does it."""

    key: KeyName = "rs"
    """The key that signs; it decides issuer, `kid` and `alg`."""
    sub: str = "alice"
    """The subject."""
    scope: str | None = None
    """Scopes, as one string; none leaves the claim out."""
    roles: list[str] | None = None
    """Roles; none leaves the claim out."""
    alg: str | None = None
    """The `alg` to claim and, where we know it, to sign with: HS256 takes the public PEM."""
    exp: int = 300
    """Expiry, in seconds from the beginning of the question."""
    iat: int = 0
    """Issue, likewise."""
    nbf: int | None = None
    """Not before, likewise."""
    header: dict[str, Any] = {}
    """Members over the honest header."""
    claims: dict[str, Any] = {}
    """Members over the honest claims."""
    without: list[str] = []
    """Names to leave out of header and claims."""
    header_text: str = "{@}"
    """The header's JSON; `@` stands for its members."""
    payload_text: str = "{@}"
    """The payload's JSON; `@` stands for its members."""
    encoding: str = "utf-8"
    """Encoding of the payload's text."""
    tamper: str = ""
    """What happens to the token afterwards: a name in `TAMPERS`."""


@cache
def keys() -> Mapping[str, Key]:
    """Make all keys, once per session."""
    main, staff = "https://id.example.com/", "https://staff.example.com/"
    return {
        "rs": Key("rs", "RS256", main, rsa.generate_private_key(65537, 2048)),
        "es": Key("es", "ES256", main, ec.generate_private_key(ec.SECP256R1())),
        "staff": Key("staff", "ES256", staff, ec.generate_private_key(ec.SECP256R1())),
        "alien_rs": Key("rs", "RS256", main, rsa.generate_private_key(65537, 2048)),
        "alien_es": Key("es", "ES256", main, ec.generate_private_key(ec.SECP256R1())),
    }


def publish(directory: Path) -> None:
    """Write `jwks.json` of the main issuer and `staff.json` of the other one (RFC 7517)."""
    honest = keys()
    for name, members in (("jwks.json", ("rs", "es")), ("staff.json", ("staff",))):
        document = {"keys": [_jwk(honest[member]) for member in members]}
        (directory / name).write_text(json.dumps(document), "utf-8")


def mint(recipe: Recipe, now: float) -> str:
    """Make a token as the recipe says (RFC 7515 section 3.1)."""
    key = keys()[recipe.key]
    header = _members(_header(recipe, key), recipe.without)
    claims = _members(_claims(recipe, key, int(now)), recipe.without)
    parts = [
        _encode(recipe.header_text.replace("@", header).encode()),
        _encode(recipe.payload_text.replace("@", claims).encode(recipe.encoding)),
    ]
    if recipe.tamper in BEFORE_SIGNING:
        parts[1] = BEFORE_SIGNING[recipe.tamper](parts[1])
    signature = _sign(".".join(parts).encode(), recipe.alg or key.alg, key)
    return TAMPERS[recipe.tamper](parts[0], parts[1], signature)


class Wallet:
    """The tokens of one question: minted at its beginning, the same recipe the same token."""

    def __init__(self, now: float) -> None:
        self.now = now
        self.minted: list[tuple[Recipe, str]] = []

    def take(self, recipe: Recipe) -> str:
        """Find the token of a recipe, or mint it."""
        for known, token in self.minted:
            if known == recipe:
                return token
        self.minted.append((recipe, mint(recipe, self.now)))
        return self.minted[-1][1]


def _header(recipe: Recipe, key: Key) -> dict[str, Any]:
    honest = {"alg": recipe.alg or key.alg, "kid": key.kid, "typ": "at+jwt"}
    return {**honest, **recipe.header}


def _claims(recipe: Recipe, key: Key, now: int) -> dict[str, Any]:
    claims: dict[str, Any] = {
        "iss": key.issuer,
        "aud": "orders",
        "sub": recipe.sub,
        "iat": now + recipe.iat,
        "exp": now + recipe.exp,
    }
    optional = {"scope": recipe.scope, "roles": recipe.roles}
    claims |= {name: value for name, value in optional.items() if value is not None}
    if recipe.nbf is not None:
        claims["nbf"] = now + recipe.nbf
    return {**claims, **recipe.claims}


def _members(document: dict[str, Any], without: list[str]) -> str:
    kept = {name: value for name, value in document.items() if name not in without}
    return json.dumps(kept, ensure_ascii=False)[1:-1]


def _sign(text: bytes, alg: str, key: Key) -> bytes:
    if alg.lower() == "none":
        return b""
    if alg == "HS256":
        return hmac.digest(_public_pem(key), text, "sha256")
    if isinstance(key.private, rsa.RSAPrivateKey):
        digest = hashes.SHA512() if alg == "RS512" else hashes.SHA256()
        pss = padding.PSS(padding.MGF1(digest), digest.digest_size)
        return key.private.sign(text, pss if alg == "PS256" else padding.PKCS1v15(), digest)
    der: bytes = key.private.sign(text, ec.ECDSA(hashes.SHA256()))
    r, s = decode_dss_signature(der)
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def _public_pem(key: Key) -> bytes:
    pem: bytes = key.private.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return pem


def _jwk(key: Key) -> dict[str, str]:
    numbers = key.private.public_key().public_numbers()
    common = {"kid": key.kid, "alg": key.alg, "use": "sig"}
    if isinstance(numbers, rsa.RSAPublicNumbers):
        return {**common, "kty": "RSA", "n": _number(numbers.n, 256), "e": _number(numbers.e, 3)}
    point = {"x": _number(numbers.x, 32), "y": _number(numbers.y, 32)}
    return {**common, "kty": "EC", "crv": "P-256", **point}


def _number(value: int, length: int) -> str:
    return _encode(value.to_bytes(length, "big"))


def _encode(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def _join(*parts: str) -> str:
    return ".".join(parts)


def _mallory(payload: str) -> str:
    """Put another subject into a payload, and change nothing else."""
    text = urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    return _encode(text.replace(b'"alice"', b'"mallory"'))


def _next_letter(text: str) -> str:
    """Set an unused bit behind the last byte: decodes to the same bytes in lax decoders."""
    return text[:-1] + ALPHABET[ALPHABET.index(text[-1]) + 1]


def _der(signature: bytes) -> bytes:
    half = len(signature) // 2
    numbers = b"".join(_der_integer(part) for part in (signature[:half], signature[half:]))
    return b"\x30" + bytes([len(numbers)]) + numbers


def _der_integer(value: bytes) -> bytes:
    number = value.lstrip(b"\x00")
    number = b"\x00" + number if number[0] & 0x80 else number
    return b"\x02" + bytes([len(number)]) + number


BEFORE_SIGNING: Mapping[str, Callable[[str], str]] = {
    "padded payload": lambda payload: payload + "=" * (-len(payload) % 4 or 4),
    "plus and slash": lambda payload: payload.replace("-", "+").replace("_", "/"),
}
"""Spellings of the payload that an issuer itself could have signed."""

TAMPERS: Mapping[str, Callable[[str, str, bytes], str]] = {
    "": lambda h, p, s: _join(h, p, _encode(s)),
    "signature": lambda h, p, s: _join(h, p, _encode(bytes([s[0] ^ 1]) + s[1:])),
    "payload": lambda h, p, s: _join(h, _mallory(p), _encode(s)),
    "stripped": lambda h, p, s: _join(h, p, ""),
    "zeros": lambda h, p, s: _join(h, p, _encode(bytes(len(s)))),
    "short": lambda h, p, s: _join(h, p, _encode(s[:-1])),
    "long": lambda h, p, s: _join(h, p, _encode(s + b"\0")),
    "der": lambda h, p, s: _join(h, p, _encode(_der(s))),
    "two parts": lambda h, p, s: _join(h, p),
    "four parts": lambda h, p, s: _join(h, p, _encode(s), _encode(s)),
    "five parts": lambda h, p, s: _join(h, p, _encode(s), _encode(s), _encode(s)),
    "no header": lambda h, p, s: _join("", p, _encode(s)),
    "padded": lambda h, p, s: _join(h, p, _encode(s) + "=="),
    "loose bits": lambda h, p, s: _join(h, p, _next_letter(_encode(s))),
    "padded payload": lambda h, p, s: _join(h, p, _encode(s)),
    "plus and slash": lambda h, p, s: _join(h, p, _encode(s)),
}  # fmt: skip
"""What can happen to the parts of a token."""
