"""What real APIs do is expected, not punished: in shadow it is an event, and no byte changes."""

from typing import Any, Final

import pytest
from msgspec.structs import replace

from tests.conformance.columns import Sent
from tests.invariants import shadowed
from tests.invariants.small import GET

shadowed.configure()

JSON: Final = "application/json"
FORM: Final = "application/x-www-form-urlencoded"
FORWARDED: Final = (
    ("X-Forwarded-For", "203.0.113.9"), ("X-Forwarded-Proto", "https"),
    ("X-Forwarded-Host", "other.example.com"), ("Forwarded", "for=203.0.113.9"),
)  # fmt: skip


def sent(
    line: str, body: bytes = b"", kind: str = "", *lines: tuple[str, str], **more: Any
) -> Sent:
    """A request of these tests."""
    method, target = line.split()
    heads = [("Host", "api.example.com"), *lines]
    if kind:
        heads.append(("Content-Type", kind))
    if body:
        heads.append(("Content-Length", str(len(body))))
    return replace(GET, method=method, target=target, lines=tuple(heads), body=body, **more)


REAL: Final = {
    "a form": (sent("POST /echo", b"a=1&b=2", FORM), "content_type"),
    "GET with a body": (sent("GET /echo", b'{"q": 1}', "application/json"), "body_unexpected"),
    "a token without a scheme": (
        sent("GET /echo", b"", "", ("Authorization", "6f1d2a9c")), "credential_malformed"),
    "a token of another library": (
        sent("GET /echo", b"", "", ("Authorization", "Token 6f1d2a9c")), "credential_malformed"),
    "a key in the query": (sent("GET /echo?api_key=k"), "query_invalid"),
    "a key in the body": (sent("POST /echo", b'{"api_key": "k"}', JSON), "body_invalid"),
    "a key in the path": (sent("GET /items/6f1d2a9c"), "credential_missing"),
    "302 in place of 401": (sent("POST /login", b"user=ada", FORM), "credential_missing"),
    "a redirect of POST": (sent("POST /moved", b"x", "text/plain"), "credential_missing"),
    "a .json twin": (sent("GET /items/7.json"), "credential_missing"),
    "a function view that hides its methods": (sent("PUT /login", b"{}", JSON), "method_unknown"),
    "a path that nobody declared": (sent("GET /nowhere"), "operation_unknown"),
    "an undeclared query": (sent("GET /echo?page=2"), "query_invalid"),
    "no encryption": (sent("GET /echo", scheme="http"), "https_required"),
    "another host": (
        replace(GET, target="/echo", lines=(("Host", "old.example.com"),)), "host_unknown"),
    "a body over the bound": (sent("POST /echo", b"x" * 4000, "text/plain"), "body_too_large"),
    "what a proxy adds": (sent("GET /echo", b"", "", *FORWARDED), "credential_missing"),
    "a cookie": (
        sent("GET /echo", b"", "", ("Cookie", "session=ada"), scheme="http"), "credential_exposed"),
    "a stream": (sent("GET /stream"), "credential_missing"),
    "HEAD": (sent("HEAD /items/7"), "credential_missing"),
    "a view that fails": (sent("GET /fail"), "view_failed"),
    "a doubled slash": (sent("GET /items//7"), "target_malformed"),
}  # fmt: skip
"""What is sent, and a reason that its event must name."""


@pytest.mark.filterwarnings("ignore::Warning")
@pytest.mark.parametrize("what", REAL)
@pytest.mark.parametrize("face", shadowed.ASKED)
def test_in_shadow_no_byte_changes_and_the_event_says_why(face: str, what: str) -> None:
    asked, reason = REAL[what]
    ask, journal = shadowed.ASKED[face], shadowed.Journal()
    bare = _told(ask, asked, False, shadowed.Journal())
    assert _told(ask, asked, True, journal) == bare
    (event,) = journal.events
    assert event.reason == ""
    assert reason in event.shadowed, event


def _told(ask: Any, asked: Sent, observed: bool, journal: shadowed.Journal) -> Any:
    status, headers, body = ask(asked, observed, journal)
    return status, headers, body
