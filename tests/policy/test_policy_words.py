"""The small languages inside strings: right readings, right faults, nothing else raised."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bartizan.policy import addresses, queries, words
from bartizan.policy.rules import Query
from bartizan.policy.words import WordFault

ALPHABET = st.text("0123456789/.+- perclientsubjectminutesint1KiBGET{}:_?*[]#é\x00\n", max_size=40)
PARSERS = {
    "limit": words.limit,
    "size": words.size,
    "query": lambda text: queries.query("q", text),
    "operation": words.operation,
    "base": words.base,
    "prefix": words.prefix,
    "ask": words.ask,
    "field": words.field,
    "where": words.where,
    "network": addresses.parse_network,
    "host": addresses.parse_host,
    "origin": addresses.parse_origin,
}
STEMS = (
    "5/minute per client", "10/30 seconds per client+operation", "64 KiB", "int 1..1000",
    "one open closed required", "GET /orders/{order_id:int}", "/api", "/admin/",
    "GET /orders/7?page=1", "lines[].sku", "results[]", "10.0.0.0/8", "2001:db8::/32",
    "api.example.com:8000", "https://app.example.com",
)  # fmt: skip


@st.composite
def nearly_right(draw: st.DrawFn) -> str:
    """A right text with a few characters replaced."""
    text = list(draw(st.sampled_from(STEMS)))
    for _ in range(draw(st.integers(0, 3))):
        at = draw(st.integers(0, len(text)))
        text[at : at + draw(st.integers(0, 2))] = draw(st.text(max_size=2))
    return "".join(text)


@pytest.mark.parametrize("name", PARSERS)
@given(text=st.text() | ALPHABET | nearly_right())
@settings(max_examples=400, deadline=None)
def test_a_parser_raises_its_own_fault_alone(name: str, text: str) -> None:
    try:
        PARSERS[name](text)
    except WordFault as caught:
        fault = caught
    else:
        return
    assert fault.message
    assert not fault.message.endswith(".")
    assert 0 <= fault.offset <= len(text)
    assert fault.length is None or fault.length >= 1
    if fault.suggestion and fault.length is not None:
        end = fault.offset + fault.length
        assert text[fault.offset : end] != fault.suggestion
    elif fault.suggestion:
        PARSERS[name](fault.suggestion)  # what is suggested for the whole is right


@pytest.mark.parametrize(
    ("text", "count", "period", "per"),
    [
        ("5/minute per client", 5, 60, ("client",)),
        ("1/second per subject", 1, 1, ("subject",)),
        ("10/30 seconds per operation+client", 10, 30, ("client", "operation")),
        ("7/1 hour per tenant", 7, 3600, ("tenant",)),
        ("300/2 days per client+subject+tenant+operation", 300, 172800,
         ("client", "subject", "tenant", "operation")),
        ("9/week per client", 9, 604800, ("client",)),
        ("9/month per client", 9, 2592000, ("client",)),
    ],
)  # fmt: skip
def test_limits(text: str, count: int, period: int, per: tuple[str, ...]) -> None:
    assert words.limit(text) == (count, period, per)


@pytest.mark.parametrize(
    ("text", "wrong", "suggestion"),
    [
        ("5", "5", ""),
        ("5/minute", "5/minute", "5/minute per client"),
        ("5/minut per client", "minut", "minute"),
        ("5/minutes per client", "minutes", "minute"),
        ("10/30 second per clinet", "clinet", "client"),
        ("10/30 secnds per client", "secnds", "seconds"),
        ("0/minute per client", "0", ""),
        ("05/minute per client", "05", ""),
        ("-5/minute per client", "-5", ""),
        ("5/minute per client+client", "client", ""),
        ("5/0 minutes per client", "0", ""),
        ("5/minute per ", " ", ""),
        ("1/400 days per client", "400 days", ""),
        ("٣/minute per client", "٣", ""),
    ],
)
def test_wrong_limits(text: str, wrong: str, suggestion: str) -> None:
    with pytest.raises(WordFault) as fault:
        words.limit(text)
    offset, length = fault.value.offset, fault.value.length
    if wrong.strip():
        assert text[offset : offset + (len(text) if length is None else length)] == wrong
    assert fault.value.suggestion == suggestion
    assert fault.value.enforced


@pytest.mark.parametrize("word", words.LATER)
def test_limits_of_later(word: str) -> None:
    with pytest.raises(WordFault) as fault:
        words.limit(f"5/minute per client+{word}")
    assert not fault.value.enforced


@pytest.mark.parametrize(
    ("text", "size"), [("0 B", 0), ("64 KiB", 65536), ("64KiB", 65536), ("2 MiB", 2097152)]
)
def test_sizes(text: str, size: int) -> None:
    assert words.size(text) == size


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [("64", "64 B"), ("64 KB", "KiB"), ("1 mb", "MiB"), ("1.5 MiB", ""), ("-1 B", ""), ("", "")],
)
def test_wrong_sizes(text: str, suggestion: str) -> None:
    with pytest.raises(WordFault) as fault:
        words.size(text)
    assert fault.value.suggestion == suggestion


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("int 1..1000", Query("q", "int", 1, 1000)),
        ("int", Query("q", "int")),
        ("int 1..", Query("q", "int", 1, None)),
        ("number -0.5..1", Query("q", "number", -0.5, 1)),
        ("text 0..80 required", Query("q", "text", 0, 80, required=True)),
        ("slug many", Query("q", "slug", many=True)),
        ("uuid required many", Query("q", "uuid", required=True, many=True)),
        ("date many required", Query("q", "date", required=True, many=True)),
        ("bool", Query("q", "bool")),
        ("one open closed", Query("q", "one", choices=("open", "closed"))),
        ("one open closed many", Query("q", "one", choices=("open", "closed"), many=True)),
    ],
)
def test_query(text: str, query: Query) -> None:
    assert queries.query("q", text) == query


@pytest.mark.parametrize(
    "text",
    ["", "integer", "int 5..1", "int 1.5..2", "int 1-5", "slug 1..5", "one", "one required",
     "one open open", "text -1..5", "int  1..5", "int 1..5 optional", "int ..", "bool bool",
     "int 1..99999999999999999999", "int required required"],
)  # fmt: skip
def test_wrong_query(text: str) -> None:
    with pytest.raises(WordFault):
        queries.query("q", text)


@pytest.mark.parametrize(
    ("text", "value", "fits"),
    [
        ("int 1..5", 5, True), ("int 1..5", 6, False), ("int 1..5", "5", False),
        ("int", True, False), ("int", 1.0, False), ("number 0..1", 0.5, True),
        ("number", float("inf"), False), ("text 2..3", "abc", True), ("text 2..3", "a", False),
        ("bool", True, True), ("bool", "yes", False), ("one a b", "b", True),
        ("one a b", "c", False), ("slug many", ["a", "b"], True), ("slug", ["a"], False),
        ("slug many", [], False), ("date", "2026-02-30", False), ("date", "2026-02-28", True),
        ("uuid", "x", False),
    ],
)  # fmt: skip
def test_what_a_query_accepts(text: str, value: object, fits: bool) -> None:
    assert queries.query_fits(queries.query("q", text), value) is fits


def test_operations_and_questions() -> None:
    assert words.operation("WS /chat") == ("WS", "/chat")
    assert words.ask("GET /orders/7?page=1&q=a") == ("GET", "/orders/7", "page=1&q=a")
    assert words.ask("TRACE //x/%2e") == ("TRACE", "//x/%2e", "")


@pytest.mark.parametrize(
    ("text", "offset"),
    [("GET", 0), ("GTE /a", 0), ("HEAD /a", 0), ("get /a", 0), ("GET a", 4), ("GET /{a}", 5),
     ("GET /a//b", 7), ("GET /{a:integer}", 8)],
)  # fmt: skip
def test_wrong_operations(text: str, offset: int) -> None:
    with pytest.raises(WordFault) as fault:
        words.operation(text)
    assert fault.value.offset == offset


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("10.0.0.7/8", "10.0.0.0/8"),
        ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
        ("10.0.0", ""),
        ("2001:db8::1/32", "2001:db8::/32"),
    ],
)
def test_wrong_networks(text: str, suggestion: str) -> None:
    with pytest.raises(WordFault) as fault:
        addresses.parse_network(text)
    assert fault.value.suggestion == suggestion


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("https://api.example.com/", "api.example.com"),
        ("API.example.com", "api.example.com"),
        ("api.example.com:443", "api.example.com"),
        ("*.example.com", ""),
        ("a b", ""),
    ],
)
def test_wrong_hosts(text: str, suggestion: str) -> None:
    with pytest.raises(WordFault) as fault:
        addresses.parse_host(text)
    assert fault.value.suggestion == suggestion


@pytest.mark.parametrize(
    ("text", "suggestion"),
    [
        ("https://app.example.com/", "https://app.example.com"),
        ("app.example.com", "https://app.example.com"),
        ("https://app.example.com:443", ""),
        ("https://*", ""),
        ("null", "https://null"),
    ],
)
def test_wrong_origins(text: str, suggestion: str) -> None:
    with pytest.raises(WordFault) as fault:
        addresses.parse_origin(text)
    assert fault.value.suggestion == suggestion
