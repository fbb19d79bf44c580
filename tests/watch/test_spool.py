"""The writer: nothing lost, nothing torn, nothing raised."""

import errno
import logging
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bartizan.model.event import Event
from bartizan.watch import spool as module
from bartizan.watch.keyed import KEY_FILE, SpoolFault, open_key
from bartizan.watch.line import encode
from bartizan.watch.reader import decode, read
from bartizan.watch.segment import SUFFIX
from bartizan.watch.spool import Spool
from tests.watch.events import event

FORK = multiprocessing.get_context("fork")


def segments(directory: Path) -> list[Path]:
    return sorted(directory.glob(f"*{SUFFIX}"))


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def spool(tmp_path: Path, clock: Clock) -> Iterator[Spool]:
    spool = Spool(tmp_path / "var" / "events", clock=clock)
    yield spool
    spool.close()


def test_nothing_is_opened_before_the_first_event(spool: Spool) -> None:
    assert [path.name for path in spool.directory.iterdir()] == [KEY_FILE]
    assert spool.directory.stat().st_mode & 0o777 == 0o700
    spool.write(event())
    (path,) = segments(spool.directory)
    assert path.stat().st_mode & 0o777 == 0o600
    assert f"-{os.getpid()}-" in path.name
    assert path.read_bytes() == encode(event())


def test_events_come_back(spool: Spool) -> None:
    written = [event(id=f"k7f3q2zdx9-{n:06}", operation="\ud800\n" * (n % 3)) for n in range(50)]
    for each in written:
        spool.write(each)
    assert list(read(spool.directory)) == written
    assert spool.lost == 0


def test_one_write_an_event(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[int] = []
    write = os.write
    monkeypatch.setattr(os, "write", lambda fd, line: (calls.append(len(line)), write(fd, line))[1])
    for size in (1, 100, 10**6):
        spool.write(event(operation="x" * size))
    assert len(calls) == 3
    assert max(calls) <= 4096


def test_the_keyed_hash_is_shared_and_survives(spool: Spool) -> None:
    again = Spool(spool.directory)
    assert again.keyed("203.0.113.7") == spool.keyed("203.0.113.7")
    assert len(spool.keyed("203.0.113.7")) == 16


def test_a_spool_opened_again_begins_a_segment(spool: Spool) -> None:
    spool.write(event())
    spool.close()
    spool.write(event())
    assert len(segments(spool.directory)) == 2
    assert len(list(read(spool.directory))) == 2


def test_threads_lose_nothing(spool: Spool) -> None:
    def write(round_: int, worker: int) -> None:
        barrier.wait()
        for number in range(20):
            spool.write(event(id=f"{worker}-{number}", client=f"{round_}-{worker}"))

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for round_ in range(20):
            barrier = threading.Barrier(8)
            threads = [threading.Thread(target=write, args=(round_, n)) for n in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            spool.close()
    finally:
        sys.setswitchinterval(interval)
    ids = [each.id for each in read(spool.directory)]
    assert len(ids) == 20 * 8 * 20
    assert len(set(ids)) == 8 * 20
    assert spool.lost == 0


# --------------------------------------------------------------- processes


def _write_many(spool: Spool, worker: int, count: int) -> None:
    for number in range(count):
        spool.write(event(id=f"{worker}-{number}", operation="x" * number))


def test_forked_workers_each_write_a_segment_of_their_own(spool: Spool) -> None:
    spool.write(event(id="parent"))
    workers = [FORK.Process(target=_write_many, args=(spool, n, 300)) for n in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
        assert worker.exitcode == 0
    spool.write(event(id="parent"))
    assert len(segments(spool.directory)) == 5
    ids = [each.id for each in read(spool.directory)]
    assert len(ids) == 4 * 300 + 2
    assert len(set(ids)) == 4 * 300 + 1


def _acknowledge(spool: Spool, pipe: int, threads: int) -> None:
    """Write events of every size for ever; say each number once its event is written."""

    def write(worker: int) -> None:
        number = worker
        while True:
            spool.write(
                event(id=f"{number:08}", operation="x" * (number % 1500), client=f"{number}")
            )
            os.write(pipe, b"%08d" % number)
            number += threads

    for worker in range(1, threads):
        threading.Thread(target=write, args=(worker,), daemon=True).start()
    write(0)


@pytest.mark.parametrize(("threads", "kills"), [(1, 120), (4, 80)])
def test_kill_loses_no_acknowledged_line_and_tears_none(
    spool: Spool, threads: int, kills: int
) -> None:
    for kill in range(kills):
        reading, writing = os.pipe()
        worker = FORK.Process(target=_acknowledge, args=(spool, writing, threads))
        worker.start()
        os.close(writing)
        seen = b""
        while len(seen) < 8 * (10 + kill):
            seen += os.read(reading, 4096)
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGKILL)
        while more := os.read(reading, 65536):
            seen += more
        os.close(reading)
        worker.join(20)
        worker.close()
        (path,) = segments(spool.directory)
        *whole, rest = path.read_bytes().split(b"\n")
        assert all(decode(line) is not None for line in whole if line.strip())
        assert not rest.strip(), "a torn line"
        acknowledged = {seen[at : at + 8].decode() for at in range(0, len(seen) - 7, 8)}
        ids = [each.id for each in read(spool.directory)]
        assert len(set(ids)) == len(ids)
        assert acknowledged <= set(ids)
        assert len(ids) <= len(acknowledged) + threads
        path.unlink()


# ------------------------------------------------------------ what goes wrong


def _fail(number: int) -> Callable[[int, bytes], int]:
    def write(fd: int, line: bytes) -> int:
        raise OSError(number, os.strerror(number))

    return write


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EDQUOT])
def test_a_failing_disk_is_counted_and_reported_once_a_minute(
    spool: Spool,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
) -> None:
    spool.write(event(id="before"))
    with monkeypatch.context() as patch:
        patch.setattr(module.os, "write", _fail(number))
        for _ in range(130):
            spool.write(event(id="SECRET-canary"))
            clock.now += 1
    spool.write(event(id="after"))
    before, after, told = read(spool.directory)
    assert (before.id, after.id) == ("before", "after")
    assert (told.reason, told.count, told.outcome) == ("events_lost", 130, "log")
    assert (told.time, told.until) == (event().time, event().time)
    assert (told.api, told.event) == (event().api, "sys_monitor_disabled")
    assert spool.lost == 130
    assert [record.getMessage().split()[0] for record in caplog.records] == ["1", "60", "60", "130"]
    assert os.strerror(number) in caplog.text
    assert "canary" not in caplog.text


