"""Every bench runs and asks what it says it asks. No clock is believed here."""

import os
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from msgspec.structs import replace

from benchmarks import flask_app, instructions, peers, stage
from benchmarks.case import Case, Figure
from benchmarks.floor import Floor
from benchmarks.frames import Frame
from benchmarks.growth import Curve
from benchmarks.page import page
from benchmarks.picture import picture, race_picture
from benchmarks.profile import Share
from benchmarks.question import answered
from benchmarks.questions import get
from benchmarks.race import BARE, OURS, Lane, Race, Result, Time, counted, run
from benchmarks.report import Report
from benchmarks.timing import QUICK, measure
from benchmarks.workers import Kept
from tests.project.tree import ROOT


def figure(added: float, budget: float | None) -> Figure:
    return Figure("Flask", "GET & <more>", "the bare application", 40.0, 40.0 + added, budget)


def result(name: str = peers.AGAIN, *, bare: bool = True, instructions: int = 5000) -> Result:
    times = {"Stack <&> more": Time(200, 540.0, instructions), OURS: Time(200, 80.0, instructions)}
    if bare:
        times[BARE] = Time(200, 40.0, instructions)
    return Result("Flask", name, times)


def report(*figures: Figure, races: tuple[Result, ...] = ()) -> Report:
    return Report(
        figures=figures,
        kept=(Kept("Flask, gunicorn", OURS, 40.0, 0.93, 0.9),),
        races=races or (result(),),
        curves=(Curve("routes", (10, 100), (20.0, 20.1)),),
        shares=(
            Share("Flask, by hand", "Flask, bare", 8.0, None, 50_000),
            Share("Flask, guarded", "Flask, bare", 27.0, None, 190_000),
        ),
        frames=(Frame("wsgi.py facts", 1.0, 0.2),),
        facts={"Python": "3"},
        day="2026-01-01",
    )


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
    for stack in peers.STACKS:
        assert f" {stack} |" in text
    ET.fromstring(written.with_suffix(".svg").read_text("utf-8"))
    ET.fromstring((tmp_path / "performance-peers.svg").read_text("utf-8"))


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


def test_ratios_are_of_what_is_added() -> None:
    assert result().ratio("Stack <&> more") == 500.0 / 40.0
    refused = result("no token", bare=False)
    assert refused.ratio("Stack <&> more") == 540.0 / 80.0


def test_all_lanes_take_turns() -> None:
    turns: list[str] = []
    lanes = {name: Lane(lambda _, name=name: turns.append(name), 200) for name in ("a", "b", "c")}
    run(Race("g", "n", lanes, times=1), QUICK)
    assert turns == ["a", "b", "c"] * QUICK.rounds


def test_what_cannot_be_counted_takes_nobody_elses_count() -> None:
    uncounted = replace(result(instructions=0), counts=False)
    first, second = counted([uncounted, result(instructions=0)], [1, 2, 3])
    assert [time.instructions for time in first.times.values()] == [0, 0, 0]
    assert [time.instructions for time in second.times.values()] == [1, 2, 3]


def test_a_count_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instructions, "LONGEST", 0.05)
    waits = [sys.executable, "-c", "import signal; signal.pause()"]
    with subprocess.Popen(waits, stderr=subprocess.PIPE) as process:
        assert not instructions._done(process)
        process.kill()


def test_the_page_says_first_what_others_do_better() -> None:
    text = page(report(figure(9.0, 10.0)))
    assert text.index("What they do better, first") < text.index("500.0 · 12×")
    assert "| 5 | 5 | 5 |" in text


@pytest.mark.parametrize(("added", "told"), [(11.0, True), (9.0, False)])
def test_why_not_is_told_where_something_is_missed(added: float, told: bool) -> None:
    text = page(report(figure(added, 10.0)))
    assert ("## Why not" in text) is told
    assert ("8 of the\n27 µs" in text) is told


def test_the_other_picture_is_xml_too() -> None:
    drawn = ET.fromstring(race_picture([result(), result("no token", bare=False)]))
    assert len(drawn.findall("{http://www.w3.org/2000/svg}rect")) == 4


def test_the_floor_does_what_it_says() -> None:
    app, token = flask_app.bare(), stage.token()
    floor = Floor(app, token)
    assert answered(floor, get("/orders/7", token)) == 200
    assert answered(floor, get("/orders/7", "another")) == 400
    assert answered(floor, get("/orders/7x", token)) == 400


def test_what_grows_is_not_flat() -> None:
    assert Curve("clients", (10, 1000), (20.0, 21.0)).flat
    assert not Curve("clients", (10, 1000), (20.0, 40.0)).flat
