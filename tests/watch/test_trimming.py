"""The cap: never exceeded, permits go first, nothing that is not ours is touched."""

import os
from pathlib import Path

import pytest

from bartizan.watch import spool as spooling
from bartizan.watch import trimming as module
from bartizan.watch.keyed import KEY_FILE
from bartizan.watch.reader import read
from bartizan.watch.segment import ALLOWED, REFUSED
from bartizan.watch.spool import Spool
from bartizan.watch.trimming import DROPS, LEAST, Bounds, Trimmed, trim
from tests.watch.events import event
from tests.watch.test_spool import FORK, Clock

BOUNDS = Bounds(LEAST)


def lay(directory: Path, number: int, kind: str, size: int, written: int) -> str:
    """A segment of a size, last written at a time."""
    name = f"20261124T063355.{number:06}Z-1-k7f3q2zdx9-{number}-{kind}.jsonl"
    with (directory / name).open("wb") as file:
        file.truncate(size)
    os.utime(directory / name, (written, written))
    return name


def on_disk(directory: Path) -> int:
    return sum(path.stat().st_size for path in directory.glob("*.jsonl"))


def permit(number: int) -> object:
    return event(outcome="permit", reason="", id=f"k7f3q2zdx9-{number:06}", operation="x" * 900)


def test_below_the_cap_nothing_is_dropped(tmp_path: Path) -> None:
    for number in range(14):
        lay(tmp_path, number, ALLOWED, 2**20, number)
    assert trim(tmp_path, BOUNDS) == Trimmed()
    assert len(list(tmp_path.iterdir())) == 14


def test_the_oldest_permits_go_first_then_the_oldest_refusals(tmp_path: Path) -> None:
    names = [
        lay(tmp_path, number, kind, 2**20, number)
        for number, kind in enumerate([REFUSED] * 12 + [ALLOWED] * 4)
    ]
    assert trim(tmp_path, BOUNDS) == Trimmed(dropped=2, until=13.0)
    assert sorted(path.name for path in tmp_path.iterdir()) == [*names[:12], *names[14:]]
    names += [lay(tmp_path, number, REFUSED, 2**20, number) for number in range(16, 20)]
    assert trim(tmp_path, BOUNDS) == Trimmed(dropped=4, until=15.0)
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == [*names[2:12], *names[16:20]], "two refusals went as well"


def test_what_is_under_way_goes_last_whenever_it_was_begun(tmp_path: Path) -> None:
    old = lay(tmp_path, 0, ALLOWED, 2**20, 999)
    for number in range(1, 20):
        lay(tmp_path, number, ALLOWED, 2**20, number)
    trim(tmp_path, BOUNDS)
    assert (tmp_path / old).exists()


def test_nothing_of_the_caller_and_nothing_else_is_touched(tmp_path: Path) -> None:
    own = lay(tmp_path, 0, ALLOWED, 2**20, 0)
    others = ("a.jsonl", KEY_FILE, "notes.txt", own + ".gz")
    for name in others:
        (tmp_path / name).write_bytes(b"x" * 2**20)
    for number in range(1, 20):
        lay(tmp_path, number, ALLOWED, 2**20, number)
    trim(tmp_path, BOUNDS, frozenset({own}))
    assert all((tmp_path / name).exists() for name in (own, *others))
    assert not (tmp_path / own.replace("000000Z", "000001Z").replace("-0-", "-1-")).exists()


def test_a_link_out_of_the_directory_costs_the_link_alone(tmp_path: Path) -> None:
    (tmp_path / "spool").mkdir()
    (tmp_path / "precious").write_text("x")
    for number in range(20):
        name = lay(tmp_path / "spool", number, ALLOWED, 2**20, number + 10**9)
    link = tmp_path / "spool" / name.replace("000019Z", "000099Z")
    link.symlink_to(tmp_path / "precious")
    trim(tmp_path / "spool", BOUNDS)
    assert (tmp_path / "precious").exists()


def test_work_is_bounded_and_goes_on_the_next_time(tmp_path: Path) -> None:
    for number in range(60):
        lay(tmp_path, number, ALLOWED, 2**20, number)
    looks = 0
    while (done := trim(tmp_path, BOUNDS)).more:
        assert done.dropped == DROPS
        looks += 1
    assert looks == 2
    assert on_disk(tmp_path) <= BOUNDS.kept


def test_files_are_counted_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SEGMENTS", 50)
    for number in range(55):
        lay(tmp_path, number, ALLOWED, 1, number)
    assert trim(tmp_path, BOUNDS).dropped == 5


def test_small_files_count_as_the_pages_they_take(tmp_path: Path) -> None:
    for number in range(2000):
        lay(tmp_path, number, ALLOWED, 1, number)
    assert trim(tmp_path, Bounds(2000 * 4096)).dropped == DROPS


def test_what_cannot_be_dropped_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(20):
        lay(tmp_path, number, ALLOWED, 2**20, number)

    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(module.os, "unlink", refuse)
    assert trim(tmp_path, BOUNDS) == Trimmed(over=True)


# ------------------------------------------------------------------ in the spool


