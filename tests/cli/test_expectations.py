"""An `[[expect]]` that is turned around: `check` ends with 1, and no application starts."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from bartizan.cli import exits
from tests.cli.stage import APPS, plain, run
from tests.cli.test_check import project as project  # the same shop as a Django project

ANSWER = re.compile(r"^answer = (\S+)$", re.M)
MANY = len(ANSWER.findall((APPS / "bartizan.toml").read_text()))


def turn(file: Path, number: int) -> None:
    """Turn one expectation around."""
    text = file.read_text()
    start, end = [match.span(1) for match in ANSWER.finditer(text)][number]
    other = "401" if text[start:end] == '"permit"' else '"permit"'
    file.write_text(text[:start] + other + text[end:])


FLASK = "import shop, bartizan.flask; bartizan.flask.seal(shop.app)"
DJANGO = "import shop_wsgi"


def starts(folder: Path, code: str) -> subprocess.CompletedProcess[str]:
    """Start an application in a process of its own."""
    return subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=plain({}),
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.mark.parametrize("number", range(MANY))
def test_each_one_alone_stops_check_and_start(shop: Path, number: int) -> None:
    turn(shop / "bartizan.toml", number)
    for words in (("check",), ("check", "shop:app")):
        ran = run(*words)
        assert ran.rc == exits.BROKEN
        assert "error[P506]" in ran.out
    done = starts(shop, FLASK)
    assert done.returncode != 0
    assert "P506" in done.stderr


def test_flask_starts_while_all_hold(shop: Path) -> None:
    assert starts(shop, FLASK).returncode == 0


def test_django_does_not_start_either(project: Path) -> None:
    assert starts(project, DJANGO).returncode == 0
    turn(project / "bartizan.toml", 0)
    done = starts(project, DJANGO)
    assert done.returncode != 0
    assert "P506" in done.stderr
