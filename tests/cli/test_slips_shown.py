"""A misspelt key as `bartizan check` shows it: exit code 2, the place, the right word, the loss."""

import random
import re
from pathlib import Path

import pytest

from bartizan.cli import exits
from bartizan.policy.vocabulary import SECTIONS
from tests.cli.stage import run
from tests.policy.test_typos import SLOTS, WHOLE, misspelt, slips

Slot = tuple[str, int, int, str]


@pytest.fixture
def policy(shop: Path) -> Path:
    return shop / "slips.toml"


def shown(policy: Path, slot: Slot, slip: str) -> str:
    """What is said about one slip, held against where it is."""
    _, offset, _, _ = slot
    policy.write_text(misspelt(slot, slip))
    ran = run("check", "--policy", policy.name)
    line = WHOLE.count("\n", 0, offset) + 1
    column = offset - WHOLE.rfind("\n", 0, offset)
    assert ran.rc == exits.WRONG, slip
    assert f"error[P103] unknown key `{slip}`" in ran.out
    assert f"--> slips.toml:{line}:{column}\n" in ran.out
    assert re.search(rf"\| +\^{{{len(slip)}}}(?!\^)", ran.out), "the caret underlines the key"
    assert ran.out.count("error[") == 1
    return ran.out


def test_every_key_once(policy: Path) -> None:
    right = total = 0
    for slot in SLOTS:
        known = SECTIONS[slot[0]]
        tried = [slip for slip in slips(slot[3]) if slip not in known]
        for slip in random.Random(slot[3]).sample(tried, 2):
            right += f"did you mean `{slot[3]}`?" in shown(policy, slot, slip)
            total += 1
    assert total > 200
    assert right / total >= 0.95


@pytest.mark.parametrize("seed", range(5))
def test_three_are_three(policy: Path, seed: int) -> None:
    text = WHOLE
    chosen = sorted(random.Random(seed).sample(SLOTS, 3), key=lambda one: -one[1])
    for _, offset, length, key in chosen:
        text = text[:offset] + key + "zz" + text[offset + length :]
    policy.write_text(text)
    ran = run("check", "--policy", policy.name)
    assert ran.rc == exits.WRONG
    assert ran.out.count("error[P103]") == ran.out.count("error[") == 3
