"""Everything that could step between the two acts, or between the view and the client."""

import asyncio
import gzip
from typing import Any

import pytest
from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    JsonResponse,
    StreamingHttpResponse,
)
from django.middleware.cache import FetchFromCacheMiddleware
from django.template import engines
from django.template.response import TemplateResponse
from django.test import Client
from django.urls import path, re_path
from django.utils.decorators import sync_and_async_middleware

from tests.django.project import FACES, Projects, urlconf

OPEN = '[operations."GET /x"]\npublic = true\n'
CUT = OPEN + 'output = { at = "items[]", fields = ["id"] }\n'

pytestmark = pytest.mark.parametrize("face", FACES)


def view(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"items": [{"id": 1, "margin": 7}]})


def answering(*, when: str) -> Any:
    """A middleware that answers in the view's place."""

    class Middleware:
        def __init__(self, get_response: Any) -> None:
            self.get_response = get_response

        def __call__(self, request: HttpRequest) -> Any:
            if when == "first":
                return HttpResponse("cached")
            return self.get_response(request)

        def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> Any:
            return HttpResponse("forbidden here", status=403) if when == "view" else None

    return Middleware


def test_a_middleware_that_answers_first_is_a_500(projects: Projects, face: str) -> None:
    project = projects.make(OPEN, [path("api/x", view)], middleware=[answering(when="first")])
    got = project.ask("/api/x", face=face)
    assert (got.status, got.problem) == (500, "internal_error")
    assert b"cached" not in got.body
    assert project.reasons == ["unguarded"]


def test_the_twin_that_asks_first_serves(projects: Projects, face: str) -> None:
    project = projects.make(OPEN, [path("api/x", view)], middleware=[answering(when="never")])
    assert project.ask("/api/x", face=face).status == 200


@sync_and_async_middleware
def disguised(get_response: Any) -> Any:
    """Django's cache, as no table knows it."""
    return FetchFromCacheMiddleware(get_response)


def test_a_cache_between_never_answers(projects: Projects, face: str) -> None:
    """What a cache has kept from one subject never reaches another, nor anybody: not even where
    the start has not recognised it."""
    secret = '[operations."GET /x"]\nheaders = {}\n'
    cache = [
        "django.middleware.cache.UpdateCacheMiddleware",
        disguised,
    ]

    def own(request: Any) -> HttpResponse:
        response = JsonResponse({"who": request.subject.id})
        response["Cache-Control"] = "public, max-age=600"
        return response

    caches = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache",
                          "LOCATION": f"{face}-{id(own)}"}}  # fmt: skip
    project = projects.make(secret, [path("api/x", own)], middleware=cache, CACHES=caches)
    assert project.ask("/api/x", face=face, subject="alice").json == {"who": "alice"}
    got = project.ask("/api/x", face=face, subject="bob")
    assert b"alice" not in got.body
    assert (got.status, project.reasons[-1]) == (500, "unguarded")


def test_a_middleware_may_refuse_what_was_permitted(projects: Projects, face: str) -> None:
    """CSRF and the like speak in ``process_view``: after act two, since ours is the first."""
    project = projects.make(OPEN, [path("api/x", view)], middleware=[answering(when="view")])
    assert project.ask("/api/x", face=face).status == 403
    assert project.reasons == ["permit"]


def test_act_two_comes_before_a_middleware_that_calls_the_view(
    projects: Projects, face: str
) -> None:
    ran: list[str] = []

    class Eager:
        def __init__(self, get_response: Any) -> None:
            self.get_response = get_response

        def __call__(self, request: HttpRequest) -> Any:
            return self.get_response(request)

        def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> Any:
            return view(request, *args, **kwargs)

    def late(request: HttpRequest) -> HttpResponse:
        ran.append(request.path)
        return HttpResponse("ran")

    entries = '[operations."POST /x"]\npublic = true\ninput = "Note"\n'
    project = projects.make(
        entries, [path("api/x", late)], middleware=[Eager], bind={"Note": dict[str, int]}
    )
    assert project.ask("/api/x", "POST", face=face, body=b"[]").status == 422
    assert ran == []


