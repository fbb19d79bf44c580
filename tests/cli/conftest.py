"""A directory with a small shop and its policy, to be checked, asked and spoiled."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.stage import APPS, QUIET


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The working directory of a test; modules imported from it are forgotten."""
    here = tmp_path / "shop"
    shutil.copytree(APPS, here, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(here)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    for name in QUIET:
        monkeypatch.delenv(name, raising=False)
    before = set(sys.modules)
    yield here
    for name in set(sys.modules) - before:
        if str(here) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]
