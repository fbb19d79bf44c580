"""The page of the documentation: written by the command, never by hand."""

from collections.abc import Iterator

from benchmarks.case import Figure
from benchmarks.report import WORDS, Report
from benchmarks.workers import SHARE

INTRODUCTION = """\
# Performance

<!-- Written by `python -m benchmarks --write docs/performance.md`. -->

What Bartizan adds to a request, beside what was promised. The bare application and the guarded
one take turns in one process, batch by batch; the figure is the CPU time of the best batch of
each, so little of what else the machine does is in them. `make bench` measures it again on your
machine in less than three minutes.

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
## Where the instructions go

Instructions for one request, counted by valgrind: each stage does what the one before it does and
one thing more. They are nearly the same on a quiet and on a busy machine. What they cost in time
is not: around a framework, the same instructions of ours took up to twice as long as in a loop of
nothing else. Why was not measured; caches and branch prediction are the likely cause.
"""


def page(report: Report) -> str:
    """The whole page."""
    parts = (INTRODUCTION, _summary(report), *_tables(report), READING, _workers(report))
    more = (_growth(report), _profile(report), _facts(report))
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


def _workers(report: Report) -> str:
    if not report.kept:
        return ""
    rows = "\n".join(
        f"| {group} | {kept:.0%} | {SHARE:.0%} | {WORDS[kept >= SHARE]} |"
        for group, kept in report.kept.items()
    )
    return (
        "## Throughput of a hello world\n\n"
        "One gunicorn worker with one thread, one kept connection on loopback, one request after "
        "the other.\n\n"
        "| worker | left of it | budget | |\n|---|---:|---:|---|\n" + rows + "\n"
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


def _profile(report: Report) -> str:
    if not report.shares:
        return ""
    rows = "\n".join(
        f"| {share.stage} | {share.against} | {share.instructions:,} |" for share in report.shares
    )
    return f"{PROFILE}\n| stage | beside | instructions |\n|---|---|---:|\n{rows}\n"


def _facts(report: Report) -> str:
    rows = "\n".join(f"| {name} | {value} |" for name, value in report.facts.items())
    return (
        "## Measured with\n\n| | |\n|---|---|\n" + rows + "\n\n"
        "Run it again: `make bench`; for this page, "
        "`python -m benchmarks --write docs/performance.md` (Linux; with valgrind it also counts "
        "instructions).\n"
    )
