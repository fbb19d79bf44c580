"""The decision of the request that is handled here: what a line of a log belongs to.

The variable knows it weakly. A request is over when its server lets go of it, whether its answer
was a list, a stream or a broken connection, and then there is no current decision any more: so
nothing has to be wrapped around answers, and nothing to be reset. Threads and tasks each have
their own (PEP 567); ``asgiref`` takes it along to the thread of a sync view.
"""

from collections.abc import Callable
from contextvars import ContextVar
from weakref import ref

from bartizan.enforce.decision import Decision


def _nobody() -> None:
    """No request is handled here."""


_handled: ContextVar[Callable[[], Decision | None]] = ContextVar("bartizan", default=_nobody)
_handle = _handled.set


def handle(decision: Decision) -> None:
    """From now on this one is current."""
    _handle(ref(decision))


def current() -> Decision | None:
    """The decision of the request being handled; ``None`` outside of one."""
    return _handled.get()()
