"""Target `policy`: the text of a policy file.

Whatever stands in it, `loads` returns a policy or raises `PolicyError`, every fault of which
points into the file. A policy that is accepted is accepted by the schema for editors as well, and
what `policy show` prints of it means the same.
"""

import json
import tomllib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import jsonschema_rs

from bartizan.policy.codes import complete
from bartizan.policy.faults import Fault, PolicyError
from bartizan.policy.load import loads
from bartizan.policy.said import said
from bartizan.policy.schema import json_schema
from bartizan.policy.show import show
from tests.conformance.corpus import corpora
from tests.fuzz.target import Judge, Target, hold, quoted
from tests.project.tree import ROOT

FILE = "bartizan.toml"


@contextmanager
def _open(folder: Path) -> Iterator[Judge]:
    fits = jsonschema_rs.Draft7Validator(json_schema()).is_valid
    file = str(folder / FILE)

    def judge(data: bytes) -> bool:
        text = _text(data)
        try:
            policy = loads(text, file)
        except PolicyError as error:
            hold(error.faults, "a refusal without a fault")
            for fault in error.faults:
                _inside(fault, text, file)
            return any(fault.code != "P101" for fault in error.faults)
        written = json.loads(json.dumps(tomllib.loads(text), default=str))
        hold(fits(written), "the schema refuses a policy that loads")
        hold(loads(show(policy), file).revision == policy.revision, "`show` means something else")
        return True

    yield judge


def _text(data: bytes) -> str:
    """The policy; of an input after a blank only the lines that are TOML."""
    text = data.decode("utf-8", "replace").replace("file:/", "file:")
    return "\n".join(_toml(text[1:].split("\n"))) if text.startswith(" ") else text


def _toml(lines: Iterable[str]) -> Iterator[str]:
    """Lines that are TOML by themselves, no table and no key of one twice: mutated TOML is seldom
    TOML, and what is to be fuzzed stands behind its parser."""
    head = ""
    seen = set()
    for line in lines:
        name = line.partition("=")[0].strip()
        if name.startswith("["):
            head = name
        key = head if name.startswith("[") else f"{head} {name}"
        try:
            tomllib.loads(line)
        except (ValueError, RecursionError):
            continue
        if key not in seen or name.startswith("[["):
            seen.add(key)
            yield line


def _inside(fault: Fault, text: str, file: str) -> None:
    if fault.place.file != file:
        return
    lines = text.split("\n")
    line, column = fault.place.line, fault.place.column
    hold(1 <= line <= len(lines), f"{fault.code} in line {line} of {len(lines)}")
    wide = len(lines[line - 1])
    hold(1 <= column <= wide + 1, f"{fault.code} in column {column} of {wide}")
    hold(fault.place.length >= 1, f"{fault.code} underlines nothing")
    hold(column + fault.place.length - 1 <= max(wide, column), f"{fault.code} underlines too much")
    hold(fault.message and "\n" not in fault.message, f"{fault.code} is no sentence")


def _seeds() -> Iterable[bytes]:
    yield from (corpus.policy.encode() for corpus in corpora())
    yield from (path.read_bytes() for path in ROOT.glob("tests/policy/samples/*.toml"))
    yield from (path.read_bytes() for path in ROOT.glob("examples/*/bartizan.toml"))
    for words in said().values():
        if "example" in words:
            example = complete(words["example"]).encode()
            yield example
            yield b" " + example


WORDS = (
    *('"""', "'''", "[[", "]]", "{", "}", " = ", "\\u0000", "\\U0010ffff", "\r\n", "#", "1e400"),
    *("[api]", "[stores]", "[identity.main]", "[limits]", "[defaults]", "[[expect]]", "[pass]"),
    *('[operations."GET /"]', '[groups."/g/"]', "public = true", "decoy = true", '"none"'),
    *("5/minute per client", "64 KiB", "{x:int}", "{p:path}", "file:", "env:", "anonymous"),
    *("until = 2030-12-31", "int 1..10", "one a b many", "10.0.0.0/8", "*", "results[]"),
)


POLICY = Target("policy", _open, _seeds, WORDS, lambda data: f"policy = {quoted(_text(data))}\n")
