"""Row 5: CORS (Fetch standard, CORS protocol; CWE-942). A preflight carries no credentials.

It is answered from the operation that it asks for. A websocket handshake sends no preflight, so
its Origin is checked here: browsers alone send one, and only known pages may open a socket.
"""

from bartizan.enforce.context import Context, Preflight, Scope, Step
from bartizan.enforce.plan import Fittings
from bartizan.model.decision import Answer, Deny
from bartizan.model.reasons import REASONS
from bartizan.policy.rules import Cors, Operation

_REFUSED = Deny(REASONS["preflight_refused"], key="cors")
_ORIGIN = Deny(REASONS["origin_unknown"], key="cors")


def bind(fittings: Fittings, scope: Scope) -> Step | None:
    """Every preflight, and every websocket."""
    cors = fittings.policy.api.cors
    if isinstance(scope, Preflight):
        return _preflight(cors, scope.operation) if cors and scope.operation else _nothing
    if isinstance(scope, Operation) and scope.method == "WS":
        return _websocket(cors)
    absent = scope is None or (isinstance(scope, Operation) and scope.decoy)
    return _foreign(cors) if absent else None


def _nothing(context: Context) -> Deny:
    return _REFUSED


def granted(cors: Cors) -> dict[str, tuple[tuple[str, str], ...]]:
    """The headers that let a page read an answer, by its origin."""
    credentials = (("Access-Control-Allow-Credentials", "true"),) if cors.credentials else ()
    expose = (("Access-Control-Expose-Headers", ", ".join(cors.expose)),) if cors.expose else ()
    return {
        origin: (("Access-Control-Allow-Origin", origin), *credentials, *expose)
        for origin in cors.origins
    }


def _preflight(cors: Cors, operation: Operation) -> Step:
    known = frozenset(header.lower() for header in cors.headers)
    granted_to = granted(cors)
    fixed = (
        ("Access-Control-Allow-Methods", operation.method),
        ("Access-Control-Allow-Headers", ", ".join(cors.headers)),
        ("Access-Control-Max-Age", str(cors.max_age)),
        ("Vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"),
        ("Cache-Control", "no-store"),
    )

    def step(context: Context) -> Answer | Deny:
        request = context.request
        grant = granted_to.get(request.origin or "") or granted_to.get("*")
        wanted = request.header("access-control-request-headers") or ""
        names = {name.strip().lower() for name in wanted.split(",")} - {""}
        if grant is None or not names <= known:
            return _REFUSED
        return Answer(204, (*grant, *fixed))

    return step


def _foreign(cors: Cors | None) -> Step:
    """A preflight for what nobody declared, or for a decoy, which answers like that: a foreign
    page is told no more."""
    origins = frozenset(cors.origins) if cors else frozenset()

    def step(context: Context) -> Deny | None:
        request = context.request
        asks = request.method == "OPTIONS" and request.origin is not None
        if not asks or request.header("access-control-request-method") is None:
            return None
        return None if request.origin in origins or "*" in origins else _REFUSED

    return step


def _websocket(cors: Cors | None) -> Step:
    origins = frozenset(cors.origins) if cors else frozenset()

    def step(context: Context) -> Deny | None:
        origin = context.request.origin
        if origin is None or origin in origins or "*" in origins:
            return None
        return None if origin == f"{context.scheme}://{context.host}" else _ORIGIN

    return step
