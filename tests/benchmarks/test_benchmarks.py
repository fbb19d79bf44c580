"""Every bench runs and asks what it says it asks. No clock is believed here."""

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from benchmarks.case import Case, Figure
from benchmarks.growth import Curve
from benchmarks.page import page
from benchmarks.picture import picture
from benchmarks.report import Report
from benchmarks.timing import QUICK, measure
from tests.project.tree import ROOT


def figure(added: float, budget: float | None) -> Figure:
    return Figure("Flask", "GET & <more>", "the bare application", 40.0, 40.0 + added, budget)


def report(*figures: Figure) -> Report:
    curves = (Curve("routes", (10, 100), (20.0, 20.1)),)
    return Report(figures, {"Flask, gunicorn": 0.93}, curves, (), {"Python": "3"}, "2026-01-01")


def test_a_quick_run_of_everything_writes_the_page(tmp_path: Path) -> None:
    written = tmp_path / "performance.md"
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", "--quick", "--write", str(written)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    text = written.read_text("utf-8")
    for group in ("Flask", "Django, WSGI", "Django, ASGI", "Flask, gunicorn", "Django, gunicorn"):
        assert f"## {group}\n" in text
    for private in (str(ROOT), str(Path.home()), os.uname().nodename):
        assert private not in text
    ET.fromstring(written.with_suffix(".svg").read_text("utf-8"))


def test_base_and_ours_take_turns() -> None:
    turns: list[str] = []
    case = Case(
        "g", "n", lambda _: turns.append("base"), lambda _: turns.append("ours"), 1.0, times=1
    )
    measure(case, QUICK)
    assert turns == ["base", "ours"] * QUICK.rounds


@pytest.mark.parametrize(
    ("added", "budget", "held"), [(9.0, 10.0, True), (11.0, 10.0, False), (11.0, None, None)]
)
def test_a_budget_is_about_what_is_added(
    added: float, budget: float | None, held: bool | None
) -> None:
    assert figure(added, budget).held is held


def test_the_page_says_what_is_missed() -> None:
    text = page(report(figure(11.0, 10.0), figure(9.0, 10.0)))
    assert "**1 of 2 budgets hold**" in text
    assert "| 11.0 | 10.0 | missed |" in text


def test_the_picture_is_xml_whatever_a_case_is_called() -> None:
    drawn = ET.fromstring(picture([figure(11.0, 10.0), figure(5.0, None)]))
    assert len(drawn.findall("{http://www.w3.org/2000/svg}rect")) == 1


def test_what_grows_is_not_flat() -> None:
    assert Curve("clients", (10, 1000), (20.0, 21.0)).flat
    assert not Curve("clients", (10, 1000), (20.0, 40.0)).flat
