"""The accepted signature algorithms: one table, name -> what a key must be and how it verifies.

RFC 7518 section 3 (HS, RS, PS, ES) and RFC 8037 (EdDSA, here Ed25519). There is no ``none``.
A key is bound to one row when it is loaded; what a token says never chooses the function.
"""

import hmac
from collections.abc import Callable
from types import MappingProxyType
from typing import Any, Final, Literal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from msgspec import Struct

Check = Callable[[Any, bytes, bytes], bool]
"""``(key material, signature, message) -> whether it verifies``; never raises."""

Family = Literal["oct", "RSA", "EC", "OKP"]
"""Key types (``kty``, RFC 7518 section 6.1)."""


class Algorithm(Struct, frozen=True):
    """One way to sign."""

    name: str
    """The ``alg`` value."""
    family: Family
    """The type of key that it needs."""
    check: Check
    """Verifies a signature."""
    curve: str = ""
    """``crv`` of the key, where the family has curves."""
    secret: int = 0
    """Least length of a shared secret in bytes (RFC 7518 section 3.2)."""


def _hs(digest: str) -> Check:
    def check(secret: bytes, signature: bytes, message: bytes) -> bool:
        return hmac.compare_digest(hmac.digest(secret, message, digest), signature)

    return check


def _rsa(digest: hashes.HashAlgorithm, pad: padding.AsymmetricPadding) -> Check:
    def check(key: rsa.RSAPublicKey, signature: bytes, message: bytes) -> bool:
        try:
            key.verify(signature, message, pad, digest)
        except InvalidSignature:
            return False
        return len(signature) == (key.key_size + 7) // 8

    return check


def _pss(digest: hashes.HashAlgorithm) -> padding.PSS:
    # The salt is exactly as long as the hash (RFC 7518 section 3.5).
    return padding.PSS(padding.MGF1(digest), digest.digest_size)


def _es(digest: hashes.HashAlgorithm, size: int, order: int) -> Check:
    """ECDSA over the plain concatenation R || S, both of full length and in 1 .. n-1."""
    signature_algorithm = ec.ECDSA(digest)
    whole = 2 * size

    def check(key: ec.EllipticCurvePublicKey, signature: bytes, message: bytes) -> bool:
        if len(signature) != whole:
            return False
        r = int.from_bytes(signature[:size], "big")
        s = int.from_bytes(signature[size:], "big")
        if not (0 < r < order and 0 < s < order):
            return False
        try:
            key.verify(encode_dss_signature(r, s), message, signature_algorithm)
        except InvalidSignature:
            return False
        return True

    return check


def _ed25519(key: ed25519.Ed25519PublicKey, signature: bytes, message: bytes) -> bool:
    try:
        key.verify(signature, message)
    except InvalidSignature:
        return False
    return len(signature) == 64


# Group orders of FIPS 186-5 / SP 800-186, section 3.2.1.
_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_P384 = int(
    "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973",
    16,
)
_P521 = int(
    "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa"
    "51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409",
    16,
)

_SHA256, _SHA384, _SHA512 = hashes.SHA256(), hashes.SHA384(), hashes.SHA512()
_PKCS1 = padding.PKCS1v15()

_ROWS = (
    Algorithm("HS256", "oct", _hs("sha256"), secret=32),
    Algorithm("HS384", "oct", _hs("sha384"), secret=48),
    Algorithm("HS512", "oct", _hs("sha512"), secret=64),
    Algorithm("RS256", "RSA", _rsa(_SHA256, _PKCS1)),
    Algorithm("RS384", "RSA", _rsa(_SHA384, _PKCS1)),
    Algorithm("RS512", "RSA", _rsa(_SHA512, _PKCS1)),
    Algorithm("PS256", "RSA", _rsa(_SHA256, _pss(_SHA256))),
    Algorithm("PS384", "RSA", _rsa(_SHA384, _pss(_SHA384))),
    Algorithm("PS512", "RSA", _rsa(_SHA512, _pss(_SHA512))),
    Algorithm("ES256", "EC", _es(_SHA256, 32, _P256), curve="P-256"),
    Algorithm("ES384", "EC", _es(_SHA384, 48, _P384), curve="P-384"),
    Algorithm("ES512", "EC", _es(_SHA512, 66, _P521), curve="P-521"),
    Algorithm("EdDSA", "OKP", _ed25519, curve="Ed25519"),
)

ALGORITHMS: Final = MappingProxyType({row.name: row for row in _ROWS})
"""All accepted algorithms by name."""
