"""Keys: what is missing, weak or ambiguous stops the start, in a sentence with its remedy."""

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

from bartizan.credentials.jwt import Verifier
from bartizan.credentials.keys import KeyFault, KeyRing, open_ring
from bartizan.credentials.weakness import _ROCA_PRIMES
from bartizan.model.subject import Subject
from tests.credentials import forge
from tests.credentials.forge import ec_key, ed_key, identity, public_jwk, rsa_key, secret_jwk

SUBJECT_INFO = PublicFormat.SubjectPublicKeyInfo
CERTIFICATE = b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"


def pem(private: Any) -> bytes:
    """The public PEM of a private key."""
    raw: bytes = private.public_key().public_bytes(Encoding.PEM, SUBJECT_INFO)
    return raw


def private_pem(private: Any) -> bytes:
    """The private PEM."""
    raw: bytes = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return raw


def jwks(*keys: dict[str, Any]) -> bytes:
    """A key set file."""
    return json.dumps({"keys": keys}).encode()


def small_rsa() -> bytes:
    """A PEM key of 1024 bits."""
    numbers = rsa.RSAPublicNumbers(65537, (1 << 1023) + 1155)
    return numbers.public_key().public_bytes(Encoding.PEM, SUBJECT_INFO)


def odd_rsa(exponent: int) -> bytes:
    """A PEM key of 2048 bits with another exponent."""
    modulus = rsa_key().public_key().public_numbers().n
    numbers = rsa.RSAPublicNumbers(exponent, modulus)
    return numbers.public_key().public_bytes(Encoding.PEM, SUBJECT_INFO)


