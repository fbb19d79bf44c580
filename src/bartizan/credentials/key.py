"""One key, bound to one algorithm when it is loaded (RFC 8725 section 3.1).

JWKs (RFC 7517, 7518 section 6, 8037) and PEM public keys become a `Key` here, or a `KeyFault`.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)
from msgspec import Struct

from bartizan.credentials import base64url, weakness
from bartizan.credentials.algorithms import ALGORITHMS, Algorithm, Family

MAX_KID = 256
"""Longest accepted key id in characters."""

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey

_PRIVATE_MEMBERS = ("d", "p", "q", "dp", "dq", "qi", "oth")
_CURVES = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}
_CURVE_NAMES = {curve.name: name for name, curve in _CURVES.items()}
_PUBLIC_HALF = "openssl pkey -in private.pem -pubout -out public.pem"

_PAIR = "openssl genpkey -algorithm {0} -out private.pem && " + _PUBLIC_HALF
_RECIPES: Mapping[Family, str] = {
    "oct": 'python3 -c "import secrets; print(secrets.token_urlsafe(64))"',
    "RSA": _PAIR.format("RSA -pkeyopt rsa_keygen_bits:3072"),
    "EC": _PAIR.format("EC -pkeyopt ec_paramgen_curve:{0}"),
    "OKP": _PAIR.format("ed25519"),
}


def recipe(name: str) -> str:
    """The command that makes a good key for an algorithm."""
    algorithm = ALGORITHMS[name]
    return _RECIPES[algorithm.family].replace("{0}", algorithm.curve)


class KeyFault(ValueError):  # noqa: N818  (a fault is a word of ours)
    """A key is missing, unreadable, weak or ambiguous. The text is a sentence with its remedy."""


class Key(Struct, frozen=True, eq=False):
    """A key that verifies one algorithm. Two keys are equal only if they are the same object."""

    algorithm: Algorithm
    """The only algorithm that it serves."""
    material: Any
    """The secret bytes or the public key. Never printed."""
    kid: str | None = None
    """Its id, where it has one."""

    @property
    def alg(self) -> str:
        """Name of its algorithm."""
        return self.algorithm.name

    def verify(self, signature: bytes, message: bytes) -> bool:
        """Whether the signature is this key's over the message. Never raises."""
        return self.algorithm.check(self.material, signature, message)

    def __repr__(self) -> str:
        return f"Key({self.alg}, kid={self.kid!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("algorithm", self.alg), ("kid", self.kid)]


def from_secret(secret: bytes, algorithms: Sequence[str], kid: str | None = None) -> Key:
    """Bind a shared secret; raises `KeyFault`."""
    algorithm = _one(_matching(algorithms, "oct"), algorithms, "a shared secret")
    return _strong(algorithm, secret, kid, weakness.of_secret(secret, algorithm.secret))


def from_public(
    public: PublicKey, algorithms: Sequence[str], kid: str | None = None, alg: str | None = None
) -> Key:
    """Bind a public key of `cryptography`; raises `KeyFault`.

    ``alg`` is what the key itself says that it serves, where it says so.
    """
    family, curve, weak = _describe(public)
    known = f"{family} {curve}".rstrip()
    matching = [
        row for row in _matching(algorithms, family, curve) if alg is None or row.name == alg
    ]
    return _strong(_one(matching, algorithms, f"this {known} key"), public, kid, weak)


def from_pem(block: bytes, algorithms: Sequence[str]) -> Key:
    """Bind the public key of one PEM block (RFC 7468); raises `KeyFault`."""
    label = block[len(b"-----BEGIN ") :].split(b"-----")[0]
    if b"PRIVATE" in label:
        raise KeyFault(
            "this is a private key, and who verifies must not be able to sign; "
            f"give the public half: {_PUBLIC_HALF}"
        )
    if b"CERTIFICATE" in label:
        raise KeyFault(
            "this is a certificate; give its public key: "
            "openssl x509 -in certificate.pem -pubkey -noout > public.pem"
        )
    try:
        public = load_pem_public_key(block)
    except (ValueError, UnsupportedAlgorithm):
        raise KeyFault(
            f"this PEM block holds no readable public key; make one: {recipe(algorithms[0])}"
        ) from None
    if not isinstance(public, PublicKey):
        raise KeyFault(
            "this kind of key signs nothing that is accepted here; make a good one: "
            f"{recipe(algorithms[0])}"
        )
    return from_public(public, algorithms)


