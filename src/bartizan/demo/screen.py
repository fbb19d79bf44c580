"""``bartizan demo``: one screen, in this process, offline. Ten holes, and what closes each."""

import tempfile
import textwrap
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Final

import click

from bartizan.demo.asked import QUESTIONS
from bartizan.demo.kept import keep
from bartizan.demo.terminal import cell, paint, say, width
from bartizan.demo.twins import POLICY, Answer, Asked, ask

QUESTION: Final = 39
BARE: Final = 12
WIDE: Final = 80
"""Columns of the table; a terminal that has fewer gets two lines a question."""


@click.command(name="demo", epilog="\b\nExamples:\n  bartizan demo\n  bartizan demo --keep shop")
@click.option(
    "--keep",
    "folder",
    metavar="FOLDER",
    type=click.Path(path_type=Path),
    help="leave the shop and its policy in a new folder",
)
@click.pass_context
def command(ctx: click.Context, folder: Path | None) -> None:
    """Ask a small shop the same questions without a policy and with one.

    Everything happens in this process: no network, no configuration.
    """
    if folder is not None:
        _keep(folder)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as place:
        asked = ask(QUESTIONS, Path(place))
    say(*page(asked, time.perf_counter() - began, width()), "", *following(folder, width()))
    ctx.exit(0 if all(one.held for one in asked) else 1)


def page(asked: list[Asked], seconds: float, columns: int) -> Iterator[str]:
    """The whole screen; the last line counts."""
    lines = sum(1 for line in POLICY.read_text().splitlines() if line.strip())
    policy = f"{lines} lines of policy"
    title = f"bartizan {version('bartizan')}  a small shop API, the way tutorials write it"
    yield from textwrap.wrap(title, columns)
    yield ""
    if columns >= WIDE:
        yield " " + cell("question", QUESTION) + cell("no policy", BARE) + policy
        yield " " + "-" * (WIDE - 2)
    else:
        yield " question"
        yield f"   no policy -> {policy}"
        yield " " + "-" * (columns - 2)
    for one in asked:
        yield from _row(one, columns)
    yield ""
    yield from _count(asked, seconds, columns)


def _row(one: Asked, columns: int) -> Iterator[str]:
    what = f"{one.question.method:<5}{one.question.path:<12}{one.question.title}"
    word, style = ("HOLE", "bad") if one.bare.hole else ("ok", "good")
    bare = cell(f"{one.bare.status} {word}", BARE, style)
    if columns >= WIDE:
        yield f" {cell(what, QUESTION)}{bare}{_closing(one, one.guarded)}"
    else:
        yield f" {what}"
        yield f"   {bare.rstrip()} -> {_closing(one, one.guarded)}"


def _closing(one: Asked, said: Answer) -> str:
    if one.held:
        return f"{said.status} " + paint("good", one.question.closing)
    return paint("bad", f"{said.status} HOLE" if said.hole else f"{said.status} UNEXPECTED")


def _count(asked: list[Asked], seconds: float, columns: int) -> Iterator[str]:
    before = sum(one.bare.hole for one in asked)
    after = sum(not one.held for one in asked)
    counted = f" {len(asked)} questions asked twice in {1000 * seconds:.0f} ms: "
    holes = f"{before} holes -> {after}."
    quiet = "Nothing left this machine."
    if columns >= WIDE:
        yield f"{counted}{paint('head', holes)}  {quiet}"
    else:
        yield counted.rstrip()
        yield f" {paint('head', holes)}"
        yield f" {quiet}"


def following(folder: Path | None, columns: int) -> Iterator[str]:
    """What to do next: only commands that are there."""
    steps = [("bartizan explain D905", "what a refusal means, and what to do")]
    if folder is None:
        steps.insert(0, ("bartizan demo --keep shop", "leave the shop and its policy in ./shop"))
    else:
        yield f"Kept in {folder}; go there first."
        steps.insert(0, ("bartizan check guarded:app", "every route, and what is decided for it"))
    for number, (typed, what) in enumerate(steps):
        head = "      " if number else "Next  "
        yield f"{head}{typed:<28}{what}" if columns >= WIDE else f"{head}{typed}"


def _keep(folder: Path) -> None:
    try:
        keep(folder)
    except FileExistsError:
        raise click.UsageError(f"{folder} is there already: name a new folder") from None
    except OSError as error:
        raise click.UsageError(f"{folder}: {error.strerror}") from None
