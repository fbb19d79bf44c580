"""Addresses and networks: strict reading, what counts as one client, large sets of networks.

An IPv4 address in an IPv6 coat, mapped (RFC 4291 section 2.5.5.2) or translated by NAT64
(RFC 6052 section 2.1), is read as the IPv4 address that it is, so that it cannot slip past a rule
about it.
"""

from bisect import bisect_right
from collections.abc import Iterable
from socket import AF_INET, AF_INET6, inet_ntop, inet_pton
from typing import Final

from msgspec import Struct

from bartizan.policy.rules import Network

_IPV4: Final = 1 << 128
_MAPPED: Final = 0xFFFF
_NAT64: Final = 0x0064_FF9B << 64
_LOW: Final = 0xFFFF_FFFF


class Address(Struct, frozen=True, gc=False):
    """An IP address in its one canonical spelling."""

    value: int
    """IPv6: its 128 bits. IPv4: 2^128 plus its 32 bits, so that the families never overlap."""
    text: str
    """As RFC 5952 and dotted quads write it."""


def parse_address(text: str) -> Address | None:
    """Read an address without port, brackets, zone or blanks; ``None`` for anything else.

    IPv4 is four decimal numbers without leading zeros: in other spellings (``010.1``,
    ``0x7f.1``) two readers see two addresses.
    """
    try:
        if ":" not in text:
            return Address(_IPV4 | int.from_bytes(inet_pton(AF_INET, text), "big"), text)
        packed = inet_pton(AF_INET6, text)
    except (OSError, ValueError):
        return None
    value = int.from_bytes(packed, "big")
    if value >> 32 in (_MAPPED, _NAT64):
        return Address(_IPV4 | value & _LOW, inet_ntop(AF_INET, packed[12:]))
    return Address(value, inet_ntop(AF_INET6, packed))


def counted(address: Address | None) -> str:
    """What limits, bans and logs count as one client: an IPv4 address, or the /64 of an IPv6
    address, which one subscriber owns whole (RFC 6177). No address: ``unknown``."""
    if address is None:
        return "unknown"
    if address.value >= _IPV4:
        return address.text
    return _cut(address, 64)


def network(address: Address | None) -> str:
    """The /24 or /48 of an address, for logs; ``unknown`` where there is none."""
    if address is None:
        return "unknown"
    if address.value >= _IPV4:
        return address.text.rpartition(".")[0] + ".0/24"
    return _cut(address, 48)


def _cut(address: Address, prefix: int) -> str:
    packed = (address.value >> (128 - prefix) << (128 - prefix)).to_bytes(16, "big")
    return f"{inet_ntop(AF_INET6, packed)}/{prefix}"


class NetworkSet:
    """Many networks as sorted intervals that do not touch: membership is one binary search."""

    __slots__ = ("_first", "_last")

    def __init__(self, networks: Iterable[Network]) -> None:
        """Networks may overlap and repeat."""
        self._first: list[int] = []
        self._last: list[int] = []
        for first, last in sorted(map(_interval, networks)):
            if self._last and first <= self._last[-1] + 1:
                self._last[-1] = max(last, self._last[-1])
            else:
                self._first.append(first)
                self._last.append(last)

    def __contains__(self, address: Address | None) -> bool:
        if address is None:
            return False
        value = address.value
        at = bisect_right(self._first, value) - 1
        return at >= 0 and value <= self._last[at]

    def __bool__(self) -> bool:
        return bool(self._first)


def _interval(network: Network) -> tuple[int, int]:
    """First and last value of a network, in the number space of ``Address``."""
    first = int(network.network_address)
    size = 1 << (network.max_prefixlen - network.prefixlen)
    if network.version == 4:
        first |= _IPV4
    elif network.prefixlen >= 96 and first >> 32 in (_MAPPED, _NAT64):
        first = _IPV4 | first & _LOW
    return first, first + size - 1
