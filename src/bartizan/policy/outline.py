"""The outline of an application: everything that a first policy is drafted from.

An adapter fills it, ``policy/draft.py`` reads it. It holds no code of the application and no
request, and nothing in it is a rule yet.
"""

from msgspec import Struct

from bartizan.policy.ways import Way


class Route(Struct, frozen=True):
    """One route of the application."""

    path: str
    """As its framework writes it."""
    methods: tuple[str, ...]
    """Methods that it says, without HEAD and automatic OPTIONS; the probable ones where it
    says none."""
    ways: tuple[Way, ...]
    """How its path may be written, mount prefix included."""
    where: str
    """The line of code that serves it."""
    family: str = ""
    """What it is listed with: a blueprint, an included table, a viewset; empty for none."""
    subtree: str = ""
    """``/admin/``: the subtree that is left to a guard of its own; empty for most routes."""
    why: str = ""
    """Whose guard that subtree has."""
    hides: bool = False
    """Whether it says no methods."""
    socket: bool = False
    """Whether it is a websocket."""
    note: str = ""
    """What a person has to know about it before it is decided."""


class Outline(Struct, frozen=True):
    """One application."""

    name: str
    """A short name for it: its package, or its project."""
    title: str
    """As it was named on the command line."""
    routes: tuple[Route, ...]
    """All that it serves, in its own order."""
    hosts: tuple[str, ...] = ()
    """Hosts that it says it is reached by; empty where it says none, or any."""
    body: int = 0
    """Largest body in bytes that it accepts; 0 where it does not say."""
    https: str = ""
    """``redirect`` where it sends plain http away itself; empty where it does not say."""
    proxies: str = ""
    """What says that it stands behind a proxy; empty where nothing does."""
    identity: str = ""
    """What it seems to know people by: a library, in a few words; empty where nothing shows."""
    notes: tuple[str, ...] = ()
    """Further things to know, a sentence each."""
