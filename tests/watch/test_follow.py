"""Following a spool while workers write, rotate, drop and vanish."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bartizan.model.event import Event
from bartizan.watch import follow as module
from bartizan.watch.follow import Follower, follow
from bartizan.watch.line import encode
from bartizan.watch.spool import Spool
from tests.watch.events import event

RUN = "k7f3q2zdx9"


def numbered(number: int, **fields: object) -> Event:
    """A permit, or what the fields say, with a number and a time of its own."""
    plain = {"outcome": "permit", "reason": "", "id": f"{RUN}-{number:06}", "time": float(number)}
    return event(**(plain | fields))


def ids(events: list[Event]) -> list[int]:
    return [int(each.id[-6:]) for each in events if each.id.startswith(RUN)]


def idles(times: int, each: Callable[[], None] = lambda: None) -> Callable[[], bool]:
    """An ``idle`` that ends after some times."""
    left = iter(range(times))

    def idle() -> bool:
        each()
        return next(left, None) is not None

    return idle


def test_all_of_it_then_what_comes(tmp_path: Path) -> None:
    spool, follower = Spool(tmp_path), Follower(tmp_path)
    spool.write(numbered(1))
    spool.write(numbered(2, reason="flood"))
    assert ids(follower.poll()) == [1, 2]
    assert follower.poll() == []
    spool.write(numbered(3))
    assert ids(follower.poll()) == [3]


@pytest.mark.parametrize("last", [0, 1, 3, 5, 100])
def test_the_last_ones_are_the_newest_of_all_segments(tmp_path: Path, last: int) -> None:
    spools = [Spool(tmp_path) for _ in range(3)]
    for number in range(30):
        spools[number % 3].write(numbered(number, reason="flood" * (number % 2)))
    expected = list(range(30))[-last:] if last else []
    assert ids(list(follow(tmp_path, lambda: False, last))) == expected


def test_the_last_of_a_long_segment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_BACK", 100)
    spool = Spool(tmp_path)
    for number in range(300):
        spool.write(numbered(number, operation="x" * (number * 7 % 900)))
    assert ids(Follower(tmp_path).skip(200)) == list(range(100, 300))


def test_what_is_written_after_skip_is_seen_once(tmp_path: Path) -> None:
    spool, follower = Spool(tmp_path), Follower(tmp_path)
    spool.write(numbered(1))
    assert ids(follower.skip(5)) == [1]
    spool.write(numbered(2))
    assert ids(follower.poll()) == [2]


def test_it_survives_rotation_dropping_and_other_files(tmp_path: Path) -> None:
    spool, follower = Spool(tmp_path), Follower(tmp_path)
    (tmp_path / "x.jsonl").mkdir()
    (tmp_path / "notes.txt").write_text("no event")
    for number in range(5):
        spool.write(numbered(number))
        spool.close()
        assert ids(follower.poll()) == [number]
    for path in tmp_path.glob("2*.jsonl"):
        path.unlink()
    assert follower.poll() == []
    spool.write(numbered(9))
    assert ids(follower.poll()) == [9]
    assert len(follower._places) == 2, "dropped segments are forgotten"


def test_a_directory_that_goes_and_comes_back(tmp_path: Path) -> None:
    place = tmp_path / "events"
    follower = Follower(place)
    assert follower.skip(3) == follower.poll() == []
    Spool(place).write(numbered(1))
    assert ids(follower.poll()) == [1]
    shutil.rmtree(place)
    assert follower.poll() == []
    Spool(place).write(numbered(2))
    assert ids(follower.poll()) == [2]


def test_half_a_line_is_read_when_it_is_whole(tmp_path: Path) -> None:
    path, line = tmp_path / "a.jsonl", encode(numbered(1))
    follower = Follower(tmp_path)
    for cut in (1, 20, len(line) - 1):
        path.write_bytes(line[:cut])
        assert follower.poll() == []
    path.write_bytes(line)
    assert ids(follower.poll()) == [1]


def test_a_segment_that_somebody_empties_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(encode(numbered(1)) * 3)
    follower = Follower(tmp_path)
    assert len(follower.poll()) == 3
    path.write_bytes(encode(numbered(2)))
    assert ids(follower.poll()) == [2]


def test_one_look_is_bounded_and_nothing_is_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CHUNK", 5000)
    spool = Spool(tmp_path)
    for number in range(200):
        spool.write(numbered(number))
    (tmp_path / "a.jsonl").write_bytes(b"x" * 12000 + b"\n" + encode(numbered(200)))
    follower, seen = Follower(tmp_path), []
    while events := follower.poll() or follower.poll() or follower.poll():
        assert len(events) < 40
        seen += ids(events)
    assert sorted(seen) == list(range(201))


def test_following_never_spins_and_ends_when_told(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    spool.write(numbered(0))
    waited: list[int] = []

    def wait() -> None:
        waited.append(1)
        if len(waited) < 4:
            spool.write(numbered(len(waited)))

    assert ids(list(follow(tmp_path, idles(5, wait), 10))) == [0, 1, 2, 3]
    assert len(waited) == 6, "one wait for each look that found nothing"
