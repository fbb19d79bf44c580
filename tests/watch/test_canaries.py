"""Nothing that a stranger or a subject sends stands in the log: over Flask and Django, in every
place of a request, whatever is decided; nor in what the guard and the spool report."""

import logging
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from msgspec import structs

from bartizan.model.event import Event
from bartizan.watch.spool import Spool
from tests.conformance import tokens
from tests.conformance.columns import Api, Sent
from tests.fuzz.shop import faces
from tests.watch.test_spool import _fail

CANARY = "c4n4ry"
HONEST = (("Host", "api.example.com"),)


def sent(method: str, target: str, *lines: tuple[str, str], body: bytes = b"", **rest: str) -> Sent:
    kind = (("Content-Type", "application/json"), ("Content-Length", f"{len(body)}"))
    headers = lines if any(name == "Host" for name, _ in lines) else (*HONEST, *lines)
    return Sent(
        method=method, target=target, lines=(*headers, *(kind if body else ())), body=body,
        peer=rest.get("peer", "203.0.113.7"), scheme="https", chunked=False, endless=False,
        websocket=False, peer_rewritten=False,
    )  # fmt: skip


def token(**recipe: object) -> tuple[str, str]:
    minted = tokens.mint(tokens.Recipe(**recipe), time.time())  # type: ignore[arg-type]
    return "Authorization", f"Bearer {minted}"


REQUESTS = {
    "token that is none": lambda: sent("GET", "/orders/7", ("Authorization", f"Bearer {CANARY}")),
    "password": lambda: sent("GET", "/orders/7", ("Authorization", f"Basic {CANARY}")),
    "subject": lambda: sent("GET", "/orders/7", token(sub=CANARY, scope=CANARY, roles=[CANARY])),
    "issuer": lambda: sent("GET", "/orders/7", token(claims={"iss": CANARY, CANARY: CANARY})),
    "key name": lambda: sent("GET", "/orders/7", token(header={"kid": CANARY, "typ": CANARY})),
    "query value": lambda: sent("GET", f"/news?q={CANARY}"),
    "query value refused": lambda: sent("GET", f"/news?page={CANARY}"),
    "query name": lambda: sent("GET", f"/news?{CANARY}=1"),
    "query name and value": lambda: sent("GET", f"/news?a={CANARY}&{CANARY}"),
    "path parameter": lambda: sent("GET", f"/orders/{CANARY}"),
    "path": lambda: sent("GET", f"/{CANARY}"),
    "path of a subtree": lambda: sent("GET", f"/admin/{CANARY}"),
    "path with two readings": lambda: sent("GET", f"/news//{CANARY}%2f.."),
    "method": lambda: sent(CANARY.upper(), "/news"),
    "header": lambda: sent("GET", "/news", ("X-Secret", CANARY), ("User-Agent", CANARY)),
    "header name": lambda: sent("GET", "/news", (f"X-{CANARY}", "1"), (f"X_{CANARY}", "1")),
    "cookie": lambda: sent("GET", "/news", ("Cookie", f"session={CANARY}; {CANARY}=1")),
    "host": lambda: sent("GET", "/news", ("Host", f"{CANARY}.example.com")),
    "origin": lambda: sent("GET", "/news", ("Origin", f"https://{CANARY}.example")),
    "referer": lambda: sent("GET", "/news", ("Referer", f"https://a/?token={CANARY}")),
    "preflight": lambda: sent(
        "OPTIONS", "/news", ("Origin", f"https://{CANARY}.example"),
        ("Access-Control-Request-Method", "GET"), ("Access-Control-Request-Headers", CANARY),
    ),
    "forwarded": lambda: sent("GET", "/news", ("X-Forwarded-For", CANARY), peer="10.0.3.7"),
    "trace": lambda: sent("GET", "/news", ("traceparent", CANARY), ("tracestate", CANARY)),
    "body": lambda: sent("POST", "/raw", body=f'{{"password":"{CANARY}"}}'.encode()),
    "body that is wrong": lambda: sent("POST", "/orders", body=f'{{"item":["{CANARY}"]}}'.encode()),
    "body that is right": lambda: sent(
        "POST", "/orders", body=f'{{"item":"{CANARY}","quantity":1}}'.encode()
    ),
    "body field": lambda: sent("PUT", "/orders", body=f'{{"{CANARY}":1}}'.encode()),
    "body that is no JSON": lambda: sent("PATCH", "/orders", body=CANARY.encode()),
    "content type": lambda: sent("POST", "/orders", ("Content-Type", f"text/{CANARY}"),
                                 ("Content-Length", "2"), ("Content-Encoding", CANARY)),
}  # fmt: skip
"""A canary in every place of a request that there is."""


@pytest.fixture(scope="module")
def shops(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Api]]:
    with faces(tmp_path_factory.mktemp("shop")) as found:
        yield {name: face for name, face in found.items() if name != "engine"}


@pytest.mark.parametrize("place", REQUESTS)
@pytest.mark.parametrize("face", ["flask", "wsgi", "asgi"])
def test_what_is_sent_is_in_no_line(
    shops: dict[str, Api], tmp_path: Path, caplog: pytest.LogCaptureFixture, face: str, place: str
) -> None:
    caplog.set_level(logging.DEBUG, "bartizan")
    shop, spool = shops[face], Spool(tmp_path)
    shop.guarded.log.events.clear()  # type: ignore[attr-defined]
    answered = shop.ask(REQUESTS[place]())
    events: list[Event] = shop.guarded.log.events  # type: ignore[attr-defined]
    assert len(events) == 1
    assert answered.event.id
    for number in range(100):  # alone, and folded
        spool.write(structs.replace(events[0], id=f"{events[0].id[:10]}-{number + 1:06}"))
    spool.close()
    text = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert answered.event.reason.encode() in text
    assert CANARY.encode() not in text.lower()
    reported = [each.getMessage() for each in caplog.records if each.name.startswith("bartizan")]
    assert not any(CANARY in each.lower() for each in reported), reported


def test_the_test_sees_a_canary_that_gets_through(tmp_path: Path) -> None:
    """Its broken twin: a log that says the target."""
    spool = Spool(tmp_path)
    spool.write(Event(0.0, "a-1", "", "", "access", "permit", 200, "GET", f"GET /{CANARY}"))
    assert CANARY.encode() in b"".join(path.read_bytes() for path in tmp_path.iterdir())


def test_the_spool_reports_losses_without_what_was_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    spool = Spool(tmp_path)
    fields = dict.fromkeys(("id", "operation", "client", "subject", "line", "trace"), CANARY)
    with monkeypatch.context() as patch:
        patch.setattr(os, "write", _fail(28))
        spool.write(Event(0.0, api="a", revision="", event="", outcome="permit", status=0,
                          method="", **fields))  # fmt: skip
    spool.write(Event(1.0, "a-2", "a", "", "access", "permit", 200, "GET"))
    assert spool.lost == 1
    assert len(caplog.records) == 2
    assert CANARY not in caplog.text
    text = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert b"events_lost" in text
    assert CANARY.encode() not in text
