"""What must not outlive a fork: state that a child would share with its parent by mistake.

Servers fork workers from a process that has already imported, and perhaps used, the application.
Counters, file descriptors, locks and random segments belong to one process, so their owners are
told in the child and start afresh there.
"""

import os
from typing import Protocol
from weakref import WeakSet


class Owner(Protocol):
    """Holds state of this process alone."""

    def forget(self) -> None:
        """Drop that state; the next use makes it anew. Must not take a lock."""


_owners: WeakSet[Owner] = WeakSet()


def forget_in_child(owner: Owner) -> None:
    """Have ``owner.forget()`` called in every child that is forked from now on."""
    _owners.add(owner)


def _in_child() -> None:
    for owner in tuple(_owners):
        owner.forget()


os.register_at_fork(after_in_child=_in_child)
