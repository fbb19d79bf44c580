"""Where the instructions go: counted by valgrind, so no noise of the machine is in them."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from benchmarks import stage

LONGEST = 170
"""Seconds after which counting is given up."""
_DUMP = re.compile(r"^desc: Trigger: dump run(\d+)\.(\d+)$", re.M)
_TOTAL = re.compile(r"^totals: (\d+)$", re.M)


def counts(directory: str, *kinds: str) -> Mapping[str, list[int]]:
    """Instructions for one request of each run, kind by kind, as ``counted`` lists them; empty
    where nothing can count them. The kinds are counted at the same time."""
    if shutil.which("callgrind_control") is None:
        return {kind: [] for kind in kinds}
    stage.policy()  # the keys are in the environment from here on
    environment = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONPATH": os.pathsep.join(sys.path)}
    started = {
        kind: subprocess.Popen(
            _command(kind, directory), env=environment, stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        for kind in kinds
    }  # fmt: skip
    try:
        done = {kind: _done(process) for kind, process in started.items()}
    finally:
        for process in started.values():
            process.kill()
            process.wait()
    return {
        kind: list(_each(_totals(_out(kind, directory)))) if done[kind] else [] for kind in kinds
    }


def _done(process: subprocess.Popen[bytes]) -> bool:
    """Whether it has counted to its end; on a machine that is too busy for that nothing is said."""
    try:
        said = process.communicate(timeout=LONGEST)[1]
    except subprocess.TimeoutExpired:
        return False
    if process.returncode:
        raise SystemExit(f"instructions could not be counted: {said.decode()[-2000:]}")
    return True


def _command(kind: str, directory: str) -> list[str]:
    return [
        "valgrind", "--tool=callgrind", "--instr-atstart=no",
        f"--callgrind-out-file={_out(kind, directory)}",
        sys.executable, "-m", "benchmarks.counted", kind, directory,
    ]  # fmt: skip


def _out(kind: str, directory: str) -> Path:
    return Path(directory) / f"callgrind-{kind}"


def _totals(out: Path) -> dict[int, dict[int, int]]:
    """Instructions by place of the run and number of requests."""
    totals: dict[int, dict[int, int]] = {}
    for path in out.parent.glob(f"{out.name}.*"):
        text = path.read_text("utf-8", "replace")
        trigger, total = _DUMP.search(text), _TOTAL.search(text)
        if trigger is not None and total is not None:
            totals.setdefault(int(trigger[1]), {})[int(trigger[2])] = int(total[1])
    return totals


def _each(totals: dict[int, dict[int, int]]) -> Iterator[int]:
    for at in sorted(totals):
        (few, less), (many, more) = sorted(totals[at].items())
        yield (more - less) // (many - few)