def roca() -> dict[str, Any]:
    """A modulus with the fingerprint of ROCA (not a product of two such primes: it need not be)."""
    product = 1
    for prime in _ROCA_PRIMES:
        product *= prime
    modulus = (((1 << 2047) // product) + 1) * product + 1
    return public_jwk("k", rsa_key()) | {"n": forge.b64(modulus.to_bytes(256, "big")).decode()}


def opened(tmp_path: Path, content: bytes, *algorithms: str) -> KeyRing:
    """A ring from a file with this content."""
    file = tmp_path / "keys"
    file.write_bytes(content)
    return open_ring(identity(algorithms=algorithms, keys=(f"file:{file}",)))


GOOD_SECRET = b"kQ9vT2mXz7LrB4wN8cYhJ1sD6fGpA3eU5iOoZxRtVbMnqWlEyHuKjSdCgFaPQ0w1"

GOOD: list[tuple[str, bytes, tuple[str, ...], list[tuple[str, str | None]]]] = [
    ("EC PEM", pem(ec_key()), ("ES256",), [("ES256", None)]),
    ("EC PEM, several listed", pem(ec_key("P-384")), ("ES256", "ES384", "RS256"),
     [("ES384", None)]),
    ("RSA PEM", pem(rsa_key()), ("PS256", "ES256"), [("PS256", None)]),
    ("Ed25519 PEM", pem(ed_key()), ("EdDSA",), [("EdDSA", None)]),
    ("two PEM blocks", pem(ec_key()) + b"\n# and\n" + pem(rsa_key()), ("ES256", "RS256"),
     [("ES256", None), ("RS256", None)]),
    ("a single JWK", json.dumps(public_jwk("a", ec_key())).encode(), ("ES256",), [("ES256", "a")]),
    ("a set", jwks(public_jwk("a", ec_key()), public_jwk("b", ec_key(number=1))), ("ES256",),
     [("ES256", "a"), ("ES256", "b")]),
    ("alg decides", jwks(public_jwk("a", rsa_key(), alg="PS384")), ("RS256", "PS384"),
     [("PS384", "a")]),
    ("other purposes are passed over",
     jwks(public_jwk("a", ec_key(), use="sig"), public_jwk("b", rsa_key(), use="enc"),
          public_jwk("c", ec_key(number=1), key_ops=["encrypt"]), {"kty": "AKP", "kid": "d"},
          public_jwk("e", ec_key("P-384")), public_jwk("f", rsa_key(), alg="RSA-OAEP-256"),
          public_jwk("g", rsa_key(), alg="RS512")), ("ES256",), [("ES256", "a")]),
    ("a secret", GOOD_SECRET, ("HS256",), [("HS256", None)]),
    ("a secret and a line end", GOOD_SECRET + b"\r\n", ("HS512",), [("HS512", None)]),
    ("32 random bytes", forge.SECRET, ("HS256",), [("HS256", None)]),
    ("hex", forge.SECRET.hex().encode(), ("HS512",), [("HS512", None)]),
    ("a secret JWK", json.dumps(secret_jwk("s")).encode(), ("HS256",), [("HS256", "s")]),
    ("a secret JWK says which", json.dumps(secret_jwk("s", alg="HS256")).encode(),
     ("HS256", "HS512"), [("HS256", "s")]),
]  # fmt: skip


@pytest.mark.parametrize(("content", "algorithms", "keys"), [row[1:] for row in GOOD],
                         ids=[row[0] for row in GOOD])  # fmt: skip
def test_good_keys_open(
    tmp_path: Path, content: bytes, algorithms: tuple[str, ...], keys: list[tuple[str, str | None]]
) -> None:
    assert [(key.alg, key.kid) for key in opened(tmp_path, content, *algorithms).keys] == keys


SMALL_ORDER = (
    bytes(32), b"\1" + bytes(31), (2**255 - 20).to_bytes(32, "little"),
    (2**255 - 19).to_bytes(32, "little"), (2**255 - 18).to_bytes(32, "little"),
    bytes(31) + b"\x80",
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
)  # fmt: skip

BAD: list[tuple[str, bytes, tuple[str, ...], str]] = [
    ("empty", b"", ("ES256",), "neither a JWKS nor a PEM"),
    ("text", b"hello", ("RS256",), "neither a JWKS nor a PEM"),
    ("RSA of 1024 bits", small_rsa(), ("RS256",), "has 1024 bits.*openssl genpkey"),
    ("RSA exponent 3", odd_rsa(3), ("RS256",), "exponent 3"),
    ("ROCA", jwks(roca()), ("RS256",), "ROCA"),
    ("RSA for two", pem(rsa_key()), ("RS256", "PS256"), "could serve RS256 and PS256"),
    ("RSA for two digests", pem(rsa_key()), ("RS256", "RS512"), "one key serves one algorithm"),
    ("RSA JWK for two", jwks(public_jwk("a", rsa_key())), ("RS256", "PS256"), "could serve"),
    ("a secret for two", GOOD_SECRET, ("HS256", "HS512"), "could serve HS256 and HS512"),
    ("another curve", pem(ec_key("P-384")), ("ES256",), "EC P-384 key serves none of ES256"),
    ("secp256k1", pem(ec.derive_private_key(5, ec.SECP256K1())), ("ES256",), "serves none"),
    ("Ed448", pem(ed448.Ed448PrivateKey.generate()), ("EdDSA",), "signs nothing"),
    ("another type", pem(ec_key()), ("RS256",), "serves none of RS256"),
    ("a private PEM", private_pem(ec_key()), ("ES256",), "private key.*openssl pkey -in"),
    ("a private PEM behind a public one", pem(ec_key()) + private_pem(rsa_key()),
     ("ES256", "RS256"), "private key"),
    ("a private JWK", jwks(public_jwk("a", ec_key(), d="AA")), ("ES256",),
     "private JWK.*take out d"),
    ("a certificate", CERTIFICATE, ("RS256",), "openssl x509"),
    ("half a PEM", pem(ec_key())[:80], ("ES256",), "not its end"),
    ("a broken PEM", b"-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", ("ES256",),
     "no readable public key"),
    ("two PEM keys of one kind", pem(ec_key()) + pem(ec_key(number=1)), ("ES256",), "have no id"),
    ("a duplicate kid", jwks(public_jwk("a", ec_key()), public_jwk("a", ec_key(number=1))),
     ("ES256",), "two keys have the id 'a'"),
    ("a duplicate kid over types", jwks(public_jwk("a", ec_key()), public_jwk("a", ed_key())),
     ("ES256", "EdDSA"), "every kid names one key"),
    ("a secret in a public set", jwks(public_jwk("a", ec_key()), secret_jwk("b")), ("ES256",),
     "shared secret"),
    ("a public key in a set of secrets", jwks(secret_jwk("b"), public_jwk("a", ec_key())),
     ("HS256",), "never both"),
    ("HS and RS mixed", GOOD_SECRET, ("HS256", "RS256"), "mixes shared secrets"),
    ("an unknown algorithm", GOOD_SECRET, ("none",), "algorithms must be some of"),
    ("no algorithm", GOOD_SECRET, (), "algorithms must be some of"),
    ("alg and curve apart", jwks(public_jwk("a", ec_key(), alg="ES384")), ("ES256", "ES384"),
     "cannot serve"),
    ("alg and type apart", jwks(public_jwk("a", ec_key(), alg="RS256")), ("RS256",),
     "cannot serve"),
    ("nothing for us", jwks(public_jwk("a", rsa_key(), use="enc")), ("RS256",),
     "none of its keys"),
    ("an empty set", b'{"keys": []}', ("RS256",), "none of its keys"),
    ("a set of texts", b'{"keys": ["a"]}', ("RS256",), "no JWKS"),
    ("a set that is none", b'{"keys": {}}', ("RS256",), "no JWKS"),
    ("101 keys", b'{"keys": [' + b",".join([b"{}"] * 101) + b"]}", ("RS256",), "101 keys"),
    ("duplicate members", b'{"keys": [], "keys": []}', ("RS256",), "strict JSON"),
    ("broken JSON", b'{"keys": [', ("RS256",), "strict JSON"),
    ("a kid that is no text", jwks(public_jwk("a", ec_key()) | {"kid": 1}), ("ES256",), "kid"),
    ("an empty kid", jwks(public_jwk("", ec_key())), ("ES256",), "kid"),
    ("a point off the curve", jwks(public_jwk("a", ec_key()) | {"y": "A" * 43}), ("ES256",),
     "are no key"),
    ("a short coordinate", jwks(public_jwk("a", ec_key()) | {"y": "AAAA"}), ("ES256",), "32 bytes"),
    ("padded members", jwks(public_jwk("a", ec_key()) | {"x": "A" * 43 + "="}), ("ES256",),
     "member x"),
    ("a missing member", jwks({"kty": "EC", "crv": "P-256", "x": "AA"}), ("ES256",), "base64url"),
    ("Ed25519 too short", jwks(public_jwk("a", ed_key()) | {"x": "AAAA"}), ("EdDSA",),
     "are no key"),
    *((f"Ed25519 of small order {number}", jwks({"kty": "OKP", "crv": "Ed25519",
       "x": forge.b64(raw).decode()}), ("EdDSA",), "small order|are no key")
      for number, raw in enumerate(SMALL_ORDER)),
    ("a short secret", GOOD_SECRET[:31], ("HS256",), "has 31 bytes.*needs 32.*secrets.token"),
    ("a short secret for HS512", GOOD_SECRET[:63], ("HS512",), "has 63 bytes.*needs 64"),
    ("an empty secret", b"", ("HS256",), "has 0 bytes"),
    ("an empty JWK secret", jwks(secret_jwk("a", b"")), ("HS256",), "has 0 bytes"),
    ("white space", b" " + GOOD_SECRET, ("HS256",), "white space"),
    ("two line ends", GOOD_SECRET + b"\n\n", ("HS256",), "white space"),
    *((f"guessable: {secret[:24]!r}", secret, ("HS256",), message) for secret, message in (
        (b"secret" * 8, "repeated|word"), (b"a" * 64, "repeated|different"),
        (b"abc123!?" * 8, "repeated"), (b"0123456789abcdef" * 4, "repeated"),
        (b"my-super-secret-key-nobody-will-ever-guess-1", "word"),
        (b"django-insecure-#x1o!u)8f3z&7v^p0q@k2m5n$c9", "word"),
        (b"Ch4ngeMe-change-me-please-before-production", "word"),
        (b"your-256-bit-secret-goes-here-please-replace", "word"),
        (b"P.A.S.S.W.O.R.D.of.our.production.server.01", "word"),
        (bytes(range(65, 97)), "counts"), (bytes(range(40, 80))[::-1], "counts"),
        (b"abababababababababababababababababababac", "different|word|counts"),
    )),
    ("a public key as a secret", pem(ec_key()), ("HS256",), "serves none of HS256"),
    ("an ssh key as a secret", b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJx0Yk a@b", ("HS256",),
     "public key, which everybody"),
    ("DER as a secret", jwks(secret_jwk("a", rsa_key().public_key().public_bytes(
        Encoding.DER, SUBJECT_INFO))), ("HS256",), "public key, which everybody"),
    ("PEM as a JWK secret", jwks(secret_jwk("a", pem(rsa_key()))), ("HS256",),
     "public key, which everybody"),
]  # fmt: skip


@pytest.mark.parametrize(("content", "algorithms", "message"), [row[1:] for row in BAD],
                         ids=[row[0] for row in BAD])  # fmt: skip
def test_bad_keys_stop_the_start(
    tmp_path: Path, content: bytes, algorithms: tuple[str, ...], message: str
) -> None:
    with pytest.raises(KeyFault, match=f"(?s)^identity main: .*({message})") as caught:
        opened(tmp_path, content, *algorithms)
    assert "\n" not in str(caught.value)
    if content.strip():
        assert content.decode("latin-1") not in str(caught.value)


def test_references_that_lead_nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)
    large = tmp_path / "large"
    large.write_bytes(b"x" * ((1 << 20) + 1))
    for reference, message in (
        (f"file:{tmp_path}/absent", "cannot be read"),
        (f"file:{tmp_path}", "cannot be read"),
        ("file:\x00", "cannot be read"),
        ("env:NO_SUCH_KEY", "variable is not set.*secrets.token_urlsafe"),
        ("https://id.example.com/jwks", 'is named by "file:PATH"'),
        (f"file:{large}", "1 MiB at most"),
    ):
        with pytest.raises(KeyFault, match=message):
            open_ring(identity(algorithms=("HS256",), keys=(reference,)))
    with pytest.raises(KeyFault, match="names no key"):
        open_ring(identity())


def test_a_secret_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_SECRET", GOOD_SECRET.decode())
    keys = open_ring(identity(algorithms=("HS256",), keys=("env:SHOP_SECRET",)))
    judge = Verifier({"main": identity(algorithms=("HS256",))}, {"main": keys},
                     clock=lambda: forge.NOW)  # fmt: skip
    token = forge.token({"alg": "HS256", "kid": forge.GONE}, sign=forge.hs(GOOD_SECRET))
    assert isinstance(judge.verify(token), Subject)


def test_several_references_make_one_ring(tmp_path: Path) -> None:
    (tmp_path / "old.json").write_bytes(jwks(public_jwk("old", ec_key())))
    (tmp_path / "new.json").write_bytes(jwks(public_jwk("new", ec_key(number=1))))
    names = tuple(f"file:{tmp_path}/{name}.json" for name in ("old", "new"))
    assert [key.kid for key in open_ring(identity(keys=names)).keys] == ["old", "new"]
