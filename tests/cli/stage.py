"""Run the command line: in this process, or for real in one of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from click.testing import CliRunner
from msgspec.structs import replace

from bartizan.cli.group import bartizan
from bartizan.model.event import Event
from bartizan.model.reasons import REASONS
from bartizan.policy.load import load
from bartizan.watch.spool import Spool

APPS = Path(__file__).parent / "apps"
QUIET = ("BARTIZAN_APP", "FLASK_APP", "DJANGO_SETTINGS_MODULE", "NO_COLOR", "FORCE_COLOR", "CI")
"""Variables that would change what a test sees."""


class Ran(NamedTuple):
    """How a command ended."""

    rc: int
    out: str
    err: str


def run(*words: str, **env: str) -> Ran:
    """In this process, 80 columns wide."""
    quiet: dict[str, str | None] = dict.fromkeys(QUIET)
    result = CliRunner().invoke(bartizan, words, env={**quiet, "COLUMNS": "80", **env})
    return Ran(result.exit_code, result.stdout, result.stderr)


def plain(env: Mapping[str, str]) -> dict[str, str]:
    """The environment of a process of its own. How large a terminal is, the terminal says (the
    readline library writes both variables into whatever process imports it)."""
    size = ("COLUMNS", "LINES")
    kept = {name: value for name, value in os.environ.items() if name not in (*QUIET, *size)}
    return {**kept, **env}


def really(*words: str, cwd: Path, **env: str) -> Ran:
    """In a process of its own, its output piped."""
    done = subprocess.run(
        [sys.executable, "-c", "from bartizan.cli import main; main()", *words],
        capture_output=True, text=True, cwd=cwd, env=plain(env), timeout=60, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return Ran(done.returncode, done.stdout, done.stderr)


def keep(here: Path, *events: Event) -> Path:
    """Write events into the spool of the shop, each with the policy's own revision."""
    policy = load(here / "bartizan.toml")
    spool = Spool(policy.stores.events)
    for event in events:
        spool.write(replace(event, revision=event.revision or policy.revision))
    spool.close()
    return spool.directory


def decision(number: int, **fields: Any) -> Event:
    """A permit of the shop, with some fields as given."""
    ordinary: dict[str, Any] = {
        "time": 1764000000.0 + number,
        "id": f"k7f3q2zdx9-{number:06d}",
        "api": "shop",
        "revision": "",
        "event": "access",
        "outcome": "permit",
        "status": 200,
        "method": "GET",
        "operation": "GET /api/orders/{order_id:int}",
        "line": "bartizan.toml:31",
        "client": "0123456789abcdef",
        "network": "203.0.113.0/24",
    }
    return Event(**(ordinary | fields))


def refusal(number: int, name: str = "scope_missing", **fields: Any) -> Event:
    """A refusal of the shop."""
    reason = REASONS[name]
    said = {"event": reason.event, "outcome": "deny", "status": reason.status, "reason": name}
    own = {"control": reason.control, "line": "bartizan.toml:32"}
    return decision(number, **{**said, **own, **fields})


def edit(file: Path, old: str, new: str) -> None:
    """Change a file in one place."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
