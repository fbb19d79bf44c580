"""Who calls us: the frames of a server, looked at once in the life of a process (ADR 13).

A worker thread does not show the server's own loop, so the frames of the main thread are looked
at too; after a fork they still hold the supervisor that has made this worker.
"""

import sys
import threading
from types import FrameType
from typing import Any

from msgspec import Struct


class Caller(Struct, frozen=True):
    """A function of somebody else that is calling us."""

    module: str
    """Name of its module."""
    frame: FrameType
    """Its frame."""

    def variable(self, name: str) -> Any:
        """One of its variables. Asking keeps all of them alive for as long as the frame is: only
        frames of servers are asked."""
        return self.frame.f_locals.get(name)


def callers() -> tuple[Caller, ...]:
    """Those of this thread, innermost first, then those of the main thread."""
    main = threading.main_thread().ident
    first = sys._getframe(1)
    other = None if main == threading.get_ident() else sys._current_frames().get(main or 0)
    return (*_chain(first), *_chain(other))


def _chain(frame: FrameType | None) -> list[Caller]:
    chain = []
    while frame is not None:
        chain.append(Caller(frame.f_globals.get("__name__", ""), frame))
        frame = frame.f_back
    return chain


def of(callers: tuple[Caller, ...], *modules: str) -> list[Caller]:
    """Those whose module is one of these, or lies within one."""
    return [
        caller
        for caller in callers
        if any(caller.module == name or caller.module.startswith(f"{name}.") for name in modules)
    ]


def owned(callers: tuple[Caller, ...], package: str, attribute: str) -> Any:
    """An attribute of the first object of a package whose method is calling us; None where no
    such object has it."""
    for caller in of(callers, package):
        found = getattr(caller.variable("self"), attribute, None)
        if found is not None:
            return found
    return None
