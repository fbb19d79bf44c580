"""The true client behind trusted proxies: who it is, and which scheme and host it used.

Forwarding headers count only from a trusted peer and are read from the right: every trusted proxy
vouches for the hop before it, and the first hop that is no trusted proxy is the client. What
stands left of it was written by strangers and is never looked at for the answer.
"""

import re
from collections.abc import Callable
from typing import Final

from msgspec import Struct

from bartizan.policy.networks import Address, NetworkSet, parse_address
from bartizan.policy.rules import Forwarded

HOPS: Final = 32
"""Most trusted proxies in a row."""

LONGEST: Final = 4096
"""Longest accepted forwarding header in characters, where it has to be read as a whole."""

_ENDLESS: Final = "there are more trusted proxies in a row than can be"

_PORT = re.compile(r":(?:[0-9]{1,5}|_[A-Za-z0-9._-]+)").fullmatch
_HIDDEN = re.compile(r"(?i:unknown)|_[A-Za-z0-9._-]+").fullmatch
_WORD = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_QUOTED = r'"(?:[\t \x21\x23-\x5b\x5d-\x7e\x80-\xff]|\\[\t \x21-\x7e\x80-\xff])*+"'
_PAIR = re.compile(rf"({_WORD})=({_WORD}|{_QUOTED})")
_BETWEEN = re.compile(r"[ \t]*(?:[;,][ \t;,]*|\Z)")
_ESCAPE = re.compile(r"\\(.)")
_SCHEMES: Final = {"https": "https", "http": "http", "wss": "https", "ws": "http"}


class Proxies(Struct, frozen=True):
    """Who is believed: ``[api] proxies``."""

    networks: NetworkSet
    """Addresses of trusted proxies."""
    unix: bool = False
    """Whether the peer of a unix socket is trusted."""
    family: Forwarded = "x-forwarded"
    """The family of headers that the proxies write; the other one is never read."""

    def trust(self, peer: str, address: Address | None) -> bool:
        """Whether this peer may say whom it speaks for."""
        return self.unix if peer == "" else address in self.networks


class Client(Struct, frozen=True, gc=False):
    """The one truth about the other end, for everything that comes after."""

    address: Address | None
    """Its address; ``None`` where nobody knows it (a unix socket without forwarding headers)."""
    scheme: str
    """``http`` or ``https``, as the client used it."""
    host: str | None
    """The host that the client asked for."""


class Malformed(Struct, frozen=True, gc=False):
    """Forwarding headers of a trusted proxy that cannot be read: a 400, never a guess."""

    why: str
    """A sentence for the log; holds nothing of the header."""


class Hidden(Struct, frozen=True, gc=False):
    """A hop that a proxy keeps to itself: ``unknown`` or ``_name`` (RFC 7239 section 6)."""


HIDDEN: Final = Hidden()


class Hop(Struct, frozen=True, gc=False):
    """What one proxy says of the hop before it."""

    node: Address | Hidden
    """Who spoke to the proxy."""
    proto: str = ""
    """``http`` or ``https``; empty where it says nothing."""
    host: str = ""
    """Host that it was asked for; empty where it says nothing."""


def parse_node(text: str) -> Address | Hidden | None:
    """Read a node of ``Forwarded`` or ``X-Forwarded-For`` (RFC 7239 section 6), quoted or not:
    ``192.0.2.1:4711``, ``"[2001:db8::1]:4711"``, ``2001:db8::1``, ``unknown``, ``_hidden``.

    ``None`` for anything else.
    """
    if text[:1] == '"':
        if len(text) < 2 or text[-1] != '"':
            return None
        text = text[1:-1]
    if text[:1] == "[":
        inner, bracket, port = text[1:].partition("]")
        if not bracket or ":" not in inner or (port and not _PORT(port)):
            return None
        return parse_address(inner)
    if text.count(":") == 1:
        text, _, port = text.partition(":")
        if not _PORT(":" + port):
            return None
    if (address := parse_address(text)) is not None:
        return address
    return HIDDEN if _HIDDEN(text) else None


def true_client(
    peer: str,
    scheme: str,
    host: str | None,
    header: Callable[[str], str | None],
    proxies: Proxies,
) -> Client | Malformed:
    """Decide who is asking, over which scheme, and for which host. Never raises.

    ``peer`` is the other end of the socket (empty for a unix socket), ``scheme`` and ``host``
    what the connection itself says, ``header`` answers a header by its lower-case name, several
    lines joined by commas. Behind a hidden hop the last trusted proxy is the client.
    """
    address = parse_address(peer.partition("%")[0])  # a server may name the zone of its link
    if not proxies.trust(peer, address):
        return Client(address, scheme, host)
    if proxies.family == "forwarded":
        return _by_forwarded(Client(address, scheme, host), header("forwarded"), proxies.networks)
    said = _proto(header("x-forwarded-proto"), scheme)
    if isinstance(said, Malformed):
        return said
    asked = _host(header("x-forwarded-host"), host)
    if isinstance(asked, Malformed):
        return asked
    client = _x_client(header("x-forwarded-for"), address, proxies.networks)
    if isinstance(client, Malformed):
        return client
    return Client(client, said, asked)


