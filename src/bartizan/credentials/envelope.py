"""The first steps: what the token is, who signed it, and that this is so.

RFC 7515 (JWS, compact serialisation only), RFC 8725 (best current practice), RFC 9068 (`typ`).
Each function is one step of `jwt.STEPS`; the order there is the order of the work.
"""

from typing import Final

from bartizan.credentials import base64url
from bartizan.credentials.jose_json import read_object
from bartizan.credentials.key import MAX_KID
from bartizan.credentials.reading import Reading

MAX_TOKEN: Final = 16384
"""Longest accepted token in characters."""

REFUSED_HEADERS: Final = frozenset(
    {"crit", "b64", "zip", "enc", "jku", "jwk", "x5u", "x5c"}
)  # fmt: skip
"""Header parameters that change how a token is read, or that bring the sender's own key."""

ANY_KIND: Final = frozenset({None, "jwt", "application/jwt", "at+jwt", "application/at+jwt"})
"""``typ = "any"``: a header that says nothing, or nothing more than that it is a token. One that
names another kind (``logout+jwt``, ``dpop+jwt``, ``secevent+jwt`` …) is believed, and refused."""

_NESTED: Final = frozenset({"jwt", "application/jwt"})
_ACCESS_TOKEN: Final = frozenset({"at+jwt", "application/at+jwt"})

_OTHER_KINDS: Final = frozenset({
    "nonce", "at_hash", "c_hash", "s_hash",  # ID token (OpenID Connect Core 2 and 3.3.2.11)
    "events",  # logout and security event token (OIDC Back-Channel Logout 2.4, RFC 8417)
    "htm", "htu",  # DPoP proof (RFC 9449 section 4.2)
})  # fmt: skip

_KIND_CLAIMS: Final = ("token_use", "typ", "type", "token_type")
"""Claims in which issuers that write no `typ` header say what a token is for."""

_OTHER_WORDS: Final = frozenset(
    {"id", "id_token", "refresh", "refresh_token", "offline", "logout", "logout_token"}
)


def size(reading: Reading) -> str | None:
    """Bound the work before any is done."""
    return "token_malformed" if len(reading.token) > MAX_TOKEN else None


def decode(reading: Reading) -> str | None:
    """Three parts of canonical base64url (RFC 7515 section 7.1)."""
    token = reading.token
    if token.count(".") != 2 or not token.isascii():
        return "token_malformed"
    signed, _, end = token.encode().rpartition(b".")
    begin, _, middle = signed.partition(b".")
    header = base64url.decode(begin)
    claims = base64url.decode(middle)
    signature = base64url.decode(end)
    if header is None or claims is None or signature is None:
        return "token_malformed"
    reading.parts = (header, claims, signature)
    reading.signed = signed
    return None


def header(reading: Reading) -> str | None:
    """The header is one strict JSON object."""
    value = read_object(reading.parts[0])
    if value is None:
        return "token_malformed"
    reading.header = value
    return None


def extensions(reading: Reading) -> str | None:
    """No extension, no compression, no key of the sender's, no token within the token.

    RFC 8725 section 3.10 (``jku``, ``x5u``), RFC 7515 sections 4.1.10 and 4.1.11.
    """
    header = reading.header
    if not REFUSED_HEADERS.isdisjoint(header):
        return "token_malformed"
    if "cty" in header:
        content = header["cty"]
        if type(content) is not str or content.lower() in _NESTED:
            return "token_malformed"
    return None


def payload(reading: Reading) -> str | None:
    """The claims are one strict JSON object. Nothing in it is believed yet."""
    value = read_object(reading.parts[1])
    if value is None:
        return "token_malformed"
    reading.claims = value
    return None


def issuer(reading: Reading) -> str | None:
    """The issuer decides which identity, and so which keys (RFC 8725 section 3.8)."""
    name = reading.claims.get("iss")
    if type(name) is not str:
        return "token_claims"
    profile = reading.profiles.get(name)
    if profile is None:
        return "token_issuer"
    reading.profile = profile
    return None


def kind(reading: Reading) -> str | None:
    """``typ`` says what the token is (RFC 8725 section 3.11, RFC 9068 sections 2.1 and 4)."""
    typ = reading.header.get("typ")
    if type(typ) is str and typ.isascii():
        typ = typ.lower()
    elif "typ" in reading.header:
        return "token_type"
    return None if typ in reading.profile.kinds else "token_type"


def disguise(reading: Reading) -> str | None:
    """Where the header does not say "access token", the claims must not say something else."""
    if str(reading.header.get("typ")).lower() in _ACCESS_TOKEN:
        return None
    claims = reading.claims
    if not _OTHER_KINDS.isdisjoint(claims):
        return "token_type"
    for name in _KIND_CLAIMS:
        if name in claims:
            word = claims[name]
            if type(word) is not str or word.lower() in _OTHER_WORDS:
                return "token_type"
    return None


def algorithm(reading: Reading) -> str | None:
    """``alg`` is exactly one that the identity lists (RFC 8725 section 3.1)."""
    alg = reading.header.get("alg")
    if type(alg) is not str or alg not in reading.profile.identity.algorithms:
        return "token_algorithm"
    return None


def key(reading: Reading) -> str | None:
    """One key of this identity, bound to that algorithm, or none."""
    kid, alg = reading.header.get("kid"), str(reading.header.get("alg"))
    if type(kid) is str:
        if not 0 < len(kid) <= MAX_KID:
            return "token_key"
    elif "kid" in reading.header:
        return "token_key"
    ring = reading.profile.ring
    # The generation first: a key that is removed in between leaves no warm token behind.
    reading.generation = ring.generation
    found = ring.find(kid, alg)
    if found is None or found.alg != alg:
        return "token_key"
    reading.key = found
    return None


def signature(reading: Reading) -> str | None:
    """The key's own algorithm verifies; the header has no say in it."""
    if reading.key.verify(reading.parts[2], reading.signed):
        return None
    return "token_signature"
