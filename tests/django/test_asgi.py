"""Websockets, lifespan and routers under ASGI: Django serves none of them, we let none pass."""

from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest, HttpResponse
from django.urls import path

from bartizan.django import Bartizan
from tests.django.project import HEAD, Projects, got, scope, send

ENTRIES = """
[operations."GET /x"]
public = true

[operations."WS /feed"]
public = true
"""


async def view(request: HttpRequest) -> HttpResponse:
    return HttpResponse("x")


class Router:
    """What a project writes, or a package of websockets brings."""

    def __init__(self, django: Any) -> None:
        self.django = django
        self.accepted: list[str] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await self.django(scope, receive, send)
        elif scope["type"] == "websocket":
            self.accepted.append(scope["path"])
            await send({"type": "websocket.accept"})
        else:
            message = await receive()
            await send({"type": f"{message['type']}.complete"})


@pytest.fixture
def router(projects: Projects) -> Router:
    projects.make(ENTRIES, [path("api/x", view)])
    return Router(ASGIHandler())


def websocket(app: Any, target: str, **lines: str) -> list[dict[str, Any]]:
    asked = scope("GET", target, {"Host": "testserver", **lines})
    asked |= {"type": "websocket", "scheme": "ws"}
    del asked["method"]
    return send(app, asked, [])


def test_http_goes_through_a_router(router: Router) -> None:
    app = Bartizan(router, django=router.django)
    assert got(send(app, scope("GET", "/api/x", {"Host": "testserver"}), [])).status == 200
    assert got(send(app, scope("GET", "/api/y", {"Host": "testserver"}), [])).status == 404


def test_a_declared_websocket_is_accepted_and_another_is_not(router: Router) -> None:
    app = Bartizan(router, django=router.django)
    assert websocket(app, "/api/feed") == [{"type": "websocket.accept"}]
    assert websocket(app, "/api/other") == [{"type": "websocket.close", "code": 1008}]
    evil = websocket(app, "/api/feed", Origin="https://evil.example")
    assert evil == [{"type": "websocket.close", "code": 1008}]
    assert router.accepted == ["/api/feed"]


def test_a_websocket_that_django_gets_ends_without_a_trace(projects: Projects) -> None:
    projects.make(ENTRIES, [path("api/x", view)])
    sent = websocket(Bartizan(ASGIHandler()), "/api/feed")
    assert sent == [{"type": "websocket.close", "code": 1008}]


def test_lifespan_passes(router: Router) -> None:
    app = Bartizan(router, django=router.django)
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "lifespan.startup"}

    async def take(message: Any) -> None:
        sent.append(message)

    async_to_sync(app)({"type": "lifespan"}, receive, take)
    assert sent == [{"type": "lifespan.startup.complete"}]
    with pytest.raises(ValueError, match="lifespan"):  # as Django says it, for servers to hear
        async_to_sync(Bartizan(router.django))({"type": "lifespan"}, receive, take)


def test_there_is_one_truth_behind_us(projects: Projects) -> None:
    """The decided client, scheme and host; no forwarding header is left to be believed."""
    head_proxies = 'proxies = ["192.0.2.1"]\n'

    async def tells(request: HttpRequest) -> HttpResponse:
        left = [name for name in request.headers if "forward" in name.lower()]
        said = [request.META["REMOTE_ADDR"], request.scheme, request.get_host(), *left]
        return HttpResponse(" ".join(said))

    project = projects.make(
        ENTRIES, [path("api/x", tells)],
        head=_head(head_proxies),
        SECURE_PROXY_SSL_HEADER=("HTTP_X_FORWARDED_PROTO", "https"), USE_X_FORWARDED_HOST=True,
    )  # fmt: skip
    lines = {
        "X-Forwarded-For": "203.0.113.9, 198.51.100.7",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "testserver",
        "Forwarded": "for=10.0.0.1",
    }
    for face in ("wsgi", "asgi"):
        got = project.ask("/api/x", face=face, headers=lines)
        assert got.body == b"198.51.100.7 https testserver"


@pytest.mark.parametrize("face", ["client", "async client"])
def test_a_test_client_may_stand_behind_a_proxy(projects: Projects, face: str) -> None:
    def tells(request: HttpRequest) -> HttpResponse:
        return HttpResponse(f"{request.META['REMOTE_ADDR']} {request.scheme}")

    proxies = 'proxies = ["127.0.0.1"]\n'
    project = projects.make(ENTRIES, [path("api/x", tells)], head=_head(proxies))
    lines = {"X-Forwarded-For": "198.51.100.7", "X-Forwarded-Proto": "https"}
    got = project.ask("/api/x", face=face, headers=lines)
    assert got.body == b"198.51.100.7 https"


def _head(line: str) -> str:
    return HEAD.replace('https = "off"\n', f'https = "off"\n{line}')
