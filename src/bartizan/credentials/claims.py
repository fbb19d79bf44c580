"""The later steps: the claims of a token whose signature holds (RFC 7519 section 4.1, RFC 9068).

Each function is one step of `jwt.STEPS`.
"""

import re
from typing import Any, Final

from bartizan.credentials.reading import Reading

MAX_TEXT: Final = 255
"""Longest subject, tenant or role in characters (OpenID Connect Core section 2 for ``sub``)."""

LAST_DATE: Final = 253402300799
"""The last second of the year 9999; no honest NumericDate is later."""

_SCOPES = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*", re.ASCII)
"""RFC 6749 section 3.3: words of printable ASCII without ``"`` and ``\\``, one space between."""


def proof(reading: Reading) -> str | None:
    """A token bound to its sender's key needs a proof of it, which is not read here (RFC 7800)."""
    return "token_claims" if "cnf" in reading.claims else None


def audience(reading: Reading) -> str | None:
    """``aud`` is a text or a list of texts, and we are among them (RFC 7519 section 4.1.3)."""
    aud, ours = reading.claims.get("aud"), reading.profile.identity.audience
    if type(aud) is str:
        return None if aud == ours else "token_audience"
    if type(aud) is not list or not all(type(name) is str for name in aud):
        return "token_claims"
    return None if ours in aud else "token_audience"


def dates(reading: Reading) -> str | None:
    """``exp`` is there, and it, ``nbf`` and ``iat`` are NumericDates (RFC 7519 section 2)."""
    claims = reading.claims
    exp: Any = claims.get("exp")
    if not _is_date(exp):
        return "token_claims"
    reading.expires = exp
    for name in ("nbf", "iat"):
        if name in claims and not _is_date(claims[name]):
            return "token_claims"
    return None


def expiry(reading: Reading) -> str | None:
    """It has not expired: not on ``exp`` and not after (RFC 7519 section 4.1.4)."""
    if reading.now >= reading.expires + reading.profile.identity.leeway:
        return "token_expired"
    return None


def beginning(reading: Reading) -> str | None:
    """It holds already, and is not issued in the future (RFC 7519 sections 4.1.5 and 4.1.6)."""
    claims, latest = reading.claims, reading.now + reading.profile.identity.leeway
    if claims.get("nbf", 0) > latest or claims.get("iat", 0) > latest:
        return "token_not_yet"
    return None


def lifetime(reading: Reading) -> str | None:
    """No token lives longer than the policy says, so no stolen one does."""
    longest = reading.profile.identity.lifetime
    if not longest:
        return None
    iat = reading.claims.get("iat")
    if iat is None or not 0 < reading.expires - iat <= longest:
        return "token_claims"
    return None


def required(reading: Reading) -> str | None:
    """Every claim that the policy requires is there, and not null."""
    claims = reading.claims
    for name in reading.profile.identity.required:
        if claims.get(name) is None:
            return "token_claims"
    return None


def names(reading: Reading) -> str | None:
    """``jti``, ``client_id``, ``sub`` are texts where they are there (RFC 9068 section 2.2)."""
    claims = reading.claims
    for name in reading.profile.texts:
        if name in claims and not _is_text(claims[name]):
            return "token_claims"
    return None


def subject(reading: Reading) -> str | None:
    """Who it is about: one bounded, printable text."""
    text: Any = reading.claims.get(reading.profile.identity.subject)
    if not _is_text(text):
        return "token_claims"
    reading.subject = text
    return None


def tenant(reading: Reading) -> str | None:
    """The tenant, where the identity has one: a text, or absent. Absent equals nothing."""
    name = reading.profile.identity.tenant
    if not name or name not in reading.claims:
        return None
    text = reading.claims[name]
    if not _is_text(text):
        return "token_claims"
    reading.tenant = text
    return None


def scopes(reading: Reading) -> str | None:
    """Scopes as one text of words or a list of words (RFC 8693 section 4.2, RFC 6749, 3.3)."""
    name = reading.profile.identity.scopes
    if not name or name not in reading.claims:
        return None
    value = reading.claims[name]
    if type(value) is list and all(type(word) is str and " " not in word for word in value):
        value = " ".join(value)
        if not value and reading.claims[name]:
            return "token_claims"
    if type(value) is not str:
        return "token_claims"
    if value == "":
        return None
    if not _SCOPES.fullmatch(value):
        return "token_claims"
    reading.scopes = frozenset(value.split(" "))
    return None


def roles(reading: Reading) -> str | None:
    """Roles, where the identity states them: a list of texts (RFC 9068 section 2.2.3.1)."""
    name = reading.profile.identity.roles
    if not name or name not in reading.claims:
        return None
    value = reading.claims[name]
    if type(value) is not list:
        return "token_claims"
    for role in value:
        if not _is_text(role):
            return "token_claims"
    reading.roles = frozenset(value)
    return None


def _is_date(value: Any) -> bool:
    """A NumericDate: a finite number of seconds, and no boolean (RFC 7519 section 2)."""
    return (type(value) is int or type(value) is float) and 0 <= value <= LAST_DATE


def _is_text(value: Any) -> bool:
    return type(value) is str and 0 < len(value) <= MAX_TEXT and value.isprintable()
