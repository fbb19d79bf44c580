"""What an editor shows: tombi reads the schema, accepts our policies, and finds every slip."""

import json
import random
import subprocess
import sys
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import pytest

from bartizan.policy.schema import NAME, schema_text
from bartizan.policy.vocabulary import SECTIONS
from tests.policy.test_schema import POLICIES
from tests.policy.test_typos import SLOTS, WHOLE, faults, misspelt, slips
from tests.project.tree import ROOT

TOMBI = Path(sys.executable).with_name("tombi")
HEAD = f"#:schema ./{NAME}\n"

Found = Mapping[str, set[int]]
"""File to the lines of its errors."""


def lint(here: Path, files: Mapping[str, str]) -> tuple[int, Found]:
    """What tombi says about policies: its exit code, and where it found errors."""
    (here / NAME).write_text(schema_text())
    for name, text in files.items():
        (here / name).write_text(HEAD + text)
    told = here / "told.jsonl"
    done = subprocess.run(
        [TOMBI, "lint", "--offline", "--no-cache", "--quiet",
         "--diagnostics-format", "json-lines", "--diagnostics-file", told.name, *files],
        cwd=here, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    found = defaultdict(set)
    for line in told.read_text().splitlines() if told.exists() else ():
        one = json.loads(line)
        if one["level"] == "error":
            found[one["path"]].add(one["range"]["start"]["line"] - 1)
        assert one["code"] != "table-strict-additional-keys", one
    assert done.returncode in (0, 1), done.stderr
    return done.returncode, found


def test_our_policies_are_right(tmp_path: Path) -> None:
    files = {str(file.relative_to(ROOT)).replace("/", "-"): file.read_text() for file in POLICIES}
    assert lint(tmp_path, {**files, "whole.toml": WHOLE}) == (0, {})


def test_every_slip_is_found_in_the_line_where_check_finds_it(tmp_path: Path) -> None:
    files, lines = {}, {}
    for number, slot in enumerate(SLOTS):
        known = SECTIONS[slot[0]]
        tried = [slip for slip in slips(slot[3]) if slip not in known]
        for slip in random.Random(slot[3]).sample(tried, 8):
            name = f"{number}-{slip}.toml"
            files[name] = misspelt(slot, slip)
            (fault,) = faults(files[name])
            lines[name] = fault.place.line
    code, found = lint(tmp_path, files)
    assert code == 1
    missed = [name for name in files if lines[name] not in found[name]]
    assert missed == []
    assert len(files) > 600


@pytest.mark.parametrize("seed", range(10))
def test_three_slips_are_three_errors(seed: int, tmp_path: Path) -> None:
    dice = random.Random(seed)
    inner = [slot for slot in SLOTS if slot[0] not in ("the file itself", "example")]
    text, lines = WHOLE, set()
    for (_, offset, length, key), letter in zip(
        sorted(dice.sample(inner, 3), key=lambda one: -one[1]), "zqx", strict=True
    ):
        text = text[:offset] + key + letter + text[offset + length :]
        lines.add(WHOLE.count("\n", 0, offset) + 1)
    _, found = lint(tmp_path, {"three.toml": text})
    assert lines <= found["three.toml"]
    assert {fault.place.line for fault in faults(text)} == lines


OVERLAY = """
extends = "bartizan.toml"

[api]
hosts   = ["127.0.0.1:*"]
proxies = ["127.0.0.2"]

[identity.main]
keys = "file:jwks.json"

[stores]
events = "spool"
"""


def test_an_overlay_says_facts_only(tmp_path: Path) -> None:
    files = {
        "overlay.toml": OVERLAY,
        "rule.toml": OVERLAY.replace("proxies = ", "flood = "),
        "slip.toml": OVERLAY.replace("proxies = ", "prxies = "),
        "section.toml": OVERLAY + '\n[operations."GET /"]\npublic = true\n',
        "inside.toml": OVERLAY.replace("keys = ", "typ = "),
        "alone.toml": OVERLAY.replace('extends = "bartizan.toml"', ""),
    }
    _, found = lint(tmp_path, files)
    assert "overlay.toml" not in found
    assert set(files) - {"overlay.toml"} == set(found)
    assert found["rule.toml"] == found["slip.toml"] == {6}


def test_a_value_that_is_wrong_is_found_in_its_line(tmp_path: Path) -> None:
    wrong = {
        "limit": 'flood = "1000/minute per client"|flood = "1000/minut per client"',
        "size": 'body = "64 KiB"|body = "64 KB"',
        "day": "until = 2030-12-31|until = '2030-12-31'",
        "control": 'controls = ["rate"]|controls = ["rates"]',
        "path": '"POST /x/{pk:int}"]|"POST /x/{pk}"]',
        "method": '"GET /trap"]|"GTE /trap"]',
        "answer": "answer = 403|answer = 200",
        "reference": '"env:SHOP_KEYS"|"SHOP_KEYS"',
    }
    files = {f"{name}.toml": WHOLE.replace(*said.split("|"), 1) for name, said in wrong.items()}
    _, found = lint(tmp_path, files)
    for name, said in wrong.items():
        line = WHOLE.count("\n", 0, WHOLE.index(said.split("|")[0])) + 1
        assert line in found[f"{name}.toml"], name
