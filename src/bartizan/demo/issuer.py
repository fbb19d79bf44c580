"""An identity provider for the demo and for developers: one key, and tokens signed with it.

``python -m bartizan.demo.issuer FOLDER`` makes ``private.pem`` and ``jwks.json`` in the folder,
once, and prints a token of each persona, good for an hour.
"""

import base64
import json
import secrets
import sys
import time
from pathlib import Path
from typing import Any, Final

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from msgspec import Struct

ISSUER: Final = "https://id.example.com/"
AUDIENCE: Final = "shop"
KID: Final = "demo"
HOUR: Final = 3600


class Persona(Struct, frozen=True):
    """Somebody who has an account."""

    subject: str
    """The subject's id."""
    scopes: str = ""
    """Granted scopes, separated by spaces."""
    roles: tuple[str, ...] = ()
    """Roles."""


PERSONAS: Final = (
    Persona("ana", "orders:read orders:write", ("customer",)),
    Persona("ben", "orders:read orders:write", ("customer",)),
    Persona("eve", "orders:read", ("customer",)),
    Persona("sam", "orders:read", ("staff",)),
)
"""Ana, ben and eve buy (eve may only look at her orders), sam ships."""


class Issuer:
    """Signs tokens with one P-256 key (ES256, RFC 7518 section 3.4)."""

    def __init__(self, private: ec.EllipticCurvePrivateKey | None = None) -> None:
        self.private = private or ec.generate_private_key(ec.SECP256R1())

    def jwks(self) -> str:
        """The public key as a JWK set (RFC 7517)."""
        point = self.private.public_key().public_numbers()
        key = {
            "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": KID,
            "x": base64url(point.x.to_bytes(32, "big")),
            "y": base64url(point.y.to_bytes(32, "big")),
        }  # fmt: skip
        return json.dumps({"keys": [key]})

    def token(self, who: Persona, *, header: dict[str, Any] | None = None, **claims: Any) -> str:
        """A token (RFC 9068); ``header`` and ``claims`` are laid over what it says by itself."""
        now = int(time.time())
        said = {
            "iss": ISSUER, "aud": AUDIENCE, "sub": who.subject, "client_id": "web",
            "iat": now, "exp": now + HOUR, "jti": secrets.token_hex(8), "org": "acme",
            "scope": who.scopes, "roles": list(who.roles),
        } | claims  # fmt: skip
        head = {"alg": "ES256", "typ": "at+jwt", "kid": KID} | (header or {})
        text = f"{part(head)}.{part(said)}"
        return f"{text}.{base64url(self.sign(text.encode()))}"

    def sign(self, data: bytes) -> bytes:
        """The signature as R || S (RFC 7518 section 3.4)."""
        der = self.private.sign(data, ec.ECDSA(hashes.SHA256()))
        return b"".join(number.to_bytes(32, "big") for number in decode_dss_signature(der))

    def pem(self) -> bytes:
        """The private key, PKCS #8."""
        return self.private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )


def base64url(data: bytes) -> str:
    """Base64url without padding (RFC 7515 section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def part(value: dict[str, Any]) -> str:
    """A part of a token: JSON, base64url."""
    return base64url(json.dumps(value, separators=(",", ":")).encode())


def opened(folder: Path) -> Issuer:
    """The issuer whose key lies in the folder; made there where there is none."""
    pem = folder / "private.pem"
    if not pem.exists():
        folder.mkdir(parents=True, exist_ok=True)
        pem.touch(mode=0o600)
        pem.write_bytes(Issuer().pem())
    private = serialization.load_pem_private_key(pem.read_bytes(), password=None)
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{pem} is no key on a curve")
    issuer = Issuer(private)
    (folder / "jwks.json").write_text(issuer.jwks())
    return issuer


def main(arguments: list[str]) -> int:
    """Print tokens as lines for a shell."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python -m bartizan.demo.issuer FOLDER\n")
        return 2
    issuer = opened(Path(arguments[0]))
    for who in PERSONAS:
        sys.stdout.write(f"{who.subject.upper()}={issuer.token(who)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
