"""Readers of networks, addresses, hosts and origins: each in the one spelling that is compared."""

import re
from ipaddress import AddressValueError, IPv6Network, NetmaskValueError, ip_address, ip_network
from pathlib import Path
from typing import Any

from bartizan.policy import patterns, words
from bartizan.policy.faults import Fault
from bartizan.policy.files import absolute, why_not
from bartizan.policy.reading import MISSING, Leaf, looks
from bartizan.policy.rules import Network, Place
from bartizan.policy.values import listed, of_kind, spelled


def parse_network(value: str) -> Network:
    """A network without host bits, or one address; raises `WordFault`."""
    try:
        network = ip_network(value)
    except (AddressValueError, NetmaskValueError):
        raise words.WordFault(f"`{value}` is no network") from None
    except ValueError as error:
        right = ""
        if "host bits" in str(error):
            right = str(ip_network(value, strict=False))
        raise words.WordFault(f"`{value}` is no network", suggestion=right) from None
    if isinstance(network, IPv6Network) and network.network_address.ipv4_mapped:
        if network.prefixlen < 96:
            raise words.WordFault("write IPv4 networks as IPv4: addresses are compared unwrapped")
        right = f"{network.network_address.ipv4_mapped}/{network.prefixlen - 96}"
        raise words.WordFault("addresses are compared unwrapped", suggestion=right)
    return network


network = spelled("P204", parse_network, patterns.NETWORK)


def parse_address(value: str) -> str:
    """One address, in the one spelling; raises `WordFault`."""
    try:
        return str(ip_address(value))
    except ValueError:
        raise words.WordFault(f"`{value}` is no address") from None


address = spelled("P204", parse_address, patterns.ADDRESS)

_UNIX = {"const": "unix"}


@looks(anyOf=[_UNIX, network.form])
def _peer(leaf: Leaf) -> Any:
    return "unix" if leaf.value == "unix" else network(leaf)


_PEERS = listed(_peer)


@looks(anyOf=[_UNIX, _PEERS.form])
def proxies(leaf: Leaf) -> Any:
    """``"unix"``, or a list of networks: (networks, whether unix)."""
    if leaf.value == "unix":
        return (), True
    if isinstance(leaf.value, str):
        leaf.wrong("P201", "this is a text, not a list", f'["{leaf.value}"]')
        return MISSING
    read = _PEERS(leaf)
    if read is MISSING:
        return MISSING
    return tuple(one for one in read if one != "unix"), "unix" in read


_FILE = {"type": "string", "pattern": patterns.FILE}
_EITHER = {"anyOf": [network.form, _FILE]}


@looks(anyOf=[{"type": "array", "items": _EITHER}, *_EITHER["anyOf"]])
def networks(leaf: Leaf) -> Any:
    """Networks: a list of them and of ``file:PATH``, or one such reference."""
    if isinstance(leaf.value, list):
        found = [_networks(child) for child in leaf.children()]
    else:
        found = [_networks(leaf)] if of_kind(leaf, str, "a list or a file:PATH") else []
    return tuple(dict.fromkeys(one for part in found for one in part))


def _networks(leaf: Leaf) -> "list[Network]":
    if isinstance(leaf.value, str) and leaf.value.startswith("file:"):
        return _network_file(leaf)
    one = network(leaf)
    return [] if one is MISSING else [one]


def _network_file(leaf: Leaf) -> "list[Network]":
    """One network a line; ``#`` begins a comment. A bad line is a fault in that file."""
    found: list[Network] = []
    path = absolute(leaf, leaf.value[5:])
    try:
        content = Path(path).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        leaf.wrong("P310", f"this file cannot be read: {why_not(error)}")
        return found
    for number, line in enumerate(content.splitlines(), 1):
        written = line.partition("#")[0].strip()
        if not written:
            continue
        try:
            found.append(parse_network(written))
        except words.WordFault as fault:
            shown = Path(leaf.sheet.file).parent / leaf.value[5:]
            place = Place(str(shown), number, line.index(written) + 1, len(written))
            there = Fault("P204", fault.message, place, fault.suggestion, leaf.loss, line)
            leaf.book.write(there, leaf.path)
    return found


_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_NAMED = rf"(?:{_LABEL}(?:\.{_LABEL})*|\[[0-9a-f:.]+\])"
_HOST = re.compile(rf"{_NAMED}(?::[1-9][0-9]{{0,4}})?").fullmatch
_HOST_PORTS = re.compile(rf"{_NAMED}:\*").fullmatch
_ORIGIN = re.compile(r"(https?)://(.+)").fullmatch


def parse_host(value: str) -> str:
    """A host as browsers send it, with a port unless the scheme's own, or ``:*`` for every port;
    or ``*`` for every host."""
    if value == "*" or _HOST_PORTS(value) or (_HOST(value) and not value.endswith((":443", ":80"))):
        return value
    if value.startswith("*."):
        raise words.WordFault("hosts are written out: only `*` alone accepts any")
    right = re.sub(r"^[a-z]+://", "", value.lower()).partition("/")[0].rstrip(".")
    right = re.sub(r":(443|80)$", "", right)
    message = f"`{value}` is no host" if value else "say a host"
    raise words.WordFault(message, suggestion=right if _HOST(right) and right != value else "")


host = spelled("P208", parse_host, patterns.HOST)
hosts = listed(host, empty=False)


def parse_origin(value: str) -> str:
    """``scheme://host``, as browsers send it in Origin (RFC 6454 section 7); or ``*``."""
    if value == "*":
        return value
    match = _ORIGIN(value)
    if match and match.group(2) != "*":
        scheme, rest = match.groups()
        if _HOST(rest) and not rest.endswith({"https": ":443", "http": ":80"}[scheme]):
            return value
        right = f"{scheme}://{rest.lower().partition('/')[0]}"
    else:
        right = f"https://{value.lower()}" if _HOST(value.lower()) else ""
    plain = bool(_ORIGIN(right)) and bool(_HOST(right.partition("://")[2])) and right != value
    raise words.WordFault(f"`{value}` is no origin", suggestion=right if plain else "")


origin = spelled("P208", parse_origin, patterns.ORIGIN)
