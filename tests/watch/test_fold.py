"""Folding: equal refusals past 60 a minute are one line, and every id is found again."""

import os
import signal
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bartizan.model.event import Event
from bartizan.watch import fold as module
from bartizan.watch import spool as spooling
from bartizan.watch.find import find
from bartizan.watch.fold import EQUAL, FOLDS, KEYS, RUNS, Folds, stands_for
from bartizan.watch.line import encode
from bartizan.watch.reader import decode, read
from bartizan.watch.spool import Spool
from bartizan.watch.ticking import tick_while
from tests.watch.events import event
from tests.watch.test_spool import FORK, Clock

RUN = "k7f3q2zdx9"


def refusal(number: int, **fields: object) -> Event:
    return event(**({"id": f"{RUN}-{number:06}", "time": 1000.0 + number} | fields))


def counted(folds: Folds, each: Event, now: float) -> list[Event]:
    return [each] if folds.alone(each, now) else list(folds.add(each, now))


def folded(events: list[Event], now: float = 0.0) -> list[Event]:
    folds = Folds()
    return [*(line for each in events for line in counted(folds, each, now)), *folds.flush()]


def test_sixty_have_a_line_each_and_the_others_one() -> None:
    lines = folded([refusal(number) for number in range(1, 1001)])
    assert len(lines) == EQUAL + 1
    assert lines[:EQUAL] == [refusal(number) for number in range(1, EQUAL + 1)]
    last = lines[-1]
    assert (last.id, last.last, last.count) == (f"{RUN}-000061", f"{RUN}-001000", 940)
    assert (last.time, last.until, last.ids) == (1061.0, 2000.0, "")
    assert last.reason == refusal(1).reason


@pytest.mark.parametrize("field", ["client", "reason", "operation", "subject", "status"])
def test_what_is_not_equal_is_not_folded(field: str) -> None:
    lines = folded([refusal(n, **{field: n if field == "status" else f"{n}"}) for n in range(500)])
    assert [line.count for line in lines] == [1] * 500


def test_one_more_than_sixty_is_a_line_of_its_own() -> None:
    lines = folded([refusal(number) for number in range(EQUAL + 1)])
    assert lines == [refusal(number) for number in range(EQUAL + 1)]


def test_counting_begins_anew_after_a_minute() -> None:
    folds, lines = Folds(), []
    for minute in range(3):
        for number in range(100):
            lines += counted(folds, refusal(100 * minute + number), 60.0 * minute)
        lines += folds.due(60.0 * minute + 1, FOLDS)
    assert [line.count for line in lines] == ([1] * 60 + [40]) * 3


def test_a_fold_is_due_within_its_second() -> None:
    folds = Folds()
    assert len([line for n in range(100) for line in counted(folds, refusal(n), 5.0)]) == EQUAL
    assert list(folds.due(5.5, 8)) == []
    assert [line.count for line in folds.due(5.8, 8)] == [40]
    assert list(folds.due(9.0, 8)) == []


def test_ids_between_that_are_somebody_elses_are_left_out() -> None:
    events = [refusal(n, client="ab"[n % 3 == 0]) for n in range(400)]
    lines = folded(events)
    for each in events:
        found = [line for line in lines if stands_for(line, each.id)]
        assert [line.client for line in found] == [each.client], each.id
    assert sum(line.count for line in lines) == 400
    assert len(lines) < 150


def test_ids_of_threads_come_in_any_order() -> None:
    numbers = [*range(EQUAL), 70, 68, 69, 75, 66, 67, 72]
    last = folded([refusal(n) for n in numbers])[-1]
    assert (last.id, last.last) == (f"{RUN}-000066", f"{RUN}-000075")
    assert (last.ids, last.count) == ("66-70,72,75", 7)


def test_ids_that_are_none_of_ours_are_never_folded() -> None:
    for id_ in (
        "",
        "x",
        "k7f3q2zdx9-",
        "-000001",
        "A-1",
        "a-1\n",
        "\u0661-\u0661",
        "a-" + "1" * 19,
    ):
        lines = folded([refusal(0, id=id_) for _ in range(100)])
        assert len(lines) == 100


def test_two_runs_are_two_folds() -> None:
    """A worker that forks, or two guards with one spool."""
    events = [refusal(n) for n in range(100)] + [refusal(n, id=f"other-{n:06}") for n in range(100)]
    assert [(line.id, line.count) for line in folded(events)[EQUAL:]] == [
        (f"{RUN}-000060", 40), ("other-000000", 100),
    ]  # fmt: skip


def test_the_longest_list_of_ids_stays_whole_on_its_line() -> None:
    """A line that is too long is cut: never within the ids, which nobody could read any more."""
    far = 10**9
    for operation in ("GET /", "GET /gr\u00f6\u00dfe", "x" * 3900, "\U0001f600" * 600):
        numbers = [*range(EQUAL), *(far + 2 * n for n in range(RUNS))]
        last = folded([refusal(n, operation=operation) for n in numbers])[-1]
        assert last.count == RUNS
        again = decode(encode(last))
        assert again is not None
        assert again.ids == last.ids
        assert all(stands_for(again, f"{RUN}-{n:06}") for n in numbers[EQUAL:])
        assert not stands_for(again, f"{RUN}-{far + 1:06}")


def test_what_is_kept_is_bounded_whoever_asks() -> None:
    folds, lines = Folds(), 0
    for number in range(100_000):
        for _ in range(1):
            lines += len(counted(folds, refusal(number, client=f"{number}"), 0.0))
    assert lines == 100_000
    assert len(folds._seen) <= KEYS
    assert not folds.pending


