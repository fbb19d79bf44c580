"""What the fuzzer has found: each fault once, by its smallest input, as a question to paste."""

import re
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.fuzz.target import Target, Wrong, quoted

SUFFIX: Final = ".toml"


class Findings:
    """The findings of one target, kept in a folder."""

    def __init__(self, folder: Path, target: Target) -> None:
        self._folder = folder
        self._target = target
        self._smallest: dict[str, int] = {}

    def add(self, data: bytes, fault: BaseException) -> None:
        """Keep an input, unless a smaller one shows the same fault."""
        kind = _kind(fault)
        if len(data) >= self._smallest.get(kind, len(data) + 1):
            return
        self._smallest[kind] = len(data)
        number = list(self._smallest).index(kind) + 1
        self._folder.mkdir(parents=True, exist_ok=True)
        file = self._folder / f"{self._target.name}-{number}{SUFFIX}"
        file.write_text("".join(_page(self._target, data, fault)), encoding="utf-8")

    def __len__(self) -> int:
        return len(self._smallest)


def _kind(fault: BaseException) -> str:
    """Two faults are one where they are raised at one place and say the same but for numbers."""
    last = traceback.extract_tb(fault.__traceback__)[-1]
    said = re.sub(r"[0-9]+|'.*?'|`.*?`|\".*?\"", "_", str(fault))[:120]
    return f"{type(fault).__name__} {last.filename}:{last.lineno} {said}"


def _page(target: Target, data: bytes, fault: BaseException) -> Iterator[str]:
    said = " ".join(str(fault).split())
    kind = said if isinstance(fault, Wrong) else f"{type(fault).__name__}: {said}"
    yield f"# Found by `make fuzz TARGET={target.name}`. What does not hold:\n"
    yield f"#   {ascii(kind)[1:-1][:400]}\n"
    for frame in traceback.extract_tb(fault.__traceback__)[-3:]:
        yield f"#   {frame.filename.rpartition('/main/')[2]}:{frame.lineno} {frame.name}\n"
    yield f"# The input: bytes.fromhex({data.hex()!r})\n"
    yield "# Write the answer before you ask for it (tests/conformance/README.md).\n\n"
    yield f"[[ask]]\nname = {quoted(f'found by fuzzing {target.name}')}\n"
    yield target.question(data)
    yield 'status = 0\nreason = ""\n'
