"""Thousands of requests leave nothing behind: no decision in a circle, no growing number."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from msgspec.structs import replace

from bartizan.enforce.context import Context
from bartizan.enforce.decision import Decision
from tests.conformance import tokens
from tests.conformance.column_engine import ENGINE
from tests.conformance.columns import Api, Sent
from tests.fuzz import wire
from tests.fuzz.shop import faces
from tests.invariants.small import GET, setting

MANY = 2000
FEW = 400
SLACK = 100
"""Objects that caches of a framework, or of the interpreter, may still gain."""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Api]]:
    with faces(tmp_path_factory.mktemp("shop")) as opened:
        yield opened


def mixed(now: float) -> tuple[Sent, ...]:
    """A permit, a refusal of each act, a failed credential, a body, a subtree, a preflight."""
    token = tokens.mint(tokens.Recipe(key="es", scope="orders:read"), now)
    order = wire.line("Content-Type", "application/json", wire.HONEST)
    order = replace(order, method="POST", target="/orders")
    page = wire.line("Origin", "https://app.example.com", wire.HONEST)
    return (
        wire.HONEST,
        replace(wire.HONEST, target="/nothing"),
        replace(wire.HONEST, target="/news?page=0"),
        wire.line("Authorization", f"Bearer {token}", replace(wire.HONEST, target="/orders/7")),
        wire.line("Authorization", "Bearer x.y.z", replace(wire.HONEST, target="/orders/7")),
        wire.line("Content-Length", "30", replace(order, body=b'{"item": "tea", "quantity": 1}')),
        wire.line("Content-Length", "1", replace(order, body=b"{")),
        replace(wire.HONEST, target="/admin/hello"),
        wire.line(
            "Access-Control-Request-Method", "GET", replace(page, method="OPTIONS", target="/news")
        ),
    )


@contextmanager
def uncollected() -> Iterator[None]:
    """Without the collector: what is in a circle stays."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def alive(*kinds: type) -> int:
    """How many of these there are."""
    return sum(type(one) in kinds for one in gc.get_objects())


@pytest.mark.parametrize("name", ["engine", "flask", "wsgi", "asgi"])
def test_no_decision_waits_for_the_collector(shop: dict[str, Api], name: str) -> None:
    ask = asking(shop, name)
    ask(FEW)
    with uncollected():
        before = alive(Decision, Context)
        ask(FEW)
        assert alive(Decision, Context) <= before


@pytest.mark.parametrize("name", ["engine", "flask", "wsgi", "asgi"])
def test_many_requests_leave_nothing(shop: dict[str, Api], name: str) -> None:
    ask = asking(shop, name)
    ask(FEW)
    gc.collect()
    before = len(gc.get_objects())
    ask(MANY)
    gc.collect()
    assert len(gc.get_objects()) - before < SLACK


def asking(shop: dict[str, Any], name: str) -> Callable[[int], None]:
    """Ask the mixture in turn; what it answered is let go at once."""
    face = shop[name]
    mixture = mixed(shop["engine"].setting.clock.now)

    def ask(times: int) -> None:
        for number in range(times):
            face.ask(mixture[number % len(mixture)])
            face.guarded.log.events.clear()

    return ask


class InACircle(Decision):
    """A decision as it was once: the request that holds it is held by it."""

    myself: Any = None
    """The decision."""

    def __post_init__(self) -> None:
        """Close the circle."""
        self.myself = self


def test_a_circle_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bartizan.enforce.guard.Decision", InACircle)
    face = ENGINE.open(setting())
    with uncollected():
        for _ in range(FEW):
            face.ask(GET)
        assert alive(InACircle) == FEW
