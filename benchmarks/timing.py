"""Base and ours take turns, batch by batch; the best batch of each is what counts.

CPU time of this process, all its threads. Whatever else the machine does can only make a batch
slower, so the best one is the nearest to what the code itself needs; taking turns keeps what
changes slowly (frequency, heat, neighbours) from standing on one side alone.
"""

import gc
from time import process_time_ns

from msgspec import Struct

from benchmarks.case import Case, Figure, Run


class Pace(Struct, frozen=True):
    """How long to measure."""

    rounds: int
    """Batches of each side."""
    batch: float
    """Seconds that one batch should take."""


FULL = Pace(rounds=25, batch=0.012)
QUICK = Pace(rounds=2, batch=0.0005)


def measure(case: Case, pace: Pace) -> Figure:
    """Measure one case."""
    times = case.times or fitting(case.ours, pace.batch)
    base, ours = [], []
    gc.collect()
    for _ in range(pace.rounds):
        base.append(timed(case.base, times) if case.base is not None else 0.0)
        ours.append(timed(case.ours, times))
    return Figure(case.group, case.name, case.against, min(base), min(ours), case.budget)


def timed(run: Run, times: int) -> float:
    """Microseconds of CPU for one of so many requests."""
    began = process_time_ns()
    run(times)
    return (process_time_ns() - began) / times / 1000


def fitting(run: Run, seconds: float) -> int:
    """How many requests take about so long, found out by doing some (which warms up, too)."""
    run(3)
    return max(3, int(seconds * 1e6 / max(timed(run, 5), 1.0)))
