"""Where the time goes: a request of ours stage by stage, alone and around a framework."""

from collections.abc import Iterator, Sequence

from msgspec import Struct

from benchmarks import flask_app
from benchmarks.case import Run
from benchmarks.stages import Stage, stages
from benchmarks.timing import Pace, timed


class Share(Struct, frozen=True):
    """What one stage of a request needs beside another."""

    stage: str
    """The stage."""
    against: str
    """What it is held against."""
    alone: float
    """Microseconds more than that, in a loop of nothing else."""
    around: float | None
    """The same where Flask answers each request as well; ``None`` where it does anyhow."""
    instructions: int
    """Instructions more; 0 where nothing can count them."""


def shares(events: str, counts: Sequence[int], pace: Pace) -> Iterator[Share]:
    """Every stage; ``counts`` are the instructions of each, or nothing."""
    built = list(stages(f"{events}/alone"))
    alone = _best([run for _, _, run in built], pace)
    followed = list(stages(f"{events}/around", flask_app.bare().wsgi_app))
    around = _best([run for _, _, run in followed], pace)
    at = {name: number for number, (name, _, _) in enumerate(built)}

    def beside(found: Sequence[float], stage: Stage) -> float | None:
        name, against, _ = stage
        base = at.get(against)
        if at[name] >= len(found):
            return None
        return found[at[name]] - (found[base] if base is not None else 0)

    for stage in built:
        apart = beside(around, stage) if stage[1] != "nothing" else None
        more = beside(counts, stage)
        yield Share(stage[0], stage[1], beside(alone, stage) or 0.0, apart, int(more or 0))


def _best(runs: Sequence[Run], pace: Pace) -> list[float]:
    """Microseconds of each, all of them taking turns."""
    times = max(3, int(pace.batch * 1e6 / 60))
    for run in runs:
        run(times)
    rounds = [[timed(run, times) for run in runs] for _ in range(pace.rounds)]
    return [min(column) for column in zip(*rounds, strict=True)]
