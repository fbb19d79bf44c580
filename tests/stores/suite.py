"""What every store must do, whatever it keeps its counters in: one suite, each store opens itself.

A test module brings ``Suite`` a store by subclassing it, and ``machine(open_store)`` builds the
stateful test: any sequence of hits, give-backs and clock steps against an exact log.
"""

import sys
import threading
from collections.abc import Callable
from math import ceil
from typing import ClassVar

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from bartizan.stores.port import Counted, Hit, Store

Open = Callable[[Callable[[], float]], Store]
"""Opens an empty store that reads this clock."""


class Clock:
    """Seconds, moved by hand. Halves of 1/1024 keep every sum exact."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class Log:
    """The reference: every admitted hit with its exact time, by the time a store has seen pass.

    A store knows a clock only from reading it: from one reading to the next time stands still
    where the clock went back, and two years pass at most.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock, self.seen, self.now = clock, clock.now, 0.0
        self.hits: dict[Hit, list[float]] = {}

    def read(self) -> None:
        """What every call of a store begins with."""
        self.now += min(max(0.0, self.clock.now - self.seen), 2.0**26)
        self.seen = self.clock.now

    def real(self, hit: Hit) -> list[float]:
        """Times of the hits in the window that ends now."""
        return [at for at in self.hits.get(hit, ()) if at > self.now - hit.period]

    def count(self, hits: tuple[Hit, ...]) -> None:
        """Write down a reservation."""
        for hit in hits:
            self.hits.setdefault(hit, []).append(self.now)

    def give_back(self, hits: tuple[Hit, ...], at: float) -> None:
        """Strike one out."""
        for hit in hits:
            self.hits[hit].remove(at)


LIMITS = ((1, 1), (2, 3), (5, 60), (10, 60), (11, 10), (29, 60), (30, 7), (100, 60), (3, 3600))
"""(count, period): exact logs, sub-windows of two, three and ten hits."""
KEYS = ("a", "b")
SECONDS = st.one_of(
    st.integers(0, 64).map(lambda n: n / 1024),
    st.integers(0, 8 * 1024).map(lambda n: n / 1024),
    st.sampled_from((0.9, 1.0, 1.1, 2.0, 3.0, 4.5)),
)
"""Steps: fractions of a period, so that they matter to every limit."""


def machine(open_store: Open) -> type[RuleBasedStateMachine]:
    """The stateful test of a store."""

    class StoreAgainstLog(RuleBasedStateMachine):
        """Any sequence, against the log."""

        @initialize(limits=st.lists(st.sampled_from(LIMITS), min_size=1, max_size=3, unique=True))
        def begin(self, limits: list[tuple[int, int]]) -> None:
            self.clock = Clock()
            self.log = Log(self.clock)
            self.store = open_store(self.clock)
            self._read_once()
            self.limits = limits
            self.given: list[tuple[tuple[Hit, ...], Counted, float]] = []
            self.blurred: set[Hit] = set()

        def _read_once(self) -> None:
            """A store may read its clock for the first time at its first call."""
            self.store.reserve((Hit("first", 1, 1),))

        def hits(self, picks: list[tuple[int, int]]) -> tuple[Hit, ...]:
            return tuple(
                Hit(KEYS[key], *self.limits[limit % len(self.limits)]) for key, limit in picks
            )

        @rule(step=SECONDS, limit=st.integers(0, 2))
        def time_passes(self, step: float, limit: int) -> None:
            period = self.limits[limit % len(self.limits)][1]
            seconds = round(step * period * 16) / 16 if step in (0.9, 1.1, 4.5) else step
            self.clock.now += seconds

        @rule(step=st.integers(1, 10**6))
        def clock_jumps_back(self, step: int) -> None:
            self.clock.now -= step

        @rule(step=st.sampled_from((10.0**5, 10.0**9)))
        def clock_jumps_ahead(self, step: float) -> None:
            self.clock.now += step

        @rule(
            picks=st.lists(st.tuples(st.integers(0, 1), st.integers(0, 2)), min_size=1, max_size=4),
            times=st.integers(1, 12),
        )
        def reserve(self, picks: list[tuple[int, int]], times: int) -> None:
            hits = self.hits(picks)
            for _ in range(times):
                self._reserve(hits)

        def _reserve(self, hits: tuple[Hit, ...]) -> None:
            self.log.read()
            counted = self.store.reserve(hits)
            if counted.refused < 0:
                assert counted.wait == 0
                self.log.count(hits)
                self.given.append((hits, counted, self.log.now))
                for hit in hits:
                    assert len(self.log.real(hit)) <= hit.count, "a window admitted too many"
                return
            hit = hits[counted.refused]
            real = self.log.real(hit)
            asked = hits[: counted.refused + 1].count(hit)
            assert 1 <= counted.wait <= max(hit.period, 1) + 1
            if hit in self.blurred:
                return
            if hit.count <= 10:
                assert len(real) + asked > hit.count, "an exact log refused too early"
                if asked == 1:
                    left = min(real) + hit.period - self.log.now
                    assert counted.wait == max(1, ceil(left))
            assert 10 * (len(real) + asked) > 9 * hit.count, "refused below nine tenths"

        @rule(pick=st.integers(0, 1), limit=st.integers(0, 2))
        def wait_it_out(self, pick: int, limit: int) -> None:
            hits = self.hits([(pick, limit)])
            self.log.read()
            counted = self.store.reserve(hits)
            while counted.refused < 0:
                self.log.count(hits)
                self.given.append((hits, counted, self.log.now))
                counted = self.store.reserve(hits)
            self.clock.now += counted.wait
            self._reserve(hits)
            assert self.log.hits[hits[0]][-1] == self.log.now, "refused after the wait it asked for"

        @rule(index=st.integers(0, 50), known=st.sampled_from((True, True, True, False)))
        def give_back(self, index: int, known: bool) -> None:
            if not self.given:
                return
            hits, counted, at = self.given.pop(-1 - index % len(self.given))
            self.log.read()
            if not known and self.log.now - at >= min(hit.period for hit in hits):
                known = True  # a reservation that old may only be given back by its time
            if not known:
                self.blurred.update(hits)
            self.store.give_back(hits, *((counted.at,) if known else ()))
            self.log.give_back(hits, at)

    return StoreAgainstLog


