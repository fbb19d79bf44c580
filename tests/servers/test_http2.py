"""HTTP/2 has no line to look at and no length to believe: what is still decided there."""

from collections.abc import Callable, Iterator

import pytest

from bartizan.servers.facts import Server
from tests.servers import every, h2wire, launch, policies
from tests.servers.launch import Served, serving

Bearer = Callable[..., tuple[str, str]]
SPEAKERS = [name for name, it in every.LAUNCHES.items() if it.facts.http2]


@pytest.fixture(scope="module", params=SPEAKERS)
def speaker(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Served, Server]]:
    """Each server that speaks it, with Flask under WSGI and Django under ASGI."""
    it = every.LAUNCHES[request.param]
    app = launch.FLASK if it.facts.interface == "wsgi" else launch.DJANGO_ASGI
    directory = tmp_path_factory.mktemp(request.param)
    policy = policies.write(directory, sockets=app == launch.DJANGO_ASGI)
    port, held = every.reserved()
    if it.facts.page != "granian":
        held.close()
        port = 0
    with held, serving(directory, policy, *every.command(it, port, app)) as served:
        yield served, it.facts


def test_an_honest_request_is_served(speaker: tuple[Served, Server], bearer: Bearer) -> None:
    served, _ = speaker
    found = h2wire.ask(served.port, "GET", "/api/seen")
    assert (found.status, found.json["host"]) == (200, "api.example.com"), found
    read = bearer(scope="orders:read")
    headers = [(read[0].lower(), read[1])]
    assert h2wire.ask(served.port, "GET", "/api/orders/7", headers).status == 200
    assert h2wire.ask(served.port, "GET", "/api/orders/7").status == 401


def test_spellings(speaker: tuple[Served, Server]) -> None:
    served, said = speaker
    letter = h2wire.ask(served.port, "GET", "/api/%73een")
    assert letter.status == (200 if "letter" in said.unseen else 400)
    for path in ("/api//seen", "/api/./seen", "/api/seen;a", "/api/seen%00"):
        assert h2wire.ask(served.port, "GET", path).status == 400
    whole = h2wire.ask(served.port, "GET", "http://evil.example/api/seen")
    assert whole.status in (0, 400)


def test_names(speaker: tuple[Served, Server], bearer: Bearer) -> None:
    served, said = speaker
    under = h2wire.ask(served.port, "GET", "/api/seen", [("x_under", "a")])
    assert under.status == (400 if said.underscore == "shown" else 200)
    one, other = bearer(), bearer(sub="mallory")
    two = [(name.lower(), value) for name, value in (one, other)]
    assert h2wire.ask(served.port, "GET", "/api/mine", two).status == 400


def test_a_foreign_host_is_refused(speaker: tuple[Served, Server]) -> None:
    served, _ = speaker
    assert h2wire.ask(served.port, "GET", "/api/seen", authority="evil.example").status == 400
    behind = h2wire.ask(served.port, "GET", "/api/seen", [("host", "evil.example")])
    assert behind.status in (0, 400)


def test_a_body_that_nobody_announced_is_bounded(speaker: tuple[Served, Server]) -> None:
    served, said = speaker
    small = h2wire.ask(served.port, "POST", "/api/upload", (), b"a" * 1000)
    assert small.status == 200, small
    assert small.json["bytes"] == (1000 if said.endless else 0)
    large = h2wire.ask(served.port, "POST", "/api/upload", (), b"a" * 65_000 + b"b" * 535)
    assert large.status == 200, large


def test_a_body_where_none_belongs_is_refused_when_it_comes(
    speaker: tuple[Served, Server],
) -> None:
    """Django under ASGI reads every body; a Flask view that does not ask for it never gets it."""
    served, said = speaker
    answer = h2wire.ask(served.port, "GET", "/api/seen", (), b"hello")
    assert answer.status == (413 if said.interface == "asgi" else 200), answer


def test_a_length_that_lies_reaches_nobody(speaker: tuple[Served, Server]) -> None:
    served, _ = speaker
    lies = [("content-length", "3")]
    assert h2wire.ask(served.port, "POST", "/api/upload", lies, b"hello").status == 0
