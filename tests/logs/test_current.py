"""Which decision is current: in threads, tasks, sync views under ASGI, streams, and afterwards."""

import asyncio
import gc
import logging
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from asgiref.sync import async_to_sync
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import path
from flask import Flask, Response, stream_with_context

from bartizan.enforce.current import current
from bartizan.logs import Filter
from bartizan.logs.decided import Decided, decided
from tests.django.project import FACES, Projects, configure
from tests.flask.shop import guarded, listen

configure()
ENTRIES = """
[operations."GET /x"]
public = true
https = "off"
[operations."GET /stream"]
public = true
https = "off"
"""


class Kept(logging.Handler):  # keeps what passes our filter
    def __init__(self) -> None:
        super().__init__()
        self.addFilter(Filter(operation=True))
        self.said: list[tuple[str, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append((vars(record)["decision"], vars(record)["operation"]))


@pytest.fixture
def kept() -> Iterator[Kept]:
    handler, logger = Kept(), logging.getLogger("tests.logs")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield handler
    logger.removeHandler(handler)


def note() -> None:
    logging.getLogger("tests.logs").info("x")


@pytest.fixture
def projects(tmp_path: Path) -> Iterator[Projects]:
    made = Projects(tmp_path)
    yield made
    made.close()


# ------------------------------------------------------------------ Flask


def build(app: Flask) -> None:
    @app.get("/api/x")
    def x() -> str:
        note()
        return "x"

    @app.get("/api/stream")
    def stream() -> Response:
        def parts() -> Iterator[str]:
            for each in "abc":
                note()
                yield each

        return Response(stream_with_context(parts()))


def ask(app: Flask, target: str) -> list[bytes]:
    """As a server does it: the environ is its own, and it lets go of it."""
    environ: dict[str, Any] = {"PATH_INFO": target, "HTTP_HOST": "api.example.com"}
    setup_testing_defaults(environ)
    body = app.wsgi_app(environ, lambda *_: lambda _data: None)
    try:
        return list(body)
    finally:
        if hasattr(body, "close"):
            body.close()


@pytest.mark.parametrize(("target", "lines"), [("/api/x", 1), ("/api/stream", 3)])
def test_a_view_and_a_stream_of_flask(tmp_path: Path, kept: Kept, target: str, lines: int) -> None:
    app = guarded(tmp_path, ENTRIES, build)
    events = listen(app)
    ask(app, target)
    assert kept.said == [(events[0].id, f"GET {target}")] * lines


def test_after_the_request_nobody_is_current(tmp_path: Path, kept: Kept) -> None:
    app = guarded(tmp_path, ENTRIES, build)
    listen(app)
    ask(app, "/api/x")  # the first one looks at the server's frames
    gc.collect()
    gc.disable()  # it is over when the server lets go, not when garbage is looked for
    try:
        ask(app, "/api/x")
        assert current() is None
        assert decided() == Decided()
    finally:
        gc.enable()


def test_threads_do_not_hear_of_one_another(tmp_path: Path, kept: Kept) -> None:
    meeting = threading.Barrier(4, timeout=20)

    def meet(app: Flask) -> None:
        @app.get("/api/x")
        def x() -> str:
            meeting.wait()
            note()
            meeting.wait()
            return "x"

        build_stream = app.route("/api/stream")
        build_stream(lambda: "")

    app = guarded(tmp_path, ENTRIES, meet)
    events = listen(app)
    threads = [threading.Thread(target=ask, args=(app, "/api/x")) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(kept.said) == 4
    assert {id for id, _ in kept.said} == {event.id for event in events}


@pytest.mark.parametrize("keeps", [False, True])
def test_a_request_within_a_request(tmp_path: Path, kept: Kept, keeps: bool) -> None:
    """The view has its own decision back, also while it still holds what it was answered."""

    def nest(app: Flask) -> None:
        @app.get("/api/x")
        def x() -> str:
            note()
            answer = app.test_client().get("/api/stream", base_url="https://api.example.com")
            if not keeps:
                del answer
            note()
            return "x"

        @app.get("/api/stream")
        def within() -> str:
            note()
            return ""

    app = guarded(tmp_path, ENTRIES, nest)
    events = listen(app)
    ask(app, "/api/x")
    inner, outer = (event.id for event in events)
    assert [id for id, _ in kept.said] == [outer, inner, outer]


# ------------------------------------------------------------------ Django


def view(request: HttpRequest) -> HttpResponse:
    note()
    return HttpResponse("x")


async def aview(request: HttpRequest) -> HttpResponse:
    await asyncio.sleep(0)
    await asyncio.create_task(anote())
    return HttpResponse("x")


async def anote() -> None:
    note()


def streamed(request: HttpRequest) -> StreamingHttpResponse:
    def parts() -> Iterator[str]:
        for each in "abc":
            note()
            yield each

    return StreamingHttpResponse(parts())


async def astreamed(request: HttpRequest) -> StreamingHttpResponse:
    async def parts() -> AsyncIterator[str]:
        for each in "abc":
            note()
            yield each

    return StreamingHttpResponse(parts())


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("serve", [view, aview])
def test_a_view_of_django(projects: Projects, kept: Kept, face: str, serve: Any) -> None:
    project = projects.make(ENTRIES, [path("api/x", serve), path("api/stream", streamed)])
    assert project.ask("/api/x", face=face).status == 200
    assert kept.said == [(project.journal.events[0].id, "GET /api/x")]


@pytest.mark.parametrize(("face", "serve"), [("wsgi", streamed), ("asgi", astreamed)])
def test_a_stream_of_django(projects: Projects, kept: Kept, face: str, serve: Any) -> None:
    project = projects.make(ENTRIES, [path("api/x", view), path("api/stream", serve)])
    assert project.ask("/api/stream", face=face).body == b"abc"
    assert kept.said == [(project.journal.events[0].id, "GET /api/stream")] * 3


def test_after_a_request_of_django_nobody_is_current(projects: Projects, kept: Kept) -> None:
    project = projects.make(ENTRIES, [path("api/x", view), path("api/stream", streamed)])
    project.ask("/api/x", face="wsgi")
    gc.collect()
    gc.disable()
    try:
        project.ask("/api/x", face="wsgi")
        assert current() is None
    finally:
        gc.enable()


def test_tasks_do_not_hear_of_one_another(projects: Projects, kept: Kept) -> None:
    """Two requests in one event loop, the second begun and ended while the first one waits."""
    second = asyncio.Event()
    waiting = asyncio.Event()

    async def first(request: HttpRequest) -> HttpResponse:
        waiting.set()
        await second.wait()
        note()
        return HttpResponse("x")

    async def other(request: HttpRequest) -> HttpResponse:
        note()
        second.set()
        return HttpResponse("x")

    project = projects.make(ENTRIES, [path("api/x", first), path("api/stream", other)])
    face = project.face("asgi").app

    async def both() -> None:
        one = asyncio.create_task(_get(face, "/api/x"))
        await asyncio.wait_for(waiting.wait(), 20)
        await asyncio.create_task(_get(face, "/api/stream"))
        await one
        assert current() is None

    async_to_sync(both)()
    ids = {event.operation: event.id for event in project.journal.events}
    assert kept.said == [
        (ids["GET /api/stream"], "GET /api/stream"), (ids["GET /api/x"], "GET /api/x"),
    ]  # fmt: skip


async def _get(app: Any, target: str) -> None:
    scope = {
        "type": "http", "method": "GET", "path": target, "raw_path": target.encode(),
        "query_string": b"", "headers": [(b"host", b"testserver")], "client": ("127.0.0.1", 1),
        "scheme": "http", "http_version": "1.1",
    }  # fmt: skip

    asked = False

    async def receive() -> dict[str, Any]:
        nonlocal asked
        if asked:
            await asyncio.Event().wait()
        asked = True
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        await asyncio.sleep(0)

    await app(scope, receive, send)
