"""Requests as strangers write them: nearly right ones, and noise."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace

from tests.conformance import tokens
from tests.conformance.columns import Sent
from tests.fuzz.watching import CANARY

Lines = list[tuple[str, str]]

HONEST = Sent(
    method="GET",
    target="/news",
    lines=(("Host", "api.example.com"), ("X-Request-Secret", CANARY)),
    body=b"",
    peer="192.0.2.1",
    scheme="https",
    chunked=False,
    endless=True,
    websocket=False,
    peer_rewritten=False,
)
"""A request that is permitted."""

OPERATIONS = (
    ("GET", "/news"),
    ("GET", "/orders/7"),
    ("DELETE", "/orders/7"),
    ("GET", "/things/0b0c3f8e-7b1c-4a52-9d3c-0f6c9a1b2c3d/a-word"),
    ("GET", "/words/word"),
    ("GET", "/days/2026-02-28"),
    ("GET", "/files/a/b/c.txt"),
    ("POST", "/orders"),
    ("PUT", "/orders"),
    ("PATCH", "/orders"),
    ("POST", "/raw"),
    ("GET", "/inner"),
    ("GET", "/wp-login.php"),
    ("GET", "/admin/hello"),
    ("GET", "/nothing"),
)
"""Every operation of the policy once, and some paths that are none."""

VALUE = st.characters(
    min_codepoint=1, max_codepoint=255, exclude_characters="\r\n\0"
)  # what servers let through in a header's value
TOKEN_CHARACTERS = "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"


def line(name: str, value: str, sent: Sent = HONEST) -> Sent:
    """The request with one more header line."""
    return replace(sent, lines=(*sent.lines, (name, value)))


def one_of(*texts: str) -> st.SearchStrategy[str]:
    """One of these texts."""
    return st.sampled_from(texts)


def mutated(texts: st.SearchStrategy[str], pieces: tuple[str, ...]) -> st.SearchStrategy[str]:
    """A text with one to three small wounds: a piece put in, some characters cut out or doubled."""
    wound = st.tuples(
        st.floats(0, 1, exclude_max=True), st.integers(0, 3), st.sampled_from(("", "", *pieces))
    )

    def apply(text: str, wounds: list[tuple[float, int, str]]) -> str:
        for place, length, piece in wounds:
            at = int(place * (len(text) + 1))
            text = text[:at] + piece + text[at + length :]
        return text

    return st.builds(apply, texts, st.lists(wound, min_size=1, max_size=3))


# ------------------------------------------------------------------ the target

HOSTILE_PATHS = (
    "//", "/.", "/..", "/../", "%2e%2e", "%2F", "%5C", "\\", ";", ";a=b", "%00", "%0d%0a", "%25",
    "%2525", "%", "%4", "%zz", "%C3%A9", "%c3%a9", "%ff", "%C0%AF", "%ED%A0%80", "é", "%E2%80%AE",
    "#", "*", "http://", "\x7f", "%20", "+", "~", "%7E", "%41", ":", "@", "\u2028", "%F4%90%80%80",
)  # fmt: skip
WORDS = st.one_of(
    st.integers(-(10**21), 10**21).map(str),
    one_of("0", "00", "-0", "1e3", "２", "abc", "a-b", "A_b", "x" * 300, "con", CANARY),
    st.uuids().map(str),
    st.dates().map(str),
    st.text("abc-09._~é% ", min_size=1, max_size=12),
)
_TEMPLATES = one_of(
    "/orders/{}", "/things/{}/{}", "/words/{}", "/days/{}", "/files/{}", "/files/{}/{}", "/{}",
    "/{}/{}/{}", "/admin/{}",
)  # fmt: skip


@st.composite
def paths(draw: st.DrawFn) -> str:
    """A path of the policy, one with other parameters, one with wounds, or noise."""
    kind = draw(st.integers(0, 9))
    if kind < 3:
        return draw(st.sampled_from(OPERATIONS))[1]
    if kind < 7:
        template = draw(_TEMPLATES)
        return template.format(*(draw(WORDS) for _ in range(template.count("{}"))))
    if kind < 9:
        known = st.sampled_from([path for _, path in OPERATIONS])
        return draw(mutated(known, HOSTILE_PATHS))
    return "/" * draw(st.integers(0, 1)) + draw(st.text(max_size=30).map(_visible))


def _visible(text: str) -> str:
    """No server takes a target with a blank, a line break or a query mark in its path."""
    return "".join(letter for letter in text if letter not in " \r\n\0?" and letter < "\ud800")


QUERY_VALUES: dict[str, st.SearchStrategy[str]] = {
    "page": st.integers(-2, 1002).map(str),
    "q": st.text("ab+%20é&=", max_size=8) | st.just(CANARY),
    "state": one_of("open", "closed", "Open", ""),
    "since": st.dates().map(str) | one_of("2026-02-30", "26-1-1"),
    "id": st.uuids().map(str) | one_of("0", CANARY),
    "tag": one_of("a", "a-b", "A", "a_b", ""),
    "price": one_of("0", "1.5", "1e2", "1e400", "nan", "inf", "-0", "+1", ".5"),
    "gift": one_of("true", "false", "1", "yes"),
    CANARY: one_of("1", CANARY),
}


@st.composite
def queries(draw: st.DrawFn) -> str:
    """Declared parameters, in any number and order, with wounds."""
    if draw(st.integers(0, 9)) == 9:
        return draw(st.text(st.characters(max_codepoint=0x2FF), max_size=30).map(_one_line))
    names = draw(st.lists(st.sampled_from(sorted(QUERY_VALUES)), max_size=4))
    text = "&".join(f"{name}={draw(QUERY_VALUES[name])}" for name in names)
    if draw(st.integers(0, 3)) < 3:
        return _one_line(text)
    wounds = ("%", "%0", "%00", "%FF", "&", "&&", "=", ";", "+", "[]", "\\", '"', "<", "é", "%26")
    return _one_line(draw(mutated(st.just(text), wounds)))


def _one_line(text: str) -> str:
    return "".join(letter for letter in text if letter not in " \r\n\0" and letter < "\ud800")


# ------------------------------------------------------------------ the header

METHODS = st.one_of(
    one_of("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"),
    one_of("TRACE", "CONNECT", "WS", "get", "Post", "PRI", "PROPFIND", "QUERY", "X" * 300),
    st.text(TOKEN_CHARACTERS, min_size=1, max_size=12),
)
NAMES = (
    "Host", "Authorization", "Content-Type", "Content-Length", "Content-Encoding", "Cookie",
    "Origin", "Access-Control-Request-Method", "Access-Control-Request-Headers", "Forwarded",
    "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP",
    "X-HTTP-Method-Override", "X-Original-URL", "Upgrade", "Connection", "Expect", "Range",
    "If-None-Match", "Accept",
    "Accept-Encoding", "Accept-Language", "Referer", "User-Agent", "TE", "Via", "Proxy",
    "X_Forwarded_For", "Content_Length",
)  # fmt: skip
VALUES = st.one_of(
    one_of(
        "", "api.example.com", "API.example.com:443", "evil.example", "other.example.com:1", "null",
        "https://app.example.com", "https://evil.example", "GET", "DELETE", "Authorization", "*",
        "Bearer", "Bearer ", "bearer x.y.z", "Basic Og==", "application/json", "gzip", "identity",
        "text/html; charset=utf-8", "0", "1", "-1", "+1", "0x10", "1, 1", "9" * 30, "websocket",
        "for=192.0.2.1", "192.0.2.1, 10.0.3.7", "https", "a=b; c=d", "bytes=0-", "100-continue",
        f"Bearer {CANARY}", f"session={CANARY}", "x" * 9000,
    ),
    st.text(VALUE, max_size=40),
)  # fmt: skip
HEADER_LINES = st.tuples(
    st.sampled_from(NAMES) | st.text(TOKEN_CHARACTERS, min_size=1, max_size=20), VALUES
)


@st.composite
def headers(draw: st.DrawFn) -> Sent:
    """Any operation with any method, and up to six lines beside or over the honest ones."""
    method, path = draw(st.sampled_from(OPERATIONS))
    method = draw(st.just(method) | METHODS)
    more = draw(st.lists(HEADER_LINES, max_size=6))
    named = {name.lower() for name, _ in more}
    # Two lines of one name are what half of the requests are about; the others replace.
    kept = [each for each in HONEST.lines if each[0].lower() not in named or draw(st.booleans())]
    return replace(
        HONEST, method=method, target=path, lines=(*kept, *more),
        scheme=draw(one_of("https", "https", "http")),
        chunked="transfer-encoding" in named,
    )  # fmt: skip


# ------------------------------------------------------------------ the body

ORDER = {"item": "tea", "quantity": 1, "lines": [{"sku": "a-1", "quantity": 2}]}
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), st.text(max_size=10),
    one_of("open", "closed", "tea", "a-1", CANARY, "1", "true", "x" * 50),
    st.integers(0, 100),
)  # fmt: skip
KEYS = one_of("item", "quantity", "state", "gift", "lines", "sku", "__proto__", "admin", "", "é")
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=8,
)
HOSTILE_JSON = (
    '"item":"x",', "{", "}", "[", "]", ",", ":", '"', "\\", "\\u0000", "\\ud800", "\\udc00\\ud800",
    "\0", "NaN", "Infinity", "-0", "01", "1e999", "1.0", "9" * 40, "//", "/**/", "'", "\ufeff",
    "[" * 300, '{"a":' * 200, "\x1f", "\t", "\u2028", '"__proto__":{},', "null", "true",
)  # fmt: skip


@st.composite
def orders(draw: st.DrawFn) -> bytes:
    """JSON that is nearly an order: other values in it, wounds in its text, or noise."""
    kind = draw(st.integers(0, 9))
    if kind == 9:
        return draw(st.binary(max_size=60))
    document: Any = json.loads(json.dumps(ORDER))
    for _ in range(draw(st.integers(0, 3))):
        place = draw(st.sampled_from((document, document["lines"][0])))
        place[draw(KEYS)] = draw(TREES)
        if not (isinstance(document.get("lines"), list) and document["lines"]
                and isinstance(document["lines"][0], dict)):  # fmt: skip
            break
    text = json.dumps(document, ensure_ascii=draw(st.booleans()))
    if kind >= 7:
        text = draw(mutated(st.just(text), HOSTILE_JSON))
    return text.encode(draw(one_of(*["utf-8"] * 12, "utf-16", "utf-8-sig")), "surrogatepass")


TYPES = one_of(
    *["application/json"] * 12, "application/json; charset=utf-8",
    'Application/JSON;charset="UTF-8"',
    "application/json; charset=latin-1", "text/plain", "application/x-www-form-urlencoded",
    "multipart/form-data", "multipart/form-data; boundary=x", "application/json, text/html", "",
    "application/problem+json", "application/json; charset=utf-8; x=y",
)  # fmt: skip
CODINGS = one_of(*[""] * 12, "gzip", "identity", "br", "gzip, gzip", "IDENTITY ")
METHODS_WITH_INPUT = one_of("POST", "PUT", "PATCH")


@st.composite
def bodies(draw: st.DrawFn) -> Sent:
    """An order to one of the three forms, with its length and type, mostly honest ones."""
    body = draw(orders())
    sent = replace(HONEST, method=draw(METHODS_WITH_INPUT), target="/orders", body=body)
    sent = line("Content-Type", draw(TYPES), sent)
    coding = draw(CODINGS)
    sent = line("Content-Encoding", coding, sent) if coding else sent
    return line("Content-Length", str(len(body)), sent)


LENGTHS: tuple[Callable[[int], str], ...] = (
    *[str] * 6,
    lambda n: str(n + 1), lambda n: str(max(n - 1, 0)), lambda n: str(n + 5000), lambda n: "0",
    lambda n: f"+{n}", lambda n: f"-{n}", lambda n: f" {n} ", lambda n: f"0{n}", lambda n: hex(n),
    lambda n: f"{n}, {n}", lambda n: f"{n}.0", lambda n: "9" * 25, lambda n: "", lambda n: "²",
)  # fmt: skip


@st.composite
def framings(draw: st.DrawFn) -> Sent:
    """A body whose length is honest, a lie, no number, twice there, or not said at all."""
    method, path = draw(st.sampled_from(OPERATIONS + (("POST", "/raw"), ("POST", "/orders")) * 5))
    method = draw(st.just(method) | one_of("POST", "HEAD", "OPTIONS"))
    order = json.dumps(ORDER).encode()
    size = draw(st.sampled_from((0, 1, 500, 2047, 2048, 2049, 4000)))
    body = draw(
        st.sampled_from((b"", order, order + b" " * max(size - len(order), 0), b"x" * size))
    )
    sent = replace(HONEST, method=method, target=path, body=body)
    sent = line("Content-Type", draw(one_of("application/json", "text/plain")), sent)
    coding = draw(
        one_of(*[""] * 5, "chunked", "chunked", "gzip, chunked", "identity", "\x0bchunked")
    )
    if coding:
        sent = line("Transfer-Encoding", coding, replace(sent, chunked=True))
        sent = replace(sent, endless=draw(st.booleans()))
    for say in draw(st.lists(st.sampled_from(LENGTHS), max_size=2 if coding else 1)):
        length = say(len(body))
        sent = line("Content-Length", length, sent)
        if length.isdecimal() and not coding:  # what follows is the next request
            sent = replace(sent, body=body[: int(length)])
    return sent


# ------------------------------------------------------------------ tokens


@cache
def honest(now: float, key: tokens.KeyName = "es") -> str:
    """A token that the policy accepts."""
    return tokens.mint(tokens.Recipe(key=key, scope="orders:read", sub=CANARY), now)


CLAIM_NAMES = one_of(
    "iss", "aud", "sub", "exp", "iat", "nbf", "scope", "scp", "roles", "jti", "client_id", "tenant",
    "act", "cnf", "crit", "é", "token_use",
)  # fmt: skip
HEADER_NAMES = one_of(
    "alg", "kid", "typ", "crit", "jku", "jwk", "x5u", "x5c", "b64", "cty", "zip", "enc", "x"
)
_EDGES = st.one_of(
    LEAVES,
    one_of(
        "orders", "https://id.example.com/", "https://id.example.com", "RS256", "ES256", "none",
        "HS256", "at+jwt", "application/at+jwt", "JWT", "rs", "es", "orders:read",
        "../../etc/passwd",
    ),
    st.integers(1_700_000_000, 1_900_000_000), st.floats(1e9, 2e9),
    st.lists(one_of("orders", "orders:read", CANARY, ""), max_size=3),
    TREES,
)  # fmt: skip


PAYLOADS = ("{@,@}", "[@]", "{}", "", "null", '{@,"sub":"bob"}', "{@} ", "[" * 2000)
HEADERS = ('{@,"alg":"none"}', "[]", "{@", "", '{@,"x":' + "[" * 500)
SHAPES: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.fixed_dictionaries({"payload_text": st.sampled_from(PAYLOADS)}),
    st.fixed_dictionaries({"header_text": st.sampled_from(HEADERS)}),
    st.fixed_dictionaries({"encoding": one_of("utf-16", "utf-8-sig")}),
    st.fixed_dictionaries({"tamper": st.sampled_from(sorted(tokens.TAMPERS))}),
    st.fixed_dictionaries({"header": st.dictionaries(HEADER_NAMES, _EDGES, max_size=2)}),
)
"""What keeps a token from being read at all."""


@st.composite
def recipes(draw: st.DrawFn) -> tokens.Recipe:
    """A token that is signed well and says anything; one in four has another shape."""
    recipe = tokens.Recipe(
        key=draw(st.sampled_from(("es", "es", "es", "staff", "alien_es"))),
        scope=draw(st.none() | one_of("orders:read", "orders:read x", " ", CANARY)),
        exp=draw(st.sampled_from((300, 300, 300, -300, 0, 10**9))),
        claims=draw(st.dictionaries(CLAIM_NAMES, _EDGES, max_size=2)),
        without=draw(st.lists(CLAIM_NAMES, max_size=1)),
    )
    return replace(recipe, **draw(SHAPES)) if draw(st.integers(0, 3)) == 0 else recipe
