"""Who the client is behind proxies: RFC 7239 and the X-Forwarded family, garbage included."""

import ipaddress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bartizan.policy.forwarded import (
    HIDDEN,
    HOPS,
    LONGEST,
    Client,
    Hop,
    Malformed,
    Proxies,
    parse_forwarded,
    parse_node,
    true_client,
)
from bartizan.policy.networks import NetworkSet, parse_address

TRUSTED = NetworkSet(
    [ipaddress.ip_network("10.0.0.0/28"), ipaddress.ip_network("2001:db8:f::/124")]
)
FAMILY_X = Proxies(TRUSTED)
FAMILY_RFC = Proxies(TRUSTED, family="forwarded")
SOCKET = Proxies(NetworkSet([]), unix=True)


def ask(proxies: Proxies, peer: str = "10.0.0.1", **headers: str) -> Client | Malformed:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return true_client(peer, "http", "inner", named.get, proxies)


def who(answer: Client | Malformed) -> str:
    if isinstance(answer, Malformed):
        return "malformed"
    return "nobody" if answer.address is None else answer.address.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.1:4711", "192.0.2.1"),
        ("192.0.2.1:_port", "192.0.2.1"),
        ('"192.0.2.1"', "192.0.2.1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ('"[2001:db8::1]:4711"', "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
    ],
)
def test_node(text: str, expected: str) -> None:
    assert parse_node(text) == parse_address(expected)


@pytest.mark.parametrize(
    "text", ["unknown", "UNKNOWN", "_hidden", "_a.b-c_", "unknown:80", "_x:_y"]
)
def test_hidden_node(text: str) -> None:
    assert parse_node(text) is HIDDEN


@pytest.mark.parametrize(
    "text",
    [
        "", '"', '""', "[", "[]", "[::1", "::1]", "[192.0.2.1]", "[::1]80", "[::1]:",
        "[::1]:123456", "192.0.2.1:", "192.0.2.1:123456", "192.0.2.1:http", "localhost", "_", "_ä",
        "[::1%1]", "192.0.2.1 ", "::1\n", "_x\n", "[::1]:80\n", "\0", "\ud800",
    ],
)  # fmt: skip
def test_no_node(text: str) -> None:
    assert parse_node(text) is None


def test_strangers_are_not_believed() -> None:
    answer = ask(FAMILY_X, "203.0.113.9", x_forwarded_for="10.0.0.1", x_forwarded_proto="https")
    assert answer == Client(parse_address("203.0.113.9"), "http", "inner")
    assert ask(FAMILY_RFC, "203.0.113.9", forwarded="for=192.0.2.1;proto=https") == answer
    assert who(ask(FAMILY_X, "", x_forwarded_for="192.0.2.1")) == "nobody"
    assert who(ask(FAMILY_X, "testclient", x_forwarded_for="192.0.2.1")) == "nobody"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("1.1.1.1, 203.0.113.9", "203.0.113.9"),
        ("1.1.1.1,203.0.113.9 ,\t10.0.0.2", "203.0.113.9"),
        ("garbage, 203.0.113.9", "203.0.113.9"),
        (", 203.0.113.9", "203.0.113.9"),
        ("10.0.0.3, 10.0.0.2", "10.0.0.3"),
        ("203.0.113.9, unknown, 10.0.0.2", "10.0.0.2"),
        ("203.0.113.9, _hidden", "10.0.0.1"),
        ("2001:db8::7, [2001:db8:f::1]:443", "2001:db8::7"),
        ("203.0.113.9, ::ffff:10.0.0.2", "203.0.113.9"),
        ("203.0.113.9, garbage", "malformed"),
        ("203.0.113.9,", "malformed"),
        ("", "malformed"),
        ("203.0.113.9, 010.0.0.2", "malformed"),
    ],
)
def test_x_forwarded_for(value: str, expected: str) -> None:
    assert who(ask(FAMILY_X, x_forwarded_for=value)) == expected
    assert who(ask(FAMILY_X, "::ffff:10.0.0.1", x_forwarded_for=value)) == expected


