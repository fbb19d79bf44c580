"""What `init` and `policy schema` write is right in an editor, and they write the same schema."""

import json
import subprocess
from pathlib import Path

import pytest

from bartizan.cli import exits
from bartizan.policy.schema import NAME
from tests.cli.stage import edit, plain, run
from tests.policy.test_editors import TOMBI


def lint(folder: Path, file: str) -> subprocess.CompletedProcess[str]:
    """What tombi says about a policy whose first line names the schema beside it."""
    return subprocess.run(
        [TOMBI, "lint", "--offline", "--no-cache", "--error-on-warnings", file],
        cwd=folder, env=plain({}), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip


@pytest.fixture
def drafted(shop: Path) -> Path:
    """A folder with a policy that `init` has just written."""
    (shop / "first").mkdir()
    ran = run("init", "shop:app", "--output", "first/bartizan.toml")
    assert ran.rc == exits.HELD, ran
    return shop / "first"


def test_a_draft_is_right_without_a_warning(drafted: Path) -> None:
    text = (drafted / "bartizan.toml").read_text()
    assert text.startswith(f"#:schema ./{NAME}\n")
    done = lint(drafted, "bartizan.toml")
    assert done.returncode == 0, done.stderr + done.stdout


def test_a_slip_in_a_draft_is_found(drafted: Path) -> None:
    edit(drafted / "bartizan.toml", "hosts", "hots")
    assert lint(drafted, "bartizan.toml").returncode == 1


def test_init_and_policy_schema_write_the_same(drafted: Path) -> None:
    ran = run("policy", "schema", "--output", "again.json")
    assert (ran.rc, ran.err) == (0, "")
    written = (drafted / NAME).read_text()
    assert Path("again.json").read_text() == written == run("policy", "schema").out
    assert json.loads(written)["$schema"].endswith("draft-07/schema#")
