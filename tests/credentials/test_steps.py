"""Every step of the verifier is needed: without it, one hostile token more is accepted.

A mutant is another tuple: a step left out or, where later steps build on what it reads, a lax
twin in its place. The token beside it is refused by the whole tuple, for a reason of that step.
"""

import binascii
import json
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from msgspec import Struct

from bartizan.credentials.algorithms import ALGORITHMS
from bartizan.credentials.jwt import STEPS
from bartizan.credentials.key import Key
from bartizan.credentials.reading import Reading, Step
from bartizan.model.subject import Subject
from tests.credentials import forge
from tests.credentials.forge import GONE, NOW, claiming, compact, from_legacy, heading, seal


class Mutant(Struct, frozen=True):
    """A tuple of steps with one weakness."""

    step: str
    """The step that is weakened."""
    token: Callable[[], str]
    """What then gets in."""
    reason: str
    """Why the whole tuple refuses it."""
    lax: Step | None = None
    """What stands in its place; nothing, where the step is left out."""
    main: Mapping[str, Any] = {}
    """What the main identity asks, where it must differ."""


def lax_decode(reading: Reading) -> str | None:
    """As most libraries decode: padding, loose bits and foreign letters are forgiven."""
    parts = reading.token.split(".")
    try:
        raw = [urlsafe_b64decode(part + "==") for part in parts]
    except (binascii.Error, ValueError):
        return "token_malformed"
    reading.parts = (raw[0], raw[1], raw[2])
    reading.signed = ".".join(parts[:2]).encode()
    return None


def lax_header(reading: Reading) -> str | None:
    """The last of two members wins."""
    reading.header = json.loads(reading.parts[0])
    return None


def lax_payload(reading: Reading) -> str | None:
    """The last of two members wins."""
    reading.claims = json.loads(reading.parts[1])
    return None


def lax_issuer(reading: Reading) -> str | None:
    """Whoever is asked for first."""
    reading.profile = next(iter(reading.profiles.values()))
    return None


def lax_key(reading: Reading) -> str | None:
    """The header chooses what the key is used for: the classical confusion."""
    found = reading.profile.ring.keys[0]
    material = forge.public_jwk(None, forge.ec_key())["x"].encode()
    if reading.header["alg"] == "HS256":
        reading.key = Key(ALGORITHMS["HS256"], material)
    else:
        reading.key = found
    return None


def lax_dates(reading: Reading) -> str | None:
    """A text of digits is a number, too."""
    reading.expires = float(reading.claims["exp"])
    return None


def lax_subject(reading: Reading) -> str | None:
    """Whatever it is, it becomes a text."""
    reading.subject = str(reading.claims.get("sub"))
    return None


def lax_tenant(reading: Reading) -> str | None:
    """Whatever it is, it becomes a text."""
    reading.tenant = str(reading.claims.get("org"))
    return None


def lax_scopes(reading: Reading) -> str | None:
    """White space of every kind separates."""
    reading.scopes = frozenset(str(reading.claims.get("scope")).split())
    return None


def lax_roles(reading: Reading) -> str | None:
    """A text is a sequence, too: of its letters."""
    reading.roles = frozenset(reading.claims.get("roles", ()))
    return None


def confused() -> str:
    """HS256 over what everybody knows of the ES256 key."""
    known = forge.public_jwk(None, forge.ec_key())["x"].encode()
    return forge.token({"alg": "HS256"}, sign=forge.hs(known))


def repeated(part: int, member: bytes) -> Callable[[], str]:
    """A token with a duplicate member."""
    raw = [compact(forge.HEADER), compact(forge.CLAIMS)]
    raw[part] = b"{" + member + b"," + raw[part][1:]
    return lambda: seal(raw[0], raw[1])


