"""A gunicorn worker for real: a fixed number of requests over one kept connection.

The bare worker and the guarded one run side by side and take turns. What each of them needs is
read from the kernel (nanoseconds on a processor, to all its threads), so neither the
client nor the other worker is in the figure.
"""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from msgspec import Struct

from benchmarks import stage
from benchmarks.case import Figure
from benchmarks.peers import DRF, FLASK
from benchmarks.race import OURS
from benchmarks.served import EVENTS

BUDGETS: Final = {"flask": 30.0, "django": 45.0}
"""Most microseconds of CPU that a request may cost more (DESIGN §13), events and proxy included."""
SHARE: Final = 0.9
"""Least part of a hello world's throughput."""
HEADERS: Final = "nothing but our headers"
"""What a worker is called that only sends what ours sends."""
KINDS: Final = ("bare", "headers", "guarded", "stack")
"""What a worker may serve, as ``benchmarks.served`` calls it."""
_START: Final = 20.0
"""Seconds until a worker must answer."""


class Worker(Struct, frozen=True):
    """A process that serves."""

    pid: int
    """The worker, not the master."""
    port: int
    """Where it listens, on loopback."""


class Speed(Struct, frozen=True):
    """What one kind of worker managed."""

    cpu: float
    """Microseconds of CPU for a request."""
    wall: float
    """Microseconds from a request to the end of its answer, one after the other."""


class Kept(Struct, frozen=True):
    """What one kind of worker has left of the bare one's throughput."""

    group: str
    """The worker."""
    who: str
    """Whose it is."""
    added: float
    """Microseconds of CPU that a request costs more."""
    share: float
    """Part of the throughput that is left."""
    budget: float | None
    """Least part that was promised."""

    @property
    def held(self) -> bool | None:
        """Whether that holds; ``None`` where nothing was promised."""
        return None if self.budget is None else self.share >= self.budget


def served(events: str, *, requests: int, rounds: int) -> Iterator[tuple[Figure, list[Kept]]]:
    """For each framework: CPU for a request of ours, and what each kind of worker keeps."""
    stage.policy()  # the keys are in the environment from here on
    for framework, budget in BUDGETS.items():
        with ExitStack() as running:
            workers = {
                kind: running.enter_context(_worker(f"{framework}('{kind}')", events))
                for kind in KINDS
            }
            turns = [
                {kind: _speed(worker, requests) for kind, worker in workers.items()}
                for _ in range(rounds)
            ]
        best = {kind: _best([turn[kind] for turn in turns]) for kind in KINDS}
        bare, ours = best["bare"], best["guarded"]
        name, group = "GET, warm token, event, proxy", f"{framework.title()}, gunicorn"
        figure = Figure(group, name, "the bare worker", bare.cpu, ours.cpu, budget)
        who = FLASK if framework == "flask" else DRF
        told = {"guarded": (OURS, SHARE), "headers": (HEADERS, None), "stack": (who, None)}
        kept = [
            Kept(group, name, best[kind].cpu - bare.cpu, bare.wall / best[kind].wall, least)
            for kind, (name, least) in told.items()
        ]
        yield figure, kept


def _best(speeds: list[Speed]) -> Speed:
    return Speed(min(speed.cpu for speed in speeds), min(speed.wall for speed in speeds))


def _speed(worker: Worker, requests: int) -> Speed:
    """Ask so many times over one connection."""
    asked = _request()
    with socket.create_connection(("127.0.0.1", worker.port), timeout=_START) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        length = _answer(connection, asked)
        cpu, began = _cpu(worker.pid), time.perf_counter()
        for _ in range(requests):
            connection.sendall(asked)
            left = length
            while left > 0:
                left -= len(connection.recv(65536)) or left
        wall = time.perf_counter() - began
    return Speed((_cpu(worker.pid) - cpu) / requests / 1000, wall / requests * 1e6)


def _request() -> bytes:
    lines = (
        "GET /api/orders/7 HTTP/1.1", f"Host: {stage.HOST}", "User-Agent: bench/1.0",
        "Accept: application/json", f"X-Forwarded-For: {stage.CLIENT}",
        "X-Forwarded-Proto: https", f"Authorization: Bearer {stage.token()}",
    )  # fmt: skip
    return "\r\n".join((*lines, "", "")).encode()


def _answer(connection: socket.socket, asked: bytes) -> int:
    """The length of one whole answer; they are all equally long."""
    connection.sendall(asked)
    got = b""
    while b"\r\n\r\n" not in got:
        got += connection.recv(65536)
    head, _, body = got.partition(b"\r\n\r\n")
    if b" 200 " not in head.splitlines()[0]:
        raise SystemExit(f"a worker answered {head.splitlines()[0]!r}")
    said = [line for line in head.lower().splitlines() if line.startswith(b"content-length:")]
    length = int(said[0].split(b":")[1])
    while len(body) < length:
        body += connection.recv(65536)
    return len(head) + 4 + length


def _cpu(pid: int) -> int:
    """Nanoseconds that all threads of a process have run, those that have ended too: the kernel
    has a clock for each process, whose number is made of its id (``clock_getcpuclockid(3)``)."""
    return time.clock_gettime_ns(~pid << 3 | 2)


@contextmanager
def _worker(application: str, events: str) -> Iterator[Worker]:
    """A gunicorn with one worker of one thread, stopped at the end."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(64)
        port, descriptor = listening.getsockname()[1], listening.fileno()
        command = [
            sys.executable, "-m", "gunicorn", "--bind", f"fd://{descriptor}",
            "--worker-class", "gthread", "--workers", "1", "--threads", "1",
            "--keep-alive", "30", "--forwarded-allow-ips", "", "--log-level", "critical",
            f"benchmarks.served:{application}",
        ]  # fmt: skip
        environment = {**os.environ, EVENTS: events, "PYTHONPATH": os.pathsep.join(sys.path)}
        master = subprocess.Popen(command, pass_fds=(descriptor,), env=environment)
    try:
        yield Worker(_child(master), port)
    finally:
        master.terminate()
        master.wait(10)


def _child(master: subprocess.Popen[bytes]) -> int:
    """The worker's id, as soon as there is one."""
    children = Path(f"/proc/{master.pid}/task/{master.pid}/children")
    until = time.monotonic() + _START
    while time.monotonic() < until and master.poll() is None:
        said = children.read_text().split()
        if said:
            return int(said[0])
        time.sleep(0.05)
    raise SystemExit("a gunicorn worker did not start")
