"""Started under callgrind by ``instructions``: asks each stage twice, few times and more times.

Counting is switched on around the asking alone. The difference of the two counts holds nothing
but requests: no start, no switching.
"""

import gc
import os
import subprocess
import sys
from collections.abc import Sequence

from benchmarks.stages import stages


def main(events: str, few: int, many: int) -> None:
    """Dump a count for each stage and each number of requests."""
    built = list(stages(events))
    gc.collect()
    gc.disable()
    for name, against, run in built:
        run(few)
        for times in (few, many):
            _control("-i", "on")
            run(times)
            _control("-i", "off")
            _control("-d", f"{name}|{against}|{times}")


def _control(*words: str) -> None:
    command: Sequence[str] = ("callgrind_control", *words, str(os.getpid()))
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
