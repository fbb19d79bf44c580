"""Run the command line: in this process, or for real in one of its own."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from click.testing import CliRunner

from bartizan.cli.group import bartizan

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
    """The environment of a process of its own."""
    kept = {name: value for name, value in os.environ.items() if name not in (*QUIET, "COLUMNS")}
    return {**kept, **env}


def really(*words: str, cwd: Path, **env: str) -> Ran:
    """In a process of its own, its output piped."""
    done = subprocess.run(
        [sys.executable, "-c", "from bartizan.cli import main; main()", *words],
        capture_output=True, text=True, cwd=cwd, env=plain(env), timeout=60, check=False,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return Ran(done.returncode, done.stdout, done.stderr)


def edit(file: Path, old: str, new: str) -> None:
    """Change a file in one place."""
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
