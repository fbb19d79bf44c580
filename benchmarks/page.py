"""The page of the documentation: written by the command, never by hand."""

from collections.abc import Iterator

from benchmarks.beside import section
from benchmarks.case import Figure
from benchmarks.report import WORDS, Report

INTRODUCTION = """\
# Performance

<!-- Written by `python -m benchmarks --write docs/performance.md`. -->

What Bartizan adds to a request, beside what was promised. The bare application and the guarded
one take turns in one process, batch by batch; the figure is the CPU time of the best batch of
each, so little of what else the machine does is in them. `make bench` measures it again on your
machine in four minutes.

![What is added to a request, beside its budget](performance.svg)
"""

READING = """\
*Base* is what ours is held against: the bare application, unless the row says otherwise. The
policy has a flood limit, a limit per client and one per subject, a limit on guesses, a deny list,
hosts, https and scopes; the token is RS256 and carries three scopes. A refusal has no base: the
whole of it is ours, and the framework never hears of the request. A GET with an unseen token is
held to its budget with everything that a warm one needs as well.
"""

PROFILE = """\
## Why not

Where a budget is missed, this is why. One guarded request taken apart: each stage does what the one
before it does and one thing more. *Alone* it runs in a loop of nothing else; *around Flask* a bare
Flask application answers each request as well, so that what the stage needs is no longer at hand
when it comes again. The same instructions take up to twice as long there, and that is how every
real application runs them. That column holds differences of much larger figures, and is the least
exact. Instructions are counted by valgrind; they are nearly the same on a quiet and on a busy
machine.
"""

FLOOR = """\
*Flask, by hand* is the floor: what the policy asks of one route, written out by hand for this very
request (`benchmarks/floor.py`), with fixed windows, no policy, no other route, no other spelling
and no event. A design in pure Python cannot go below it on this interpreter; {floor:.0f} of the
{ours:.0f} µs that ours adds are that floor. The rest is what makes it hold for every request:
facts read once for every framework, a route for every operation, counters that keep their promise
for every window, a refusal and a shadow possible at each step. No step stands out. What is left
is spread over these functions (a warm GET through Flask, events off; part of the time of our own
frames, measured by a profiler, which makes many small ones look bigger):
"""


def page(report: Report) -> str:
    """The whole page."""
    parts = (INTRODUCTION, _summary(report), *_tables(report), READING)
    more = (*section(report), _growth(report), *_profile(report), _facts(report))
    return "\n".join(part for part in (*parts, *more) if part)


def _summary(report: Report) -> str:
    promised = [figure for figure in report.figures if figure.budget is not None]
    held = len(promised) - len(report.missed)
    return f"**{held} of {len(promised)} budgets hold** ({report.day}).\n"


def _tables(report: Report) -> Iterator[str]:
    for group in dict.fromkeys(figure.group for figure in report.figures):
        figures = [figure for figure in report.figures if figure.group == group]
        rows = "\n".join(map(_row, figures))
        yield (
            f"## {group}\n\n"
            "| µs a request | base | ours | added | budget | |\n"
            "|---|---:|---:|---:|---:|---|\n"
            f"{rows}\n"
        )


def _row(figure: Figure) -> str:
    promised = "" if figure.budget is None else f"{figure.budget:.1f}"
    usual = figure.against in ("the bare application", "nothing", "the bare worker")
    name = figure.name if usual else f"{figure.name} (base: {figure.against})"
    return (
        f"| {name} | {figure.base:.1f} | {figure.ours:.1f} | {figure.added:.1f} "
        f"| {promised} | {WORDS[figure.held]} |"
    )


def _growth(report: Report) -> str:
    rows = "\n".join(
        f"| {curve.what} | "
        + ", ".join(
            f"{size:,}: {micros:.1f}"
            for size, micros in zip(curve.sizes, curve.micros, strict=True)
        )
        + f" | {'flat' if curve.flat else 'grows'} |"
        for curve in report.curves
    )
    return (
        "## What grows beside a request\n\n"
        "A warm GET around an application that does nothing, in µs, with more and more of one "
        "thing.\n\n| of what | how many: µs | |\n|---|---|---|\n" + rows + "\n"
    )


def _profile(report: Report) -> Iterator[str]:
    if not report.shares or not report.missed:
        return
    rows = "\n".join(
        f"| {share.stage} | {share.against} | {share.alone:.2f} "
        f"| {'' if share.around is None else f'{share.around:.2f}'} "
        f"| {f'{share.instructions:,}' if share.instructions else ''} |"
        for share in report.shares
    )
    head = "| stage | beside | alone, µs | around Flask, µs | instructions |\n"
    yield f"{PROFILE}\n{head}|---|---|---:|---:|---:|\n{rows}\n"
    added = {share.stage: share.alone for share in report.shares}
    yield FLOOR.format(floor=added["Flask, by hand"], ours=added["Flask, guarded"])
    rows = "\n".join(
        f"| `{frame.name}` | {frame.calls:.0f} | {frame.share:.0%} |" for frame in report.frames
    )
    yield f"| function | calls | part |\n|---|---:|---:|\n{rows}\n"


def _facts(report: Report) -> str:
    rows = "\n".join(f"| {name} | {value} |" for name, value in report.facts.items())
    return (
        "## Measured with\n\n| | |\n|---|---|\n" + rows + "\n\n"
        "Run it again: `make bench`; for this page, "
        "`python -m benchmarks --write docs/performance.md` (Linux; with valgrind it also counts "
        "instructions).\n"
    )