class Suite:
    """Plain tests of a store; a subclass opens it."""

    open_store: ClassVar[Open]

    def test_a_burst_up_to_the_limit_passes(self) -> None:
        clock = Clock()
        store = type(self).open_store(clock)
        hits = (Hit("a", 100, 60),)
        assert [store.reserve(hits).refused for _ in range(101)] == [-1] * 100 + [0]
        clock.now += 60
        assert [store.reserve(hits).refused for _ in range(101)] == [-1] * 100 + [0]

    def test_nine_tenths_at_the_beginning_of_every_minute_pass(self) -> None:
        clock = Clock()
        store = type(self).open_store(clock)
        for count in (10, 50, 100, 1000):
            hits = (Hit("a", count, 60),)
            for _ in range(5):
                assert all(store.reserve(hits).refused < 0 for _ in range(count * 9 // 10))
                clock.now += 60

    def test_a_steady_client_is_never_refused(self) -> None:
        for count, period in ((1, 60), (5, 60), (10, 1), (33, 7), (100, 60), (1000, 3600)):
            clock = Clock()
            store = type(self).open_store(clock)
            hits = (Hit("a", count, period),)
            for _ in range(3 * count):
                assert store.reserve(hits).refused < 0
                clock.now += period / (0.9 * count)

    @settings(max_examples=100, deadline=None)
    @given(
        limit=st.sampled_from((*LIMITS, (4, 86400), (25, 2592000), (20, 10**7))),
        steps=st.lists(st.floats(0, 1.2), min_size=20, max_size=120),
    )
    def test_no_window_admits_more_at_any_times(
        self, limit: tuple[int, int], steps: list[float]
    ) -> None:
        clock = Clock(1.0)
        store = type(self).open_store(clock)
        (count, period), times = limit, []
        hits = (Hit("a", count, period),)
        for step in steps:
            clock.now += step * period * (1.0 if step > 0.9 else 0.01)
            while store.reserve(hits).refused < 0:
                times.append(clock.now)
        rounding = 1e-7  # of the test's own sums: a clock is a float
        for first, after in zip(times, times[count:], strict=False):
            assert after - first >= period - rounding

    def test_the_window_is_whole_to_its_last_instant(self) -> None:
        for count, period in (*LIMITS, (2, 86400)):
            for phase in (0.0, 0.1, 1 / 3, 0.7654321, 0.9999):
                clock = Clock()
                store = type(self).open_store(clock)
                store.reserve((Hit("first", 1, 1),))
                clock.now += phase
                hits = (Hit("a", count, period),)
                for _ in range(count):
                    assert store.reserve(hits).refused < 0
                clock.now = 1000.0 + phase + period * (1 - 1e-7)
                assert store.reserve(hits).refused == 0
                clock.now += period * 1e-6
                assert store.reserve(hits).refused < 0

    def test_all_or_nothing(self) -> None:
        store = type(self).open_store(Clock())
        wide, narrow = Hit("wide", 5, 60), Hit("narrow", 1, 60)
        assert store.reserve((wide, narrow)).refused == -1
        for _ in range(20):
            assert store.reserve((wide, narrow)).refused == 1
        assert [store.reserve((wide,)).refused for _ in range(5)] == [-1] * 4 + [0]

    def test_limits_and_keys_count_apart(self) -> None:
        store = type(self).open_store(Clock())
        for key in ("a", "b", "", "a|b", "é", "\ud800", "a" * 10000):
            for count, period in ((1, 60), (2, 60), (1, 61)):
                hits = (Hit(key, count, period),)
                assert [store.reserve(hits).refused for _ in range(count + 1)][-2:] == [-1, 0]

    def test_a_refused_client_does_not_extend_its_block(self) -> None:
        clock = Clock()
        store = type(self).open_store(clock)
        hits = (Hit("a", 3, 60),)
        assert [store.reserve(hits).refused for _ in range(3)] == [-1] * 3
        for second in range(59):
            clock.now += 1
            assert store.reserve(hits) == Counted(0, 59 - second)
        clock.now += 1
        assert store.reserve(hits).refused == -1

    def test_successes_between_failures_do_not_keep_the_failures(self) -> None:
        """Row 9: guesses are reserved before the check and given back on success."""
        clock = Clock()
        store = type(self).open_store(clock)
        hits = (Hit("guesses|nat", 10, 60),)
        for second in range(600):
            mine, other = store.reserve(hits), store.reserve(hits)
            assert (mine.refused, other.refused) == (-1, -1)
            store.give_back(hits, mine.at)
            if second % 10:
                store.give_back(hits, other.at)
            clock.now += 1

    def test_a_hit_that_no_longer_counts_takes_no_other_with_it(self) -> None:
        clock = Clock()
        store = type(self).open_store(clock)
        hits = (Hit("a", 2, 60),)
        old = store.reserve(hits)
        clock.now += 59
        assert store.reserve(hits).refused < 0
        clock.now += 1
        store.give_back(hits, old.at)
        assert [store.reserve(hits).refused for _ in range(2)] == [-1, 0]

    def test_a_client_that_stays_for_ever_is_never_refused(self) -> None:
        clock = Clock()
        store = type(self).open_store(clock)
        for pause in (23, 29, 37, 41, 53, 59):
            hits = (Hit(f"every {pause}", 100, 60),)
            for _ in range(500):
                assert store.reserve(hits).refused < 0
                clock.now += pause

    def test_hits_given_back_out_of_turn_leave_the_rest_exact(self) -> None:
        """Sub-windows that became small are joined, never past a tenth of the limit."""
        clock = Clock()
        store = type(self).open_store(clock)
        hits = (Hit("a", 100, 60),)
        counted = []
        for _ in range(100):
            counted.append(store.reserve(hits))
            clock.now += 0.25
        for index, each in enumerate(counted):
            if index % 5:
                store.give_back(hits, each.at)
        clock.now = 1000.0 + 60 + 12.5  # eleven of twenty are old, less than a tenth is not seen
        admitted = 0
        while store.reserve(hits).refused < 0:
            admitted += 1
        assert 90 - 9 <= admitted <= 91

    def test_parallel_hits_admit_exactly_as_many_as_the_limit(self) -> None:
        store = type(self).open_store(Clock())
        hits = (Hit("a", 5000, 60), Hit("b", 9000, 60))
        admitted: list[int] = []
        barrier = threading.Barrier(50)

        def hammer() -> None:
            barrier.wait()
            admitted.append(sum(store.reserve(hits).refused < 0 for _ in range(150)))

        threads = [threading.Thread(target=hammer) for _ in range(50)]
        interval = sys.getswitchinterval()
        sys.setswitchinterval(1e-6)
        try:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        finally:
            sys.setswitchinterval(interval)
        assert sum(admitted) == 5000
        assert sum(store.reserve(hits[1:]).refused < 0 for _ in range(9000)) == 4000