def test_no_more_folds_are_pending_than_there_is_room_for() -> None:
    folds, count = Folds(), 0
    for number in range(100 * FOLDS * 2):
        for line in counted(folds, refusal(number, client=f"{number % (2 * FOLDS)}"), 0.0):
            count += line.count
        assert len(folds.pending) <= FOLDS
    assert count + sum(line.count for line in folds.flush()) == 100 * FOLDS * 2


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 3), st.floats(0, 0.4)), max_size=400
    )
)  # fmt: skip
def test_every_refusal_is_in_exactly_one_line(asked: list[tuple[int, int, float]]) -> None:
    """Any mixture of clients and gaps: counts are right, and each id names its client."""
    folds, lines, now, number, sent = Folds(), [], 0.0, 0, []
    for client, gap, pause in asked * 3:
        now, number = now + pause, number + 1 + gap
        sent.append(refusal(number, client=f"{client}"))
        lines += counted(folds, sent[-1], now)
        lines += folds.due(now, 8)
    lines += folds.flush()
    assert sum(line.count for line in lines) == len(sent)
    for each in sent:
        assert [line.client for line in lines if stands_for(line, each.id)] == [each.client]
    known = {each.id for each in sent}
    for strange in range(number + 5):
        if f"{RUN}-{strange:06}" not in known:
            assert not any(stands_for(line, f"{RUN}-{strange:06}") for line in lines)


# ------------------------------------------------------------------ in the spool


def test_permits_are_never_folded(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    for number in range(500):
        spool.write(refusal(number, outcome="permit", reason=""))
        spool.write(refusal(number, outcome="permit", reason="", shadowed=("flood",)))
    assert sum(1 for _ in read(tmp_path)) == 1000


def test_every_id_is_found_while_and_after_folding(tmp_path: Path) -> None:
    spool = Spool(tmp_path, clock=Clock())
    for number in range(1, 600):
        spool.write(refusal(number, client="ab"[number % 7 == 0]))
    spool.close()
    for number in range(1, 600):
        found = find(tmp_path, f"{RUN}-{number:06}")
        assert found is not None
        assert found.client == "ab"[number % 7 == 0]
    for strange in (f"{RUN}-000600", f"{RUN}-000000", "other-000100", "", "../x-1", f"{RUN}-1"):
        found = find(tmp_path, strange)
        assert found is None or strange == f"{RUN}-1"


def test_the_end_of_a_flood_is_written_though_nobody_asks_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The thread that does so ends with it, and another comes with the next flood."""
    threads: list[threading.Thread] = []

    def start(tick: Callable[[], bool]) -> threading.Thread | None:
        thread = tick_while(tick)
        assert thread is not None
        threads.append(thread)
        return thread

    monkeypatch.setattr(spooling, "tick_while", start)
    spool = Spool(tmp_path)
    for flood in range(2):
        for number in range(100):
            spool.write(refusal(100 * flood + number))
        assert len(threads) >= flood + 1
        for thread in threads:
            thread.join(10)
            assert not thread.is_alive()
        assert sum(line.count for line in read(tmp_path)) == 100 * (flood + 1)


def test_where_no_thread_can_be_started_the_next_event_writes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    clock = Clock()
    spool = Spool(tmp_path, clock=clock)
    for number in range(100):
        spool.write(refusal(number))
    clock.now += 1
    spool.write(refusal(100, outcome="permit", reason=""))
    assert sum(line.count for line in read(tmp_path)) == 101
    assert spool.lost == 0


def _flood(spool: Spool, pipe: int) -> None:
    number = 0
    while True:
        spool.write(refusal(number))
        os.write(pipe, b"%08d" % number)
        number += 1


def test_kill_costs_no_more_than_the_counts_of_one_second(tmp_path: Path) -> None:
    spool = Spool(tmp_path)
    reading, writing = os.pipe()
    worker = FORK.Process(target=_flood, args=(spool, writing))
    worker.start()
    os.close(writing)
    seen = b""
    while len(seen) < 8 * 20_000:
        seen += os.read(reading, 65536)
    assert worker.pid is not None
    os.kill(worker.pid, signal.SIGKILL)
    while more := os.read(reading, 65536):
        seen += more
    os.close(reading)
    worker.join(20)
    lines = list(read(tmp_path))
    assert [line.id for line in lines[:EQUAL]] == [f"{RUN}-{n:06}" for n in range(EQUAL)]
    assert sum(line.count for line in lines) <= len(seen) // 8 + 1


def test_a_forked_child_has_no_part_in_its_parents_folds(tmp_path: Path) -> None:
    spool = Spool(tmp_path, clock=Clock())
    for number in range(100):
        spool.write(refusal(number))
    child = FORK.Process(target=spool.close)
    child.start()
    child.join(20)
    assert child.exitcode == 0
    assert sum(line.count for line in read(tmp_path)) == EQUAL
    spool.close()
    assert sum(line.count for line in read(tmp_path)) == 100


def test_lost_folds_count_as_what_they_stand_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> int:
        raise OSError(28, "No space left on device")

    spool = Spool(tmp_path, clock=Clock())
    for number in range(100):
        spool.write(refusal(number))
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", fail)
        spool.close()
    assert spool.lost == 100 - EQUAL
    assert module.PENDING + 0.25 <= 1.0, "what the page about events promises"