def test_csrf_speaks_for_itself(projects: Projects, face: str) -> None:
    entries = '[operations."POST /x"]\npublic = true\nbody = "1 KiB"\n'
    csrf = "django.middleware.csrf.CsrfViewMiddleware"
    project = projects.make(entries, [path("api/x", view)], middleware=[csrf])
    handler = project.face(face)
    if "client" in face:
        handler.enforce_csrf_checks = True
    assert project.ask("/api/x", "POST", face=face, body=b"{}").status == 403
    assert project.reasons == ["permit"]


def test_a_refusal_of_act_two_is_left_alone_by_everybody(projects: Projects, face: str) -> None:
    def spoils(get_response: Any) -> Any:
        def middleware(request: HttpRequest) -> Any:
            response = get_response(request)
            response.content = b"spoilt"
            response.status_code = 200
            response.set_cookie("session", "1")
            return response

        return middleware

    entries = '[operations."POST /x"]\npublic = true\ninput = "Note"\n'
    project = projects.make(
        entries, [path("api/x", view)], middleware=[spoils], bind={"Note": dict[str, int]}
    )
    got = project.ask("/api/x", "POST", face=face, body=b"[]")
    assert (got.status, got.problem) == (422, "invalid")
    assert "set-cookie" not in got.headers


def test_append_slash_is_no_way_around(projects: Projects, face: str) -> None:
    """The policy knows ``/x``, a middleware rewrites it away, CommonMiddleware would redirect."""

    def rewrites(get_response: Any) -> Any:
        def middleware(request: HttpRequest) -> Any:
            request.path_info = request.path = request.path + "y"
            return get_response(request)

        return middleware

    common = "django.middleware.common.CommonMiddleware"
    urls = [path("api/x", view), path("api/xy/", view)]
    entries = OPEN + '[operations."GET /xy/"]\npublic = true\n'
    project = projects.make(entries, urls, middleware=[common, rewrites], APPEND_SLASH=True)
    got = project.ask("/api/x", face=face)
    assert (got.status, got.problem) == (404, "not_found")
    assert project.reasons == ["route_disagrees"]


@pytest.mark.parametrize("debug", [False, True])
def test_a_rewritten_path_never_reaches_another_view(
    projects: Projects, face: str, debug: bool
) -> None:
    ran: list[str] = []

    def rewrites(get_response: Any) -> Any:
        def middleware(request: HttpRequest) -> Any:
            request.path_info = request.headers.get("X-Rewrite-Url", request.path_info)
            return get_response(request)

        return middleware

    def staff(request: HttpRequest) -> HttpResponse:
        ran.append(request.path)
        return HttpResponse("staff")

    entries = OPEN + '[operations."GET /staff"]\nroles = ["staff"]\n'
    urls = [path("api/x", view), path("api/staff", staff)]
    project = projects.make(entries, urls, middleware=[rewrites], DEBUG=debug)
    for target in ("/api/staff", "/api/nothing"):
        got = project.ask("/api/x", face=face, headers={"X-Rewrite-Url": target})
        assert (got.status, got.problem) == (404, "not_found")
    assert ran == []
    assert project.reasons == ["route_disagrees"] * 2


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize("is_async", [False, True])
def test_an_exception_never_shows_a_trace(
    projects: Projects, face: str, debug: bool, is_async: bool
) -> None:
    def raises(request: HttpRequest) -> HttpResponse:
        hunter2 = "the database password"
        raise RuntimeError(f"hunter2 is {hunter2}")

    async def araises(request: HttpRequest) -> HttpResponse:
        return raises(request)

    chosen = araises if is_async else raises
    project = projects.make(OPEN, [path("api/x", chosen)], DEBUG=debug)
    got = project.ask("/api/x", face=face)
    assert (got.status, got.problem) == (500, "internal_error")
    assert b"hunter2" not in got.body
    assert project.reasons == ["view_failed"]


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Http404("hunter2"), 404),
        (BadRequest("hunter2"), 400),
        (SuspiciousOperation("hunter2"), 400),
        (PermissionDenied("hunter2"), 403),
    ],
    ids=lambda value: getattr(type(value), "__name__", ""),
)
@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_an_error_page_is_the_same_with_debug(
    projects: Projects, face: str, debug: bool, error: Exception, status: int, accept: str
) -> None:
    def raises(request: HttpRequest) -> HttpResponse:
        raise error

    entries = OPEN + '[operations."GET /y"]\npublic = true\n'
    urls = [path("api/x", raises), path("api/y", view, name="secret-page")]
    project = projects.make(entries, urls, DEBUG=debug)
    got = project.ask("/api/x", face=face, headers={"Accept": accept})
    assert got.status == status
    for told in (b"DEBUG", b"secret-page", b"Traceback", b"SECRET_KEY", b"api/y"):
        assert told not in got.body
    assert project.reasons == ["permit"]


