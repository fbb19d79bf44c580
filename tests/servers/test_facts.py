"""Every fact of the table, shown on the real server: a release that changes one fails here."""

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from bartizan.servers.facts import Server
from bartizan.servers.table import SERVERS
from tests.servers import every
from tests.servers.launch import Served, serving
from tests.servers.measuring import MEASURES, ask, believes, declared, forwarding

ELSEWHERE = {
    "name", "title", "package", "page", "interface", "modules", "command", "production",
    "lifespan", "load_fault", "timeouts", "workers", "running", "trusted", "drops",
}  # fmt: skip
"""Fields that are no measure on the wire: words, and what the tests below ask for by name."""

Start = Callable[..., Served]
ENV = {"DJANGO_SETTINGS_MODULE": "tests.servers.apps.mirror_settings"}


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts the mirror under a server, and ends it with the test."""
    with ExitStack() as stack:

        def begin(launch: every.Launch, *more: str) -> Served:
            port, held = 0, None
            if "granian" in launch.server:
                port, held = every.reserved()
                stack.callback(held.close)
            words = every.command(launch, port, every.mirror(launch), *more)
            directory = tmp_path / f"{len(list(tmp_path.iterdir()))}"
            directory.mkdir()
            return stack.enter_context(serving(directory, Path("none"), *words, env=ENV))

        yield begin


@pytest.mark.parametrize("name", every.LAUNCHES)
def test_facts_hold(start: Start, name: str) -> None:
    launch = every.LAUNCHES[name]
    served, said = start(launch), launch.facts
    measured = {fact: measure(served, said) for fact, measure in MEASURES.items()}
    assert measured == {fact: declared(said, fact) for fact in MEASURES}
    found = ask(served, "GET /seen").asked
    assert found["server"] == said.name
    assert bool(found["trusted"]) == (said.believes is not None and said.believes.default)
    assert found["drops"] == (said.forwarding == "dropped")
    assert found["workers"] == 1
    assert ("the application hears lifespan.startup" in served.said) == said.lifespan


@pytest.mark.parametrize("name", [name for name, it in every.LAUNCHES.items() if it.options])
def test_started_as_told_nothing_is_replaced_or_dropped(start: Start, name: str) -> None:
    launch = every.LAUNCHES[name]
    served = start(launch, *launch.options)
    assert believes(served, launch.facts) == ()
    assert forwarding(served, launch.facts) == "kept"
    found = ask(served, "GET /seen").asked
    assert (found["trusted"], found["drops"]) == ("", False)


@pytest.mark.parametrize("name", every.SEVERAL)
def test_two_workers_are_counted(start: Start, name: str) -> None:
    launch = every.LAUNCHES[name]
    found = ask(start(launch, *launch.workers), "GET /seen").asked
    assert found["workers"] == 2
    told = {"told": True, "always": True, "never": False}
    assert found["multiprocess"] == told[launch.facts.multiprocess]


def test_a_prefix_under_granian_cuts_letters_from_any_path(start: Start) -> None:
    """Its page says so: what is left is decided and served alike, whatever stood before it."""
    served = start(every.LAUNCHES["granian-wsgi"], "--url-path-prefix", "/api")
    for target in ("/api/seen", "/any/seen"):
        found = ask(served, f"GET {target}").asked
        assert (found["path"], found["raw_path"]) == ("/api/seen", None)


def test_every_field_is_measured_or_named() -> None:
    fields = {field.name for field in structs.fields(Server)}
    assert fields == MEASURES.keys() | ELSEWHERE
    assert {launch.server for launch in every.LAUNCHES.values()} == every.BY_NAME.keys()


def _gunicorn(option: str) -> Any:
    settings = import_module("gunicorn.config").Config().settings
    return next(it.default for it in settings.values() if option in (it.cli or ()))


def _uvicorn(option: str) -> Any:
    config = import_module("uvicorn.config").Config("none")
    return getattr(config, option.removeprefix("--").replace("-", "_"))


def _waitress(option: str) -> Any:
    adjustments = import_module("waitress.adjustments").Adjustments
    return getattr(adjustments, option.removeprefix("--").replace("-", "_"))


def _hypercorn(option: str) -> Any:
    config = import_module("hypercorn.config").Config()
    names = {"--keep-alive": "keep_alive_timeout", "--graceful-timeout": "graceful_timeout"}
    return getattr(config, names[option])


def _granian(option: str) -> Any:
    assert option == "--http1-header-read-timeout"
    return import_module("granian.http").HTTP1Settings().header_read_timeout / 1000


TIMES = {
    "gunicorn": _gunicorn, "uvicorn": _uvicorn, "waitress": _waitress, "hypercorn": _hypercorn,
    "granian": _granian,
}  # fmt: skip


@pytest.mark.parametrize("server", SERVERS, ids=lambda server: server.name)
def test_timeouts_are_those_of_the_release(server: Server) -> None:
    said = dict(server.timeouts)
    assert said == {option: TIMES[server.page](option) for option in said}


def test_a_port_stays_ours() -> None:
    port, held = every.reserved()
    with held, socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(("127.0.0.1", port))
