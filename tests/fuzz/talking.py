"""Targets `target`, `query`, `header`, `body` and `forwarded`: requests through four faces.

Each request gets exactly one decision and one event and never an exception (`watching`), and no
face lets in what another one refuses.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from bartizan.model.reasons import REASONS
from tests.conformance import tokens
from tests.conformance.asking import sent_as
from tests.conformance.columns import Seen, Sent
from tests.conformance.corpus import FINE, Wire, questions
from tests.fuzz import wire
from tests.fuzz.shop import faces
from tests.fuzz.target import Judge, Target, hold, members, quoted
from tests.fuzz.watching import told, watched

Build = Callable[[bytes], Sent]
"""Makes a request of an input."""
Check = Callable[[Sent, Mapping[str, Seen]], None]
"""Holds what one target has to hold besides."""

DOOR = ("target_malformed", "header_malformed", "query_malformed", "body_malformed",
        "forwarded_malformed")  # fmt: skip
"""Reasons of the first parser."""


@contextmanager
def _open(build: Build, check: Check, forwarded: str, folder: Path) -> Iterator[Judge]:
    with faces(folder, forwarded) as four, watched(four) as watch:

        def judge(data: bytes) -> bool:
            sent = build(data)
            answers = watch.ask(sent)
            agreed(sent, answers)
            check(sent, answers)
            return answers["engine"].reason not in DOOR

        yield judge


CLAIMING = ("x-forwarded-proto", "x-forwarded-protocol", "x-forwarded-ssl")
"""Headers of which some server makes a scheme."""


PLAIN = {name for name, reason in REASONS.items() if reason.control == "https"}
"""Reasons why plain http is refused."""


def agreed(sent: Sent, answers: Mapping[str, Seen]) -> None:
    """No face lets in what another refuses.

    One may be stricter: an ASGI server does not say whether its https is the connection's own or
    what a header claims, so there a claim of https undoes it.
    """
    claimed = any(name.lower() in CLAIMING for name, _ in sent.lines)
    outcomes = {
        seen.reason in FINE
        for name, seen in answers.items()
        if not (claimed and name == "asgi" and seen.reason in PLAIN)
    }
    hold(len(outcomes) == 1, _said(answers))


def the_same(_sent: Sent, answers: Mapping[str, Seen]) -> None:
    """All faces give the same reason."""
    hold(len({seen.reason for seen in answers.values()}) == 1, _said(answers))


def _said(answers: Mapping[str, Seen]) -> str:
    return "; ".join(f"{name}: {seen.status} {seen.reason}" for name, seen in answers.items())


# ------------------------------------------------------------------ what an input is made into


def a_target(data: bytes) -> Sent:
    """A request for a path."""
    return replace(wire.HONEST, target=_one_word(data))


def a_query(data: bytes) -> Sent:
    """A request for the news with a query."""
    return replace(wire.HONEST, target=f"/news?{_one_word(data)}")


def _one_word(data: bytes) -> str:
    """No server takes a target with a blank or a line break in it."""
    text = data.decode("utf-8", "ignore")
    return "".join(letter for letter in text if letter not in " \r\n\0")


def a_header(data: bytes) -> Sent:
    """Any operation, and header lines of any kind; none is there twice, and none has a `_`:
    a WSGI environ tells neither apart (the gap `header lines` of the corpus)."""
    first, *lines = data.decode("latin-1").split("\n")
    method, path = wire.OPERATIONS[len(first) % len(wire.OPERATIONS)]
    method = first if first and set(first) <= set(wire.TOKEN_CHARACTERS) else method
    return _with(lines, replace(wire.HONEST, method=method, target=path))


def _with(lines: Iterable[str], sent: Sent) -> Sent:
    found = {"host": ("Host", "api.example.com")}
    for line in lines:
        name, colon, value = line.partition(":")
        plain = value.strip(" \t").translate({0: None, 13: None})
        if colon and name and set(name) <= set(wire.TOKEN_CHARACTERS) - {"_"}:
            found[name.lower()] = (name, plain)
    found.pop("transfer-encoding", None)  # the server's own
    if "content-length" in found:
        found["content-length"] = ("Content-Length", "0")
    return replace(sent, lines=tuple(found.values()))


def a_body(data: bytes) -> Sent:
    """An order to one of three forms; after a blank, members of one, a line each."""
    method = ("POST", "PUT", "PATCH")[data[0] % 3] if data else "POST"
    body = data[1:]
    if body.startswith(b" "):
        body = members(body[1:].decode("utf-8", "surrogateescape")).encode("utf-8", "replace")
    sent = replace(wire.HONEST, method=method, target="/orders", body=body)
    sent = wire.line("Content-Type", "application/json", sent)
    return wire.line("Content-Length", str(len(body)), sent)


def strict(sent: Sent, answers: Mapping[str, Seen]) -> None:
    """What is let in is JSON for everybody, with one reading."""
    the_same(sent, answers)
    for seen in answers.values():
        if seen.reason == "permit":
            text = sent.body.decode("utf-8")
            read = json.loads(text, object_pairs_hook=_unique, parse_constant=_never)
            hold(not text.startswith("\ufeff"), "a byte order mark")
            hold(read.keys() <= {"item", "quantity", "state", "gift", "lines"}, "unknown members")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    hold(len(dict(pairs)) == len(pairs), "a member that is there twice")
    return dict(pairs)


def _never(constant: str) -> Any:
    hold(False, f"{constant} is no JSON (RFC 8259)")


PEERS = ("10.0.3.7", "192.0.2.1", "10.0.4.3", "2001:db8:1::7", "")


def a_forwarding(data: bytes) -> Sent:
    """What a proxy says, or somebody who plays one: the length of the first line says who."""
    first, *lines = data.decode("latin-1").split("\n")
    target = ("/inner", "/news", "/orders/7")[len(first) // 5 % 3]
    return _with(lines, replace(wire.HONEST, target=target, peer=PEERS[len(first) % 5]))


def unbelieved(sent: Sent, answers: Mapping[str, Seen]) -> None:
    """A stranger's word is never believed."""
    for name, seen in answers.items():
        if seen.reason == "permit" and name != "engine" and sent.peer == "192.0.2.1":
            hold(told(seen)["client"] == "192.0.2.1", f"{name} believed a stranger")
            hold(sent.target != "/inner", f"{name} let a stranger in")


