"""Who is asking."""

from typing import Any

from msgspec import Struct, field


class Subject(Struct, frozen=True):
    """A subject that an identity has vouched for. Two identities never share a subject."""

    identity: str
    """Name of the ``[identity.NAME]`` that vouches."""
    id: str
    """The subject's id within that identity (the ``sub`` claim, RFC 7519 section 4.1.2)."""
    scopes: frozenset[str] = frozenset()
    """Granted scopes (RFC 6749 section 3.3)."""
    roles: frozenset[str] = frozenset()
    """Roles as the identity states them."""
    tenant: str | None = None
    """The tenant, where the identity states one."""
    claims: dict[str, Any] = field(default_factory=dict)
    """The verified claims of the credential."""

    @property
    def key(self) -> str:
        """Identity and id in one word: what counters, bans and logs count by."""
        return f"{self.identity}:{self.id}"
