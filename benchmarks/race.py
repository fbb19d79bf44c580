"""Several ways to answer one request take turns, batch by batch; the best batch of each counts."""

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from benchmarks.case import Run
from benchmarks.timing import Pace, fitting, timed


class Lane(Struct, frozen=True):
    """One who answers."""

    run: Run
    """Asks so many times."""
    status: int
    """What is answered."""


class Race(Struct, frozen=True):
    """One request, asked of all."""

    group: str
    """The framework."""
    name: str
    """What is asked."""
    lanes: Mapping[str, Lane]
    """Who answers, by name; ``bare`` is the application alone, where it has an answer."""
    times: int = 0
    """Requests in one batch, where there must not be more; 0 lets the clock say."""


class Time(Struct, frozen=True):
    """What one who answers needs."""

    status: int
    """What was answered."""
    micros: float
    """Microseconds of CPU for one request."""
    instructions: int = 0
    """Instructions for one request; 0 where nothing could count them."""


class Result(Struct, frozen=True):
    """How a race ended."""

    group: str
    """As the race says."""
    name: str
    """As the race says."""
    times: Mapping[str, Time]
    """By the name of the lane."""
    counts: bool = True
    """Whether its instructions can be counted: not where every request has a token of its own."""

    @property
    def peers(self) -> tuple[str, ...]:
        """The lanes that are neither bare nor ours."""
        return tuple(lane for lane in self.times if lane not in (BARE, OURS))

    def added(self, lane: str) -> float:
        """Microseconds that a lane adds to the bare application; all of them where there is none
        to compare with."""
        bare = self.times.get(BARE)
        return self.times[lane].micros - (bare.micros if bare is not None else 0.0)

    def ratio(self, lane: str) -> float:
        """How many times as much as ours a lane adds."""
        return self.added(lane) / max(self.added(OURS), 0.1)


BARE, OURS = "bare", "Bartizan"


def counted(results: Iterable[Result], counts: Sequence[int]) -> Iterator[Result]:
    """The results with the instructions of each lane; races that were not counted have none."""
    left = iter(counts)
    for result in results:
        times = result.times
        if result.counts:
            times = {
                lane: replace(time, instructions=next(left, 0)) for lane, time in times.items()
            }
        yield replace(result, times=times)


def run(race: Race, pace: Pace) -> Result:
    """Let them take turns."""
    times = {name: race.times or fitting(lane.run, pace.batch) for name, lane in race.lanes.items()}
    best: dict[str, float] = dict.fromkeys(times, float("inf"))
    gc.collect()
    for _ in range(pace.rounds):
        for name, lane in race.lanes.items():
            best[name] = min(best[name], timed(lane.run, times[name]))
    found = {name: Time(lane.status, best[name]) for name, lane in race.lanes.items()}
    return Result(race.group, race.name, found, counts=not race.times)
