"""What a server does to requests, as sentences: for the log at the start, and for ``check``."""

from collections.abc import Iterator

from bartizan.policy.rules import Policy
from bartizan.servers.facts import Callers, Server
from bartizan.servers.spellings import listed

_REPLACED = {"client": "the client's address", "scheme": "the scheme", "prefix": "the mount prefix"}


def hidden(server: Server) -> str:
    """Row 1 has less to look at here."""
    return (
        f"spelling cannot be seen under {server.title}: the raw target is hidden, so "
        f"{listed(server.unseen)} count as what they decode to"
    )


def merged(server: Server) -> str:
    """Two names of a header are one, and the proxy's may be the other."""
    return (
        f"{server.title} takes X_Forwarded_For for X-Forwarded-For, and `proxies` believes it: "
        "let the proxy refuse header names with _"
    )


def believing(server: Server, whom: str) -> str:
    """Somebody besides the policy decides whose word counts. Empty where nobody does."""
    said = server.believes
    if said is None:
        return ""
    what = " and ".join(_REPLACED[word] for word in said.what)
    return (
        f"{server.title} believes forwarding headers of {whom} by itself, for {what}: "
        f"{said.consequence}; start it with {said.remedy} and say `proxies` in the policy"
    )


def dropping(server: Server) -> str:
    """`proxies` without headers: all clients are one."""
    return (
        f"{server.title} drops forwarding headers, so that `proxies` makes all clients one; "
        "start it with --no-clear-untrusted-proxy-headers"
    )


def buffering(server: Server) -> str:
    """Row 7 comes too late to spare the memory."""
    return (
        f"{server.title} reads a whole body before Bartizan is asked, whatever the policy's `body` "
        "says: bound it there too"
    )


def running(server: Server, callers: Callers, policy: Policy) -> Iterator[str]:
    """What the log says of the server that calls us, as it is configured."""
    whom = server.trusted(callers)
    if whom:
        yield believing(server, whom)
    if policy.api.proxies and server.drops(callers):
        yield dropping(server)
    yield from remaining(server, policy)


def remaining(server: Server, policy: Policy) -> Iterator[str]:
    """What stays so where the server is started by the command of the table: for ``check``."""
    if server.target == "hidden":
        yield hidden(server)
    if server.underscore == "merged" and policy.api.proxies:
        yield merged(server)
    if server.body == "buffered":
        yield buffering(server)
