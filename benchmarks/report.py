"""Everything that was found, and how a terminal is shown it."""

from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct

from benchmarks.case import Figure
from benchmarks.frames import Frame
from benchmarks.growth import Curve
from benchmarks.profile import Share
from benchmarks.race import OURS, Result
from benchmarks.workers import Kept

WORDS: Mapping[bool | None, str] = {True: "held", False: "missed", None: "no budget"}


class Report(Struct, frozen=True):
    """One run of all benches."""

    figures: tuple[Figure, ...]
    """Time, case by case."""
    kept: tuple[Kept, ...]
    """What workers have left of their throughput."""
    races: tuple[Result, ...]
    """The stacks of tutorials, and ours."""
    curves: tuple[Curve, ...]
    """What grew."""
    shares: tuple[Share, ...]
    """Where time and instructions go, stage by stage."""
    frames: tuple[Frame, ...]
    """Our most expensive functions."""
    facts: Mapping[str, str]
    """What it was measured with."""
    day: str
    """The day, as ISO 8601 writes it."""

    @property
    def missed(self) -> tuple[Figure, ...]:
        """Every figure over its budget."""
        return tuple(figure for figure in self.figures if figure.held is False)


def line(figure: Figure) -> str:
    """One figure for the terminal."""
    promised = "" if figure.budget is None else f"{figure.budget:6.1f}"
    return (
        f"{figure.group:16} {figure.name:30} {figure.base:8.1f} {figure.ours:8.1f} "
        f"{figure.added:+8.1f} {promised:>6}  {WORDS[figure.held]}"
    )


TITLE = f"{'µs of CPU a request':47} {'base':>8} {'ours':>8} {'added':>8} {'budget':>6}"


def race_line(result: Result) -> str:
    """One race for the terminal."""
    said = ", ".join(
        f"{lane.partition(',')[0]} {result.added(lane):.1f} ({result.ratio(lane):.0f}x)"
        for lane in result.times
        if lane in (OURS, *result.peers)
    )
    return f"{result.group:8} {result.name:34} {said}"


def curve_line(curve: Curve) -> str:
    """One curve for the terminal."""
    pairs = zip(curve.sizes, curve.micros, strict=True)
    said = ", ".join(f"{size:,}: {micros:.1f}" for size, micros in pairs)
    return f"{curve.what:16} {said}  {'flat' if curve.flat else 'grows'}"


def closing(report: Report) -> Iterator[str]:
    """What to remember."""
    promised = [figure for figure in report.figures if figure.budget is not None]
    yield f"{len(promised) - len(report.missed)} of {len(promised)} budgets hold"
    for kept in report.kept:
        yield f"{kept.group}, {kept.who}: {kept.share:.0%} of a hello world's throughput is left"
    for share in report.shares:
        around = f"{share.around:7.2f}" if share.around is not None else " " * 7
        yield (
            f"{share.stage:26} {share.alone:7.2f} µs alone {around} around Flask "
            f"{share.instructions:9,} instructions"
        )


Say = Callable[[str], None]
"""Says one line to whoever waits."""
