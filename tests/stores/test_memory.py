"""The memory store: the suite of all stores, and bounds, forks and clocks of its own."""

import os
import sys
import threading
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, settings

from bartizan.stores.memory import Memory
from bartizan.stores.port import Hit
from tests.stores.suite import Clock, Suite, machine


def _open(clock: Callable[[], float]) -> Memory:
    return Memory(clock)


class TestMemory(Suite):
    open_store = staticmethod(_open)


TestAgainstLog = machine(_open).TestCase
TestAgainstLog.settings = settings(
    max_examples=150, stateful_step_count=40, deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip


def test_nothing_is_made_before_the_first_hit() -> None:
    store = Memory()
    assert vars(store).keys() == {"_clock", "_capacity"}
    store.give_back((Hit("a", 1, 60),))
    assert "_room" not in vars(store)


def _in_child(does: Callable[[], bool]) -> bool:
    """Whether ``does`` says yes in a forked child."""
    child = os.fork()
    if child == 0:
        try:
            os._exit(0 if does() else 1)
        finally:
            os._exit(2)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_child_starts_empty_even_where_the_lock_is_held() -> None:
    store, hits = Memory(), (Hit("a", 1, 60),)
    assert store.reserve(hits).refused == -1
    with store._room.lock:
        assert _in_child(lambda: store.reserve(hits).refused == -1)
    assert store.reserve(hits).refused == 0


def test_threads_that_open_at_once_share_one_table() -> None:
    hits = (Hit("a", 5, 60),)

    def hammer(store: Memory, barrier: threading.Barrier, admitted: list[bool]) -> None:
        barrier.wait()
        admitted.append(store.reserve(hits).refused < 0)

    for _ in range(50):
        admitted: list[bool] = []
        each = (Memory(), threading.Barrier(8), admitted)
        threads = [threading.Thread(target=hammer, args=each) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum(admitted) == 5


class TestFull:
    """Past its capacity new keys share strict buckets; nobody who is limited gets free."""

    def test_a_limited_client_stays_limited_through_a_flood(self) -> None:
        clock = Clock()
        store, victim = Memory(clock, capacity=1000), (Hit("victim", 3, 60),)
        assert [store.reserve(victim).refused for _ in range(4)] == [-1, -1, -1, 0]
        for index in range(20000):
            store.reserve((Hit(f"flood{index}", 3, 60),))
            clock.now += 1 / 1024
        assert store.reserve(victim).refused == 0

    def test_memory_is_bounded(self) -> None:
        clock = Clock()
        store = Memory(clock, capacity=1000)
        for index in range(20000):
            store.reserve((Hit(f"flood{index}", 3, 60), Hit(f"flood{index}", 100, 7)))
            clock.now += 1 / 256
        held = sum(
            len(generation)
            for of_period in store._room.tables.values()
            for table in of_period.values()
            for generation in (table._new, table._old)
        ) + sum(map(len, store._room.seats.dead))
        assert held <= 1000 + 2 * 3 * 1024

    def test_new_keys_share_and_no_window_admits_more(self) -> None:
        clock = Clock()
        store = Memory(clock, capacity=0)
        admitted = sum(
            store.reserve((Hit(f"flood{index}", 3, 60),)).refused < 0 for index in range(20000)
        )
        assert admitted == 3 * 1024

    def test_room_again_gives_nobody_a_second_window(self) -> None:
        clock = Clock()
        store, late = Memory(clock, capacity=100), (Hit("late", 3, 60),)
        for index in range(100):
            store.reserve((Hit(f"early{index}", 3, 60),))
        clock.now += 50
        assert [store.reserve(late).refused for _ in range(4)] == [-1, -1, -1, 0]
        clock.now += 30  # the early ones are old; twice more and they are gone
        store.reserve((Hit("early0", 3, 60),))
        clock.now += 29
        assert store.reserve(late).refused == 0
        clock.now += 1
        assert store.reserve(late).refused == -1

    def test_seats_come_back(self) -> None:
        clock = Clock()
        store = Memory(clock, capacity=100)
        for round_ in range(10):
            for index in range(100):
                assert store.reserve((Hit(f"{round_}-{index}", 3, 60),)).refused == -1
            clock.now += 180
        for _ in range(200):
            store.reserve((Hit("one", 1000, 60),))
        assert store._room.seats.free == 99

    def test_refusals_and_give_backs_cost_no_seat(self) -> None:
        store = Memory(Clock(), capacity=100)
        hit, full = Hit("new", 3, 60), Hit("full", 1, 60)
        store.reserve((full,))
        for _ in range(10):
            assert store.reserve((hit, full)).refused == 1
        assert store._room.seats.free == 99
        store.give_back((hit,), store.reserve((hit,)).at)
        assert store._room.seats.free == 99


@pytest.mark.parametrize("jump", [1e9, 1e300, float("inf"), float("nan"), -1e9, -float("inf")])
def test_a_clock_gone_mad_closes_the_door_for_nobody_and_opens_it_once(jump: float) -> None:
    clock = Clock()
    store, hits = Memory(clock), (Hit("a", 2, 60),)
    for now in (0.0, 1.0):
        clock.now = 1000.0 + now
        assert store.reserve(hits).refused == -1
    clock.now = jump
    first = [store.reserve(hits).refused for _ in range(3)]
    assert first[-1] == 0, "more than once"
    clock.now = 2000.0
    store.reserve(hits)
    clock.now = 2061.0
    assert [store.reserve(hits).refused for _ in range(3)] == [-1, -1, 0]


def test_a_key_takes_little_memory() -> None:
    clock = Clock()
    store = Memory(clock)
    for _ in range(10):
        clock.now += 0.05
        for index in range(2000):
            store.reserve((Hit(f"client|203.0.{index}", 10, 60),))
    table = store._room.tables[60][10]._new
    bytes_ = sys.getsizeof(table) + sum(
        sys.getsizeof(key) + sys.getsizeof(state) for key, state in table.items()
    )
    assert bytes_ / 2000 <= 160