# ------------------------------------------------------------------ X-Forwarded-*


def _x_client(
    value: str | None, peer: Address | None, trusted: NetworkSet
) -> Address | Malformed | None:
    """X-Forwarded-For from the right through the trusted proxies."""
    if value is None:
        return peer
    client = peer
    for count, text in enumerate(reversed(value.rsplit(",", HOPS))):
        node = parse_node(text.strip(" \t"))
        if node is None:
            return Malformed("X-Forwarded-For holds no address")
        if isinstance(node, Hidden):
            break
        if count == HOPS:
            return Malformed(_ENDLESS)
        client = node
        if client not in trusted:
            break
    return client


def _proto(value: str | None, otherwise: str) -> str | Malformed:
    """X-Forwarded-Proto: nobody can tell which proxy wrote which of several values, so it is
    https only where all of them say so."""
    if value is None:
        return otherwise
    if value in _SCHEMES:
        return _SCHEMES[value]
    if len(value) > LONGEST:
        return Malformed("X-Forwarded-Proto is too long")
    schemes = {_SCHEMES.get(word.strip(" \t").lower(), "") for word in value.split(",")}
    if "" in schemes:
        return Malformed("X-Forwarded-Proto is neither http nor https")
    return "https" if schemes == {"https"} else "http"


def _host(value: str | None, otherwise: str | None) -> str | Malformed | None:
    """X-Forwarded-Host: several values have to agree."""
    if value is None:
        return otherwise
    if len(value) > LONGEST:
        return Malformed("X-Forwarded-Host is too long")
    if "," not in value:
        return value.strip(" \t")
    hosts = {word.strip(" \t") for word in value.split(",")}
    if len(hosts) != 1:
        return Malformed("X-Forwarded-Host holds several hosts")
    return hosts.pop()


# ------------------------------------------------------------------ Forwarded


def _by_forwarded(seen: Client, value: str | None, trusted: NetworkSet) -> Client | Malformed:
    """Forwarded from the right: the hop that names the client also says its proto and host."""
    hops = () if value is None else parse_forwarded(value)
    if isinstance(hops, Malformed):
        return hops
    answer = seen
    address = seen.address
    for count, hop in enumerate(reversed(hops)):
        if count == HOPS:
            return Malformed(_ENDLESS)
        if isinstance(hop.node, Address):
            address = hop.node
        answer = Client(address, hop.proto or seen.scheme, hop.host or seen.host)
        if isinstance(hop.node, Hidden) or hop.node not in trusted:
            break
    return answer


def parse_forwarded(value: str) -> tuple[Hop, ...] | Malformed:
    """Read a ``Forwarded`` header (RFC 7239 section 4), several lines joined by commas."""
    if len(value) > LONGEST:
        return Malformed("Forwarded is too long")
    hops: list[Hop] = []
    pairs: dict[str, str] = {}
    at = len(value) - len(value.lstrip(" \t;,"))
    while at < len(value):
        pair = _PAIR.match(value, at)
        between = _BETWEEN.match(value, pair.end()) if pair else None
        if pair is None or between is None:
            return Malformed("Forwarded is not in the grammar of RFC 7239")
        name = pair[1].lower()
        if name in pairs:
            return Malformed("Forwarded says one parameter twice")
        pairs[name] = _ESCAPE.sub(r"\1", pair[2][1:-1]) if pair[2][0] == '"' else pair[2]
        at = between.end()
        if at == len(value) or "," in between[0]:
            hop = _hop(pairs)
            if isinstance(hop, Malformed):
                return hop
            hops.append(hop)
            pairs = {}
    return tuple(hops)


def _hop(pairs: dict[str, str]) -> Hop | Malformed:
    node = parse_node(pairs["for"]) if "for" in pairs else HIDDEN
    if node is None:
        return Malformed("Forwarded holds no address")
    proto = _SCHEMES.get(pairs["proto"].lower()) if "proto" in pairs else ""
    if proto is None:
        return Malformed("Forwarded holds a proto that is neither http nor https")
    return Hop(node, proto, pairs.get("host", ""))
