"""What holds for a request, compiled once, and what is known about it while it is decided.

``Plan`` and its parts are frozen and shared; ``Context`` is the one mutable value of the house.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct

from bartizan.enforce.effects import Effect, Said
from bartizan.model.decision import Deny
from bartizan.model.request import Request
from bartizan.model.subject import Subject
from bartizan.policy.networks import Address
from bartizan.policy.rules import Operation, Pass


class Preflight(Struct, frozen=True):
    """The scope of a CORS preflight: the operation that it asks for."""

    operation: Operation | None
    """The operation that the page wants to call; ``None`` where no page may call anything."""


Scope = Operation | Pass | Preflight | None
"""What a plan is for: an operation, a subtree that is not ours, a preflight, or a path that
nobody declared."""


class Headers(Struct, frozen=True):
    """Headers of every answer of a plan, computed beforehand."""

    fixed: tuple[tuple[str, str], ...]
    """Set on every answer, over what the view says."""
    failed: tuple[tuple[str, str], ...]
    """The same for an answer of 400 and above: what the policy says of caches is for answers."""
    names: frozenset[str]
    """Lower-case names that the view's answer loses."""
    origins: Mapping[str, tuple[tuple[str, str], ...]]
    """CORS headers by allowed origin; ``*`` for any."""


class Plan(Struct, frozen=True):
    """All that happens to a request of one scope."""

    scope: Scope
    """What it is for."""
    rows: tuple[tuple[str, Step], ...]
    """The controls that have something to say, in order: name and step."""
    headers: Headers
    """What every answer carries."""
    keep: Callable[[bytes], tuple[bytes, int]] | None
    """Cuts an answer down to its declared output."""
    shadows: Mapping[str, float]
    """End of the shadow of every control in shadow."""
    veiled_until: float
    """End of a shadow over all controls: until then not one byte of the answer changes."""
    name: str
    """The operation's name; empty where there is none."""
    method: str
    """The operation's method; ``other`` where there is none."""
    line: str
    """The line of the policy that declares it; empty where none does."""
    word: str
    """What an event calls it when it goes on: ``permit``, or ``pass`` in a subtree that is not
    ours."""
    dresses: bool
    """Whether the view's answer gets our headers: not in a subtree that is not ours."""


class Context(Struct, eq=False):
    """Facts that rows have established for the rows below them."""

    request: Request
    """What came over the wire."""
    plan: Plan
    """What holds for it."""
    params: dict[str, str]
    """Text of the path parameters."""
    scheme: str
    """The true scheme (row 2)."""
    host: str | None
    """The true host (row 2)."""
    allowed: tuple[str, ...] = ()
    """Methods of this path, where the method asked for is none of them."""
    address: Address | None = None
    """The true client's address (row 2); ``None`` behind a unix socket."""
    client: str = ""
    """What the client is counted by: IPv4 whole, IPv6 its /64 (row 2)."""
    network: str = ""
    """The client's /24 or /48 (row 2)."""
    subject: Subject | None = None
    """Who is asking (row 9)."""
    query: dict[str, Any] = {}
    """Parsed query parameters (row 14)."""
    input: Any = None
    """The validated body (row 14)."""
    shadowed: list[Deny] = []
    """Refusals of controls in shadow."""


Step = Callable[[Context], Said | Effect]
"""A control bound to its rule: speaks to one context, or asks for something first."""
