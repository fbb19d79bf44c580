"""The spool against a model: workers write, rotate, fork, fail, are killed; files are dropped;
the clock goes back. Whatever comes, each written event stands in exactly one line."""

import copy
import errno
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from msgspec import structs

from bartizan.model.event import Event
from bartizan.watch import fold as fold_module
from bartizan.watch import segment as segment_module
from bartizan.watch import spool as spool_module
from bartizan.watch.find import find
from bartizan.watch.fold import Folds, stands_for
from bartizan.watch.follow import Follower
from bartizan.watch.losses import Losses
from bartizan.watch.reader import decode, read
from bartizan.watch.segment import PAGE, Segment
from bartizan.watch.spool import Spool
from bartizan.watch.trimming import Bounds, trim
from tests.watch.events import event

SECOND = 1.0


class Wall(datetime):
    """A wall clock that tests set, and that is never the same twice."""

    at = datetime(2026, 11, 24, tzinfo=UTC)

    @classmethod
    def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
        cls.at += timedelta(microseconds=1)
        return cls.at


class Worker:
    """A process of its own, as far as the spool can tell."""

    def __init__(self, spool: Spool, run: str) -> None:
        self.spool = spool
        self.run = run
        self.number = 0
        self.lost = 0

    def pending(self) -> list[Event]:
        return list(copy.deepcopy(self.spool._folds).flush())


