"""What proxies say of their clients, and what strangers say who play a proxy."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.conformance.columns import Seen, Sent
from tests.fuzz import wire
from tests.fuzz.shop import faces
from tests.fuzz.watching import CANARY, fuzz, told, watched


@pytest.fixture(scope="module", params=["x-forwarded", "forwarded"])
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with faces(tmp_path_factory.mktemp("shop"), request.param) as opened:
        yield opened


ADDRESSES = wire.one_of(
    "192.0.2.1", "203.0.113.200", "198.51.100.9", "10.0.3.7", "10.0.4.3", "2001:db8:7::9",
    "2001:db8:bad::1", "::ffff:203.0.113.200", "64:ff9b::203.0.113.200", "[2001:db8:7::9]:4711",
    "203.0.113.200:4711", "unknown", "_hidden", "", "0", "0x7f.1", "127.1", "1.2.3.4.5", "::",
    "fe80::1%eth0", "1" * 300, "é", CANARY,
)  # fmt: skip
ELEMENTS = st.builds(
    str.format,
    wire.one_of(*["for={}"] * 3, 'for="{}"', "For={};proto=https", "for={};host=x", 'for="{}', "{}",
                "by={}", "for={};for={}", "for={};;"),
    ADDRESSES, ADDRESSES,
)  # fmt: skip
CHAINS = st.one_of(
    st.lists(ADDRESSES, min_size=1, max_size=4).map(", ".join),
    st.lists(ELEMENTS, min_size=1, max_size=3).map(", ".join),
    st.text(wire.VALUE, max_size=20),
    st.integers(30, 40).map(lambda many: ", ".join(["10.0.3.7"] * many)),
)
FORWARDING = wire.one_of(
    "X-Forwarded-For", "X-Forwarded-For", "Forwarded", "Forwarded", "X-Forwarded-Host",
    "X-Forwarded-Proto", "X-Real-IP", "X-Forwarded-Port",
)  # fmt: skip


@st.composite
def forwardings(draw: st.DrawFn) -> Sent:
    """What a trusted proxy, or somebody who plays one, says of the client."""
    target = draw(wire.one_of("/inner", "/inner", "/news", "/orders/7"))
    peer = draw(wire.one_of("10.0.3.7", "10.0.3.7", "10.0.4.3", "2001:db8:1::7", "192.0.2.1", ""))
    sent = replace(wire.HONEST, target=target, peer=peer, scheme=draw(wire.one_of("https", "http")))
    for name in draw(st.lists(FORWARDING, min_size=1, max_size=3)):
        value = draw(
            CHAINS | wire.one_of("https", "http", "wss", "api.example.com", "evil.example")
        )
        sent = wire.line(name, value, sent)
    return sent


def test_forwarding(shop: Any) -> None:
    with watched(shop) as watch:
        fuzz(forwardings(), lambda sent: believed(sent, watch.ask(sent)))
        assert watch.reached("forwarded_malformed", "header_malformed") > 1 / 3


def believed(sent: Sent, answers: Mapping[str, Seen]) -> None:
    """All faces believe the same, and a stranger's word is never believed.

    One may be stricter: an ASGI server does not say whether its https is the connection's own or
    what a header claims, so there a claim of https undoes it.
    """
    claimed = sent.scheme == "https" and any(name == "X-Forwarded-Proto" for name, _ in sent.lines)
    plain = {seen.reason for name, seen in answers.items() if name != "asgi" or not claimed}
    assert len(plain) == 1
    if answers["asgi"].reason not in plain:
        assert answers["asgi"].reason in ("https_redirect", "https_required")
    for name, seen in answers.items():
        if seen.reason == "permit" and name != "engine":
            assert told(seen)["forwarded"] == [], name
            if sent.peer == "192.0.2.1":
                assert told(seen)["client"] == "192.0.2.1", name
                assert sent.target != "/inner", name
