"""A refusal as an HTTP answer: RFC 9457 problem documents. One pure, replaceable function."""

import msgspec
from msgspec import Struct

from bartizan.model.decision import Deny

PREFIX = "urn:bartizan:problem:"
"""Start of every problem ``type``; stable, part of the compatibility promise."""

_encode = msgspec.json.Encoder().encode


class Response(Struct, frozen=True):
    """An answer that Bartizan gives itself."""

    status: int
    """HTTP status code."""
    headers: tuple[tuple[str, str], ...]
    """Headers in order, without Content-Length."""
    body: bytes
    """The body; empty where the status forbids one."""


def render(deny: Deny, decision_id: str) -> Response:
    """Render a refusal. The same reason always gives the same bytes, but for violations and id.

    A 404 carries no decision id in its body, so that absent and forbidden stay identical. Where
    nothing was decided, because the API did not start, there is none.
    """
    reason = deny.reason
    document: dict[str, object] = {
        "type": PREFIX + reason.problem,
        "title": reason.title,
        "status": reason.status,
    }
    if deny.violations:
        document["errors"] = [
            {"pointer": violation.where, "detail": violation.rule} for violation in deny.violations
        ]
    headers = (
        ("Content-Type", "application/problem+json"),
        ("Cache-Control", "no-store"),
        *deny.headers,
    )
    if decision_id and reason.status != 404:
        document["decision"] = decision_id
    return Response(reason.status, headers, _encode(document))
