"""Started under callgrind by ``instructions``: asks each run few times, then more times.

Counts are dumped in between. The difference of two counts of a run holds nothing but requests:
starting, switching and dumping cost both of them the same.
"""

import gc
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence

from benchmarks import peers
from benchmarks.case import Run
from benchmarks.questions import tokens
from benchmarks.stages import stages

FEW = {"stages": (50, 250), "peers": (4, 16)}
"""How often each run asks, few times and more times."""


def main(kind: str, events: str) -> None:
    """Dump a count for each run of a kind and each number of requests."""
    built = list(runs(kind, events))
    gc.collect()
    gc.disable()
    for run in built:
        run(FEW[kind][1])
    _control("-i", "on")
    _control("-d")
    for at, run in enumerate(built):
        for times in FEW[kind]:
            run(times)
            _control("-d", f"run{at}.{times}")


def runs(kind: str, events: str) -> Iterator[Run]:
    """The stages of one request of ours; or each race, lane by lane, but for those where every
    request needs a token of its own."""
    if kind == "stages":
        for _, _, run in stages(events):
            yield run
        return
    for race in peers.races(tokens(2), events):
        if not race.times:
            for lane in race.lanes.values():
                yield lane.run


def _control(*words: str) -> None:
    command: Sequence[str] = ("callgrind_control", *words, str(os.getpid()))
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