MUTANTS = (
    Mutant("size", lambda: claiming(pad="x" * 13000), "token_malformed"),
    Mutant("decode", lambda: forge.token() + "=", "token_malformed", lax_decode),
    Mutant("header", repeated(0, b'"alg":"none"'), "token_malformed", lax_header),
    Mutant("extensions", lambda: heading(crit=["exp"]), "token_malformed"),
    Mutant("payload", repeated(1, b'"sub":"root"'), "token_malformed", lax_payload),
    Mutant("issuer", lambda: claiming(iss="https://evil.example/"), "token_issuer", lax_issuer),
    Mutant("kind", lambda: heading(typ="logout+jwt"), "token_type"),
    Mutant("disguise", lambda: from_legacy(claims={"at_hash": "x"}), "token_type"),
    Mutant("algorithm", lambda: forge.token({"alg": "EdDSA", "kid": "ed"}, sign=forge.ed()),
           "token_algorithm"),
    Mutant("key", confused, "token_key", lax_key,
           main={"algorithms": ("ES256", "HS256")}),
    Mutant("signature", lambda: forge.token(sign=forge.always(b"")), "token_signature"),
    Mutant("proof", lambda: claiming(cnf={"jkt": "x"}), "token_claims"),
    Mutant("audience", lambda: claiming(aud="other"), "token_audience"),
    Mutant("dates", lambda: claiming(exp=str(NOW + 300)), "token_claims", lax_dates),
    Mutant("expiry", lambda: claiming(exp=NOW - 1), "token_expired"),
    Mutant("beginning", lambda: claiming(nbf=NOW + 60), "token_not_yet"),
    Mutant("lifetime", lambda: claiming(exp=NOW + 86400 * 365), "token_claims"),
    Mutant("required", lambda: claiming(amr=None), "token_claims", main={"required": ("amr",)}),
    Mutant("names", lambda: claiming(jti=["x"]), "token_claims"),
    Mutant("subject", lambda: claiming(sub=GONE), "token_claims", lax_subject),
    Mutant("tenant", lambda: claiming(org=7), "token_claims", lax_tenant),
    Mutant("scopes", lambda: claiming(scope="orders:read\tadmin"), "token_claims", lax_scopes),
    Mutant("roles", lambda: claiming(roles="staff"), "token_claims", lax_roles),
)  # fmt: skip

NEEDED = frozenset({"decode", "header", "payload", "issuer", "key", "subject"})
"""Steps that later ones build on: without one of them nothing at all may be accepted."""


def name(step: Step) -> str:
    """How a step is called."""
    return str(getattr(step, "__name__", ""))


def weakened(mutant: Mutant) -> tuple[Step, ...]:
    """The tuple of a mutant."""
    if mutant.lax is None:
        return tuple(step for step in STEPS if name(step) != mutant.step)
    return tuple(mutant.lax if name(step) == mutant.step else step for step in STEPS)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.step)
def test_only_this_step_catches(mutant: Mutant) -> None:
    token = mutant.token()
    assert forge.verifier(**mutant.main).verify(token) == mutant.reason
    accepted = forge.verifier(weakened(mutant), **mutant.main).verify(token)
    assert isinstance(accepted, Subject)


def test_every_step_has_its_mutant_in_the_order_of_the_steps() -> None:
    assert [mutant.step for mutant in MUTANTS] == [name(step) for step in STEPS]


@pytest.mark.parametrize("needed", sorted(NEEDED))
def test_without_what_it_reads_nothing_is_accepted(needed: str) -> None:
    steps = tuple(step for step in STEPS if name(step) != needed)
    try:
        accepted = forge.verifier(steps).verify(forge.token())
    except AttributeError:
        return
    assert isinstance(accepted, str)


def test_no_steps_accept_nobody() -> None:
    assert forge.verifier(()).verify(forge.token()) == "token_claims"


def test_the_signature_is_asked_before_any_claim_is_believed() -> None:
    order = [name(step) for step in STEPS]
    assert order.index("size") == 0
    believed = ("proof", "audience", "dates", "expiry", "subject", "scopes", "roles", "tenant")
    assert all(order.index(step) > order.index("signature") for step in believed)
