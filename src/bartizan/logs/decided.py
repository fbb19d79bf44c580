"""Which decision a line of a log belongs to."""

from msgspec import Struct

from bartizan.enforce.current import current


class Decided(Struct, frozen=True, gc=False):
    """The decision under which something happened."""

    id: str = ""
    """What ``bartizan why`` takes; empty outside of a request."""
    operation: str = ""
    """The operation, as events call it; empty where none is meant."""


_NOBODY = Decided()


def decided() -> Decided:
    """The decision of the request being handled here. Safe in threads and tasks."""
    decision = current()
    return Decided(decision.id, decision.plan.name) if decision is not None else _NOBODY
