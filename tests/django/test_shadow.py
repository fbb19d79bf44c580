"""Shadow under Django: nothing is refused, and no view believes a subject that nobody asked for."""

from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.urls import path

from bartizan.policy.faults import PolicyError
from tests.django.project import FACES, HEAD, Projects

VEILED = HEAD.replace("[stores]", "shadow = { until = 2999-01-01 }\n\n[stores]")
ENTRY = '[operations."GET /x"]\n'


def takes(request: Any) -> HttpResponse:
    return HttpResponse(str(request.subject))


def plain(request: HttpRequest) -> HttpResponse:
    return HttpResponse("x", headers={"X-Frame-Options": "SAMEORIGIN"})


@pytest.mark.parametrize("place", ["api", "operation"])
def test_a_view_that_takes_our_subject_cannot_be_watched_unasked(
    projects: Projects, place: str
) -> None:
    own = 'shadow = { until = 2999-01-01, controls = ["authenticate"] }\n'
    head, entry = (VEILED, ENTRY) if place == "api" else (HEAD, ENTRY + own)
    projects.make(entry, [path("api/x", takes)], head=head)
    with pytest.raises(PolicyError, match="R203"):
        WSGIHandler()


@pytest.mark.parametrize(
    "words", ["public = true\n", 'shadow = { until = 2999-01-01, controls = ["rate"] }\n',
              'shadow = { until = 2020-01-01, controls = ["authenticate"] }\n']
)  # fmt: skip
def test_other_shadows_are_no_fault(projects: Projects, words: str) -> None:
    projects.make(ENTRY + words, [path("api/x", takes)])
    WSGIHandler()


@pytest.mark.parametrize("face", FACES)
def test_a_shadow_over_all_changes_no_byte(projects: Projects, face: str) -> None:
    project = projects.make(ENTRY, [path("api/x", plain)], head=VEILED)
    got = project.ask("/api/x", face=face)
    assert (got.status, got.body) == (200, b"x")
    assert got.headers["x-frame-options"] == "SAMEORIGIN"
    assert "bartizan-decision" not in got.headers
    assert project.journal.events[-1].shadowed == ("credential_missing",)
    undeclared = project.ask("/api/y", face=face)
    assert undeclared.headers["content-type"].startswith("text/html")


class Teaching:
    """A middleware of the application's own, which means something else by `subject`."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        vars(request)["subject"] = "maths"
        response: HttpResponse = self.get_response(request)
        return response


def taught(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(vars(request)["subject"]))


@pytest.mark.parametrize(
    ("head", "said"), [(VEILED, b"maths"), (HEAD, b"None")], ids=["in shadow", "enforced"]
)
def test_in_shadow_the_applications_own_subject_stays(
    projects: Projects, head: str, said: bytes
) -> None:
    entry = ENTRY + "public = true\n"
    project = projects.make(entry, [path("api/x", taught)], middleware=[Teaching], head=head)
    assert project.ask("/api/x").body == said