@pytest.mark.parametrize("taken", [0, 1, 20, 200])
def test_a_line_that_the_disk_takes_half_is_taken_back(
    spool: Spool, monkeypatch: pytest.MonkeyPatch, taken: int
) -> None:
    spool.write(event(id="before"))
    write = os.write
    with monkeypatch.context() as patch:
        patch.setattr(module.os, "write", lambda fd, line: write(fd, line[:taken]))
        spool.write(event(id="half"))
        assert spool.failing
    spool.write(event(id="after"))
    assert not spool.failing
    assert spool.lost == 1
    assert [each.id for each in read(spool.directory)][:2] == ["before", "after"]
    (path,) = segments(spool.directory)
    assert path.read_bytes().startswith(encode(event(id="before")) + encode(event(id="after")))


def test_a_segment_that_was_deleted_is_replaced_within_a_second(spool: Spool, clock: Clock) -> None:
    spool.write(event(id="gone"))
    segments(spool.directory)[0].unlink()
    clock.now += 1
    spool.write(event(id="new"))
    new, told = read(spool.directory)
    assert (new.id, told.reason) == ("new", "events_removed")
    assert spool.lost == 0


def test_a_vanished_directory_never_raises_and_may_come_back(
    spool: Spool, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    spool.write(event(id="gone"))
    key = open_key(spool.directory)
    for path in spool.directory.iterdir():
        path.unlink()
    spool.directory.rmdir()
    clock.now += 1
    for _ in range(3):
        spool.write(event(id="lost"))
    assert spool.lost == 3
    assert "No such file or directory" in caplog.text
    spool.directory.mkdir()
    clock.now += 1
    spool.write(event(id="back"))
    back, *told = read(spool.directory)
    assert back.id == "back"
    assert {(each.reason, each.count) for each in told} == {
        ("events_removed", 1), ("events_lost", 3),
    }  # fmt: skip
    assert open_key(spool.directory) == key, "the key is put back"


def test_a_broken_log_handler_never_reaches_the_request(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(record: logging.LogRecord) -> bool:
        raise RuntimeError("no")

    monkeypatch.setattr(module.os, "write", _fail(errno.EIO))
    logger = logging.getLogger("bartizan.watch")
    logger.addFilter(refuse)
    try:
        spool.write(event())
    finally:
        logger.removeFilter(refuse)
    assert spool.lost == 1


def test_what_is_no_event_never_reaches_the_request(spool: Spool) -> None:
    spool.write(object())  # type: ignore[arg-type]
    assert spool.lost == 1


def _until_it_may_grow_no_more(spool: Spool, limit: int) -> None:
    """In a child: the kernel refuses to make files larger than that."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))
    for number in range(200):
        spool.write(event(id=f"{number:08}", client=f"{number}"))
    assert spool.failing
    lost = spool.lost
    resource.setrlimit(resource.RLIMIT_FSIZE, (2**20, 2**20))
    spool.write(event(id="after", client="after"))
    assert not spool.failing
    assert spool.lost == lost
    os._exit(lost)


@pytest.mark.parametrize("limit", [5000, 8192, 10_001])
def test_a_real_limit_on_the_size_of_files(spool: Spool, limit: int) -> None:
    child = FORK.Process(target=_until_it_may_grow_no_more, args=(spool, limit))
    child.start()
    child.join(20)
    lost = child.exitcode
    assert lost is not None
    assert lost > 100
    (path,) = segments(spool.directory)
    lines = path.read_bytes().split(b"\n")
    assert all(decode(line) is not None for line in lines if line.strip()), "no half a line"
    *before, after, told = read(spool.directory)
    assert [each.id for each in before] == [f"{number:08}" for number in range(200 - lost)]
    assert (after.id, told.reason, told.count) == ("after", "events_lost", lost)


def test_a_key_that_is_removed_is_put_back(spool: Spool, clock: Clock) -> None:
    """Else the next worker would make another, and a client would have two names."""
    spool.write(event())
    before, key = spool.keyed("203.0.113.7"), (spool.directory / KEY_FILE).read_bytes()
    (spool.directory / KEY_FILE).unlink()
    clock.now += 1
    spool.write(event())
    assert (spool.directory / KEY_FILE).read_bytes() == key
    assert Spool(spool.directory).keyed("203.0.113.7") == before


def test_a_key_that_is_replaced_is_used_by_all_and_told(spool: Spool, clock: Clock) -> None:
    spool.write(event())
    before = spool.keyed("203.0.113.7")
    (spool.directory / KEY_FILE).unlink()
    other = Spool(spool.directory)
    clock.now += 1
    spool.write(event())
    assert spool.keyed("203.0.113.7") == other.keyed("203.0.113.7") != before
    assert [each.reason for each in read(spool.directory) if each.outcome == "log"] == [
        "key_changed"
    ]


@pytest.mark.parametrize("content", [b"", b"k" * 31])
def test_a_key_that_is_broken_is_no_reason_to_lose_events(
    spool: Spool, clock: Clock, content: bytes
) -> None:
    spool.write(event(id="before"))
    (spool.directory / KEY_FILE).write_bytes(content)
    clock.now += 1
    spool.write(event(id="after"))
    assert [each.id for each in read(spool.directory)] == ["before", "after"]


def test_a_lock_that_is_held_in_another_thread_does_not_stop_a_forked_child(spool: Spool) -> None:
    """A fork while another thread writes: nobody in the child would ever let go of its lock."""
    holding, done = threading.Event(), threading.Event()

    def hold() -> None:
        with spool._lock:
            holding.set()
            done.wait(20)

    thread = threading.Thread(target=hold)
    thread.start()
    holding.wait(20)
    child = FORK.Process(target=spool.write, args=(event(id="child"),))
    child.start()
    child.join(20)
    done.set()
    thread.join()
    assert child.exitcode == 0
    assert [each.id for each in read(spool.directory)] == ["child"]


ENDS = """
import sys
from bartizan.watch.spool import Spool
from tests.watch.events import event
spool = Spool(sys.argv[1])
for number in range(1, 200):
    spool.write(event(id=f"k7f3q2zdx9-{number:06}"))
"""


@pytest.mark.parametrize("ending", ["", "sys.exit(3)", "raise ValueError('at the end')"])
def test_what_is_pending_is_written_at_exit(tmp_path: Path, ending: str) -> None:
    script = ENDS + ending
    root = Path(__file__).parents[2]
    subprocess.run(
        [sys.executable, "-c", script, tmp_path],
        cwd=root, capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert sum(each.count for each in read(tmp_path)) == 199


# ------------------------------------------------------------------ the start


def test_a_place_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(SpoolFault, match="cannot be written"):
            Spool(place)


def test_a_directory_that_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def open_(*_: object) -> int:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(module.os, "open", open_)
    with pytest.raises(SpoolFault, match="Read-only file system"):
        Spool(tmp_path)


def test_a_real_read_only_place() -> None:
    with pytest.raises(SpoolFault, match="cannot be written"):
        Spool("/proc/self/spool")


# --------------------------------------------------------------------- reading


def test_reading_passes_over_what_is_no_event(tmp_path: Path) -> None:
    good = encode(event(id="good"))
    (tmp_path / f"a{SUFFIX}").write_bytes(
        good
        + b"\n\x00\xff{}\n[]\n{\n"
        + b"[" * 3000
        + b"\n"
        + b"x" * 10000
        + good
        + b'{"time": "no"}\n'
        + good
        + good[:-1]
    )
    (tmp_path / f"b{SUFFIX}").write_bytes(good[:50])
    (tmp_path / f"c{SUFFIX}").mkdir()
    (tmp_path / "hash.key").write_bytes(good)
    assert [each.id for each in read(tmp_path)] == ["good", "good"]


def test_later_fields_are_passed_over(tmp_path: Path) -> None:
    line = encode(event()).replace(b"{", b'{"of_a_later_version":1,', 1)
    (tmp_path / f"a{SUFFIX}").write_bytes(line)
    assert [type(each) for each in read(tmp_path)] == [Event]
