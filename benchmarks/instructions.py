"""Where the instructions go: counted by valgrind, so no noise of the machine is in them."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct

from benchmarks import stage
from benchmarks.case import Run
from benchmarks.stages import stages

_DUMP = re.compile(r"^desc: Trigger: dump stage(\d+)\.(\d+)$", re.M)
_TOTAL = re.compile(r"^totals: (\d+)$", re.M)


class Share(Struct, frozen=True):
    """What one stage of a request needs."""

    stage: str
    """The stage."""
    against: str
    """What it is held against."""
    instructions: int
    """How many more than that, for one request."""


def shares(directory: str, *, few: int = 50, many: int = 250) -> Iterator[Share]:
    """Count every stage; nothing where valgrind is not installed."""
    if shutil.which("callgrind_control") is None:
        return
    stage.policy()  # the keys are in the environment from here on
    out = Path(directory) / "callgrind"
    command = [
        "valgrind", "--tool=callgrind", "--instr-atstart=no", f"--callgrind-out-file={out}",
        sys.executable, "-m", "benchmarks.counted", directory, str(few), str(many),
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run(command, check=True, env=environment, capture_output=True, timeout=170)
    yield from _differences(_totals(out), list(stages(directory)))


def _totals(out: Path) -> dict[int, dict[int, int]]:
    """Instructions by place of the stage and number of requests."""
    totals: dict[int, dict[int, int]] = {}
    for path in out.parent.glob(f"{out.name}.*"):
        text = path.read_text("utf-8", "replace")
        trigger, total = _DUMP.search(text), _TOTAL.search(text)
        if trigger is not None and total is not None:
            totals.setdefault(int(trigger[1]), {})[int(trigger[2])] = int(total[1])
    return totals


def _differences(
    totals: dict[int, dict[int, int]], built: list[tuple[str, str, Run]]
) -> Iterator[Share]:
    each = {"nothing": 0}
    for at, (name, against, _) in enumerate(built):
        (few, less), (many, more) = sorted(totals[at].items())
        each[name] = (more - less) // (many - few)
        yield Share(name, against, each[name] - each[against])
