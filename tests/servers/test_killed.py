"""``kill -9`` of a worker while it answers: what a client was told of stands in the log."""

import os
import re
import signal
import threading
from collections.abc import Callable
from http.client import HTTPException

import pytest

from bartizan.watch.reader import decode
from tests.servers import launch
from tests.servers.launch import GUNICORN, Served
from tests.servers.wire import once

Start = Callable[..., Served]
KILLS = 4


@pytest.mark.parametrize(
    ("options", "application"),
    [
        (("--threads", "4"), launch.FLASK),
        (("--preload", "--threads", "4"), launch.DJANGO),
        ((), launch.DJANGO_BARE),
    ],
)
def test_no_answer_is_without_its_event(
    start: Start, options: tuple[str, ...], application: str
) -> None:
    served = start(*GUNICORN, "--forwarded-allow-ips", "", *options, application)
    told: list[str] = []
    over = threading.Event()

    def ask() -> None:
        while not over.is_set():
            try:
                answer = once(served.port, "GET", "/api/seen")
            except (OSError, HTTPException):
                continue  # its worker was killed before it could answer
            if answer.status == 200:
                told.append(answer.header("bartizan-decision") or "")

    clients = [threading.Thread(target=ask) for _ in range(4)]
    for client in clients:
        client.start()
    try:
        for kill in range(1, KILLS + 1):
            served.wait_for("Booting worker", times=kill)
            worker = re.findall(r"Booting worker with pid: (\d+)", served.said)[-1]
            before = len(told)
            while len(told) < before + 20:
                over.wait(0.001)
            os.kill(int(worker), signal.SIGKILL)
        served.wait_for("Booting worker", times=KILLS + 1)
    finally:
        over.set()
        for client in clients:
            client.join(20)
    written = {event.id for event in served.spooled()}
    assert len(told) >= 20 * KILLS
    assert set(told) <= written, "an answer without its event"
    assert len(served.runs()) >= KILLS
    for path in served.events.glob("*.jsonl"):
        lines = path.read_bytes().split(b"\n")
        assert all(decode(line) is not None for line in lines if line.strip()), "a torn line"
