"""``python -m benchmarks``: measure everything, print it, and write the page where asked to."""

import argparse
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import frames, growth, instructions, machine, peers, profile, race, workers
from benchmarks.case import Case, Figure
from benchmarks.django_cases import django_cases
from benchmarks.flask_cases import flask_cases
from benchmarks.page import page
from benchmarks.picture import picture, race_picture
from benchmarks.questions import UNSEEN, Tokens, tokens
from benchmarks.report import TITLE, Report, Say, closing, curve_line, line, race_line
from benchmarks.timing import FULL, QUICK, Pace, measure


def main(words: list[str] | None = None) -> None:
    """Read the words of the command and do it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="run everything, measure nothing")
    parser.add_argument(
        "--write", type=Path, metavar="PAGE", help="write the page and its pictures"
    )
    said = parser.parse_args(words)
    report = run(QUICK if said.quick else FULL, print)
    for sentence in closing(report):
        print(sentence)
    if said.write is not None:
        said.write.write_text(page(report), "utf-8")
        said.write.with_suffix(".svg").write_text(picture(report.figures), "utf-8")
        beside = said.write.with_name(f"{said.write.stem}-peers.svg")
        beside.write_text(race_picture(report.races), "utf-8")


def run(pace: Pace, say: Say) -> Report:
    """Every bench, one after the other."""
    quick = pace is QUICK
    made = tokens(50 if quick else UNSEEN)
    with tempfile.TemporaryDirectory() as events:
        say(TITLE)
        figures = [_said(measure(case, pace), say) for case in _cases(made, events)]
        kept = []
        requests, rounds = (20, 1) if quick else (300, 12)
        for figure, workers_kept in workers.served(events, requests=requests, rounds=rounds):
            figures.append(_said(figure, say))
            kept += workers_kept
        races = []
        for one in peers.races(made, events):
            races.append(race.run(one, pace))
            say(race_line(races[-1]))
        curves = []
        for curve in growth.curves(pace, most=100 if quick else 100_000):
            say(curve_line(curve))
            curves.append(curve)
        counts = {} if quick else instructions.counts(events, "stages", "peers")
        shares = tuple(profile.shares(events, counts.get("stages", ()), pace))
        races = list(race.counted(races, counts.get("peers", ())))
        hottest = tuple(frames.frames(20 if quick else 3000))
    return Report(
        figures=tuple(figures),
        kept=tuple(kept),
        races=tuple(races),
        curves=tuple(curves),
        shares=shares,
        frames=hottest,
        facts=machine.facts(),
        day=datetime.now(UTC).date().isoformat(),
    )


def _cases(made: Tokens, events: str) -> Iterator[Case]:
    yield from flask_cases(made, events)
    yield from django_cases(made, events)


def _said(figure: Figure, say: Say) -> Figure:
    say(line(figure))
    return figure


if __name__ == "__main__":
    main()
