"""The targets of `make fuzz`, asked a little in every run: the same inputs for the same seed."""

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from bartizan.cli import exits
from tests.conformance.corpus import Entry, Wire
from tests.fuzz import __main__ as command
from tests.fuzz.findings import Findings
from tests.fuzz.loop import Tally, blind
from tests.fuzz.table import TARGETS
from tests.fuzz.target import Judge, Target, hold, quoted

INPUTS = 400


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_everything_holds(target: Target, tmp_path: Path) -> None:
    tally = blind(target, tmp_path, INPUTS, seed=20261124)
    found = [file.read_text() for file in tmp_path.iterdir()]
    assert found == []
    assert tally.inputs == INPUTS
    assert tally.deep >= INPUTS // 20, "nearly all inputs are stopped at the door"


@contextmanager
def _broken(_place: Path) -> Iterator[Judge]:
    def judge(data: bytes) -> bool:
        hold(b"a" not in data, f"{len(data)} bytes with an `a`")
        return True

    yield judge


BROKEN = Target(
    "broken", _broken, lambda: (b"", b"xyz"), ("a",), lambda data: f"x = {data.hex()!r}\n"
)


def test_a_fault_is_found_once_and_its_smallest_input_kept(tmp_path: Path) -> None:
    tally = blind(BROKEN, tmp_path, 300, seed=1)
    (file,) = tmp_path.iterdir()
    assert tally.findings == 1
    assert "bytes.fromhex('61')" in file.read_text()
    assert "1 bytes with an `a`" in file.read_text()


def test_the_same_seed_is_the_same_inputs(tmp_path: Path) -> None:
    seen: list[list[bytes]] = []

    @contextmanager
    def listening(_place: Path) -> Iterator[Judge]:
        inputs: list[bytes] = []
        seen.append(inputs)
        yield lambda data: not inputs.append(data)

    for seed in (1, 1, 2):
        blind(replace(BROKEN, open=listening), tmp_path, 50, seed)
    assert seen[0] == seen[1] != seen[2]


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_a_finding_is_a_question_to_paste(target: Target, tmp_path: Path) -> None:
    findings = Findings(tmp_path, target)
    data = next(iter(target.seeds())) + b'\x00"\\\xff\n\x7f'
    findings.add(data, _raised())
    (file,) = tmp_path.iterdir()
    page = tomllib.loads(file.read_text())
    (asked,) = page["ask"]
    known = {*Wire.__struct_fields__, *Entry.__struct_fields__, "status", "reason"}
    own = {"policy", "keys", "spool"} & {target.name, "keys", "spool", "policy"}
    assert asked.keys() - own <= known


def _raised() -> BaseException:
    try:
        hold(False, "no")
    except AssertionError as fault:
        return fault
    raise AssertionError


@pytest.mark.parametrize("text", ["", 'a"b\\c', "\x00\x1f\x7f\x9f", "é😀\u2028", "\r\n\t"])
def test_texts_are_quoted_as_toml(text: str) -> None:
    assert tomllib.loads(f"x = {quoted(text)}") == {"x": text}


def test_the_command_names_what_it_does_not_know(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        command.main(["polcy"])
    assert end.value.code == exits.WRONG
    assert "did you mean 'policy'?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("tally", "found", "code", "word"),
    [
        (Tally(10, 5, 0), False, exits.HELD, "held"),
        (Tally(10, 5, 1), True, exits.BROKEN, "1 FOUND"),
        (Tally(0, 0, 0), False, exits.EVIDENCE, "NOT EXERCISED"),
        (Tally(10, 5, 0, ended=1), False, exits.EVIDENCE, "ENDED EARLY"),
    ],
)
def test_the_summary(
    tally: Tally, found: bool, code: int, word: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr(command, "FOLDER", tmp_path)
    monkeypatch.setattr(command, "ROOT", tmp_path)

    def once(name: str, *_: object) -> Tally:
        if found:
            (tmp_path / "findings").mkdir()
            (tmp_path / "findings" / f"{name}-1.toml").touch()
        return tally

    monkeypatch.setattr(command, "_one", once)
    assert command.main(["--minutes", "0", "policy"]) == code
    assert word in capsys.readouterr().out


def test_an_interruption_leaves_a_partial_summary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "FOLDER", tmp_path)

    def once(name: str, *_: object) -> Tally:
        if name == "body":
            raise KeyboardInterrupt
        return Tally(10, 5, 0)

    monkeypatch.setattr(command, "_one", once)
    assert command.main(["policy", "body", "keys"]) == exits.INTERRUPTED
    out = capsys.readouterr().out
    assert "policy" in out
    assert "interrupted: 1 of 3 targets were asked" in out
