"""Addresses, sets of networks, and what counts as one client; compared with ``ipaddress``."""

import ipaddress
import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bartizan.policy.networks import Address, NetworkSet, counted, network, parse_address
from bartizan.policy.rules import Network

MAPPED = ipaddress.ip_network("::ffff:0:0/96")
NAT64 = ipaddress.ip_network("64:ff9b::/96")


def plain(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The naive reading: unwrapped where it wears a coat."""
    address = ipaddress.ip_address(text)
    if address in MAPPED or address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def read(text: str) -> Address:
    address = parse_address(text)
    assert address is not None
    return address


@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("0.0.0.0", "0.0.0.0"),
        ("2001:DB8:0::1", "2001:db8::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("::FFFF:c000:201", "192.0.2.1"),
        ("64:ff9b::192.0.2.1", "192.0.2.1"),
        ("::1", "::1"),
    ],
)
def test_canonical(text: str, canonical: str) -> None:
    assert read(text).text == canonical


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "192.0.2", "192.0.2.256", "192.0.2.01", "010.0.0.1", "0x7f.0.0.1", "2130706433",
        "192.0.2.1 ", " 192.0.2.1", "192.0.2.1:80", "[::1]", "::1%eth0", "::g", "1::2::3", ":",
        "192.0.2.1\0", "::1\0", "\ud800", "1٢.0.2.1", "::ffff:192.0.2.01",
        "a" * 100_000, "1." * 9999,
    ],
)  # fmt: skip
def test_refused(text: str) -> None:
    assert parse_address(text) is None


@given(st.text() | st.text("0123456789abcdef:.%[] \0", max_size=45))
@example("\udcff")
def test_never_raises(text: str) -> None:
    address = parse_address(text)
    if address is not None:
        assert address.text == str(plain(text)) or ":" in address.text
        assert parse_address(address.text) == address


@given(st.ip_addresses())
def test_every_address_is_read(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    assert read(str(address)).value & (1 << 128) - 1 == int(plain(str(address)))
    if isinstance(address, ipaddress.IPv6Address):
        assert read(address.exploded) == read(address.compressed)


def networks(seed: int, count: int) -> list[Network]:
    pick = random.Random(seed)
    made: list[Network] = []
    for _ in range(count):
        if pick.random() < 0.5:
            made.append(ipaddress.IPv4Network((pick.getrandbits(32), pick.randint(0, 32)), False))
        else:
            base = pick.choice([0, 0xFFFF << 32, 0x64FF9B << 96, pick.getrandbits(128)])
            number = base | pick.getrandbits(34)
            made.append(ipaddress.IPv6Network((number, pick.randint(64, 128)), False))
    return made


def covers(net: Network, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """The naive membership: a network wholly inside a coat is one of IPv4."""
    if isinstance(net, ipaddress.IPv6Network) and (net.subnet_of(MAPPED) or net.subnet_of(NAT64)):
        bits = int(net.network_address) & 0xFFFFFFFF
        return address in ipaddress.IPv4Network((bits, net.prefixlen - 96))
    return address in net


@given(st.integers(0, 1 << 32), st.integers(0, 12), st.data())
def test_membership(seed: int, count: int, data: st.DataObject) -> None:
    nets = networks(seed, count)
    few = NetworkSet(nets)
    edges = [net[at] for net in nets for at in (0, -1)]
    drawn = data.draw(st.ip_addresses() | st.sampled_from(edges or [ipaddress.ip_address("::1")]))
    for offset in (-1, 0, 1):
        number = int(drawn) + offset
        if 0 <= number < 1 << drawn.max_prefixlen:
            text = str(type(drawn)(number))
            assert (read(text) in few) == any(covers(net, plain(text)) for net in nets)


def test_families_never_meet() -> None:
    every6 = NetworkSet([ipaddress.IPv6Network("::/0")])
    every4 = NetworkSet([ipaddress.IPv4Network("0.0.0.0/0")])
    assert read("2001:db8::1") in every6
    assert read("192.0.2.1") not in every6
    assert read("::ffff:192.0.2.1") not in every6
    assert read("192.0.2.1") in every4
    assert read("64:ff9b::192.0.2.1") in every4
    assert read("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff") not in every4


def test_nobody_is_in_no_network() -> None:
    assert None not in NetworkSet([ipaddress.IPv4Network("0.0.0.0/0")])
    assert not NetworkSet([])
    assert read("192.0.2.1") not in NetworkSet([])


@pytest.mark.parametrize(
    ("text", "bucket", "logged"),
    [
        ("192.0.2.77", "192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("::1", "::/64", "::/48"),
    ],
)
def test_counted_and_logged(text: str, bucket: str, logged: str) -> None:
    assert counted(read(text)) == bucket
    assert network(read(text)) == logged


def test_nobody_is_counted_as_one() -> None:
    assert counted(None) == network(None) == "unknown"
