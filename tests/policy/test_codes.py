"""Every code of the loader: its bad example triggers it, its good one is a policy."""

import re
from pathlib import Path

import pytest

from bartizan.policy.codes import complete
from bartizan.policy.faults import CODES, Code, PolicyError
from bartizan.policy.load import load

SOURCE = Path(__file__).parents[2] / "src/bartizan/policy"


@pytest.fixture
def write(tmp_path: Path):
    (tmp_path / "bartizan.toml").write_text(complete(""))

    def write(text: str) -> Path:
        path = tmp_path / "example.toml"
        path.write_text(complete(text))
        return path

    return write


@pytest.mark.parametrize("code", CODES.values(), ids=list(CODES))
def test_bad_triggers_its_code_alone(code: Code, write) -> None:
    with pytest.raises(PolicyError) as error:
        load(write(code.bad))
    assert {fault.code for fault in error.value.faults} == {code.code}


@pytest.mark.parametrize("code", CODES.values(), ids=list(CODES))
def test_good_is_a_policy(code: Code, write) -> None:
    load(write(code.good))


def test_every_code_in_the_source_is_in_the_table() -> None:
    files = sorted(SOURCE.glob("*.py"))
    text = "".join(path.read_text() for path in files if path.name != "codes.py")
    assert set(re.findall(r'"(P[1-3]\d\d)"', text)) == set(CODES)


def test_every_part_is_said() -> None:
    for code in CODES.values():
        assert code.title
        assert code.why.endswith(".")
        assert code.reference
        assert code.bad != code.good
