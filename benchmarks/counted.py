"""Started under callgrind by ``instructions``: asks each stage few times, then more times.

Counts are dumped in between. The difference of two counts of a stage holds nothing but requests:
starting, switching and dumping cost both of them the same.
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
    for _, _, run in built:
        run(few)
    _control("-i", "on")
    _control("-d")
    for at, (_, _, run) in enumerate(built):
        for times in (few, many):
            run(times)
            _control("-d", f"stage{at}.{times}")


def _control(*words: str) -> None:
    command: Sequence[str] = ("callgrind_control", *words, str(os.getpid()))
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
