"""A terminal of our own: run command lines behind a pseudo-terminal, or through a pipe."""

import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from fcntl import ioctl
from pathlib import Path

from tests.cli.stage import Ran, plain

SGR = re.compile(r"\x1b\[[0-9;]*m")
"""The only escape sequences that are ever written: colours."""

DRIVER = """
import json, sys
from bartizan.cli.group import bartizan
for words in json.loads(sys.argv[1]):
    try:
        bartizan.main(words, prog_name="bartizan")
    except SystemExit as end:
        sys.stdout.flush()
        sys.stderr.flush()
        print("=== rc", end.code, flush=True)
"""
"""Many command lines in one process: starting one for each would take minutes."""


def session(
    commands: list[tuple[str, ...]], cwd: Path, tty: bool, columns: int = 80, **env: str
) -> list[Ran]:
    """What each command shows and how it ends; both streams on the same terminal."""
    call = [sys.executable, "-c", DRIVER, json.dumps(commands)]
    text = _behind_terminal(call, cwd, columns, env) if tty else _piped(call, cwd, env)
    parts = re.split(r"=== rc (\d+)\n", text.replace("\r\n", "\n"))
    assert len(parts) == 2 * len(commands) + 1, text
    return [Ran(int(rc), out, "") for out, rc in zip(parts[0::2], parts[1::2], strict=False)]


def _behind_terminal(call: list[str], cwd: Path, columns: int, env: dict[str, str]) -> str:
    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    with subprocess.Popen(
        call, cwd=cwd, env=plain({"TERM": "xterm-256color", **env}),
        stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs,
    ) as process:  # fmt: skip
        os.close(theirs)
        text = b""
        while True:
            try:
                read = os.read(ours, 65536)
            except OSError:  # Linux: the other end is closed
                break
            if not read:
                break
            text += read
        os.close(ours)
        process.wait(60)
    return text.decode()


def _piped(call: list[str], cwd: Path, env: dict[str, str]) -> str:
    done = subprocess.run(
        call, cwd=cwd, env=plain(env), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, timeout=60, check=False,
    )  # fmt: skip
    return done.stdout.decode()
