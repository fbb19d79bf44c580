"""``bartizan demo``: one screen, offline, fast, and every hole has its closing."""

import os
import re
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from bartizan.cli.group import bartizan
from bartizan.demo import twins
from bartizan.demo.asked import QUESTIONS
from bartizan.model.reasons import REASONS

ESCAPE = re.compile(r"\x1b\[[0-9;]*m")


def shown(columns: int = 80, **environment: str) -> str:
    """The screen as a pipe gets it."""
    clean = {name: value for name, value in os.environ.items() if name != "FORCE_COLOR"}
    done = subprocess.run(
        [sys.executable, "-c", "from bartizan.cli import main; main()", "demo"],
        env=clean | {"COLUMNS": str(columns)} | environment,
        capture_output=True, text=True, check=True, timeout=30,
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout


@pytest.fixture(scope="module")
def screen() -> str:
    return shown()


def test_it_fits_one_screen(screen: str) -> None:
    lines = screen.splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80


def test_every_hole_has_its_closing(screen: str) -> None:
    rows = [line for line in screen.splitlines() if "HOLE" in line]
    assert len(rows) == sum(1 for one in QUESTIONS if one.closing != "ok")
    assert all(line.count("HOLE") == 1 for line in rows)
    assert f"{len(rows)} holes -> 0." in screen


def test_legal_questions_are_answered_by_both(screen: str) -> None:
    assert len(re.findall(r"20[01] ok +20[01] ok", screen)) == 2


def test_colour_repeats_words_only(screen: str) -> None:
    timing = re.compile(r"\d+ ms")
    coloured = shown(FORCE_COLOR="1")
    assert ESCAPE.search(coloured)
    assert not ESCAPE.search(screen)
    assert not ESCAPE.search(shown(FORCE_COLOR="1", NO_COLOR="1"))
    assert timing.sub("", ESCAPE.sub("", coloured)) == timing.sub("", screen)


@pytest.mark.parametrize("columns", [60, 40])
def test_narrow_terminals_get_the_same_facts(columns: int) -> None:
    narrow = shown(columns)
    assert max(map(len, narrow.splitlines())) <= columns
    assert narrow.count("HOLE") == sum(1 for one in QUESTIONS if one.closing != "ok")
    assert all(one.closing in narrow for one in QUESTIONS)


def test_it_takes_less_than_three_seconds() -> None:
    began = time.perf_counter()
    shown()
    assert time.perf_counter() - began < 3


def test_it_asks_the_network_for_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("no network")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert all(one.held for one in twins.ask(QUESTIONS, tmp_path))


def test_a_policy_that_loses_a_rule_is_noticed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    weak = tmp_path / "bartizan.toml"
    weak.write_text(twins.POLICY.read_text().replace('roles = ["staff"]', ""))
    monkeypatch.setattr(twins, "POLICY", weak)
    wrong = [one.question.title for one in twins.ask(QUESTIONS, tmp_path) if not one.held]
    assert wrong == ["as ana, a customer"]


def test_its_reasons_are_in_the_table() -> None:
    for one in QUESTIONS:
        assert not one.reason or REASONS[one.reason].status == one.status


def test_the_shop_can_be_kept(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    kept = CliRunner().invoke(bartizan, ["demo", "--keep", str(folder)])
    assert kept.exit_code == 0
    checked = subprocess.run(
        [sys.executable, "-c", "from bartizan.cli import main; main()", "check", "guarded:app"],
        cwd=folder, capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip
    assert (checked.returncode, "6 of 6 routes decided" in checked.stdout) == (0, True)
    assert (folder / "secret").stat().st_mode & 0o077 == 0
    again = CliRunner().invoke(bartizan, ["demo", "--keep", str(folder)])
    assert again.exit_code == 2
    assert "is there already" in " ".join(again.output.split())
