"""Websockets under uvicorn: operations like all others, decided before the handshake."""

from collections.abc import Callable

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.servers.launch import Served
from tests.servers.wire import HOST, Connection, request, source

HANDSHAKE = [
    ("Connection", "Upgrade"),
    ("Upgrade", "websocket"),
    ("Sec-WebSocket-Version", "13"),
    ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
]


@pytest.fixture
def served(faces: Callable[[str], Served]) -> Served:
    return faces("django-uvicorn")


def _said(served: Served, target: str, origin: str = "", host: str = HOST) -> int:
    lines = [*HANDSHAKE, *([("Origin", origin)] if origin else [])]
    with Connection(served.port, source()) as connection:
        connection.send(request("GET", target, lines, host=host))
        return int(connection.socket.recv(4096).split(b" ")[1])


def test_a_declared_one_is_served(served: Served) -> None:
    connection = Connection(served.port, source()).socket
    with connect(f"ws://{HOST}/api/live", sock=connection, proxy=None) as end:
        end.send("hello")
        assert end.recv(5) == "heard hello"


@pytest.mark.parametrize("origin", ["https://app.example.com", "http://api.example.com"])
def test_our_own_origins_may(served: Served, origin: str) -> None:
    assert _said(served, "/api/live", origin) == 101


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "https://api.example.com.evil.example"]
)
def test_a_foreign_origin_may_not(served: Served, origin: str) -> None:
    assert _said(served, "/api/live", origin) == 403


@pytest.mark.parametrize(
    "target", ["/api/seen", "/api/no", "/api/orders/7", "/api//live", "/api/live/"]
)
def test_an_undeclared_one_is_never_accepted(served: Served, target: str) -> None:
    assert _said(served, target) // 100 == 4
    connection = Connection(served.port, source()).socket
    with pytest.raises(InvalidStatus):
        connect(f"ws://{HOST}{target}", sock=connection, proxy=None)


def test_a_foreign_host_may_not(served: Served) -> None:
    assert _said(served, "/api/live", host="evil.example") // 100 == 4


def test_every_handshake_is_one_line(served: Served) -> None:
    before = len(served.spooled())
    assert _said(served, "/api/live") == 101
    assert _said(served, "/api/live", "https://evil.example") == 403
    assert _said(served, "/api/no") // 100 == 4
    events = served.spooled()[before:]
    assert [event.reason for event in events] == ["", "origin_unknown", "operation_unknown"]
