"""Stands a guard for a question: the clock is ours, the counters empty, the events in memory."""

from msgspec import Struct

from bartizan.enforce.guard import Guard
from bartizan.enforce.start import bound_forms, keys
from bartizan.enforce.table import ORDER
from bartizan.model.event import Event
from bartizan.policy.faults import Fault, PolicyError
from bartizan.stores.memory import Memory
from bartizan.stores.port import Counted, Hit, Store
from bartizan.watch.keyed import KeyedHash
from tests.conformance.columns import Seen, Setting

KEYED = KeyedHash(bytes(32))


class Log:
    """Keeps events in memory; fulfils the guard's journal."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def write(self, event: Event) -> None:
        """Keep one event."""
        self.events.append(event)

    def keyed(self, text: str) -> str:
        """Stand for an identifier."""
        return KEYED(text)


class BrokenStore:
    """A store that raises at every call."""

    def reserve(self, hits: tuple[Hit, ...]) -> Counted:
        """Raise."""
        raise OSError("the store is away")

    def give_back(self, hits: tuple[Hit, ...]) -> None:
        """Raise."""
        raise OSError("the store is away")


class Guarded(Struct, frozen=True):
    """A guard and what it wrote down."""

    guard: Guard
    """The guard."""
    log: Log
    """Its events."""

    def seen(self, status: int, headers: tuple[tuple[str, str], ...], body: bytes) -> Seen:
        """What a column tells of the request that was just answered."""
        assert self.log.events, "no event was written"
        event = self.log.events[-1]
        return Seen(status, event.reason or event.outcome, headers, body, event)


def stand(setting: Setting) -> Guarded:
    """Equip a guard for one question; raises `PolicyError` where the policy cannot be enforced."""
    faults: list[Fault] = []
    rings = keys(setting.policy, faults)
    forms = bound_forms(setting.policy, setting.bind, faults)
    if faults:
        raise PolicyError(faults)
    log = Log()
    store = store_of(setting)
    guard = Guard(
        setting.policy, store=store, rings=rings, forms=forms, journal=log, order=ORDER,
        clock=setting.clock,
    )  # fmt: skip
    return Guarded(guard, log)


def store_of(setting: Setting) -> Store:
    """Open the question's store."""
    return BrokenStore() if setting.store == "broken" else Memory(setting.clock)
