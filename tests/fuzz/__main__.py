"""``make fuzz``: every target for its share of the time, one process after the other.

    make fuzz                     an hour
    make fuzz MINUTES=10
    make fuzz TARGET="claims body" SEED=7

Findings lie in ``.fuzz/findings``, each a question of the conformance corpus to be answered by
hand; what was learnt about inputs lies in ``.fuzz/corpus`` and is where the next run begins. Ends
with 0 where everything held, 1 with findings, 4 where nothing was looked at.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bartizan.cli import exits
from bartizan.policy.nearest import nearest
from tests.fuzz.loop import Tally
from tests.fuzz.table import TARGETS
from tests.project.tree import ROOT

FOLDER: Final = ROOT / ".fuzz"
NAMES: Final = tuple(target.name for target in TARGETS)
GRACE: Final = 90
"""Seconds that a process may take to begin and to end, beside its share."""


def main(words: Sequence[str]) -> int:
    """Fuzz, and say what came of it."""
    asked = _asked(words)
    ends = time.monotonic() + asked.minutes * 60
    before = set((FOLDER / "findings").glob("*.toml"))
    tallies: dict[str, Tally] = {}
    try:
        for number, name in enumerate(asked.targets):
            share = (ends - time.monotonic()) / (len(asked.targets) - number)
            tallies[name] = _one(name, max(int(share), 1), asked.seed, ends, tallies)
    except KeyboardInterrupt:
        _summary(tallies, before)
        print(f"interrupted: {len(tallies)} of {len(asked.targets)} targets were asked")
        return exits.INTERRUPTED
    return _summary(tallies, before)


def _asked(words: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make fuzz", allow_abbrev=False)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=" ".join(NAMES))
    asked = parser.parse_args(words)
    for name in asked.targets:
        if name not in NAMES:
            near = nearest(name, NAMES)
            parser.error(f"no target {name!r}" + (f": did you mean {near!r}?" if near else ""))
    asked.targets = asked.targets or list(NAMES)
    return asked


def _one(name: str, seconds: int, seed: int, ends: float, done: dict[str, Tally]) -> Tally:
    """One target in a process of its own; what it says goes into a file."""
    FOLDER.mkdir(exist_ok=True)
    told = FOLDER / f"{name}.json"
    told.unlink(missing_ok=True)
    call = [sys.executable, "-m", "tests.fuzz.loop", name, str(FOLDER), str(seconds), str(seed)]
    late = time.monotonic() + seconds + GRACE
    with (
        (FOLDER / f"{name}.log").open("wb") as log,
        subprocess.Popen(call, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT) as process,
    ):
        try:
            while process.poll() is None and time.monotonic() < late:
                _progress(name, _read(told), ends, done)
                time.sleep(0.5)
            late_by = process.poll() is None
        finally:
            process.kill()
    tally = _read(told)
    tally.ended = 1 if late_by else process.returncode
    return tally


def _read(told: Path) -> Tally:
    return Tally(*json.loads(told.read_text("ascii"))) if told.exists() else Tally()


def _progress(name: str, now: Tally, ends: float, done: dict[str, Tally]) -> None:
    """One line with the time left, on terminals only."""
    if not sys.stderr.isatty():
        return
    left = max(0, int(ends - time.monotonic()))
    inputs = now.inputs + sum(tally.inputs for tally in done.values())
    found = now.findings + sum(tally.findings for tally in done.values())
    line = f"{name}: {inputs:,} inputs, {found} found, {left // 60}:{left % 60:02} left"
    sys.stderr.write(f"\r\x1b[K{line[:79]}")
    sys.stderr.flush()


def _summary(tallies: dict[str, Tally], before: set[Path]) -> int:
    found = set((FOLDER / "findings").glob("*.toml"))
    if sys.stderr.isatty():
        sys.stderr.write("\r\x1b[K")
    for name, tally in tallies.items():
        deep = 100 * tally.deep // max(tally.inputs, 1)
        held = f"{tally.findings} FOUND" if tally.findings else "held"
        if tally.ended or not tally.inputs:
            held = f"{'ENDED EARLY' if tally.inputs else 'NOT EXERCISED'}: see .fuzz/{name}.log"
        print(f"{name:12} {tally.inputs:10,} inputs {deep:3} % past the door   {held}")
    for crash in sorted(FOLDER.glob("crash-*")):
        print(f"CRASHED on {crash.relative_to(ROOT)}")
    for file in sorted(found):
        print(f"found        {file.relative_to(ROOT)}{'' if file not in before else '  (before)'}")
    if found or any(FOLDER.glob("crash-*")):
        return exits.BROKEN
    whole = all(tally.inputs and not tally.ended for tally in tallies.values())
    return exits.HELD if whole else exits.EVIDENCE


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
