"""Random tokens: nothing raises, and nothing is accepted but the very bytes that were signed."""

import json
from base64 import urlsafe_b64encode

from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from bartizan.credentials import base64url, bearer
from bartizan.credentials.jose_json import read_object
from bartizan.model.reasons import REASONS
from bartizan.model.subject import Subject
from tests.credentials import forge

VERIFIER = forge.verifier()
HONEST = (forge.token(), forge.from_house(), forge.from_legacy(), forge.from_partner())
any_text = st.text(st.characters(exclude_categories=()))
settings.register_profile("tokens", max_examples=300, deadline=None)
tokens = settings.get_profile("tokens")


def judged(token: str) -> bool:
    """Whether it is accepted; the other answer must be a reason."""
    assert VERIFIER.remembered(token) is None or token in HONEST
    verified = VERIFIER.verify(token)
    assert isinstance(verified, Subject) or verified in REASONS
    return isinstance(verified, Subject)


@settings(tokens)
@given(any_text)
@example("\ud800" * 3)
@example("\x00.\x00.\x00")
@example("a" * 20000)
def test_any_text(text: str) -> None:
    assert not judged(text)
    bearer.read(text)
    bearer.read("Bearer " + text)


@settings(tokens)
@given(st.sampled_from(HONEST), st.data())
def test_one_place_respelt(honest: str, data: st.DataObject) -> None:
    begin = data.draw(st.integers(0, len(honest)))
    end = data.draw(st.integers(begin, min(len(honest), begin + 4)))
    put = data.draw(st.text("AQgw-_=+/. \n.é\x00", max_size=4) | any_text)
    token = honest[:begin] + put + honest[end:]
    assume(token != honest)
    assert not judged(token)


@settings(tokens)
@given(st.sampled_from(HONEST), st.integers(0, 5000))
def test_one_bit_turned(honest: str, place: int) -> None:
    raw = bytearray(honest.encode())
    raw[place // 7 % len(raw)] ^= 1 << place % 7
    assert not judged(raw.decode("latin-1"))


@settings(tokens)
@given(st.lists(st.sampled_from([part for honest in HONEST for part in honest.split(".")]),
                min_size=1, max_size=4))  # fmt: skip
def test_parts_of_honest_tokens_in_any_order(parts: list[str]) -> None:
    token = ".".join(parts)
    assume(token not in HONEST)
    assert not judged(token)


@settings(tokens)
@given(st.binary(max_size=60), st.binary(max_size=60))
def test_signed_rubbish(header: bytes, claims: bytes) -> None:
    assert not judged(forge.seal(header, claims))


@settings(tokens)
@given(st.binary(max_size=80))
def test_base64url_agrees_with_the_standard_library(raw: bytes) -> None:
    text = urlsafe_b64encode(raw).rstrip(b"=")
    assert base64url.encode(raw) == text
    assert base64url.decode(text) == raw


@settings(tokens)
@given(st.binary(max_size=12) | st.text("AQgwEI-_=+/ \n", max_size=12).map(str.encode))
def test_base64url_has_one_spelling(text: bytes) -> None:
    raw = base64url.decode(text)
    assert raw is None or base64url.encode(raw) == text


@settings(tokens)
@given(st.binary(max_size=60) | any_text.map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_json_is_read_or_refused(raw: bytes) -> None:
    value = read_object(raw)
    assert value is None or value == json.loads(raw)


leaves = st.none() | st.booleans() | st.integers(-(10**15), 10**15) | st.text()
documents = st.dictionaries(
    st.text(max_size=6),
    st.recursive(
        leaves,
        lambda inner: (
            st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4)
        ),
        max_leaves=12,
    ),
    max_size=5,
)


@settings(tokens)
@given(documents, st.booleans())
def test_honest_json_is_read(document: dict[str, object], ascii_only: bool) -> None:
    raw = json.dumps(document, ensure_ascii=ascii_only).encode()
    value = read_object(raw)
    assert value == document or depth(document) > 16


def depth(value: object) -> int:
    """How deep objects and lists are nested."""
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    return 1 + max(map(depth, value), default=0) if isinstance(value, list) else 0