@pytest.mark.parametrize("query", ["", "?bad=1"])
@pytest.mark.parametrize("accept", ["text/html", "text/plain"])
def test_djangos_pages_for_developers_say_what_we_know_them_by(
    projects: Projects, face: str, query: str, accept: str
) -> None:
    """The twin without ours: should Django reword its pages, this is where we learn of it."""

    def raises(request: HttpRequest) -> HttpResponse:
        raise (BadRequest if request.GET else Http404)("hunter2")

    projects.settings(ROOT_URLCONF=urlconf([path("x", raises)]), MIDDLEWARE=[], DEBUG=True)
    page = Client().get(f"/x{query}", headers={"Accept": accept}).content
    assert b"hunter2" in page
    assert b"DEBUG = True" in page


def test_a_handled_exception_is_the_projects_own(projects: Projects, face: str) -> None:
    class Handles:
        def __init__(self, get_response: Any) -> None:
            self.get_response = get_response

        def __call__(self, request: HttpRequest) -> Any:
            return self.get_response(request)

        def process_exception(self, request: HttpRequest, exception: Exception) -> Any:
            return HttpResponse("try later", status=503)

    def raises(request: HttpRequest) -> HttpResponse:
        raise RuntimeError("away")

    project = projects.make(OPEN, [path("api/x", raises)], middleware=[Handles])
    got = project.ask("/api/x", face=face)
    assert (got.status, got.body) == (503, b"try later")


@pytest.mark.parametrize("debug", [False, True])
def test_a_middleware_that_raises_tells_nothing(projects: Projects, face: str, debug: bool) -> None:
    def failing(get_response: Any) -> Any:
        def middleware(request: HttpRequest) -> Any:
            if "before" in request.headers.get("X-Fail", ""):
                raise RuntimeError("hunter2")
            get_response(request)
            raise (
                RuntimeError("hunter2")
                if "after" in request.headers["X-Fail"]
                else Http404("hunter2")
            )

        return middleware

    project = projects.make(OPEN, [path("api/x", view)], middleware=[failing], DEBUG=debug)
    for at, status in (("before", 500), ("after", 500), ("absent", 404)):
        got = project.ask("/api/x", face=face, headers={"X-Fail": at})
        assert got.status == status
        assert b"hunter2" not in got.body
        assert b"DEBUG" not in got.body


def test_an_answer_is_cut_before_anybody_sees_it(projects: Projects, face: str) -> None:
    seen: list[bytes] = []

    def looks(get_response: Any) -> Any:
        def middleware(request: HttpRequest) -> Any:
            response = get_response(request)
            seen.append(response.content)
            return response

        return middleware

    zips = [
        "django.middleware.gzip.GZipMiddleware",
        "django.middleware.http.ConditionalGetMiddleware",
    ]
    many = {"items": [{"id": number, "margin": 7} for number in range(200)]}
    project = projects.make(
        CUT, [path("api/x", lambda request: JsonResponse(many))], middleware=[*zips, looks]
    )
    got = project.ask("/api/x", face=face, headers={"Accept-Encoding": "gzip"})
    assert b"margin" not in seen[0]
    assert b"margin" not in gzip.decompress(got.body)
    assert project.journal.events[-1].withheld > 0


