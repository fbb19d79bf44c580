"""Every command of docs/deployment, run as it stands: it serves, and has nothing to complain of."""

import os
import shlex
from pathlib import Path

import pytest

from tests.docs.blocks import Block, blocks
from tests.servers import every, policies
from tests.servers.launch import ROOT, serving
from tests.servers.wire import once

PAGES = sorted((ROOT / "docs/deployment").glob("*.md"))
FOLDER = ROOT / "tests/servers/apps/recipes"
MODULES = {"waitress-serve": ("waitress",), "python": ()}
"""What stands behind ``python -m`` for a program of another name."""
SOMEWHERE = {
    "gunicorn": ("--bind", "127.0.0.1:0", "--no-control-socket"),
    "uvicorn": ("--port", "0"),
    "granian": ("--port", "{port}"),
    "hypercorn": ("--bind", "127.0.0.1:0"),
    "waitress-serve": ("--listen=127.0.0.1:0",),
    "flask": ("--port", "0"),
    "python": ("127.0.0.1:0",),
}
"""What is added, so that no port is taken twice."""


def commands() -> list[tuple[str, str, tuple[Block, ...]]]:
    """Page, command, and the files that the page has written before it."""
    found = []
    for page in PAGES:
        files: tuple[Block, ...] = ()
        for block in blocks(page.name, page.read_text("utf-8")):
            if block.mark == "file":
                files = (*files, block)
            found += [
                (page.stem, line, files)
                for line in block.text.splitlines()
                if block.language == "sh" and line
            ]
    return found


COMMANDS = commands()


@pytest.mark.parametrize(
    ("page", "line", "files"), COMMANDS, ids=[f"{page}-{line}" for page, line, _ in COMMANDS]
)
def test_the_command_serves(tmp_path: Path, page: str, line: str, files: tuple[Block, ...]) -> None:
    for block in files:
        (tmp_path / block.name).write_text(block.text, "utf-8")
    program, *rest = shlex.split(line)
    if rest[0] == "manage.py":
        rest[0] = "manage"
    port, held = every.reserved()
    more = tuple(word.format(port=port) for word in SOMEWHERE[program])
    words = every.placed(program, rest, more)
    policy = policies.write(tmp_path, sockets="asgi" in line)
    env = {"PYTHONPATH": os.pathsep.join(map(str, (FOLDER, ROOT, ROOT / "src")))}
    if program != "granian":
        held.close()
    with held, serving(tmp_path, policy, *MODULES.get(program, (program,)), *words, env=env) as it:
        assert once(it.port, "GET", "/api/seen").status == 200
        assert once(it.port, "GET", "/api/orders/7").status == 401
        for complaint in ("believes forwarding headers", "drops forwarding", "R204", "Traceback"):
            assert complaint not in it.said


def test_every_page_has_commands() -> None:
    assert {page for page, _, _ in COMMANDS} == {page.stem for page in PAGES}