def from_jwk(jwk: Mapping[str, Any], algorithms: Sequence[str]) -> Key | None:
    """Bind a JWK; ``None`` where it is meant for something else; raises `KeyFault`.

    Meant for something else: ``use`` or ``key_ops`` without signatures, an ``alg`` or a type
    that is not among ``algorithms`` (a set may hold keys of several purposes, RFC 7517 section 5).
    """
    kid = jwk.get("kid")
    if not (kid is None or (isinstance(kid, str) and 0 < len(kid) <= MAX_KID)):
        raise KeyFault(f"the kid of a key is a text of 1 to {MAX_KID} characters")
    if not _may_verify(jwk):
        return None
    alg, family, curve = jwk.get("alg"), jwk.get("kty"), jwk.get("crv", "")
    if family == "oct":
        return _secret_jwk(jwk, algorithms, kid, alg)
    if _only_secrets(algorithms):
        raise KeyFault("a set holds shared secrets or public keys, never both")
    if not any(alg in (None, row.name) for row in _matching(algorithms, family, curve)):
        if isinstance(alg, str) and alg in algorithms:
            raise KeyFault(f"a key says alg {alg}, and its type and curve cannot serve that")
        return None
    if any(member in jwk for member in _PRIVATE_MEMBERS):
        raise KeyFault(
            "this is a private JWK, and who verifies must not be able to sign; "
            f"take out {', '.join(m for m in _PRIVATE_MEMBERS if m in jwk)}"
        )
    return from_public(_public_jwk(jwk, algorithms), algorithms, kid, alg)


def _may_verify(jwk: Mapping[str, Any]) -> bool:
    operations = jwk.get("key_ops")
    if operations is not None and not (isinstance(operations, list) and "verify" in operations):
        return False
    return bool(jwk.get("use", "sig") == "sig")


def _secret_jwk(
    jwk: Mapping[str, Any], algorithms: Sequence[str], kid: str | None, alg: object
) -> Key | None:
    if not _only_secrets(algorithms):
        raise KeyFault("this set holds a shared secret (oct), and only public keys belong here")
    if alg is not None and alg not in algorithms:
        return None
    secret = _member(jwk, "k")
    return from_secret(secret, algorithms if alg is None else [str(alg)], kid)


def _public_jwk(jwk: Mapping[str, Any], algorithms: Sequence[str]) -> PublicKey:
    try:
        if jwk["kty"] == "RSA":
            return rsa.RSAPublicNumbers(_integer(jwk, "e"), _integer(jwk, "n")).public_key()
        if jwk["kty"] == "OKP":
            return ed25519.Ed25519PublicKey.from_public_bytes(_member(jwk, "x"))
        curve = _CURVES[jwk["crv"]]
        size = (curve.key_size + 7) // 8
        x, y = _member(jwk, "x"), _member(jwk, "y")
        if len(x) != size or len(y) != size:
            raise KeyFault(f"the coordinates of a {jwk['crv']} key have {size} bytes each")
        return ec.EllipticCurvePublicNumbers(
            int.from_bytes(x, "big"), int.from_bytes(y, "big"), curve
        ).public_key()
    except KeyFault:
        raise
    except ValueError:
        raise KeyFault(
            f"the numbers of this {jwk['kty']} JWK are no key; make a good one: "
            f"{recipe(algorithms[0])}"
        ) from None


def _member(jwk: Mapping[str, Any], name: str) -> bytes:
    text = jwk.get(name)
    raw = base64url.decode(text.encode()) if isinstance(text, str) and text.isascii() else None
    if raw is None:
        raise KeyFault(f"member {name} of a JWK is base64url without padding (RFC 7517)")
    return raw


def _integer(jwk: Mapping[str, Any], name: str) -> int:
    return int.from_bytes(_member(jwk, name), "big")


def _describe(public: PublicKey) -> tuple[Family, str, str]:
    """Family, curve, and what is wrong with the key."""
    if isinstance(public, rsa.RSAPublicKey):
        numbers = public.public_numbers()
        return "RSA", "", weakness.of_rsa(numbers.n, numbers.e)
    if isinstance(public, ec.EllipticCurvePublicKey):
        return "EC", _CURVE_NAMES.get(public.curve.name, public.curve.name), ""
    raw = public.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return "OKP", "Ed25519", weakness.of_ed25519(raw)


def _matching(algorithms: Sequence[str], family: object, curve: object = "") -> list[Algorithm]:
    rows = (ALGORITHMS[name] for name in algorithms)
    return [row for row in rows if row.family == family and row.curve in ("", curve)]


def _one(matching: Sequence[Algorithm], algorithms: Sequence[str], what: str) -> Algorithm:
    if len(matching) == 1:
        return matching[0]
    if matching:
        names = " and ".join(row.name for row in matching)
        raise KeyFault(
            f"{what} could serve {names}, and one key serves one algorithm: list one of them, "
            'or give a JWKS file whose keys say "alg"'
        )
    raise KeyFault(
        f"{what} serves none of {', '.join(algorithms)}; make a good one: {recipe(algorithms[0])}"
    )


def _strong(algorithm: Algorithm, material: Any, kid: str | None, weak: str) -> Key:
    if not weak:
        return Key(algorithm, material, kid)
    what = "secret" if algorithm.family == "oct" else "key"
    raise KeyFault(
        f"the {what} for {algorithm.name} {weak}; make a good one: {recipe(algorithm.name)}"
    )


def _only_secrets(algorithms: Sequence[str]) -> bool:
    return all(ALGORITHMS[name].family == "oct" for name in algorithms)