def test_the_spool_never_exceeds_its_cap_and_says_that_it_reached_it(tmp_path: Path) -> None:
    spool = Spool(tmp_path, cap=2**20)
    largest = 0
    for number in range(4000):
        spool.write(permit(number))  # type: ignore[arg-type]
        if number % 50 == 0:
            largest = max(largest, on_disk(tmp_path))
            spool.write(event(id=f"k7f3q2zdx9-{number:06}", client=f"{number}"))
    assert 2**19 < largest <= 2**20
    assert spool.lost == 0
    left = list(read(tmp_path))
    told = [each for each in left if each.outcome == "log"]
    assert {each.reason for each in told} == {"events_trimmed"}
    assert all(each.until > 0 for each in told)
    refused = [each for each in left if each.outcome == "deny"]
    assert len(refused) == 80, "no refusal went while there were permits"
    numbers = [int(each.id[-6:]) for each in left if each.outcome == "permit"]
    assert numbers == list(range(numbers[0], 4000)), "the oldest went, and no other"


def _fill(spool: Spool) -> None:
    for number in range(1500):
        spool.write(permit(number))  # type: ignore[arg-type]
    os._exit(spool.lost)


def test_workers_trim_at_the_same_time_without_harm(tmp_path: Path) -> None:
    spool = Spool(tmp_path, cap=2**20)
    workers = [FORK.Process(target=_fill, args=(spool,)) for _ in range(6)]
    for worker in workers:
        worker.start()
    largest = 0
    while any(worker.is_alive() for worker in workers):
        largest = max(largest, _seen(tmp_path))
        workers[0].join(0.005)
    for worker in workers:
        worker.join(20)
        assert worker.exitcode == 0, "nothing was lost"
    assert largest <= 2**20
    reasons = {each.reason for each in read(tmp_path) if each.outcome == "log"}
    assert reasons == {"events_trimmed"}, "nobody lost a file that was under way"


def test_what_is_kept_free_is_enough_for_many_workers(tmp_path: Path) -> None:
    """The worst case: all of them look at the same moment, and then all write what they may."""
    looks, module.LOOKS = module.LOOKS, 64  # with larger steps fewer workers show the same
    try:
        spools = [Spool(tmp_path, cap=2**22) for _ in range(8)]
    finally:
        module.LOOKS = looks
    for number in range(600):
        for spool in spools:
            spool.write(permit(number))  # type: ignore[arg-type]
        if number % 5 == 0:
            assert on_disk(tmp_path) <= 2**22


def _seen(directory: Path) -> int:
    """Bytes on the disk at this moment; what is dropped meanwhile does not count."""
    total = 0
    for path in directory.glob("*.jsonl"):
        try:
            total += path.stat().st_size
        except FileNotFoundError:
            continue
    return total


def test_where_nothing_can_be_dropped_nothing_is_written_beyond_the_cap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    spool = Spool(tmp_path, cap=2**20)
    with monkeypatch.context() as patch:
        patch.setattr(module.os, "unlink", refuse)
        for number in range(2000):
            spool.write(permit(number))  # type: ignore[arg-type]
        assert spool.failing
    assert on_disk(tmp_path) <= 2**20
    assert spool.lost > 0


def test_where_no_other_segment_can_be_opened_the_old_one_is_written_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk has room and no inode, or the process no descriptor: nothing is lost."""
    clock = Clock()
    spool = Spool(tmp_path, cap=64 * 2**16, clock=clock)
    spool.write(permit(0))  # type: ignore[arg-type]
    with monkeypatch.context() as patch:
        patch.setattr(spooling, "Segment", _no_room)
        for number in range(1, 150):
            spool.write(permit(number))  # type: ignore[arg-type]
    assert spool.lost == 0
    (path,) = tmp_path.glob("*.jsonl")
    assert path.stat().st_size > 2**16
    clock.now += 1
    spool.write(permit(150))  # type: ignore[arg-type]
    assert len(list(tmp_path.glob("*.jsonl"))) == 2
    assert sum(1 for _ in read(tmp_path)) == 151


def _no_room(*_: object) -> None:
    raise OSError(28, "No space left on device")


def test_segments_rotate_by_size_and_by_age(tmp_path: Path) -> None:
    clock = Clock()
    spool = Spool(tmp_path, cap=64 * 2**16, clock=clock)
    for number in range(200):
        spool.write(permit(number))  # type: ignore[arg-type]
    sizes = sorted(path.stat().st_size for path in tmp_path.glob("*.jsonl"))
    assert len(sizes) >= 3
    assert sizes[-1] <= 2**16 + 4096
    before = len(sizes)
    clock.now += 86401
    spool.write(permit(200))  # type: ignore[arg-type]
    assert len(list(tmp_path.glob("*.jsonl"))) == before + 1


# ------------------------------------------------------------------ broken twins


def _looks_away(spool: Spool) -> None:
    spool._grown = 0


TWINS = {
    "refusals go first": (
        module, "ALLOWED", REFUSED, test_the_oldest_permits_go_first_then_the_oldest_refusals,
    ),
    "all at once": (module, "DROPS", 10**9, test_work_is_bounded_and_goes_on_the_next_time),
    "bytes instead of pages": (module, "PAGE", 1, test_small_files_count_as_the_pages_they_take),
    "nothing is kept free": (
        module, "SPARE", 10**9, test_what_is_kept_free_is_enough_for_many_workers,
    ),
    "nobody looks": (
        Spool, "_trim", _looks_away,
        test_the_spool_never_exceeds_its_cap_and_says_that_it_reached_it,
    ),
    "segments never end": (Bounds, "segment", 2**60, test_segments_rotate_by_size_and_by_age),
    "an age without end": (spooling, "AGE", 2.0**60, test_segments_rotate_by_size_and_by_age),
}  # fmt: skip


@pytest.mark.parametrize("twin", TWINS)
def test_a_broken_cap_is_noticed(
    twin: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, name, broken, noticing = TWINS[twin]
    monkeypatch.setattr(owner, name, broken)
    with pytest.raises(AssertionError):
        noticing(tmp_path)
