"""Several workers with counters in memory: nobody serves limits that are a multiple in silence."""

import signal
from collections.abc import Callable

import pytest

from tests.servers import launch
from tests.servers.launch import Served
from tests.servers.wire import once

Start = Callable[..., Served]
GUNICORN = (*launch.GUNICORN, "--forwarded-allow-ips", "")
UVICORN = (*launch.UVICORN, "--no-proxy-headers")

KINDS = {
    "sync": (),
    "gthread": ("--threads", "2"),
    "sync-preload": ("--preload",),
    "gthread-preload": ("--threads", "2", "--preload"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_flask_under_several_gunicorn_workers_answers_503(start: Start, kind: str) -> None:
    served = start(*GUNICORN, "-w", "2", *KINDS[kind], launch.FLASK)
    for _ in range(8):
        answer = once(served.port, "GET", "/api/seen")
        assert (answer.status, answer.problem) == (503, "unavailable")
    assert "R204" in served.said


@pytest.mark.parametrize(
    ("kind", "application"),
    [
        ("sync-preload", launch.DJANGO_BARE),
        ("gthread-preload", launch.DJANGO),
    ],
)
def test_django_stops_several_gunicorn_workers(start: Start, kind: str, application: str) -> None:
    served = start(*GUNICORN, "-w", "2", *KINDS[kind], application, listens=False)
    assert served.gone() != 0
    assert "R204" in served.said


def test_several_uvicorn_workers_without_lifespan_serve_nobody(start: Start) -> None:
    served = start(*UVICORN, "--workers", "2", "--lifespan", "off", launch.DJANGO_PLAIN_ASGI)
    served.wait_for("Started server process", times=2)
    assert {_status(served) for _ in range(12)} == {503}
    assert "R204" in served.said


def _status(served: Served) -> int:
    return once(served.port, "GET", "/api/few", address="127.0.0.9").status


@pytest.mark.parametrize(
    ("kind", "application"),
    [
        ("sync", launch.FLASK),
        ("gthread-preload", launch.FLASK),
        ("gthread", launch.DJANGO),
        ("sync-preload", launch.DJANGO_BARE),
    ],
)
def test_one_gunicorn_worker_serves_and_starts_afresh(
    start: Start, kind: str, application: str
) -> None:
    served = start(*GUNICORN, *KINDS[kind], application)

    def ask() -> tuple[str, list[int]]:
        answers = [once(served.port, "GET", "/api/few", address="127.0.0.9") for _ in range(4)]
        ids = {(answer.header("bartizan-decision") or "").rpartition("-")[0] for answer in answers}
        assert len(ids) == 1
        return ids.pop(), [answer.status for answer in answers]

    first, statuses = ask()
    assert statuses == [200, 200, 200, 429]
    served.process.send_signal(signal.SIGHUP)
    served.wait_for("Booting worker", times=2)
    served.wait_for("Worker exiting")
    second, statuses = ask()
    assert statuses == [200, 200, 200, 429]
    assert first != second
    events = served.spooled()
    assert len(events) == 8
    assert len(served.runs()) == 2
    assert served.stop() == 0


def test_one_uvicorn_worker_serves_and_ends_when_asked(start: Start) -> None:
    served = start(*UVICORN, launch.DJANGO_ASGI, sockets=True)
    assert [_status(served) for _ in range(4)] == [200, 200, 200, 429]
    assert "the application hears lifespan.startup" in served.said
    assert served.stop() in (0, -signal.SIGTERM)
    assert "the application hears lifespan.shutdown" in served.said
    assert "Traceback" not in served.said


def test_a_django_without_lifespan_serves(start: Start) -> None:
    served = start(*UVICORN, launch.DJANGO_PLAIN_ASGI, sockets=True)
    assert [_status(served) for _ in range(4)] == [200, 200, 200, 429]
    assert served.stop() in (0, -signal.SIGTERM)