@pytest.mark.parametrize(
    "response",
    [
        lambda: StreamingHttpResponse(iter([b'{"margin": 7}']), content_type="application/json"),
        lambda: HttpResponse("margin", content_type="text/plain"),
        lambda: HttpResponse("[{margin", content_type="application/json"),
        lambda: HttpResponse('{"others": [{"margin": 7}]}', content_type="application/json"),
        lambda: HttpResponse(gzip.compress(b'{"items": []}'), content_type="application/json",
                             headers={"Content-Encoding": "gzip"}),
        lambda: TemplateResponse(None, engines["django"].from_string('{"margin": 7')),  # type: ignore[arg-type]
    ],
    ids=["stream", "text", "broken", "elsewhere", "encoded", "template"],
)  # fmt: skip
def test_an_answer_that_cannot_be_cut_is_withheld(
    projects: Projects, face: str, response: Any
) -> None:
    templates = [{"BACKEND": "django.template.backends.django.DjangoTemplates"}]
    project = projects.make(CUT, [path("api/x", lambda request: response())], TEMPLATES=templates)
    got = project.ask("/api/x", face=face)
    assert (got.status, got.problem) == (500, "internal_error")
    assert b"margin" not in got.body
    assert project.reasons == ["output_unenforced"]


def test_a_stream_without_declared_output_streams(projects: Projects, face: str) -> None:
    def streams(request: HttpRequest) -> Any:
        return StreamingHttpResponse(iter([b"a", b"b"]))

    async def parts() -> Any:
        for part in (b"a", b"b"):
            await asyncio.sleep(0)
            yield part

    async def astreams(request: HttpRequest) -> Any:
        return StreamingHttpResponse(parts())

    chosen = astreams if face.startswith("as") else streams
    project = projects.make(OPEN, [path("api/x", chosen)])
    assert project.ask("/api/x", face=face).body == b"ab"
    assert project.reasons == ["permit"]


def test_an_unanchored_pattern_serves_its_operation_alone(projects: Projects, face: str) -> None:
    """Django searches such a pattern anywhere in the path: ``/pass/api/x`` would reach it."""
    entries = '[operations."POST /x"]\nbody = "1 KiB"\n[pass."/open/"]\nwhy = "a page of its own"\n'
    ran: list[str] = []

    def writes(request: HttpRequest) -> HttpResponse:
        ran.append(request.path)
        return HttpResponse("written")

    urls = [path("api/open/page", view), re_path(r"x\Z", writes)]
    project = projects.make(entries, urls)
    assert project.ask("/api/open/page", face=face).status == 200
    for method in ("GET", "POST"):
        got = project.ask("/api/open/x", method, face=face)
        assert (got.status, got.problem) == (404, "not_found")
    assert project.ask("/api/x", "POST", face=face).status == 401
    assert ran == []


def test_a_longer_path_of_an_open_pattern_is_unknown(projects: Projects, face: str) -> None:
    project = projects.make(OPEN, [re_path("^api/x", view)])
    assert project.ask("/api/x", face=face).status == 200
    assert project.ask("/api/xyz", face=face).problem == "not_found"
    assert project.ask("/api/x/../y", face=face).status in (400, 404)


def test_what_a_subtree_answers_is_its_own(projects: Projects, face: str) -> None:
    entries = '[pass."/admin/"]\nwhy = "it has a guard of its own"\n'

    def raises(request: HttpRequest) -> HttpResponse:
        raise RuntimeError("hunter2")

    urls = [path("api/admin/x", view), path("api/admin/fails", raises)]
    project = projects.make(entries, urls)
    got = project.ask("/api/admin/x", face=face)
    assert got.status == 200
    assert "content-security-policy" not in got.headers
    assert project.ask("/api/admin/fails", face=face).status == 500
    assert project.ask("/api/admin/nothing", face=face).status == 404
    projects.settings(DEBUG=True)
    for target in ("/api/admin/fails", "/api/admin/nothing"):
        assert b"DEBUG" not in project.ask(target, face=face).body
