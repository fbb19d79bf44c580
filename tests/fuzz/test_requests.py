"""Each parser of a request, fuzzed through four faces; at least a third gets past the parser."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote_to_bytes

import pytest
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.conformance import tokens
from tests.conformance.columns import Sent
from tests.fuzz import wire
from tests.fuzz.shop import faces
from tests.fuzz.watching import CANARY, Watch, fuzz, told, watched


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with faces(tmp_path_factory.mktemp("shop")) as opened:
        yield opened


@pytest.fixture
def watch(shop: Any) -> Iterator[Watch]:
    with watched(shop) as one:
        yield one


def test_targets(watch: Watch) -> None:
    def ask(path: str) -> None:
        for name, seen in watch.ask(replace(wire.HONEST, target=path)).items():
            if seen.reason == "permit":
                plain = unquote_to_bytes(path).decode()
                assert not {"", ".", ".."} & set(plain.removesuffix("/").split("/")[1:]), name
                assert not any(each in plain for each in "\\;%\0\x7f"), name

    fuzz(wire.paths(), ask)
    assert watch.reached("target_malformed") > 1 / 3


def test_queries(watch: Watch) -> None:
    def ask(query: str) -> None:
        for seen in watch.ask(replace(wire.HONEST, target=f"/news?{query}")).values():
            if seen.reason == "permit":
                found = told(seen)["query"]
                assert found.keys() <= wire.QUERY_VALUES.keys() - {CANARY}
                assert isinstance(found.get("page", 1), int)

    fuzz(wire.queries(), ask)
    assert watch.reached("target_malformed", "query_malformed") > 1 / 3


def test_headers(watch: Watch) -> None:
    def ask(sent: Sent) -> None:
        watch.ask(sent)

    fuzz(wire.headers(), ask)
    assert watch.reached("header_malformed", "host_unknown", "headers_too_large") > 1 / 3


def test_bodies(watch: Watch) -> None:
    def ask(sent: Sent) -> None:
        answers = watch.ask(sent)
        assert len({(seen.status, seen.reason) for seen in answers.values()}) == 1
        for seen in answers.values():
            if seen.reason == "permit":
                sound(json.loads(sent.body, object_pairs_hook=unique))

    fuzz(wire.bodies(), ask)
    assert watch.reached("body_malformed", "content_type", "content_encoding") > 1 / 3


def sound(order: Any) -> None:
    """Hold an order that was accepted against its form, in the plainest words."""
    assert order.keys() <= {"item", "quantity", "state", "gift", "lines"}
    assert type(order["item"]) is str
    assert 1 <= len(order["item"]) <= 40
    assert type(order["quantity"]) is int
    assert order.get("state", "open") in ("open", "closed")
    for each in order.get("lines", []):
        assert each.keys() == {"sku", "quantity"}
        assert type(each["quantity"]) is int


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object whose names are all different."""
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


def test_framings(watch: Watch) -> None:
    def ask(sent: Sent) -> None:
        for name, seen in watch.ask(sent).items():
            if seen.reason == "permit" and sent.target == "/raw" and name != "engine":
                read = told(seen).get("read", 0)
                assert read <= 2048, f"{name}: {read}"

    fuzz(wire.framings(), ask)
    stopped = ("header_malformed", "body_too_large", "body_unexpected", "length_required")
    assert watch.reached(*stopped) > 1 / 3


TOKEN_WOUNDS = (
    ".",
    "..",
    "=",
    "==",
    "+",
    "/",
    " ",
    ",",
    "A",
    "_",
    "-",
    "\t",
    "\xe9",
    "e30",
    "bnVsbA",
)


def end_of(token: str, signature: bytes) -> str:
    """The token with other bytes for its signature."""
    return token.rpartition(".")[0] + "." + urlsafe_b64encode(signature).rstrip(b"=").decode()


