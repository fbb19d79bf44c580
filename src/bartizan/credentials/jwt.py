"""The verifier of bearer tokens: one visible tuple of steps, on `cryptography` alone.

RFC 7519, RFC 7515 (compact), RFC 8725 (best current practice), RFC 9068 (access tokens). Libraries
are test oracles. The steps are passed in as a value, so a test can leave one out and show that
what it alone refuses then gets in.
"""

import time
from collections.abc import Callable, Mapping
from typing import Final

from bartizan.credentials import claims, envelope
from bartizan.credentials.frozen import freeze
from bartizan.credentials.keys import KeyFault, KeyRing
from bartizan.credentials.memory import Warm, WarmTokens
from bartizan.credentials.reading import Profile, Reading, Step
from bartizan.model.subject import Subject
from bartizan.policy.rules import Jwt

MAX_LEEWAY: Final = 60
"""Most seconds of clock difference that are ever forgiven."""

TEXTS: Final = ("jti", "client_id", "sub")
"""Claims of RFC 9068 that are texts whoever writes them."""

STEPS: Final[tuple[Step, ...]] = (
    envelope.size,
    envelope.decode,
    envelope.header,
    envelope.extensions,
    envelope.payload,
    envelope.issuer,
    envelope.kind,
    envelope.disguise,
    envelope.algorithm,
    envelope.key,
    envelope.signature,
    claims.proof,
    claims.audience,
    claims.dates,
    claims.expiry,
    claims.beginning,
    claims.lifetime,
    claims.required,
    claims.names,
    claims.subject,
    claims.tenant,
    claims.scopes,
    claims.roles,
)
"""Everything that is asked of a token, in the order in which it is asked."""


class Verifier:
    """Says whose token it is, for a set of identities side by side.

    Threads and forked workers may share one.
    """

    def __init__(
        self,
        identities: Mapping[str, Jwt],
        rings: Mapping[str, KeyRing],
        *,
        clock: Callable[[], float] = time.time,
        steps: tuple[Step, ...] = STEPS,
        warm: WarmTokens | None = None,
    ) -> None:
        """Build it from identities and their keys, both by name.

        ``clock`` gives seconds since the epoch. Raises `KeyFault` where two identities share an
        issuer, or where an identity has no ring.
        """
        self._profiles = _profiles(identities, rings)
        self._clock = clock
        self._steps = steps
        self._warm = WarmTokens() if warm is None else warm

    def remembered(self, token: str) -> Subject | None:
        """The subject of a token that was verified before and still holds; never raises.

        Expiry and the generation of the keys are asked again at every hit.
        """
        if len(token) > envelope.MAX_TOKEN:
            return None
        return self._warm.find(token, self._clock())

    def verify(self, token: str) -> Subject | str:
        """The subject, or the name of the reason (`model.reasons`) why there is none.

        Never raises, whatever the text. An accepted token is warm from then on.
        """
        reading = Reading(token, self._profiles, self._clock())
        for step in self._steps:
            reason = step(reading)
            if reason is not None:
                return reason
        if not reading.subject:
            return "token_claims"
        return self._accept(reading)

    def _accept(self, reading: Reading) -> Subject:
        identity, ring = reading.profile.identity, reading.profile.ring
        subject = Subject(
            identity.name,
            reading.subject,
            reading.scopes,
            reading.roles,
            reading.tenant,
            freeze(reading.claims),
        )
        until = reading.expires + identity.leeway
        self._warm.remember(reading.token, Warm(subject, until, ring, reading.generation))
        return subject


def _profiles(identities: Mapping[str, Jwt], rings: Mapping[str, KeyRing]) -> Mapping[str, Profile]:
    profiles: dict[str, Profile] = {}
    for name, identity in identities.items():
        other = profiles.get(identity.issuer)
        if other is not None:
            raise KeyFault(
                f"identities {other.identity.name} and {name} have the same issuer, and the issuer "
                "decides whose a token is; give them different issuers"
            )
        if name not in rings:
            raise KeyFault(f"identity {name} has no keys")
        if not 0 <= identity.leeway <= MAX_LEEWAY:
            raise KeyFault(f"identity {name}: leeway is 0 to {MAX_LEEWAY} seconds")
        texts = tuple(claim for claim in TEXTS if claim != identity.subject)
        profiles[identity.issuer] = Profile(identity, rings[name], _kinds(identity.typ), texts)
    return profiles


def _kinds(typ: str) -> frozenset[str | None]:
    """Accepted ``typ`` texts; without a slash ``application/`` is meant (RFC 7515, 4.1.9)."""
    if typ == "any":
        return envelope.ANY_KIND
    short = typ.lower().removeprefix("application/")
    return frozenset({short, f"application/{short}"})