# ------------------------------------------------------------------ seeds and findings


def _asked() -> Iterator[tuple[Wire, Sent]]:
    wallet = tokens.Wallet(0)
    for _, question in questions():
        yield question.wire, sent_as(question.wire, wallet)


def _targets() -> Iterable[bytes]:
    yield from {sent.target.encode() for _, sent in _asked()}


def _queries() -> Iterable[bytes]:
    yield from {sent.target.partition("?")[2].encode() for _, sent in _asked()}


def _headers() -> Iterable[bytes]:
    for _, sent in _asked():
        lines = (f"{name}: {value}" for name, value in sent.lines)
        yield "\n".join((sent.method, *lines)).encode("latin-1", "replace")[:4000]


def _bodies() -> Iterable[bytes]:
    honest = json.dumps(wire.ORDER).encode()
    for kind in range(3):
        yield bytes([kind]) + honest
        lines = (f"{json.dumps(name)}:{json.dumps(one)}" for name, one in wire.ORDER.items())
        yield bytes([kind]) + b" " + "\n".join(lines).encode()
        yield from {bytes([kind]) + sent.body[:2000] for _, sent in _asked() if sent.body}


def _forwardings() -> Iterable[bytes]:
    for _, sent in _asked():
        lines = [f"{n}: {v}" for n, v in sent.lines if "orwarded" in n or n == "X-Real-IP"]
        if lines:
            yield from ("\n".join(("x" * who, *lines)).encode("latin-1") for who in range(3))


def question(build: Build, data: bytes) -> str:
    """A request as a question of the corpus."""
    sent = build(data)
    host = next((value for name, value in sent.lines if name == "Host"), "")
    lines = [f"  [{quoted(name)}, {quoted(value)}]," for name, value in sent.lines
             if name not in ("Host", "Content-Length", "X-Request-Secret")]  # fmt: skip
    said = [f"method = {quoted(sent.method)}", f"target = {quoted(sent.target)}"]
    said += [f"host = {quoted(host)}"] if host != "api.example.com" else []
    said += ["headers = [", *lines, "]"] if lines else []
    said += [f'hex = "{sent.body.hex()}"'] if sent.body else []
    said += [f"peer = {quoted(sent.peer)}"] if sent.peer != wire.HONEST.peer else []
    return "\n".join(said) + "\n"


PIECES = tuple(text for text in wire.HOSTILE_PATHS if text)
QUERY = (
    "page=",
    "q=",
    "state=",
    "since=",
    "id=",
    "tag=",
    "price=",
    "gift=",
    "&",
    "%00",
    "%FF",
    "+",
)
JSON = tuple(text for text in wire.HOSTILE_JSON if len(text) < 60)
FORWARDED = (
    *("X-Forwarded-For: ", "X-Forwarded-Proto: ", "X-Forwarded-Host: ", "Forwarded: ", "for="),
    *("proto=https", 'for="[', '"', ", ", ";", "unknown", "::ffff:", "by=_"),
)


def _target(
    name: str, build: Build, check: Check, seeds: Callable[[], Iterable[bytes]],
    words: tuple[str, ...], forwarded: str = "",
) -> Target:  # fmt: skip
    return Target(name, partial(_open, build, check, forwarded), seeds, words,
                  partial(question, build))  # fmt: skip


TALKING = (
    _target("target", a_target, the_same, _targets, PIECES),
    _target("query", a_query, the_same, _queries, QUERY),
    _target("header", a_header, lambda _sent, _answers: None, _headers,
            tuple(f"{name}: " for name in wire.NAMES)),
    _target("body", a_body, strict, _bodies, JSON),
    _target("x-forwarded", a_forwarding, unbelieved, _forwardings, FORWARDED, "x-forwarded"),
    _target("forwarded", a_forwarding, unbelieved, _forwardings, FORWARDED, "forwarded"),
)  # fmt: skip