def test_without_headers_the_proxy_is_the_client() -> None:
    assert ask(FAMILY_X) == ask(FAMILY_RFC) == Client(parse_address("10.0.0.1"), "http", "inner")


def test_unix_socket() -> None:
    assert who(ask(SOCKET, "", x_forwarded_for="1.1.1.1, 203.0.113.9")) == "203.0.113.9"
    assert who(ask(SOCKET, "", x_forwarded_for="unknown")) == "nobody"
    assert who(ask(SOCKET, "10.0.0.1", x_forwarded_for="203.0.113.9")) == "10.0.0.1"


def test_one_family_alone_is_read() -> None:
    assert who(ask(FAMILY_X, forwarded="for=203.0.113.9")) == "10.0.0.1"
    assert who(ask(FAMILY_RFC, x_forwarded_for="203.0.113.9")) == "10.0.0.1"


@pytest.mark.parametrize(
    ("value", "scheme"),
    [
        ("https", "https"), ("HTTPS", "https"), ("wss", "https"), ("http", "http"), ("ws", "http"),
        ("https, https", "https"), ("https, http", "http"), ("http,https", "http"),
        ("", None), ("https,", None), ("ftp", None), ("https; x", None),
        ("https" + " " * LONGEST, None),
    ],
)  # fmt: skip
def test_x_forwarded_proto(value: str, scheme: str | None) -> None:
    answer = ask(FAMILY_X, x_forwarded_proto=value)
    assert (None if isinstance(answer, Malformed) else answer.scheme) == scheme


@pytest.mark.parametrize(
    ("value", "host"),
    [("api.example.com", "api.example.com"), ("a, a", "a"), ("a, b", None), ("a" * 5000, None)],
)
def test_x_forwarded_host(value: str, host: str | None) -> None:
    answer = ask(FAMILY_X, x_forwarded_host=value)
    assert (None if isinstance(answer, Malformed) else answer.host) == host


@pytest.mark.parametrize(
    ("value", "expected", "scheme", "host"),
    [
        ("for=203.0.113.9", "203.0.113.9", "http", "inner"),
        ("For=203.0.113.9;Proto=HTTPS;host=api", "203.0.113.9", "https", "api"),
        ('for="[2001:db8::7]:80";by=_edge', "2001:db8::7", "http", "inner"),
        ('for="203.0.113.9:1";host="a\\.b:8"', "203.0.113.9", "http", "a.b:8"),
        ("for=1.1.1.1;proto=https, for=203.0.113.9", "203.0.113.9", "http", "inner"),
        ("for=203.0.113.9;proto=https, for=10.0.0.2;proto=http", "203.0.113.9", "https", "inner"),
        ("for=203.0.113.9,,for=10.0.0.2 , ", "203.0.113.9", "http", "inner"),
        ("for=203.0.113.9;, for=10.0.0.2", "203.0.113.9", "http", "inner"),
        ('by="a,b;c";for=203.0.113.9', "203.0.113.9", "http", "inner"),
        ("for=unknown;proto=https", "10.0.0.1", "https", "inner"),
        ("proto=https", "10.0.0.1", "https", "inner"),
        ("for=10.0.0.3, for=_x, for=10.0.0.2", "10.0.0.2", "http", "inner"),
        ("", "10.0.0.1", "http", "inner"),
    ],
)
def test_forwarded(value: str, expected: str, scheme: str, host: str) -> None:
    answer = ask(FAMILY_RFC, forwarded=value)
    assert answer == Client(parse_address(expected), scheme, host)


@pytest.mark.parametrize(
    "value",
    [
        "for", "for=", "=x", "for=203.0.113.9 for=1.1.1.1", "for=203.0.113.9;for=1.1.1.1",
        'for="203.0.113.9', 'for=203.0.113.9"', "for=[::1]", "for=localhost", "for = 203.0.113.9",
        "for=203.0.113.9;proto=ftp", 'for="";x=y', "for=203.0.113.9, \0", 'for="\x7f"', "for=é",
        'for="x, for=203.0.113.9', "for=203.0.113.9\n", "for=" + "1" * LONGEST,
    ],
)  # fmt: skip
def test_forwarded_malformed(value: str) -> None:
    assert isinstance(ask(FAMILY_RFC, forwarded=value), Malformed)


