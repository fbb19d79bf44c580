"""How a decision ends: the view is permitted, or Bartizan answers in its place."""

from typing import Any

from msgspec import Struct

from bartizan.model.reasons import Reason
from bartizan.model.subject import Subject


class Violation(Struct, frozen=True, gc=False):
    """One thing in the input that is not as declared. Never holds the offending value."""

    where: str
    """JSON Pointer into the body (RFC 6901), or the name of a query parameter."""
    rule: str
    """What was asked for: ``a whole number of 1 to 100``."""


class Deny(Struct, frozen=True):
    """A refusal. The view does not run."""

    reason: Reason
    """Why, as a row of the one table."""
    headers: tuple[tuple[str, str], ...] = ()
    """Headers that belong to this refusal: ``Allow``, ``WWW-Authenticate``, ``Retry-After``."""
    violations: tuple[Violation, ...] = ()
    """What was wrong with the input, where that is the reason."""
    key: str = ""
    """The key of the policy that asked for it (``limits``, ``scopes``): gives the line."""


class Answer(Struct, frozen=True):
    """Bartizan answers for the view, and nothing was wrong: a CORS preflight."""

    status: int
    """HTTP status code."""
    headers: tuple[tuple[str, str], ...]
    """All headers of the answer."""


class Permit(Struct, frozen=True):
    """The view may run, and this is what it may believe."""

    subject: Subject | None
    """Who is asking; ``None`` on a public operation and for an anonymous caller."""
    path: dict[str, str]
    """Text of the typed path parameters."""
    query: dict[str, Any]
    """Parsed query parameters, declared ones only."""
    input: Any
    """The validated request body; ``None`` where the operation declares no input."""


Outcome = Permit | Deny | Answer
