"""One target, fuzzed for some time or a number of inputs; findings are kept, and it goes on.

`guided` lets libFuzzer (through atheris) choose inputs by the branches that they reach in
`bartizan`; `blind` mutates the seeds at random, and the same way for the same seed.
"""

import json
import random
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any

from msgspec import Struct

PATIENCE = 20
"""Seconds for one input; more is a finding."""
LONGEST = 4096
"""Bytes of an input."""


class Tally(Struct):
    """What has been done so far."""

    inputs: int = 0
    """Inputs that were looked at."""
    deep: int = 0
    """Those that got past the first parser."""
    findings: int = 0
    """Faults that were found, each once."""
    ended: int = 0
    """How the process ended: 0 where its time was over."""


@contextmanager
def judged(target: Any, folder: Path, tally: Tally) -> Iterator[Callable[[bytes], None]]:
    """What looks at one input, keeps what it finds and counts."""
    findings = import_module("tests.fuzz.findings").Findings(folder, target)
    with tempfile.TemporaryDirectory() as place, target.open(Path(place)) as judge:

        def look(data: bytes) -> None:
            tally.inputs += 1
            signal.alarm(PATIENCE)
            try:
                tally.deep += judge(data)
            except Exception as fault:
                findings.add(data, fault)
                tally.findings = len(findings)
            finally:
                signal.alarm(0)

        yield look


def _late(*_: object) -> None:
    raise TimeoutError(f"no end within {PATIENCE} seconds")


def blind(target: Any, folder: Path, inputs: int, seed: int) -> Tally:
    """Look at a number of inputs: every seed, then seeds with small wounds."""
    signal.signal(signal.SIGALRM, _late)
    tally, dice = Tally(), random.Random(seed)
    seeds = sorted(set(target.seeds()))
    words = [word.encode("utf-8", "surrogatepass") for word in target.words]
    with judged(target, folder, tally) as look:
        for number in range(inputs):
            chosen = seeds[number] if number < len(seeds) else dice.choice(seeds)
            look(chosen if number < len(seeds) else wounded(chosen, words, dice))
    return tally


def wounded(data: bytes, words: list[bytes], dice: random.Random) -> bytes:
    """An input with some bytes cut out, doubled, or something put in their place."""
    for _ in range(dice.randint(1, 4)):
        at, length = dice.randint(0, len(data)), dice.choice((0, 0, 1, 1, 2, 8))
        piece = dice.choice((b"", dice.randbytes(1), dice.choice(words), data[at : at + 8] * 2))
        data = data[:at] + piece + data[at + length :]
    return data[:LONGEST]


def guided(name: str, root: Path, seconds: int, seed: int) -> None:
    """Fuzz a target until the time is over. Never returns: libFuzzer ends the process."""
    atheris = import_module("atheris")
    with atheris.instrument_imports(include=["bartizan"]):
        table = import_module("tests.fuzz.table")
    target = next(one for one in table.TARGETS if one.name == name)
    corpus, tally = root / "corpus" / name, Tally()
    corpus.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(sorted(set(target.seeds()))):
        (corpus / f"seed-{number:04}").write_bytes(data[:LONGEST])
    words = root / f"{name}.dict"
    words.write_text("".join(map(_entry, target.words)), encoding="ascii")
    told = root / f"{name}.json"
    with judged(target, root / "findings", tally) as look:

        def each(data: bytes) -> None:
            signal.signal(signal.SIGALRM, _late)
            look(data)
            if tally.inputs % 50 == 0:
                _tell(told, tally)

        atheris.Setup(
            [sys.argv[0], str(corpus), f"-max_total_time={seconds}", f"-seed={seed}",
             f"-max_len={LONGEST}", f"-dict={words}", "-timeout=0", "-rss_limit_mb=2048",
             f"-artifact_prefix={root}/crash-{name}-"],
            each,
        )  # fmt: skip
        atheris.Fuzz()


def _tell(told: Path, tally: Tally) -> None:
    fresh = told.with_suffix(".new")
    fresh.write_text(json.dumps([tally.inputs, tally.deep, tally.findings]), encoding="ascii")
    fresh.replace(told)


def _entry(word: str) -> str:
    """A line of a dictionary of libFuzzer."""
    data = word.encode("utf-8", "surrogatepass")
    return '"' + "".join(f"\\x{byte:02x}" for byte in data) + '"\n'


if __name__ == "__main__":
    guided(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
