"""Secrets in texts: every spelling of one, nothing else, and in time that grows with the text."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bartizan.logs import redaction
from bartizan.logs.redaction import MARK, Redaction

SECRET = "hunter2"
CLEAN = Redaction().text

HIDDEN = (
    "password=hunter2",
    "password: hunter2",
    "PASSWORD = hunter2",
    "PGPASSWORD=hunter2 psql",
    "db_password1='hun\\'hunter2' z",
    "passwords: hunter2",
    "api-key => 'hunter2'",
    "X-Api-Key: hunter2",
    "apikey=hunter2",
    "client_secret=hunter2&x=1",
    "?access_token=hunter2&x=1",
    "csrfmiddlewaretoken=hunter2",
    "secret='hunter2",
    "user(password=hunter2, x=1)",
    "{'password': 'hunter2', 'x': 1}",
    '{"password":"hunter2","x":1}',
    '"{\\"password\\": \\"hunter2\\"}"',
    "<QueryDict: {'password': ['hunter2'], 'u': ['a']}>",
    "tokens=['a', 'hunter2'] z",
    "cookies={'a': 'hunter2'}",
    "token: Bearer hunter2",
    "Authorization: Bearer hunter2 and more",
    "authorization=Basic aHVudGVyMjpodW50ZXIy hunter2",
    "{'Authorization': 'Digest username=hunter2', 'a': 'b'}",
    "[(b'authorization', b'Bearer hunter2'), (b'host', b'x')]",
    "Cookie: sessionid=hunter2; csrftoken=hunter2",
    "set-cookie: a=hunter2; Path=/",
    "bearer hunter2.",
    "DPoP hunter2",
    "Bearer%20hunter2",
    "postgres://bob:hunter2@db/x",
    "redis://:hunter2@db/0",
    "eyJhbGciOiJub25lIn0.hunter2.",
    "Bearer%2BeyJhbGciOiJub25lIn0.eyJ9.hunter2",
    "-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY----- after",
    "-----BEGIN PRIVATE KEY-----\nhunter2",
    "xoxb-hunter2hunter2 x",
    "sk_live_hunter2hunter2",
    "user%5Bpassword%5D=hunter2&x=1",
    "token[]=hunter2",
    "user[password][]=hunter2",
    "user%5Btokens%5D%5B%5D=hunter2",
    "?next=%2Freset%3Ftoken%3Dhunter2",
    'Cookie: messages="a \\054b"; sessionid=hunter2',
    '{"text": "Cookie: a=\\"x\\"; sessionid=hunter2"}',
    "postgres://bob:p@hunter2@db/x",
    f"https://aws:{'A' * 900}hunter2@pypi.example/simple/",
)
KEPT = (
    "",
    "GET /orders/17 answered 200",
    "password: None",
    "password=",
    '{"token": null, "x": 1}',
    "max_tokens: 5 token_count=3",
    "Unexpected token: }",
    "token for user 5",
    "basic research needed",
    "a cookie was set",
    "https://a/b:c@d",
    "-----BEGIN PUBLIC KEY-----\nabc\n-----END PUBLIC KEY-----",
    "eyJnodot",
    "monkey=5 turnkey: 7",
    f"password={MARK} and Authorization: {MARK}",
)


@pytest.mark.parametrize("text", HIDDEN)
def test_a_secret_is_taken_out(text: str) -> None:
    clean = CLEAN(text)
    assert SECRET not in clean
    assert MARK in clean
    assert CLEAN(clean) == clean, "a second filter changes nothing more"


@pytest.mark.parametrize("text", KEPT)
def test_anything_else_stays(text: str) -> None:
    assert CLEAN(text) is text


def test_what_stands_around_a_secret_stays() -> None:
    assert CLEAN("a password=hunter2 b token=hunter2, c") == (
        f"a password={MARK} b token={MARK}, c"
    )


def test_further_names() -> None:
    assert Redaction(("IBAN",)).text("iban: DE02 x") == f"iban: {MARK} x"
    assert Redaction(("c++",)).text("c++=1") == f"c++={MARK}"
    assert Redaction(("iban",)).named("customer_iban")
    assert CLEAN("iban: DE02") == "iban: DE02"


@pytest.mark.parametrize(
    "name", ["password", "X-Api-Key", "Authorization", "Set-Cookie", "jwt_token"]
)
def test_names_of_secrets(name: str) -> None:
    assert Redaction().named(name)


@pytest.mark.parametrize("name", ["passenger", "keyboard", "tokenizer", "authorized", 7, None, ""])
def test_other_names(name: object) -> None:
    assert not Redaction().named(name)


PIECES = (
    "password", "token", "secret_", "key", "=", ":", " ", "'", '"', "\\", "\\'", "[", "]", "{", ",",
    "eyJ", ".", "-", "-----BEGIN ", "PRIVATE KEY-----", "-----END", "://", "@", "bearer ", "basic ",
    "authorization", "cookie:", "=\"", "\n", "=>", "b'", "ghp_", "xoxb-", "%20", "%5D", "%3D",
    "a", "\u017f", "\ud800",
)  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
def test_any_text_is_read_and_only_once(text: str) -> None:
    clean = CLEAN(text)
    assert CLEAN(clean) == clean or MARK in clean
    assert list(Redaction()._spans(text)) == sorted(Redaction()._spans(text))


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join), st.sampled_from("=:"))
def test_nothing_before_it_hides_a_password(before: str, sign: str) -> None:
    assert "hunter2hunter2" not in CLEAN(f"{before} password{sign}hunter2hunter2")


def looked_at(monkeypatch: pytest.MonkeyPatch, text: str) -> int:
    """How many characters are looked at in all, and places begun at."""
    seen = 0
    run = redaction._run

    def counted(match: object, text: str, at: int) -> int:
        nonlocal seen
        end = run(match, text, at)  # type: ignore[arg-type]
        seen += 1 + end - at
        return end

    with monkeypatch.context() as patch:
        patch.setattr(redaction, "_run", counted)
        CLEAN(text)
    return seen


GROWING = [*(a + b for a, b in product(PIECES, PIECES)), "eyJ-eyJ_", "password=[", "token='\\"]


@pytest.mark.parametrize("long", [200, 2000])
def test_what_is_looked_at_grows_with_the_text(monkeypatch: pytest.MonkeyPatch, long: int) -> None:
    """Counted, not timed: twice the text is at most twice the characters looked at (CWE-1333)."""
    for piece in GROWING:
        text = piece * (long // len(piece))
        assert looked_at(monkeypatch, text) <= 4 * len(text) + 16, piece


def test_the_count_sees_a_pattern_that_turns_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """The broken twin: without the memory of barren runs each `eyJ` runs to the end again."""
    monkeypatch.setitem(
        redaction._MEASURES, "jwt",
        lambda text, start: (None, 0 * redaction._run(redaction._JWT, text, start.start())),
    )  # fmt: skip
    text = "eyJ-" * 500
    assert looked_at(monkeypatch, text) > 100 * len(text)
