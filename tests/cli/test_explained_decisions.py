"""The examples of `bartizan explain` for decisions that no question of `ask` can show: performed.

Requests are read out of the explanation's own text and sent; what the text leaves out is as an
honest client of an ordinary policy does it. The bad example gives the code, the good one does not.
"""

import json
import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from msgspec import Struct
from msgspec.structs import replace

from bartizan.cli.explanations import Explanation
from bartizan.model.reasons import REASONS
from bartizan.policy.load import loads
from tests.cli.test_explain import ASKED, EVERY
from tests.conformance import tokens
from tests.conformance.column_engine import ENGINE
from tests.conformance.column_flask import FLASK
from tests.conformance.columns import Clock, Sent, Setting
from tests.conformance.corpus import Inside, View
from tests.policy.test_lint import laid, toml_text
from tests.project.tree import ROOT

NOW = 1_767_222_060.0
"""A minute after the `iat` of the examples, an hour before their `exp`."""

POLICY = """
[api]
name = "shop"
hosts = ["api.example.com"]
proxies = ["10.0.3.7"]

[stores]
limits = "memory://"

[identity.main]
kind = "jwt"
issuer = "https://id.example.com/"
audience = "shop"
algorithms = ["ES256"]
keys = "file:jwks.json"

[operations."GET /orders"]
identity = ["main"]
query = { page = "int 1..1000", q = "text 0..80" }

[operations."GET /orders/{order_id:int}"]
public = true

[operations."POST /orders"]
public = true
input = "NewOrder"

[operations."POST /login"]
public = true

[operations."WS /live"]
public = true
"""


class NewOrder(Struct, forbid_unknown_fields=True):
    """The form of the examples."""

    sku: str


class Case(Struct, frozen=True):
    """How an example is performed."""

    request: Callable[[str], Sent]
    """Makes the request that a text describes."""
    times: int = 1
    """How often the bad one is sent; the good one is sent once."""
    flask: bool = False
    """Whether it needs a framework behind the decision."""
    view: View = View()
    """What the view does in the bad example."""
    inside: Inside = Inside()
    """Quirks of the application in the bad example."""
    store: str = ""
    """``broken`` in the bad example, for a store that raises."""
    policy: str = ""
    """What the policy says besides, in both."""


HONEST = Sent(
    method="GET", target="/orders", lines=(("Host", "api.example.com"),), body=b"",
    peer="192.0.2.1", scheme="https", chunked=False, endless=True, websocket=False,
    peer_rewritten=False,
)  # fmt: skip


def bearer(claims: Mapping[str, Any] = {}, header: Mapping[str, Any] = {}, **more: Any) -> Sent:
    """GET /orders with a token of alice."""
    honest = {"aud": "shop", "exp": NOW + 600, **claims}
    token = tokens.mint(tokens.Recipe(key="es", claims=honest, header=dict(header), **more), NOW)
    return replace(HONEST, lines=(*HONEST.lines, ("Authorization", f"Bearer {token}")))


# ------------------------------------------------------------------ what a text describes

LINE = re.compile(r"^([A-Z]+) (\S+) HTTP/1\.1$", re.M)


def http(text: str) -> Sent:
    """An HTTP message as it stands there."""
    start = LINE.search(text)
    assert start, text
    head, _, body = text[start.end() :].strip("\n").partition("\n\n")
    lines = [tuple(line.split(": ", 1)) for line in head.splitlines() if ": " in line]
    named = {name for name, _ in lines}
    lines = lines if "Host" in named else [("Host", "api.example.com"), *lines]
    data = body.split("\n\n")[0].encode() if body.startswith("{") else b""
    data = data or (b"x" * 42 if "Content-Length" in named else b"")
    if data and "Content-Length" not in named:
        lines.append(("Content-Length", str(len(data))))
    if "Content-Length" in named and "Content-Type" not in named:
        lines.append(("Content-Type", "application/json"))
    socket = "Upgrade" in named
    return replace(
        HONEST, method="GET" if socket else start[1], target=start[2], lines=tuple(lines),
        body=data, websocket=socket, chunked="Transfer-Encoding" in named,
        endless="Transfer-Encoding" not in named,
        peer="10.0.3.7" if "X-Forwarded-For" in named else HONEST.peer,
    )  # fmt: skip


def as_alice(text: str) -> Sent:
    """An HTTP message, with a good token."""
    sent = http(text)
    return replace(sent, lines=(*sent.lines, *bearer().lines[1:]))


def by_url(text: str) -> Sent:
    """A request by its whole address, and its header lines."""
    found = re.search(r"^GET (https?)://[^/]+(/\S*)", text, re.M)
    assert found, text
    return replace(bearer(), scheme=found[1], target=found[2])


def big(text: str) -> Sent:
    """A header that is abridged in the text."""
    return http(re.sub(r"(\w=)a+\.\.\. (\d+) KiB of it", lambda it: it[1] + "a" * 40960, text))


def json_body(text: str) -> Sent:
    """A body alone, sent to POST /orders."""
    body = next(line for line in text.splitlines() if line.startswith("{"))
    data = re.sub(r"  +.*", "", body).encode()
    lines = (*HONEST.lines, ("Content-Type", "application/json"),
             ("Content-Length", str(len(data))))  # fmt: skip
    return replace(HONEST, method="POST", lines=lines, body=data)


