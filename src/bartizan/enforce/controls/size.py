"""Row 7: sizes, before anything is read (OWASP API4:2023, CWE-400; RFC 9110, RFC 6585)."""

from bartizan.enforce.context import Context, Scope, Step
from bartizan.enforce.plan import Fittings
from bartizan.model.decision import Deny
from bartizan.model.reasons import REASONS
from bartizan.policy.rules import Operation

_TARGET = Deny(REASONS["target_too_long"], key="target")
_HEADERS = Deny(REASONS["headers_too_large"], key="headers")
_BODY = Deny(REASONS["body_too_large"], key="body")
_LENGTH = Deny(REASONS["length_required"], key="body")
_UNEXPECTED = Deny(REASONS["body_unexpected"], key="body")

_BODILESS = frozenset({"GET", "HEAD", "DELETE", "OPTIONS", "WS"})
"""Methods whose body has no meaning of its own (RFC 9110 section 9.3): it must be declared."""


def bind(fittings: Fittings, scope: Scope) -> Step | None:
    """The sizes of ``[api]`` and the operation's ``body``."""
    if not isinstance(scope, Operation):
        return None
    target, headers = fittings.policy.api.target, fittings.policy.api.headers
    most, bodiless = scope.body, _bodiless(scope)

    def step(context: Context) -> Deny | None:
        request = context.request
        query = request.query
        if len(request.raw_path or request.path) + len(query) + bool(query) > target:
            return _TARGET
        if request.headers_size > headers:
            return _HEADERS
        if not request.length and not request.chunked:
            return None
        if bodiless:
            return _UNEXPECTED
        if request.chunked:
            return None if request.endless else _LENGTH
        return _BODY if (request.length or 0) > most else None

    return step


def most(operation: Operation) -> int:
    """The most bytes of a body that nobody has announced: HTTP/2 says no length, and whether a
    body comes at all is known when it does (RFC 9113 section 8.1)."""
    return 0 if _bodiless(operation) else operation.body


def _bodiless(operation: Operation) -> bool:
    """Whether any body at all is one too many."""
    undeclared = operation.method in _BODILESS and not operation.body_declared
    return undeclared or operation.body == 0
