"""Runs the code blocks of a page, in order, in a folder of its own.

A comment above a block says what it is; readers do not see it, and no site builder needs to know:

- ``<!-- file: NAME -->``: the block is that file, written into the folder; a policy is loaded;
- ``<!-- append: NAME -->``: the block is added to a file that the page has written before;
- ``<!-- serve: PORT -->``: commands of another terminal; they run until the page serves something
  else there, or ends, and the page goes on once somebody listens at that port;
- ``<!-- not run -->``: it stands in the table of ``test_blocks.py``, with the reason.

Without a comment a ``toml`` block is a piece of a policy, and loads when what it leaves out is
added; ``python`` blocks of a page run together, after everything else; ``sh`` blocks run as they
stand. A ``text`` block right behind commands holds lines of their output, in order, ``...`` for
the rest.
"""

import fcntl
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO

from msgspec import Struct

from bartizan.policy.codes import complete
from bartizan.policy.load import load

BLOCK = re.compile(
    r"^(?P<indent> *)(?:<!-- (?P<mark>[a-z ]+?)(?:: (?P<name>\S+))? -->\n(?P=indent))?"
    r"```(?P<language>\w*)\n(?P<text>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)
EXIT = re.compile(r"exit code (\d+)")
PATIENCE = 30.0
"""Seconds in which a server listens."""


class Block(Struct, frozen=True):
    """One code block of a page."""

    page: str
    """The page's path in the repository."""
    line: int
    """Its first line."""
    mark: str
    """``file``, ``append``, ``serve``, ``not run``, or nothing."""
    name: str
    """The file that it is, or the port at which it serves."""
    language: str
    """What follows the fence."""
    text: str
    """What stands in it."""
    answers: bool
    """Whether nothing but white space stands between it and the block before."""

    @property
    def key(self) -> tuple[str, str]:
        """What the table of blocks that are not run calls it: page and first line."""
        return self.page, self.text.strip().partition("\n")[0].strip()


def blocks(page: str, markdown: str) -> Iterator[Block]:
    """All blocks of a page, in order."""
    end = 0
    for found in BLOCK.finditer(markdown):
        indent = len(found["indent"])
        text = "".join(line[indent:] or "\n" for line in found["text"].splitlines(keepends=True))
        yield Block(
            page=page,
            line=markdown.count("\n", 0, found.start("language")) + 1,
            mark=found["mark"] or "",
            name=found["name"] or "",
            language=found["language"],
            text=text,
            answers=end > 0 and not markdown[end : found.start()].strip(),
        )
        end = found.end()


class Run:
    """One page being run."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.script: list[str] = []
        self.output: str | None = None
        self.serving: subprocess.Popen[bytes] | None = None
        self.turn: IO[bytes] | None = None

    def page(self, of_page: list[Block]) -> None:
        """Run all of it. Raises ``AssertionError`` that names the line of the page."""
        try:
            for block in of_page:
                try:
                    self.block(block)
                except Exception as error:
                    raise AssertionError(f"{block.page}:{block.line}: {error}") from error
        finally:
            self.stop()
            if self.turn is not None:
                self.turn.close()
        if self.script:
            (self.folder / "page.py").write_text("\n".join(self.script))
            self.command(f"{sys.executable} -W error page.py", 0)

    def block(self, block: Block) -> None:
        """Run one block."""
        output, self.output = self.output, None
        if block.mark in ("file", "append"):
            self.write(block)
        elif block.mark == "serve":
            self.serve(block)
        elif block.mark == "not run":
            return
        elif block.language == "toml":
            piece = self.folder / "piece.toml"
            piece.write_text(complete(block.text))
            load(piece)
        elif block.language == "python":
            self.script.append(block.text)
        elif block.language == "sh":
            code = EXIT.search(block.text)
            self.output = self.command(block.text, int(code[1]) if code else 0)
        elif block.language == "text" and output is not None and block.answers:
            compare(block.text, output)
        elif block.language not in ("", "text", "json"):
            raise AssertionError(f"nobody knows how to run `{block.language}`")

    def write(self, block: Block) -> None:
        """Make the block a file."""
        path = self.folder / block.name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w" if block.mark == "file" else "a") as file:
            file.write(block.text if block.mark == "file" else "\n" + block.text)
        if path.name.startswith("bartizan"):
            load(path)
        elif path.suffix == ".py":
            compile(path.read_text(), path.name, "exec")

    def serve(self, block: Block) -> None:
        """Run commands beside the page, once nobody else serves there, until they listen."""
        self.stop()
        here = ("127.0.0.1", int(block.name))
        self.turn = self.turn or self.await_turn(block.name)
        with socket.socket() as free:
            free.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            free.bind(here)
        said = self.folder / "serving.log"
        with said.open("wb") as log:
            self.serving = subprocess.Popen(
                ["bash", "-euc", block.text],
                cwd=self.folder,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and self.serving.poll() is None:
            with suppress(ConnectionRefusedError), socket.create_connection(here, PATIENCE):
                return
            time.sleep(0.05)
        raise AssertionError(f"nobody listens:\n{said.read_text()}")

    def await_turn(self, port: str) -> IO[bytes]:
        """Pages name ports: of several test runs on one machine one at a time has a port."""
        turn = (Path(tempfile.gettempdir()) / f"bartizan-docs-{port}.lock").open("wb")
        fcntl.flock(turn, fcntl.LOCK_EX)
        return turn

    def stop(self) -> None:
        """End what is served, and all that it has started."""
        if self.serving is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.serving.pid, signal.SIGTERM)
            self.serving.wait(PATIENCE)
            self.serving = None

    def environment(self) -> dict[str, str]:
        """The variables of a plain terminal."""
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        plain = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
        return plain | {"PATH": path, "COLUMNS": "80", "NO_COLOR": "1", "PYTHONPATH": "."}

    def command(self, text: str, code: int) -> str:
        """Run commands in the folder; returns what they printed."""
        done = subprocess.run(
            ["bash", "-euc", text],
            cwd=self.folder,
            env=self.environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == code, f"exit code {done.returncode}:\n{done.stdout}"
        return done.stdout


def compare(wanted: str, output: str) -> None:
    """Every line that a page shows is printed, in that order; white space is not compared."""
    printed = iter([" ".join(line.split()) for line in output.splitlines()])
    for line in wanted.splitlines():
        parts = [" ".join(part.split()) for part in line.split("...")]
        if any(parts):
            found = any(_within(parts, other) for other in printed)
            assert found, f"`{line}` is not in\n{output}"


def _within(parts: list[str], line: str) -> bool:
    """Whether a printed line holds these parts, in order."""
    at = 0
    for part in parts:
        at = line.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return True