def test_an_open_quote_of_a_stranger_swallows_nothing() -> None:
    for start in ('for="', 'for="x', 'x="\\', 'for="1.1.1.1", y="'):
        for end in ("for=203.0.113.9", 'for="[2001:db8::7]"', 'for="203.0.113.9:1";by="[::1]"'):
            answer = ask(FAMILY_RFC, forwarded=f"{start}, {end}")
            assert who(answer) in ("malformed", "203.0.113.9", "2001:db8::7")


def test_endless_headers_cost_little() -> None:
    many = ", ".join(["10.0.0.2"] * 10_000)
    assert who(ask(FAMILY_X, x_forwarded_for=many)) == "malformed"
    assert who(ask(FAMILY_X, x_forwarded_for=many + ", 203.0.113.9")) == "203.0.113.9"
    assert who(ask(FAMILY_X, x_forwarded_for=", ".join(["10.0.0.2"] * HOPS))) == "10.0.0.2"
    assert who(ask(FAMILY_X, x_forwarded_for="," * 60_000)) == "malformed"
    assert who(ask(FAMILY_X, x_forwarded_proto="https," * 60_000)) == "malformed"
    assert who(ask(FAMILY_RFC, forwarded="for=10.0.0.2," * 5000)) == "malformed"
    assert who(ask(FAMILY_RFC, forwarded='for="' + "\\" * (LONGEST - 6))) == "malformed"


PIECES = [
    "for=", "proto=", "host=", "by=", '"', "[", "]", "10.0.0.2", "203.0.113.9", "2001:db8::7",
    "unknown", "_x", ":80", ",", ";", " ", "\\", "=", "https", "é", "\0", "\r\n",
]  # fmt: skip
HEADER = st.text(st.characters(codec="latin-1")) | st.lists(
    st.sampled_from(PIECES), max_size=12
).map("".join)


@given(HEADER, HEADER, HEADER, st.sampled_from(["", "10.0.0.1", "::1%lo", "testclient", "\udcff"]))
@example("\udc80", "\udc80", "\udc80", "10.0.0.1")
def test_nothing_raises(one: str, two: str, three: str, peer: str) -> None:
    for proxies in (FAMILY_X, FAMILY_RFC, SOCKET, Proxies(TRUSTED, True, "forwarded")):
        answer = ask(
            proxies,
            peer,
            x_forwarded_for=one,
            x_forwarded_proto=two,
            x_forwarded_host=three,
            forwarded=one,
        )
        assert isinstance(answer, Malformed) or answer.scheme in ("http", "https")


NODES = st.sampled_from(["203.0.113.9", "10.0.0.2", "2001:db8::7", "2001:db8:f::1", "192.0.2.4"])


@given(st.lists(st.tuples(NODES, st.sampled_from(["", "http", "https"])), min_size=1, max_size=6))
def test_both_families_walk_alike(hops: list[tuple[str, str]]) -> None:
    plain = ", ".join(node for node, _ in hops)
    rfc = ", ".join(
        f'for="[{node}]"' if ":" in node else f"for={node}" + (f";proto={proto}" if proto else "")
        for node, proto in hops
    )
    read = parse_forwarded(rfc)
    assert isinstance(read, tuple)
    assert [hop.node for hop in read] == [parse_address(node) for node, _ in hops]
    assert who(ask(FAMILY_X, x_forwarded_for=plain)) == who(ask(FAMILY_RFC, forwarded=rfc))


@given(NODES, HEADER)
def test_a_strangers_words_never_move_the_client(node: str, words: str) -> None:
    answer = ask(FAMILY_X, x_forwarded_for=f"{words}, 203.0.113.9")
    assert who(answer) == "203.0.113.9"


def test_hop_defaults() -> None:
    assert parse_forwarded("for=_x") == (Hop(HIDDEN),)
