"""Asks one question of one column and holds what was seen against the answer."""

import re
import time
from pathlib import Path

import msgspec

from bartizan.model.problem import PREFIX
from bartizan.model.reasons import REASONS
from bartizan.policy.load import loads
from bartizan.policy.rules import Policy
from tests.conformance import tokens
from tests.conformance.bindings import BINDINGS
from tests.conformance.columns import Clock, Column, Seen, Sent, Setting
from tests.conformance.corpus import FINE, Corpus, Expected, Question, Wire, fill


def ask(column: Column, corpus: Corpus, question: Question, directory: Path) -> None:
    """Ask; raises ``AssertionError`` where the answer is another one. ``directory`` is where the
    keys lie, and the files that the policy refers to."""
    clock = Clock(float(int(time.time())))
    wallet = tokens.Wallet(clock.now)
    api = column.open(_setting(corpus, question, directory, clock))
    try:
        for number, step in enumerate(question.before, 1):
            clock.now += step.at
            for turn in range(step.times):
                status = api.ask(sent_as(step.wire, wallet)).status
                assert status == step.status, f"step {number}, turn {turn + 1}"
        clock.now += question.at
        seen = api.ask(sent_as(question.wire, wallet))
    finally:
        api.close()
    _compare(question, seen)


def _setting(corpus: Corpus, question: Question, directory: Path, clock: Clock) -> Setting:
    policy = policy_of(corpus.file, directory, corpus)
    bound = {o.input for o in policy.operations if o.input and not o.input.startswith("file:")}
    base = policy.api.base
    return Setting(
        policy=policy,
        bind={name: BINDINGS[name] for name in bound},
        views={_public(name, base): view for name, view in corpus.views.items()},
        inside=corpus.inside,
        mounted=corpus.mounted,
        clock=clock,
        store=question.store,
    )


_loaded: dict[tuple[Path, str], Policy] = {}


def policy_of(name: str, directory: Path, corpus: Corpus) -> Policy:
    """The policy of a corpus, with its files and keys in a directory; read once for each."""
    if (directory, name) not in _loaded:
        for file, text in corpus.files.items():
            (directory / file).write_text(text, "utf-8")
        _loaded[directory, name] = loads(corpus.policy, file=str(directory / name))
    return _loaded[directory, name]


def _public(name: str, base: str) -> str:
    method, template = name.split(" ", 1)
    return f"{method} {base}{template}"


def sent_as(wire: Wire, wallet: tokens.Wallet) -> Sent:
    """A request of the corpus as it is on the wire."""
    token = wallet.take(wire.token) if isinstance(wire.token, tokens.Recipe) else ""
    lines = [(fill(name), _write(value, token)) for name, value in _lines(wire)]
    return Sent(
        method=wire.method,
        target=_write(wire.target, token),
        lines=tuple(lines),
        body=_body(wire),
        peer=wire.peer,
        scheme=wire.scheme,
        chunked=wire.chunked,
        endless=wire.endless,
        websocket=wire.websocket,
        peer_rewritten=wire.peer_rewritten,
    )


def _write(text: str, token: str) -> str:
    return fill(text).replace("{token}", token)


def _body(wire: Wire) -> bytes:
    if wire.hex is not None:
        return bytes.fromhex(wire.hex)
    return fill(wire.body or "").encode()


def _lines(wire: Wire) -> list[tuple[str, str]]:
    """All header lines: what the question leaves unsaid is as an honest client does it."""
    has_body = wire.body is not None or wire.hex is not None
    kind = wire.type if wire.type is not None else "application/json" if has_body else ""
    length = wire.length
    if length is None:
        length = str(len(_body(wire))) if has_body and not wire.chunked else ""
    bearer = isinstance(wire.token, tokens.Recipe) and not _says_token(wire)
    lines = [
        ("Host", wire.host),
        ("Authorization", "Bearer {token}" if bearer else ""),
        ("Content-Type", kind),
        ("Content-Length", length),
        ("Transfer-Encoding", "chunked" if wire.chunked else ""),
    ]
    return [*(line for line in lines if line[1]), *wire.headers]


def _says_token(wire: Wire) -> bool:
    """Whether the token is asked for elsewhere, or another credential stands in its place."""
    names = {name for name, _ in wire.headers}
    texts = (wire.target, *(value for _, value in wire.headers))
    return "Authorization" in names or any("{token}" in text for text in texts)


def _compare(question: Question, seen: Seen) -> None:
    expected = question.expected
    assert (seen.status, seen.reason) == (expected.status, expected.reason)
    assert set(seen.event.shadowed) == set(expected.shadowed)
    assert seen.event.status == seen.status
    if expected.operation is not None:
        assert seen.event.operation == expected.operation
    if question.wire.websocket:
        return
    if expected.reason not in FINE:
        _compare_refusal(question, seen)
    _compare_headers(expected, seen)
    _compare_body(expected, seen)


def _compare_refusal(question: Question, seen: Seen) -> None:
    """Check what holds for every refusal (RFC 9457): one form, never stored, one id."""
    reason = REASONS[question.expected.reason]
    assert seen.status == reason.status
    assert seen.event.control == reason.control
    assert seen.header("Cache-Control") == "no-store"
    assert seen.header("Bartizan-Decision") == seen.event.id
    if question.wire.method == "HEAD":
        assert seen.body == b""
        return
    assert seen.header("Content-Type") == "application/problem+json"
    document = msgspec.json.decode(seen.body)
    assert document["type"] == PREFIX + (question.expected.problem or reason.problem)
    assert document["status"] == seen.status
    assert ("decision" in document) == (seen.status != 404)


def _compare_headers(expected: Expected, seen: Seen) -> None:
    for name, value in expected.carries.items():
        found = seen.header(name)
        assert found is not None, f"{name} is missing"
        if value.startswith("/"):
            assert re.fullmatch(value[1:-1], found), f"{name}: {found}"
        elif value != "*":
            assert found == value, name
    for name in expected.absent:
        assert seen.header(name) is None, f"{name} is there"


def _compare_body(expected: Expected, seen: Seen) -> None:
    for text in expected.body_lacks:
        assert text.encode() not in seen.body
    if expected.body_is is not None:
        assert seen.body == expected.body_is.encode()
    if expected.subject is not None or expected.answers:
        document = msgspec.json.decode(seen.body)
        for member, value in expected.answers.items():
            assert document[member] == value, member
        if expected.subject is not None:
            assert document["subject"] == expected.subject
