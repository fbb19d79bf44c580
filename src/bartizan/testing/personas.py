"""Who a test speaks as: an ephemeral key in the guard's ring, and tokens signed with it."""

import base64
import json
import secrets
import time
import weakref
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hmac import HMAC
from msgspec import Struct

from bartizan.credentials.algorithms import ALGORITHMS
from bartizan.credentials.key import Key, from_public, from_secret
from bartizan.enforce.guard import Guard
from bartizan.policy.rules import Jwt

LIFETIME = 900
"""Seconds for which a test's token is good, unless its identity allows less."""

_HASHES: dict[str, Callable[[], hashes.HashAlgorithm]] = {
    "256": hashes.SHA256,
    "384": hashes.SHA384,
    "512": hashes.SHA512,
}
_CURVES: dict[str, Callable[[], ec.EllipticCurve]] = {
    "ES256": ec.SECP256R1,
    "ES384": ec.SECP384R1,
    "ES512": ec.SECP521R1,
}

Sign = Callable[[bytes], bytes]


class Persona(Struct, frozen=True):
    """One who speaks through a guard."""

    subject: str
    """The subject's id."""
    identity: Jwt
    """The identity that vouches."""
    scopes: tuple[str, ...]
    """Scopes that the token carries."""
    roles: tuple[str, ...]
    """Roles that the token carries."""
    tenant: str | None
    """Tenant that the token carries."""
    kid: str
    """Id of the key that signs."""
    algorithm: str
    """Algorithm of the key."""
    sign: Sign
    """Signs bytes."""

    def token(self, **claims: Any) -> str:
        """A fresh token; ``claims`` are laid over its own."""
        identity, now = self.identity, int(time.time())
        lifetime = min(LIFETIME, identity.lifetime or LIFETIME)
        own: dict[str, Any] = {
            "iss": identity.issuer,
            "aud": identity.audience,
            "iat": now,
            "exp": now + lifetime,
            "jti": secrets.token_hex(8),
            "client_id": "tests",
            identity.subject: self.subject,
            identity.scopes: " ".join(self.scopes),
        }
        if identity.roles:
            own[identity.roles] = list(self.roles)
        if identity.tenant and self.tenant is not None:
            own[identity.tenant] = self.tenant
        own |= dict.fromkeys(set(identity.required) - own.keys(), "tests")
        header = {"alg": self.algorithm, "kid": self.kid}
        if identity.typ != "any":
            header["typ"] = identity.typ
        signed = f"{_part(header)}.{_part(own | claims)}"
        return f"{signed}.{_base64(self.sign(signed.encode()))}"


def persona(
    guard: Guard,
    owner: Any,
    *,
    subject: str,
    scopes: tuple[str, ...],
    roles: tuple[str, ...],
    tenant: str | None,
    identity: str | None,
) -> Persona:
    """Put a new key into the guard's ring for as long as ``owner`` lives.

    Raises ``LookupError`` where the policy has no such identity, or several and none is named.
    """
    vouching = _identity(guard, identity)
    ring = guard.rings[vouching.name]
    algorithm, kid = vouching.algorithms[0], f"test-{secrets.token_hex(8)}"
    key, sign = _made(algorithm, kid)
    ring.add(key)
    weakref.finalize(owner, ring.remove, key)
    return Persona(subject, vouching, scopes, roles, tenant, kid, algorithm, sign)


def home(guard: Guard) -> tuple[str, str]:
    """Scheme and host under which the policy serves: where a test client has to ask."""
    api = guard.policy.api
    named = [host.removesuffix(":*") for host in api.hosts if host != "*"]
    return "http" if api.https == "off" else "https", named[0] if named else "localhost"


def _identity(guard: Guard, name: str | None) -> Jwt:
    identities = guard.policy.identities
    if name is None and len(identities) == 1:
        return next(iter(identities.values()))
    if name is None:
        known = ", ".join(identities) or "none"
        raise LookupError(f"say identity=: the policy has {known}")
    if name not in identities:
        raise LookupError(f"the policy has no identity {name}, but {', '.join(identities)}")
    return identities[name]


def _made(algorithm: str, kid: str) -> tuple[Key, Sign]:
    digest = _HASHES[algorithm[2:]]() if algorithm != "EdDSA" else None
    if ALGORITHMS[algorithm].family == "oct":
        secret = secrets.token_bytes(64)
        return from_secret(secret, (algorithm,), kid), lambda data: _hmac(secret, digest, data)
    private = _private(algorithm)
    public = from_public(private.public_key(), (algorithm,), kid)
    return public, _signer(algorithm, private, digest)


@lru_cache(maxsize=8)
def _private(algorithm: str) -> Any:
    """A private key of this process; making an RSA key takes long enough to remember it."""
    if algorithm == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    if algorithm in _CURVES:
        return ec.generate_private_key(_CURVES[algorithm]())
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def _signer(algorithm: str, private: Any, digest: Any) -> Sign:
    if algorithm == "EdDSA":
        return lambda data: bytes(private.sign(data))
    if algorithm in _CURVES:
        return lambda data: _raw(private.sign(data, ec.ECDSA(digest)), private.key_size)
    if algorithm.startswith("PS"):
        pss = padding.PSS(padding.MGF1(digest), digest.digest_size)
        return lambda data: bytes(private.sign(data, pss, digest))
    return lambda data: bytes(private.sign(data, padding.PKCS1v15(), digest))


def _raw(signature: bytes, bits: int) -> bytes:
    """ECDSA as R || S (RFC 7518 section 3.4)."""
    size = (bits + 7) // 8
    return b"".join(number.to_bytes(size, "big") for number in decode_dss_signature(signature))


def _hmac(secret: bytes, digest: Any, data: bytes) -> bytes:
    mac = HMAC(secret, digest)
    mac.update(data)
    return mac.finalize()


def _part(value: dict[str, Any]) -> str:
    return _base64(json.dumps(value, separators=(",", ":")).encode())


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