def letters(texts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """The text with one letter of its alphabet in place of another."""

    def apply(text: str, place: float, letter: str) -> str:
        at = int(place * len(text))
        return text[:at] + letter + text[at + 1 :]

    return st.builds(
        apply, texts, st.floats(0, 1, exclude_max=True), st.sampled_from(tokens.ALPHABET)
    )


def bearing(token: str, target: str = "/orders/7", word: str = "Bearer ") -> Sent:
    """A request that carries a token."""
    return wire.line("Authorization", word + token, replace(wire.HONEST, target=target))


def test_tokens_as_text(watch: Watch, shop: Any) -> None:
    now = shop["engine"].setting.clock.now
    texts = st.sampled_from((wire.honest(now), wire.honest(now, "rs")))
    signed_otherwise = st.builds(end_of, texts, st.binary(max_size=70))
    wounded = letters(texts) | wire.mutated(texts, TOKEN_WOUNDS)
    words = wire.one_of("bearer ", "Bearer  ", "Bearer\t", "Basic ", "", "DPoP ")
    carried_so = st.one_of(
        st.tuples(st.just("Bearer "), st.one_of(texts, signed_otherwise, signed_otherwise)),
        st.tuples(st.just("Bearer "), wounded),
        st.tuples(words, texts),
    )

    def ask(carried: tuple[str, str]) -> None:
        word, token = carried
        genuine = token.strip(" \t") in (wire.honest(now), wire.honest(now, "rs"))
        for name, seen in watch.ask(bearing(token, word=word)).items():
            if seen.reason == "permit":
                assert genuine, name
                assert told(seen)["subject"] == CANARY

    fuzz(carried_so, ask)
    assert watch.reached("credential_malformed", "token_malformed", "header_malformed") > 1 / 3


def test_tokens_that_say_anything(watch: Watch, shop: Any) -> None:
    now = shop["engine"].setting.clock.now

    def ask(drawn: tuple[tokens.Recipe, str]) -> None:
        recipe, method = drawn
        token = tokens.mint(recipe, now)
        for seen in watch.ask(replace(bearing(token), method=method)).values():
            if seen.reason == "permit":
                assert recipe.key == "es"
                assert recipe.tamper in ("", "padded payload", "plus and slash"), recipe
                assert recipe.exp > -61

    fuzz(st.tuples(wire.recipes(), wire.one_of("GET", "GET", "HEAD", "DELETE")), ask)
    assert watch.reached("credential_malformed", "token_malformed", "header_malformed") > 1 / 3


@st.composite
def websockets(draw: st.DrawFn) -> Sent:
    """A handshake to a socket, an operation that is none, or nothing."""
    target = draw(wire.one_of("/live", "/live", "/mine", "/news", "/nothing") | wire.paths())
    sent = replace(
        wire.HONEST, target=target, websocket=True, scheme=draw(wire.one_of("https", "http"))
    )
    for name, value in draw(st.lists(wire.HEADER_LINES, max_size=3)):
        sent = wire.line(name, value, sent)
    return sent


def test_websockets(watch: Watch) -> None:
    def ask(sent: Sent) -> None:
        answers = watch.ask(sent)
        for seen in answers.values():
            assert (seen.status == 101) == (seen.reason in ("permit", "pass"))

    fuzz(websockets(), ask)
    assert watch.reached("target_malformed", "header_malformed") > 1 / 3


@st.composite
def anything(draw: st.DrawFn) -> Sent:
    """All of it at once."""
    sent = draw(wire.headers())
    method = draw(st.just(sent.method) | wire.METHODS)
    body = draw(wire.orders() | st.just(b""))
    target = draw(wire.paths())
    query = draw(wire.queries())
    lines = (*sent.lines, ("Content-Length", str(len(body)))) if body else sent.lines
    target = f"{target}?{query}" if query else target
    return replace(
        sent, method=method, body=body, target=target, lines=lines,
        peer=draw(wire.one_of("192.0.2.1", "10.0.3.7", "198.51.100.9", "::1", "", "x")),
    )  # fmt: skip


def test_anything(watch: Watch) -> None:
    fuzz(anything(), watch.ask)
    assert watch.reached("target_malformed") > 1 / 10
