"""How to start the servers that are installed beside an application, and what they hide then."""

import re
from importlib.machinery import PathFinder
from typing import Final

from msgspec import Struct

from bartizan.policy.rules import Policy
from bartizan.servers.facts import Interface, Server
from bartizan.servers.table import SERVERS
from bartizan.servers.telling import remaining

INTERFACES: Final[dict[str, tuple[Interface, ...]]] = {"Flask": ("wsgi",)}
"""What a framework speaks, where that is not everything."""


_NAMED = re.compile(r"shop(\.[a-z]+)?:[a-z]+$")
"""The application, as the table calls it."""


class Advice(Struct, frozen=True):
    """One server that may serve this application."""

    name: str
    """Its name."""
    command: str
    """How to start it; ``...`` stands for the application."""
    remains: tuple[str, ...]
    """What it hides or rewrites even so, a sentence each."""


def advised(framework: str, policy: Policy) -> tuple[Advice, ...]:
    """Those that are installed and meant for production, one for each command."""
    found: dict[str, Advice] = {}
    for server in SERVERS:
        if _fits(server, framework) and _installed(server):
            command = _NAMED.sub("...", server.command)
            advice = Advice(server.name, command, tuple(remaining(server, policy)))
            found.setdefault(command, advice)
    return tuple(found.values())


def _fits(server: Server, framework: str) -> bool:
    return server.production and server.interface in INTERFACES.get(framework, ("wsgi", "asgi"))


def _installed(server: Server) -> bool:
    return PathFinder.find_spec(server.package) is not None
