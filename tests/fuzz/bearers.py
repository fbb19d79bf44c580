"""Targets `token`, `claims` and `keys`: who somebody says they are, and what proves it.

No token is accepted that joserfc refuses, and both read the same claims. A key file is read, or
refused with a sentence.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from joserfc.jws import JWSRegistry
from msgspec.structs import replace

from bartizan.credentials.frozen import thaw
from bartizan.credentials.jwt import Verifier
from bartizan.credentials.keys import KeyFault, open_ring
from bartizan.model.subject import Subject
from tests.credentials import forge
from tests.credentials.forge import CLAIMS, HEADER, ISSUER, NOW
from tests.fuzz.target import Judge, Target, Wrong, hold, members, quoted

KEY = ECKey.import_key(forge.public_jwk("k1", forge.ec_key()))
LOOSE = JWSRegistry(algorithms=["ES256"], strict_check_header=False)
"""Header parameters that nobody knows are ignored (RFC 7515 section 4)."""
ASKED = jwt.JWTClaimsRegistry(
    now=NOW,
    iss={"essential": True, "value": ISSUER},
    aud={"essential": True, "value": "orders"},
    exp={"essential": True},
    sub={"essential": True},
)


@contextmanager
def _tokens(_folder: Path) -> Iterator[Judge]:
    verifier = _verifier()
    yield lambda data: _token(verifier, data.decode("latin-1"))


@contextmanager
def _claims(_folder: Path) -> Iterator[Judge]:
    verifier = _verifier()
    yield lambda data: _token(verifier, _sealed(data))


def _verifier() -> Verifier:
    """One identity with one key."""
    ring = forge.ring(("ES256",), forge.public_jwk("k1", forge.ec_key()))
    return Verifier({"main": forge.identity()}, {"main": ring}, clock=lambda: NOW)


def _sealed(data: bytes) -> str:
    """A header and a payload, rightly signed."""
    return forge.seal(*_parts(data))


def _parts(data: bytes) -> tuple[bytes, bytes]:
    """Raw: a header in the first line and a payload behind it. After a blank: members of both,
    one a line, those of the header behind a `>`."""
    if not data.startswith(b" "):
        header, _, payload = data.partition(b"\n")
        return header, payload
    lines = data[1:].decode("utf-8", "surrogateescape").split("\n")
    head = [line[1:] for line in lines if line.startswith(">")]
    rest = [line for line in lines if not line.startswith(">")]
    return tuple(members("\n".join(part)).encode("utf-8", "surrogateescape")
                 for part in (head, rest))  # fmt: skip


def _token(verifier: Verifier, text: str) -> bool:
    verified = verifier.verify(text)
    if isinstance(verified, str):
        hold(verifier.remembered(text) is None, "a refused token is remembered")
        return verified != "token_malformed"
    ours = thaw(verified.claims)
    try:
        read = jwt.decode(text, KEY, registry=LOOSE)
        ASKED.validate(read.claims)
    except (JoseError, ValueError) as refusal:
        raise Wrong(f"we accept what joserfc refuses: {refusal!r}") from None
    hold(ours == read.claims, "we and joserfc read other claims")
    hold(verified.id == read.claims["sub"], "another subject")
    hold(isinstance(verifier.remembered(text), Subject), "an accepted token is not remembered")
    return True


@contextmanager
def _keys(folder: Path) -> Iterator[Judge]:
    file = folder / "keys"
    public = replace(forge.identity(), keys=(f"file:{file}",), algorithms=("ES256", "RS256"))
    shared = replace(public, algorithms=("HS256",))

    def judge(data: bytes) -> bool:
        file.write_bytes(data)
        opened = 0
        for identity in (public, shared):
            try:
                opened += len(open_ring(identity).keys)
            except KeyFault as fault:
                said = str(fault)
                hold(said and "\n" not in said, "no sentence")
                if len(data) > 16:
                    hold(data.decode("latin-1") not in said, "the key stands in the fault")
        return opened > 0

    yield judge


def _token_seeds() -> Iterable[bytes]:
    yield forge.token().encode()
    yield forge.from_partner().encode()
    yield forge.from_house().encode()
    yield forge.raw_header('"alg":"none"').encode()
    yield forge.raw_claims('"sub":"bob"').encode()
    yield forge.token(sign=forge.es_der).encode()
    yield forge.token(sign=forge.always(bytes(64))).encode()
    yield forge.token({"alg": "none"}, sign=forge.always(b"")).encode()


def _lines(header: Mapping[str, Any], claims: Mapping[str, Any]) -> bytes:
    head = (f">{json.dumps(name)}:{json.dumps(value)}" for name, value in header.items())
    rest = (f"{json.dumps(name)}:{json.dumps(value)}" for name, value in claims.items())
    return b" " + "\n".join((*head, *rest)).encode()


def _claim_seeds() -> Iterable[bytes]:
    yield _lines(HEADER, CLAIMS)
    for name, value in CLAIMS.items():
        yield _lines(HEADER, {**CLAIMS, name: [value]})
    yield json.dumps(HEADER).encode() + b"\n" + json.dumps(CLAIMS).encode()
    for name in CLAIMS:
        for value in (None, 1, -1, 1.5, "", [], {}, [""], True, "1800000100", ["orders"], "a  b"):
            yield json.dumps(HEADER).encode() + b"\n" + json.dumps({**CLAIMS, name: value}).encode()
    for name in ("alg", "kid", "typ", "crit", "b64", "jwk", "jku", "x5u", "cty", "zip", "enc"):
        for text in ("none", "", "application/at+jwt", "AT+JWT", ["exp"], {}, None, False):
            header = json.dumps({**HEADER, name: text}).encode()
            yield header + b"\n" + json.dumps(CLAIMS).encode()


def _key_seeds() -> Iterable[bytes]:
    jwk = dict(forge.public_jwk("k1", forge.ec_key()))
    yield json.dumps({"keys": [jwk]}).encode()
    yield json.dumps(jwk).encode()
    yield json.dumps(
        {"keys": [{**jwk, "use": "enc"}, {**jwk, "kid": "k2", "crv": "P-384"}]}
    ).encode()
    yield forge.SECRET.hex().encode()
    for private in (forge.ec_key(), forge.ec_key("P-384")):
        yield private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _asked(data: bytes) -> str:
    """A question of the corpus needs a token of its own keys: what was sent stands beside it."""
    header = quoted("Bearer " + data.decode("latin-1"))
    said = "# signed by the keys of tests/credentials/forge.py"
    return f'{said}\nheaders = [["Authorization", {header}]]\n'


def _recipe(data: bytes) -> str:
    header, payload = _parts(data)
    return (
        'target = "/orders/7"\n'
        f"token = {{ header_text = {quoted(header.decode('utf-8', 'replace'))},"
        f" payload_text = {quoted(payload.decode('utf-8', 'replace'))} }}\n"
    )


MEMBERS = tuple(f'"{name}":' for name in (*CLAIMS, *HEADER, "nbf", "crit", "b64", "cnf"))
VALUES = ("null", "true", "1e3", "-0", "1800000000", "1800000300.5", '"ES256"', '"none"', "[]",
          "{}", "\\u0000", "\\ud800", '["orders"]', "NaN", "1e400")  # fmt: skip

BEARING = (
    Target("token", _tokens, _token_seeds, (".", "=", "-", "_", "+", "/", "e30", "bnVsbA"), _asked),
    Target("claims", _claims, _claim_seeds, (*MEMBERS, *VALUES), _recipe),
    Target("keys", _keys, _key_seeds, (
        '"keys":', '"kty":"EC"', '"kty":"RSA"', '"kty":"oct"', '"crv":"P-256"', '"x":"', '"y":"',
        '"n":"', '"e":"AQAB"', '"use":"sig"', '"key_ops":["verify"]', '"alg":"ES256"', '"d":"',
        "-----BEGIN PUBLIC KEY-----", "-----END PUBLIC KEY-----", "-----BEGIN PRIVATE KEY-----",
    ), lambda data: f"keys = {quoted(data.decode('latin-1'))}\n"),
)  # fmt: skip