class Spools(RuleBasedStateMachine):
    """Each event that was written and neither lost nor dropped is `there`."""

    @initialize()
    def begin(self) -> None:
        self.directory = Path(tempfile.mkdtemp())
        self.now = 1000.0
        self.workers: list[Worker] = []
        self.runs = 0
        self.there: dict[str, Event] = {}
        self.told = Counter[str]()
        self.follower = Follower(self.directory)
        self.followed = 0
        self.dropped = 0
        self._kept = (segment_module.datetime, spool_module.tick_while)
        segment_module.datetime = Wall  # type: ignore[misc]
        spool_module.tick_while = lambda _: None  # type: ignore[assignment]
        self.start()

    def teardown(self) -> None:
        if not hasattr(self, "_kept"):
            return
        try:
            for worker in self.workers:
                worker.spool.close()
            self.all_of_it()
        finally:  # of a broken twin the last look fails, and the clock is everybody's
            segment_module.datetime, spool_module.tick_while = self._kept  # type: ignore[misc]
            shutil.rmtree(self.directory)

    def _join(self, spool: Spool) -> None:
        self.runs += 1
        self.workers.append(Worker(spool, f"run{self.runs}"))

    @precondition(lambda self: len(self.workers) < 4)
    @rule()
    def start(self) -> None:
        self._join(Spool(self.directory, cap=2**22, clock=lambda: self.now))

    @precondition(lambda self: len(self.workers) in (1, 2, 3))
    @rule(who=st.integers(0, 3))
    def fork(self, who: int) -> None:
        child = copy.copy(self.workers[who % len(self.workers)].spool)
        child.forget()
        self._join(child)

    def _write(self, worker: Worker, fields: dict[str, Any]) -> Event:
        worker.number += 1
        written = event(id=f"{worker.run}-{worker.number:06}", time=Wall.at.timestamp(), **fields)
        self.there[written.id] = written
        worker.spool.write(written)
        return written

    @precondition(lambda self: self.workers)
    @rule(who=st.integers(0, 3), size=st.integers(0, 3900), times=st.sampled_from([1, 5, 40]))
    def permit(self, who: int, size: int, times: int) -> None:
        worker = self.workers[who % len(self.workers)]
        for _ in range(times):
            self._write(worker, {"outcome": "permit", "reason": "", "operation": "x" * size})

    @precondition(lambda self: self.workers)
    @rule(
        who=st.integers(0, 3),
        clients=st.lists(st.sampled_from("abc"), min_size=1, max_size=4),
        times=st.sampled_from([100, 300, 1]),
    )
    def refuse(self, who: int, clients: list[str], times: int) -> None:
        worker = self.workers[who % len(self.workers)]
        for number in range(times):
            self._write(worker, {"client": clients[number % len(clients)]})

    @precondition(lambda self: self.workers)
    @rule(who=st.integers(0, 3))
    def a_flood_ends(self, who: int) -> None:
        self.refuse(who, ["a"], 100)
        self.later(SECOND)

    @rule(seconds=st.sampled_from([2.0, 0.3, 0.8, 61.0, 86401.0]))
    def later(self, seconds: float) -> None:
        """Time passes, and those who have something pending look after it."""
        self.now += seconds
        Wall.at += timedelta(seconds=seconds)
        for worker in self.workers:
            worker.spool.tick()
            for fold in worker.spool._folds.pending.values():
                assert self.now - fold.began < SECOND

    @rule(seconds=st.integers(1, 100_000))
    def the_clock_goes_back(self, seconds: int) -> None:
        Wall.at -= timedelta(seconds=seconds)

    @precondition(lambda self: self.workers)
    @rule(who=st.integers(0, 3))
    def rotate(self, who: int) -> None:
        self.workers[who % len(self.workers)].spool.close()

    @precondition(lambda self: self.workers)
    @rule(who=st.integers(0, 3))
    def kill(self, who: int) -> None:
        """Only counts are lost, of the last second."""
        worker = self.workers.pop(who % len(self.workers))
        for line in worker.pending():
            for id_ in [id_ for id_ in self.there if stands_for(line, id_)]:
                del self.there[id_]
        spool_module._open_spools.discard(worker.spool)

    @precondition(lambda self: self.workers)
    @rule(who=st.integers(0, 3), taken=st.integers(0, 50))
    def the_disk_is_full(self, who: int, taken: int) -> None:
        worker = self.workers[who % len(self.workers)]
        worker.spool.close()
        write = os.write

        def half(fd: int, line: bytes) -> int:
            if taken == 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return write(fd, line[:taken])

        os.write = half
        try:
            lost = self._write(worker, {"outcome": "permit", "reason": ""})
        finally:
            os.write = write
        del self.there[lost.id]
        worker.lost += 1
        assert worker.spool.lost == worker.lost
        assert worker.spool.failing
        self._write(worker, {"outcome": "permit", "reason": ""})
        assert not worker.spool.failing
        self.told["events_lost"] += 1

    @rule(kept=st.integers(1, 300_000))
    def drop(self, kept: int) -> None:
        """Somebody's trimming: what was in the dropped files is gone, and nothing else."""
        self.poll()
        own = frozenset(
            one.path.name for worker in self.workers for one in worker.spool._segments.values()
        )
        before = {path: list(_events(path)) for path in self.directory.glob("*.jsonl")}
        trim(self.directory, Bounds(kept), own)
        for path, events in before.items():
            if not path.exists():
                assert path.name not in own
                self.dropped += len(events)
                for line in events:
                    self.told[line.reason] -= line.outcome == "log"
                    for id_ in [id_ for id_ in self.there if stands_for(line, id_)]:
                        del self.there[id_]

    @rule()
    def poll(self) -> None:
        while events := self.follower.poll():
            self.followed += len(events)

    @invariant()
    def no_line_is_torn_and_none_lies_across_a_page(self) -> None:
        for path in self.directory.glob("*.jsonl") if hasattr(self, "directory") else ():
            text = path.read_bytes()
            assert not text or text.endswith(b"\n")
            place = 0
            for line in text.splitlines(keepends=True):
                assert not line.strip() or place // PAGE == (place + len(line) - 1) // PAGE
                place += len(line)

    @rule()
    def all_of_it(self) -> None:
        """What is there, and what is pending, is each written event once."""
        lines = list(read(self.directory))
        self.poll()
        assert self.followed == len(lines) + self.dropped
        pending = [line for worker in self.workers for line in worker.pending()]
        ours = [line for line in [*lines, *pending] if line.outcome != "log"]
        assert sum(line.count for line in ours) == len(self.there)
        single = {line.id: line for line in ours if line.count == 1}
        folds = [line for line in ours if line.count > 1]
        for id_, written in self.there.items():
            found = [single[id_]] if id_ in single else []
            found += [line for line in folds if stands_for(line, id_)]
            assert [line.client for line in found] == [written.client], id_
        told = Counter(line.reason for line in lines if line.outcome == "log")
        assert told == +self.told
        for id_ in list(self.there)[:: max(1, len(self.there) // 5)]:
            held = find(self.directory, id_)
            assert held is not None or any(stands_for(line, id_) for line in pending)
            assert held is None or stands_for(held, id_)


def _events(path: Path) -> list[Event]:
    return [found for line in path.read_bytes().split(b"\n") if (found := decode(line)) is not None]


TestSpools = Spools.TestCase
TestSpools.settings = settings(max_examples=20, stateful_step_count=30, deadline=None)


# ------------------------------------------------------------------ broken twins


def _never_breaks(self: Segment, line: bytes) -> int:
    done = os.write(self.fd, line)
    self.size += done
    return done


def _takes_nothing_back(self: Segment, line: bytes) -> int:
    room = PAGE - self.size % PAGE
    line = b" " * (room - 1) + b"\n" + line if len(line) > room else line
    done = os.write(self.fd, line)
    if done != len(line):
        raise OSError(errno.ENOSPC, "full")
    self.size += done
    return done


def _all_between(self: Any) -> Event:
    return structs.replace(FOLDED(self), ids="")


def _one_too_few(self: Any) -> Event:
    line = FOLDED(self)
    return structs.replace(line, count=max(1, line.count - 1))


def _keeps_all(self: Spool) -> None:
    """A child that goes on with its parent's state."""


def _pays_no_heed(self: Losses) -> None:
    """Losses that stay untold, and are told again and again."""


def _waits(self: Folds, now: float, most: int) -> Iterator[Event]:
    return iter(())


FOLDED = fold_module._Fold.line
TWINS = {
    "lines lie across pages": (Segment, "append", _never_breaks),
    "half a line stays": (Segment, "append", _takes_nothing_back),
    "a fold claims what is between": (fold_module._Fold, "line", _all_between),
    "a fold counts too few": (fold_module._Fold, "line", _one_too_few),
    "a child writes to its parent's files": (Spool, "forget", _keeps_all),
    "losses are told twice": (Losses, "told", _pays_no_heed),
    "pending folds wait for ever": (Folds, "due", _waits),
}


@pytest.mark.parametrize("twin", TWINS)
def test_a_broken_spool_is_noticed(twin: str, monkeypatch: pytest.MonkeyPatch) -> None:
    owner, name, broken = TWINS[twin]
    monkeypatch.setattr(owner, name, broken)
    with pytest.raises(BaseException) as caught:  # noqa: PT011  (one failure, or a group of them)
        run_state_machine_as_test(
            Spools,
            settings=settings(
                max_examples=100, stateful_step_count=30, deadline=None, database=None,
                phases=[Phase.generate], print_blob=False, report_multiple_bugs=False,
            ),
        )  # fmt: skip
    assert isinstance(caught.value, AssertionError | ValueError | Flaky | BaseExceptionGroup)
