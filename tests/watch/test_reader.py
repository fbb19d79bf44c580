"""Reading a spool back: in the order of time, over all segments, whatever happens meanwhile."""

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bartizan.watch import reader as module
from bartizan.watch.find import find
from bartizan.watch.line import encode
from bartizan.watch.reader import read, segments
from bartizan.watch.spool import Spool
from tests.watch.events import event
from tests.watch.test_follow import RUN, ids, numbered


def test_segments_are_merged_by_time(tmp_path: Path) -> None:
    spools = [Spool(tmp_path) for _ in range(4)]
    now = time.time()
    for number in range(200):
        fields = {"reason": "flood" * (number % 3 == 0), "time": now + number / 10 - 10}
        spools[number * 7 % 4].write(numbered(number, **fields))
    assert len(segments(tmp_path)) == 8
    assert ids(list(read(tmp_path))) == list(range(200))


def test_few_segments_are_open_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A spool has as many files as workers have lived; a process may open some hundred."""
    for number in range(300):
        began = datetime.fromtimestamp(1_795_500_000 + number * 40, UTC)
        name = f"{began:%Y%m%dT%H%M%S.%fZ}-1-{RUN}-{number}-allowed.jsonl"
        (tmp_path / name).write_bytes(encode(numbered(number, time=began.timestamp())))
    now = most = 0
    real = Path.open

    class Counted:
        def __init__(self, path: Path) -> None:
            nonlocal now, most
            self.file = real(path, "rb")
            now += 1
            most = max(most, now)

        def __enter__(self) -> object:
            return self.file.__enter__()

        def readline(self, limit: int) -> bytes:
            return self.file.readline(limit)

        def __exit__(self, *_: object) -> None:
            nonlocal now
            now -= 1
            self.file.close()

    monkeypatch.setattr(Path, "open", lambda path, mode="r": Counted(path))
    assert len(list(read(tmp_path))) == 300
    assert most <= 4


def test_a_segment_that_is_dropped_while_reading_is_passed_over(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.jsonl").write_bytes(encode(numbered(number)) * 2)
    reading = read(tmp_path)
    assert ids([next(reading)]) == [0]
    for path in segments(tmp_path):
        path.unlink()
    assert set(ids(list(reading))) <= {0, 1, 2}


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.floats(0, 100)), max_size=60))
def test_nothing_is_left_out_and_lines_of_a_segment_keep_their_order(
    tmp_path_factory: pytest.TempPathFactory, written: list[tuple[int, float]]
) -> None:
    """Whatever the clock did: it may have gone back."""
    directory = tmp_path_factory.mktemp("s")
    for number, (which, at) in enumerate(written):
        with (directory / f"{which}.jsonl").open("ab") as file:
            file.write(encode(numbered(number, time=at)))
    order = ids(list(read(directory)))
    assert sorted(order) == list(range(len(written)))
    for which in range(3):
        own = [number for number, (where, _) in enumerate(written) if where == which]
        assert [number for number in order if number in own] == own


# ------------------------------------------------------------------ finding


def test_found_wherever_it_lies(tmp_path: Path) -> None:
    """In the file of its run that begins before it; after it, where a decision took long; in a
    file of another run, or of no run; and never a line that only mentions it."""
    spool = Spool(tmp_path)
    for number in (1, 2, 50, 51):
        spool.write(numbered(number))
        if number == 2:
            spool.close()
    spool.write(numbered(3, client="late"))
    (tmp_path / "copy.jsonl").write_bytes(encode(numbered(77)))
    for number in (1, 2, 3, 50, 51, 77):
        found = find(tmp_path, f"{RUN}-{number:06}")
        assert found is not None
        assert found.id == f"{RUN}-{number:06}"
    spool.write(numbered(90, operation=f'"id":"{RUN}-000091"', line=f'"last":"{RUN}-000099"'))
    assert find(tmp_path, f"{RUN}-000091") is None
    told = event(id="a-1", operation="x")
    (tmp_path / "torn.jsonl").write_bytes(encode(told)[:-1])
    assert find(tmp_path, "a-1") is None


def test_the_likeliest_file_is_opened_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spool = Spool(tmp_path)
    for number in range(50):
        spool.write(numbered(number))
        spool.close()
    opened: list[str] = []
    real = Path.open

    def open_(path: Path, mode: str = "r") -> object:
        opened.append(path.name)
        return real(path, mode)

    monkeypatch.setattr(Path, "open", open_)
    for number in (0, 25, 49):
        opened.clear()
        assert find(tmp_path, f"{RUN}-{number:06}") is not None
        assert len(opened) == 1
    assert module.decode(b"   \n") is None
