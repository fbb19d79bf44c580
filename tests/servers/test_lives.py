"""Workers come and go: several over ``memory://`` never serve, and who follows shares nothing."""

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from bartizan.policy.load import load
from bartizan.servers import looking
from tests.servers import every, launch, policies
from tests.servers.launch import Served, serving
from tests.servers.wire import once

Start = Callable[..., Served]
SETTINGS = {"DJANGO_SETTINGS_MODULE": "tests.servers.apps.django_settings"}
SEVERAL = [
    (name, app)
    for name in every.SEVERAL
    for app in (
        (launch.FLASK, launch.DJANGO)
        if every.LAUNCHES[name].facts.interface == "wsgi"
        else (launch.DJANGO_ASGI,)
    )
]


def command(name: str, app: str, *more: str, port: int = 0) -> tuple[str, ...]:
    it = every.LAUNCHES[name]
    return every.command(it, port, app, *it.options, *more)


@pytest.mark.parametrize(("name", "app"), SEVERAL)
def test_two_workers_over_memory_serve_nobody(tmp_path: Path, name: str, app: str) -> None:
    policy = policies.write(tmp_path, sockets=app == launch.DJANGO_ASGI)
    port, held = every.reserved()
    if "granian" not in name:
        held.close()
        port = 0
    words = command(name, app, *every.LAUNCHES[name].workers, port=port)
    with held, serving(tmp_path, policy, *words, twin="sealed", listens=False) as served:
        served.gone()  # some with an exit status of 0, as if all were well
        assert "R204" in served.said


@pytest.mark.parametrize("name", ["gunicorn-sync", "granian-wsgi", "hypercorn-wsgi"])
def test_flask_without_a_seal_answers_503(start: Start, name: str) -> None:
    """Nobody asks before the first request: then every worker says so."""
    port, held = every.reserved()
    if "granian" not in name:
        held.close()
        port = 0
    with held:
        served = start(*command(name, launch.FLASK, "--workers", "2", port=port))
        for _ in range(6):
            assert once(served.port, "GET", "/api/seen").status == 503
        assert "R204" in served.said


def test_werkzeug_with_processes_answers_503(start: Start) -> None:
    served = start("tests.servers.apps.forking")
    assert once(served.port, "GET", "/api/seen").status == 503
    assert "R204" in served.said


@pytest.mark.parametrize("app", [launch.FLASK, launch.DJANGO])
def test_recycled_workers_share_nothing(start: Start, app: str) -> None:
    """``max_requests``: each follower has a segment of its own, and no id comes twice."""
    served = start(*command("gunicorn-sync", app, "--max-requests", "4"))
    ids = [_id(served) for _ in range(14)]
    assert len(set(ids)) == 14
    assert len({one.rpartition("-")[0] for one in ids}) >= 3
    assert {event.id for event in served.spooled()} == set(ids)
    assert len(served.runs()) >= 3
    assert served.stop() == 0


@pytest.mark.parametrize("app", [launch.FLASK, launch.DJANGO])
def test_a_worker_that_is_added_later_does_not_serve(start: Start, app: str) -> None:
    """``SIGTTIN`` changes no configuration: the arbiter's own count is what tells."""
    served = start(*command("gunicorn-sync", app))
    assert once(served.port, "GET", "/api/seen").status == 200
    served.process.send_signal(signal.SIGTTIN)
    served.wait_for("Booting worker", times=2)
    os.kill(int(served.said.partition("Booting worker with pid: ")[2].split()[0]), signal.SIGSTOP)
    try:
        assert once(served.port, "GET", "/api/seen").status == 503
    finally:
        first = int(served.said.partition("Booting worker with pid: ")[2].split()[0])
        os.kill(first, signal.SIGCONT)
    assert "R204" in served.said


@pytest.mark.parametrize(
    ("name", "app"),
    [
        ("granian-wsgi", launch.FLASK),
        ("granian-wsgi", launch.DJANGO),
        ("granian-asgi", launch.DJANGO_ASGI),
    ],
)
def test_a_reload_of_granian_is_no_second_worker(start: Start, name: str, app: str) -> None:
    """The new worker starts while the old one still serves: nobody is refused meanwhile."""
    port, held = every.reserved()
    with held:
        quick = ("--respawn-interval", "0.2")
        words = command(name, app, *quick, port=port)
        served = start(*words, sockets=app == launch.DJANGO_ASGI)
        ids = [_id(served)]
        served.process.send_signal(signal.SIGHUP)
        served.wait_for("Respawning worker-1")
        while "Stopping old worker-1" not in served.said:
            with suppress(ConnectionError):  # the worker that goes may hang up; it refuses nobody
                ids.append(_id(served))
        ids += [_id(served) for _ in range(3)]
        assert len(set(ids)) == len(ids)
        assert "R204" not in served.said


def _id(served: Served) -> str:
    answer = once(served.port, "GET", "/api/seen")
    assert answer.status == 200, answer
    return answer.header("bartizan-decision") or ""


def test_a_sibling_that_goes_is_no_reason_for_ever(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    policy = load(policies.write(tmp_path))
    answers = iter([True, True, False])
    monkeypatch.setattr(looking, "sibling", lambda policy: next(answers))
    monkeypatch.setattr(looking, "callers", lambda: ())
    said: str | None = None
    seen = []
    for _ in range(4):
        if said != "":
            said = looking.stopped(policy, "wsgi", several=False, before=said)
        seen.append(said)
    assert seen == [looking.SIBLING, looking.SIBLING, "", ""]


def test_what_the_server_itself_says_is_final(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    policy = load(policies.write(tmp_path))
    monkeypatch.setattr(looking, "callers", lambda: ())
    said = looking.stopped(policy, "wsgi", several=True)
    assert said == looking.SEVERAL
    assert looking.stopped(policy, "wsgi", several=False, before=said) == looking.SEVERAL
