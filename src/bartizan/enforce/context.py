"""What is known about one request while it is decided: the one mutable value of the house."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bartizan.model.decision import Deny
from bartizan.model.request import Request
from bartizan.model.subject import Subject
from bartizan.policy.networks import Address

if TYPE_CHECKING:
    from bartizan.enforce.plan import Plan


class Context:
    """Facts that rows have established for the rows below them."""

    __slots__ = (
        "address",
        "allowed",
        "client",
        "host",
        "input",
        "network",
        "params",
        "plan",
        "query",
        "request",
        "scheme",
        "shadowed",
        "subject",
    )

    def __init__(
        self, request: Request, plan: Plan, params: dict[str, str], allowed: tuple[str, ...] = ()
    ) -> None:
        self.request = request
        """What came over the wire."""
        self.plan = plan
        """What holds for it."""
        self.params = params
        """Text of the path parameters."""
        self.allowed = allowed
        """Methods of this path, where the method asked for is none of them."""
        self.address: Address | None = None
        """The true client's address (row 2); ``None`` behind a unix socket."""
        self.client = ""
        """What the client is counted by: IPv4 whole, IPv6 its /64 (row 2)."""
        self.network = ""
        """The client's /24 or /48 (row 2)."""
        self.scheme = request.scheme
        """The true scheme (row 2)."""
        self.host = request.host
        """The true host (row 2)."""
        self.subject: Subject | None = None
        """Who is asking (row 9)."""
        self.query: dict[str, Any] = {}
        """Parsed query parameters (row 14)."""
        self.input: Any = None
        """The validated body (row 14)."""
        self.shadowed: list[Deny] = []
        """Refusals of controls in shadow."""
