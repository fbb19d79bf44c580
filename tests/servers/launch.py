"""Starts a server as a child process, on a port that the kernel chooses, and ends it by its id."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from bartizan.model.event import Event
from bartizan.watch.reader import read

ROOT = Path(__file__).parents[2]
PATIENCE = 20.0
"""Seconds until a server has to listen, or to be gone."""

GUNICORN = ("gunicorn", "--bind", "127.0.0.1:0", "--no-control-socket", "--graceful-timeout", "3")
UVICORN = (
    "uvicorn",
    "--http",
    "h11",
    "--host",
    "127.0.0.1",
    "--port",
    "0",
    "--timeout-graceful-shutdown",
    "3",
)
FLASK = "tests.servers.apps.flask_app:app"
DJANGO = "tests.servers.apps.django_wsgi:application"
DJANGO_BARE = "tests.servers.apps.django_wsgi:bare"
DJANGO_ASGI = "tests.servers.apps.django_asgi:application"
DJANGO_PLAIN_ASGI = "tests.servers.apps.django_asgi:plain"

_LISTENS = re.compile(
    r"(?:[Ll]istening at|[Rr]unning on|[Ss]erving on|server at):? http://127\.0\.0\.1:([1-9][0-9]*)"
)
_FOREIGN = ("FORWARDED_ALLOW_IPS", "GUNICORN_CMD_ARGS", "SCRIPT_NAME", "WEB_CONCURRENCY")
"""Variables of the environment that change what these servers do."""


class Served(Struct):
    """A server that runs, or has run."""

    process: "subprocess.Popen[bytes]"
    """The child."""
    log: Path
    """All that it has said."""
    events: Path
    """Its spool."""
    port: int = 0
    """Where it listens."""

    @property
    def said(self) -> str:
        """Its log so far."""
        return self.log.read_text("utf-8", "replace")

    def spooled(self) -> list[Event]:
        """The events that it has written so far."""
        return list(read(self.events)) if self.events.is_dir() else []

    def runs(self) -> set[str]:
        """The runs of workers that have written segments: no two workers write into one."""
        return {path.name.split("-")[2] for path in self.events.glob("*.jsonl")}

    def wait_for(self, text: str, *, times: int = 1) -> None:
        """Wait until the log holds a text."""
        _until(lambda: self.said.count(text) >= times, self, f"{text!r} in the log")

    def gone(self) -> int:
        """Wait until the server has ended by itself; its exit status."""
        _until(lambda: self.process.poll() is not None, self, "an end by itself")
        return int(self.process.returncode)

    def stop(self) -> int:
        """Ask the server to end, insist where it does not; its exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(PATIENCE)
            raise


@contextmanager
def serving(
    directory: Path,
    policy: Path,
    *command: str,
    twin: str = "",
    listens: bool = True,
    env: Mapping[str, str] | None = None,
) -> Iterator[Served]:
    """Run a server for as long as the block; with `listens` wait until it does."""
    events, log = directory / "events", directory / "server.log"
    told = {
        **{name: text for name, text in os.environ.items() if name not in _FOREIGN},
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}",
        "PYTHONUNBUFFERED": "1",
        "SERVED_POLICY": str(policy),
        "SERVED_EVENTS": str(events),
        "SERVED_TWIN": twin,
        **(env or {}),
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *command],
            cwd=directory,
            env=told,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    served = Served(process, log, events)
    try:
        if listens:
            served.port = _port(served)
        yield served
    finally:
        served.stop()


def _port(served: Served) -> int:
    """Wait until the server says where it listens."""
    gone = served.process.poll
    _until(lambda: _LISTENS.search(served.said) or gone() is not None, served, "sign of life")
    found = _LISTENS.search(served.said)
    if found is None:
        raise AssertionError(f"the server does not start:\n{served.said}")
    return int(found[1])


def _until(done: Callable[[], object], served: Served, what: str) -> None:
    end = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > end:
            raise AssertionError(f"no {what} within {PATIENCE:.0f} s:\n{served.said}")
        time.sleep(0.02)
