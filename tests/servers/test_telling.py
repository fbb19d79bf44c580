"""What the log says at the start of a server that hides, merges, drops, buffers or believes."""

from collections.abc import Callable

import pytest

from bartizan.servers import telling
from tests.servers import every, launch
from tests.servers.launch import Served
from tests.servers.wire import once

Start = Callable[..., Served]
PROXIES = 'proxies = ["127.0.0.2"]\n'
TRUSTING = (
    "--trusted-proxy=*", "--trusted-proxy-headers=x-forwarded-for x-forwarded-proto",
)  # fmt: skip


def said(start: Start, name: str, *more: str, head: str = "") -> str:
    """The log after the first request."""
    it = every.LAUNCHES[name]
    port, held = every.reserved()
    if it.facts.page != "granian":
        held.close()
        port = 0
    app = launch.FLASK if it.facts.interface == "wsgi" else launch.DJANGO_PLAIN_ASGI
    with held:
        served = start(*every.command(it, port, app, *more), head=head)
        for _ in range(2):
            assert once(served.port, "GET", "/api/seen").status == 200
        return served.said


@pytest.mark.parametrize("name", ["granian-wsgi", "hypercorn-wsgi"])
def test_names_that_become_one_are_named_where_the_policy_has_proxies(
    start: Start, name: str
) -> None:
    facts = every.LAUNCHES[name].facts
    log = said(start, name, head=PROXIES)
    assert log.count(telling.merged(facts)) == 1
    assert log.count(telling.hidden(facts)) == 1
    assert log.count(telling.buffering(facts)) == (facts.body == "buffered")


def test_without_proxies_nobody_is_believed_under_any_name(start: Start) -> None:
    log = said(start, "granian-wsgi")
    assert "X_Forwarded_For" not in log
    assert "spelling cannot be seen" in log


def test_waitress_drops_what_the_policy_wants_to_read(start: Start) -> None:
    facts = every.LAUNCHES["waitress"].facts
    log = said(start, "waitress", head=PROXIES)
    assert log.count(telling.dropping(facts)) == 1
    assert log.count(telling.buffering(facts)) == 1


def test_waitress_that_believes_somebody_is_named(start: Start) -> None:
    facts = every.LAUNCHES["waitress"].facts
    log = said(start, "waitress", *TRUSTING)
    assert log.count(telling.believing(facts, "*")) == 1
    assert telling.dropping(facts) not in log


def test_what_waitress_believes_does_not_count(start: Start) -> None:
    """Of everybody, by its own option: neither the client nor the scheme becomes another."""
    words = every.command(every.LAUNCHES["waitress"], 0, launch.FLASK, *TRUSTING)
    served = start(*words)
    forged = once(served.port, "GET", "/api/seen", [("X-Forwarded-For", "203.0.113.9")])
    assert (forged.status, forged.problem) == (400, "bad_request")
    secure = once(served.port, "GET", "/api/secure", [("X-Forwarded-Proto", "https")])
    assert (secure.status, secure.problem) == (403, "https_required")
    assert once(served.port, "GET", "/api/seen").status == 200
    assert next(event.reason for event in served.spooled()) == "peer_rewritten"


@pytest.mark.parametrize("name", ["gunicorn-asgi", "gunicorn-uvicorn", "uvicorn-httptools"])
def test_whoever_is_believed_is_named_under_asgi(start: Start, name: str) -> None:
    log = said(start, name)
    assert "believes forwarding headers of 127.0.0.1, ::1 by itself" in log


def test_a_quiet_server_has_nothing_said_of_it(start: Start) -> None:
    it = every.LAUNCHES["gunicorn-gthread"]
    log = said(start, "gunicorn-gthread", *it.options, head=PROXIES)
    for word in ("believes", "cannot be seen", "X_Forwarded_For", "drops", "reads a whole body"):
        assert word not in log
