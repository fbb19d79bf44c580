"""One token while it is read: what the steps of the verifier fill in and look at."""

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from bartizan.credentials.key import Key
from bartizan.credentials.keys import KeyRing
from bartizan.policy.rules import Jwt

NO_ROLES: frozenset[str] = frozenset()


class Profile(Struct, frozen=True):
    """What one identity asks of its tokens, made once when the verifier is built."""

    identity: Jwt
    """The rule as it stands in the policy."""
    ring: KeyRing
    """The keys of this identity, and of no other."""
    kinds: frozenset[str | None]
    """Accepted ``typ`` values, in lower case; ``None`` for a header without one."""
    texts: tuple[str, ...]
    """Claims that must be texts where they are there; the subject has a step of its own."""


class Reading:
    """A token and all that is known of it so far. Nothing in it is true before the last step."""

    __slots__ = (
        "claims", "expires", "generation", "header", "key", "now", "parts", "profile", "profiles",
        "roles", "scopes", "signature", "signed", "subject", "tenant", "token",
    )  # fmt: skip

    profile: Profile
    """The identity that the issuer decided."""
    key: Key
    """The one key that may have signed it."""

    def __init__(self, token: str, profiles: Mapping[str, Profile], now: float) -> None:
        self.token = token
        self.profiles = profiles
        """By issuer."""
        self.now = now
        """Seconds since the epoch."""
        self.parts: tuple[bytes, bytes, bytes] = (b"", b"", b"")
        """Header, claims and signature, decoded."""
        self.signed = b""
        """What the signature is over."""
        self.header: dict[str, Any] = {}
        self.claims: dict[str, Any] = {}
        self.generation = 0
        """Generation of the key ring, read before the key."""
        self.expires: float = 0
        self.subject = ""
        self.scopes = self.roles = NO_ROLES
        self.tenant: str | None = None


Step = Callable[[Reading], str | None]
"""One named law: answers with the name of a reason, or with ``None`` to go on. Never raises."""
