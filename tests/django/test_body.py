"""Bodies: read once, bounded by the policy alone, the same bytes for the view."""

from io import BytesIO
from typing import Any

import pytest
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.urls import path

from bartizan.django import Bartizan
from tests.django.project import FACES, Project, Projects, environ, got, scope, send

READS = '[operations."POST /x"]\npublic = true\nbody = "4 KiB"\n'
TAKES = READS + 'input = "Note"\n'
BIND = {"Note": dict[str, str]}


def lengths(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(len(request.body)))


def streams(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(sum(map(len, iter(lambda: request.read(512), b"")))))


def note(size: int) -> bytes:
    return b'{"note": "' + b"x" * (size - 12) + b'"}'


@pytest.mark.parametrize("face", FACES)
@pytest.mark.parametrize("django", [100, 2_621_440, None])
def test_the_policy_alone_says_how_long_a_body_may_be(
    projects: Projects, face: str, django: int | None
) -> None:
    """``DATA_UPLOAD_MAX_MEMORY_SIZE`` neither cuts a body that the policy takes, nor widens it."""
    project = projects.make(
        TAKES, [path("api/x", lengths)], bind=BIND, DATA_UPLOAD_MAX_MEMORY_SIZE=django
    )
    for size in (12, 99, 101, 4096):
        got = project.ask("/api/x", "POST", face=face, body=note(size))
        assert (got.status, got.body) == (200, str(size).encode())
    got = project.ask("/api/x", "POST", face=face, body=note(4097))
    assert (got.status, got.problem) == (413, "content_too_large")


@pytest.mark.parametrize("face", FACES)
def test_an_operation_without_input_streams(projects: Projects, face: str) -> None:
    project = projects.make(READS, [path("api/x", streams)])
    assert project.ask("/api/x", "POST", face=face, body=b"x" * 4096).body == b"4096"
    assert project.ask("/api/x", "POST", face=face, body=b"x" * 4097).status == 413


@pytest.mark.parametrize("entries", [READS, TAKES])
def test_a_body_without_length_is_refused_under_wsgi(projects: Projects, entries: str) -> None:
    """Django reads Content-Length bytes and no more, whatever the server could show it."""
    bind = BIND if "input" in entries else {}
    project = projects.make(entries, [path("api/x", lengths)], bind=bind)
    for face in ("wsgi", "client"):
        asked = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}
        more = {**asked, "wsgi.input": BytesIO(note(40))}
        got = project.ask("/api/x", "POST", face=face, **more)
        assert (got.status, got.problem) == (411, "length_required")


def chunked(projects: Projects, entries: str, view: Any, parts: list[bytes]) -> Any:
    bind = BIND if "input" in entries else {}
    projects.make(entries, [path("api/x", view)], bind=bind, DATA_UPLOAD_MAX_MEMORY_SIZE=100)
    lines = {
        "Host": "testserver", "Content-Type": "application/json", "Transfer-Encoding": "chunked"
    }  # fmt: skip
    return got(send(Bartizan(ASGIHandler()), scope("POST", "/api/x", lines), parts))


@pytest.mark.parametrize("entries", [READS, TAKES])
def test_a_body_without_length_is_counted_under_asgi(projects: Projects, entries: str) -> None:
    view = lengths if "input" in entries else streams
    whole = note(4096)
    parts = [whole[at : at + 100] for at in range(0, 4096, 100)]
    assert chunked(projects, entries, view, parts).body == b"4096"
    answer = chunked(projects, entries, view, [*parts, b" " * 2])
    assert (answer.status, answer.problem) == (413, "content_too_large")


def test_a_client_that_goes_away_is_no_error_of_ours(projects: Projects) -> None:
    class Away(BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            raise OSError("away")

    projects.make(TAKES, [path("api/x", lengths)], bind=BIND)
    said: list[Any] = []
    asked = environ("POST", "/api/x", {"Host": "testserver", "Content-Type": "application/json"})
    asked |= {"CONTENT_LENGTH": "40", "wsgi.input": Away()}
    list(Bartizan(WSGIHandler())(asked, lambda *head: said.append(head)))
    assert said[0][0] == "400 Bad Request"
    assert issubclass(UnreadablePostError, OSError)


def test_a_middleware_that_has_read_the_body_is_found_out(projects: Projects) -> None:
    """Django can then show it to nobody else: the view does not run."""

    def reads(get_response: Any) -> Any:
        def middleware(request: HttpRequest) -> Any:
            request.read(1)
            return get_response(request)

        return middleware

    project: Project = projects.make(TAKES, [path("api/x", lengths)], bind=BIND, middleware=[reads])
    got = project.ask("/api/x", "POST", body=note(40))
    assert (got.status, project.reasons) == (500, ["control_failed"])
