"""A refusal as an HTTP answer: RFC 9457 problem documents. One pure, replaceable function."""

from functools import lru_cache

import msgspec
from msgspec import Struct

from bartizan.model.decision import Deny
from bartizan.model.reasons import Reason

PREFIX = "urn:bartizan:problem:"
"""Start of every problem ``type``; stable, part of the compatibility promise."""

_HEADERS = (("Content-Type", "application/problem+json"), ("Cache-Control", "no-store"))
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
    members = [_opening(reason)]
    if deny.violations:
        errors = [{"pointer": each.where, "detail": each.rule} for each in deny.violations]
        members.append(b'"errors":' + _encode(errors))
    if decision_id and reason.status != 404:
        members.append(b'"decision":' + _encode(decision_id))
    return Response(reason.status, (*_HEADERS, *deny.headers), b",".join(members) + b"}")


@lru_cache(maxsize=256)
def _opening(reason: Reason) -> bytes:
    """The beginning of every document of a reason, without its last brace."""
    members = {"type": PREFIX + reason.problem, "title": reason.title, "status": reason.status}
    return _encode(members)[:-1]
