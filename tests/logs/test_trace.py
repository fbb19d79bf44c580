"""Events name the trace of OpenTelemetry, wherever a span begins, and believe no header."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponse
from django.urls import path
from flask import Flask, g
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider

from bartizan import telemetry
from tests.django.project import FACES, Projects, configure
from tests.flask.shop import guarded, listen

configure()
ENTRIES = """
[operations."GET /x"]
public = true
https = "off"
"""
TRACER = TracerProvider().get_tracer("tests")
PARENT = {"traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}


@pytest.fixture
def projects(tmp_path: Path) -> Iterator[Projects]:
    made = Projects(tmp_path)
    yield made
    made.close()


def spelled(span: Any) -> str:
    return f"{span.get_span_context().trace_id:032x}"


def build(app: Flask) -> None:
    app.add_url_rule("/api/x", view_func=lambda: "x", endpoint="x")


def test_flask_within_a_span(tmp_path: Path) -> None:
    app = guarded(tmp_path, ENTRIES, build)
    events = listen(app)
    client = app.test_client()
    with TRACER.start_as_current_span("request") as span:
        client.get("/api/x", base_url="http://api.example.com")
        client.get("/api/none", base_url="http://api.example.com")
    assert [event.trace for event in events] == [spelled(span)] * 2
    assert [event.status for event in events] == [200, 403]


def test_flask_with_a_span_that_begins_in_a_hook(tmp_path: Path) -> None:
    """As the instrumentation of Flask does it: from before_request to teardown."""
    seen: list[str] = []

    def instrumented(app: Flask) -> None:
        build(app)

        @app.before_request
        def begin() -> None:
            g.span = TRACER.start_as_current_span("request")
            seen.append(spelled(g.span.__enter__()))

        @app.teardown_request
        def end(_error: BaseException | None) -> None:
            g.span.__exit__(None, None, None)

    app = guarded(tmp_path, ENTRIES, instrumented)
    events = listen(app)
    app.test_client().get("/api/x", base_url="http://api.example.com")
    assert [event.trace for event in events] == seen


def test_a_header_alone_is_not_believed(tmp_path: Path) -> None:
    app = guarded(tmp_path, ENTRIES, build)
    events = listen(app)
    app.test_client().get("/api/x", base_url="http://api.example.com", headers=PARENT)
    assert [event.trace for event in events] == [""]


def view(request: HttpRequest) -> HttpResponse:
    return HttpResponse("x")


SEEN: list[str] = []


def spanning(get_response: Callable[..., Any]) -> Callable[..., Any]:
    """A middleware behind ours whose span begins and ends there."""
    if iscoroutinefunction(get_response):

        async def serve(request: HttpRequest) -> Any:
            with TRACER.start_as_current_span("request") as span:
                SEEN.append(spelled(span))
                return await get_response(request)

        markcoroutinefunction(serve)
        return serve

    def serve_sync(request: HttpRequest) -> Any:
        with TRACER.start_as_current_span("request") as span:
            SEEN.append(spelled(span))
            return get_response(request)

    return serve_sync


spanning.sync_capable = spanning.async_capable = True  # type: ignore[attr-defined]


@pytest.mark.parametrize("face", FACES)
def test_django_with_a_span_of_its_middleware(projects: Projects, face: str) -> None:
    SEEN.clear()
    project = projects.make(ENTRIES, [path("api/x", view)], middleware=[spanning])
    assert project.ask("/api/x", face=face, headers=PARENT).status == 200
    assert [event.trace for event in project.journal.events] == SEEN
    assert len(SEEN) == 1


@pytest.mark.parametrize("face", ["client", "wsgi"])
def test_django_within_a_span(projects: Projects, face: str) -> None:
    project = projects.make(ENTRIES, [path("api/x", view)])
    with TRACER.start_as_current_span("request") as span:
        project.ask("/api/x", face=face)
        project.ask("/api/none", face=face)
    assert [event.trace for event in project.journal.events] == [spelled(span)] * 2


def test_without_opentelemetry_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.trace", None)
    assert telemetry.tracing() is None


def test_a_span_of_somebodys_own_kind_is_no_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trace, "get_current_span", lambda: None)
    read = telemetry.tracing()
    assert read is not None
    assert read() == ""
