"""The import contracts bite: each is broken on purpose, in a copy of the source."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.project.tree import ROOT

LINTER = Path(sys.executable).with_name("lint-imports")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(
        ROOT / "src/bartizan", tmp_path / "bartizan", ignore=shutil.ignore_patterns("__pycache__")
    )
    return tmp_path / "bartizan"


def lint(package: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [LINTER, "--config", ROOT / "pyproject.toml", "--no-cache"],
        cwd=package.parent,
        env=os.environ | {"PYTHONPATH": str(package.parent)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_house_keeps_its_contracts(copy: Path) -> None:
    outcome = lint(copy)
    assert outcome.returncode == 0, outcome.stdout


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("policy/rules.py", "import bartizan.enforce.effects", "Imports point down"),
        ("model/subject.py", "import flask", "know no framework"),
        ("enforce/engine.py", "import pydantic", "know no framework"),
        (
            "policy/match.py",
            "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import werkzeug",
            "know no framework",
        ),
        ("stores/port.py", "def late():\n    import django", "known to adapters"),
        ("flask/__init__.py", "import bartizan.django", "Imports point down"),
        ("django/__init__.py", "import flask", "does not know Flask"),
        ("scan/__init__.py", "import bartizan.watch", "The verbs do not know"),
        ("audit/__init__.py", "import bartizan.policy.rules", "The proof shares nothing"),
        ("watch/spool.py", "import bartizan.stores.port", "The spool knows"),
        ("cellar.py", '"""A room in no layer."""', "Imports point down"),
    ],
)
def test_a_forbidden_import_is_noticed(copy: Path, module: str, line: str, contract: str) -> None:
    with (copy / module).open("a") as source:
        source.write(f"\n{line}\n")
    outcome = lint(copy)
    assert outcome.returncode == 1
    broken = [row for row in outcome.stdout.splitlines() if row.endswith("BROKEN")]
    assert any(contract in row for row in broken), outcome.stdout
