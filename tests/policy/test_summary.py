"""The line of the start says what `bartizan check` says."""

import datetime as dt
import json
import shutil
from pathlib import Path

import pytest

from bartizan.policy.load import load, loads
from bartizan.policy.summary import summary
from tests.cli.stage import APPS, run

TODAY = dt.date(2026, 11, 24)
POLICY = """\
[api]
name = "orders"
hosts = ["api.example.com"]
{api}
[stores]
limits = "memory://"
[operations."GET /a"]
public = true
{own}
[operations."GET /b"]
public = true
[[expect]]
ask = "GET /a"
answer = "permit"
"""
DAY = "shadow = {{ until = {} }}"
PART = 'shadow = {{ until = {}, controls = ["rate"] }}'


@pytest.mark.parametrize(
    ("api", "own", "said"),
    [
        ("", "", "2 operations, 2 of them public, by bartizan.toml"),
        (DAY.format("2026-12-24"), "", "public, all in shadow until 2026-12-24 (nothing is"),
        (DAY.format("2026-11-24"), "", "public, all in shadow until 2026-11-24"),
        (DAY.format("2026-11-23"), "", "public, by"),
        (PART.format("2026-12-24"), "", "public, 2 with controls in shadow, by"),
        ("", PART.format("2026-12-24"), "public, 1 with controls in shadow, by"),
        ("", DAY.format("2026-11-23"), "public, by"),
    ],
)
def test_what_is_in_shadow_is_said(api: str, own: str, said: str) -> None:
    policy = loads(POLICY.format(api=api, own=own))
    assert said in summary(policy, TODAY)


def test_its_figures_are_those_of_check(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = tmp_path / "shop"
    shutil.copytree(APPS, here, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(here)
    checked = json.loads(run("check", "--format", "json").out)
    line = summary(load("bartizan.toml"), TODAY)
    public = sum(operation["public"] for operation in checked["operations"])
    assert f"{len(checked['operations'])} operations, {public} of them public" in line
    assert line.endswith(f"by bartizan.toml at {checked['revision']}")