def _members(text: str) -> dict[str, Any]:
    (found,) = re.findall(r"^\{.*\}", text, re.M)
    read: dict[str, Any] = json.loads(found)
    return read


def claims(text: str) -> Sent:
    """Claims of a token that is right otherwise."""
    return bearer(claims=_members(text))


def header(text: str) -> Sent:
    """The header of a token that is right otherwise; the key of the examples is ours."""
    return bearer(header=_members(text.replace("2026-01", "es")))


def authorization(text: str) -> Sent:
    """An Authorization header as it stands there."""
    value = text.strip().removeprefix("Authorization: ")
    return replace(HONEST, lines=(*HONEST.lines, ("Authorization", value)))


def exchanged(text: str) -> Sent:
    """A token whose payload is another one's."""
    return bearer(tamper="payload" if "another" in text else "")


def rewritten(text: str) -> Sent:
    """A server that believes everybody."""
    return replace(HONEST, peer_rewritten='"*"' in text)


def wrong_token(text: str) -> Sent:
    return bearer(tamper="signature") if "wrong" in text else bearer()


def plain(_text: str) -> Sent:
    return bearer()


def login(_text: str) -> Sent:
    return replace(HONEST, method="POST", target="/login")


CASES: Mapping[str, Case] = {
    "D102": Case(http),
    "D201": Case(http),
    "D202": Case(rewritten),
    "D301": Case(plain, times=1001),
    "D404": Case(by_url),
    "D501": Case(http),
    "D502": Case(http),
    "D702": Case(big),
    "D704": Case(http),
    "D801": Case(login, times=6),
    "D901": Case(wrong_token, times=21),
    "D903": Case(authorization),
    "D904": Case(authorization),
    "D905": Case(header),
    "D906": Case(header),
    "D907": Case(exchanged),
    "D908": Case(header),
    "D909": Case(claims),
    "D910": Case(claims),
    "D911": Case(claims),
    "D912": Case(claims),
    "D913": Case(claims),
    "D1001": Case(plain, times=1001, policy='[operations."GET /orders"]\nlimits = ["person"]'),
    "D1201": Case(http, flask=True, inside=Inside(override=True),
                  policy='[operations."DELETE /orders"]\npublic = true'),
    "D1401": Case(as_alice),
    "D1403": Case(http),
    "D1404": Case(http),
    "D1405": Case(json_body),
    "D1406": Case(json_body),
    "D1801": Case(plain, flask=True, view=View(json='{"orders": [{"id": 1}]}')),
    "D1802": Case(plain, flask=True, view=View(raises="no such key")),
    "D1901": Case(plain, store="broken", policy='[api]\nflood = "9/minute per client"'),
    "D1902": Case(plain, flask=True, inside=Inside(answers=["/orders"])),
}  # fmt: skip

ELSEWHERE: Mapping[str, tuple[str, str]] = {
    "D1903": ("tests/flask/test_dispatch.py", "status_code == 503"),
    "D1904": ("tests/enforce/test_unwritten.py", "events_unwritable"),
}
"""Codes that no request gives: which test gives them, and a word in it."""

DECISIONS = {reason.code for reason in REASONS.values()}


def test_every_decision_is_asked_or_performed() -> None:
    asked = {it.code for it in ASKED}
    assert asked | CASES.keys() | ELSEWHERE.keys() == DECISIONS
    assert not asked & CASES.keys()
    for file, word in ELSEWHERE.values():
        assert word in (ROOT / file).read_text()


@pytest.mark.parametrize("code", CASES)
def test_the_bad_example_gives_the_code_and_the_good_one_does_not(
    code: str, tmp_path: Path
) -> None:
    tokens.publish(tmp_path)
    it = EVERY[code]
    assert performed(it, it.bad, CASES[code], tmp_path, bad=True) == code
    assert performed(it, it.good, CASES[code], tmp_path, bad=False) != code


def performed(it: Explanation, text: str, case: Case, folder: Path, *, bad: bool) -> str:
    """The code of the last answer."""
    rule = _policy(it.bad if bad or not _policy(text) else text)
    whole = laid(tomllib.loads(rule), laid(tomllib.loads(case.policy), tomllib.loads(POLICY)))
    policy = loads(toml_text(whole), file=str(folder / "bartizan.toml"))
    view = case.view if bad else View(json='{"orders": []}' if case.view.json else "")
    setting = Setting(
        policy=policy,
        bind={"NewOrder": NewOrder},
        views={one.name: view for one in policy.operations},
        inside=case.inside if bad or case.inside.override else Inside(),
        mounted=False,
        clock=Clock(NOW),
        store=case.store if bad else "",
    )
    api = (FLASK if case.flask else ENGINE).open(setting)
    try:
        for _ in range(case.times if bad else 1):
            seen = api.ask(case.request(text))
    finally:
        api.close()
    reason = REASONS.get(seen.reason)
    return reason.code if reason is not None else seen.reason


def _policy(text: str) -> str:
    """The part of an example that is a policy."""
    lines = [it for it in text.strip().splitlines() if re.match(r"\[.*\]$|[a-z]+ = ", it)]
    said = "\n".join(lines)
    if said and not said.startswith("["):
        said = '[operations."GET /orders"]\n' + said
    return said
