"""The decision of the request that is handled here: what a line of a log belongs to.

The variable knows it weakly. A request is over when its server lets go of it, whether its answer
was a list, a stream or a broken connection, and then there is no current decision any more: so
nothing has to be wrapped around answers, and nothing to be reset. A view that asks its own
application something has its own decision back when that is answered. Threads and tasks each have
their own (PEP 567); ``asgiref`` takes it along to the thread of a sync view.
"""

from contextvars import ContextVar
from typing import Final
from weakref import ref

from bartizan.enforce.decision import Decision

DEEPEST: Final = 8
"""Requests within requests that are known at a time."""

_handled: ContextVar[tuple[ref[Decision], ...]] = ContextVar("bartizan", default=())


def handle(decision: Decision) -> None:
    """From now on this one is current, and after it the one within which it was asked."""
    around = [each for each in _handled.get() if _open(each())]
    _handled.set((ref(decision), *around[: DEEPEST - 1]))


def current() -> Decision | None:
    """The decision of the request being handled; ``None`` outside of one."""
    known = [each() for each in _handled.get()]
    # Whoever asked within may keep the answer, and with it a decision that is over.
    found = next(filter(_open, known), None)
    return found or next((each for each in known if each is not None), None)


def _open(decision: Decision | None) -> bool:
    """Whether the head of its answer has not left yet."""
    return decision is not None and not decision.recorded
