"""Other packages and settings of a guarded Django project: each conflict is real, is told before
the first request, and ends with the line that it names: the warnings R303, R304 and R305, and the
cache, R302."""

import gzip
import logging
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import django
import pytest
from django.core import checks
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from whitenoise import WhiteNoise
from whitenoise.middleware import WhiteNoiseMiddleware

from bartizan.django import Bartizan
from bartizan.django.checks import check
from bartizan.django.neighbours import NEIGHBOURS
from bartizan.policy.faults import PolicyError
from tests.django.project import (
    FACES,
    HEAD,
    INSIDE,
    OUTSIDE,
    Project,
    Projects,
    environ,
    urlconf,
)

OPEN = '[operations."GET /x"]\npublic = true\n'
FILES = '[pass."/static/"]\nwhy = "files for everybody"\n'
HERE = HEAD.replace('base = "/api"\n', "")
VEILED = HERE.replace("[stores]", "shadow = { until = 2999-01-01 }\n\n[stores]")
LIMITED = '[limits]\nfew = "2/minute per client"\n' + OPEN + 'limits = ["few"]\n'

CORS = "corsheaders.middleware.CorsMiddleware"
SECURITY = "django.middleware.security.SecurityMiddleware"
FRAMES = "django.middleware.clickjacking.XFrameOptionsMiddleware"
NOISE = "whitenoise.middleware.WhiteNoiseMiddleware"
COMMON = "django.middleware.common.CommonMiddleware"
CACHE = [
    "django.middleware.cache.UpdateCacheMiddleware",
    "django.middleware.cache.FetchFromCacheMiddleware",
]
ORIGIN = {"Origin": "https://app.example.com"}
GRANTING = 'cors = { origins = ["https://app.example.com"] }\n\n[stores]'


def view(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"items": [{"id": 1, "margin": 7}]})


URLS = [path("x", view)]


def make(projects: Projects, entries: str = OPEN, *, head: str = HERE, **values: Any) -> Project:
    return projects.make(entries, URLS, head=head, **values)


def told(name: str = "bartizan.W0") -> set[str]:
    """Ids of what the system checks say about other packages."""
    return {str(it.id) for it in check() if str(it.id).startswith(name)}


def sealed() -> None:
    """What a server does: load the chain of middleware. No system check runs there."""
    WSGIHandler()


# ------------------------------------------------------------------ headers


@pytest.mark.parametrize("face", FACES)
def test_cors_headers_are_taken_away_and_single(projects: Projects, face: str) -> None:
    settings = {"middleware": [CORS, COMMON], "CORS_ALLOW_ALL_ORIGINS": True}
    both = make(projects, **settings)
    assert told() == {"bartizan.W006"}
    assert "access-control-allow-origin" not in both.ask("/x", face=face, headers=ORIGIN).headers
    alone = make(projects, head=HERE.replace("[stores]", GRANTING), middleware=[COMMON])
    assert told() == set()
    said = alone.ask("/x", face=face, headers=ORIGIN).headers["access-control-allow-origin"]
    assert said == "https://app.example.com"


@pytest.mark.parametrize("order", [[CORS, COMMON], [COMMON, CORS]])
def test_cors_headers_are_found_in_either_order(projects: Projects, order: list[str]) -> None:
    make(projects, middleware=order, CORS_ALLOW_ALL_ORIGINS=True)
    assert told() == {"bartizan.W006"}


@pytest.mark.parametrize(
    ("entry", "values", "header", "word", "id_"),
    [
        (FRAMES, {"X_FRAME_OPTIONS": "SAMEORIGIN"}, "X-Frame-Options", "SAMEORIGIN", "W008"),
        (SECURITY, {"SECURE_REFERRER_POLICY": "origin"}, "Referrer-Policy", "origin", "W009"),
    ],
)
def test_headers_of_settings_are_replaced_by_the_policy(
    projects: Projects, entry: str, values: Any, header: str, word: str, id_: str
) -> None:
    both = make(projects, middleware=[entry], **values)
    assert told() == {f"bartizan.{id_}"}
    assert both.ask("/x", face="wsgi").headers[header.lower()] != word
    projects.close()
    followed = make(projects, f'{OPEN}headers = {{ {header} = "{word}" }}\n', middleware=[entry])
    assert told() == set()
    assert followed.ask("/x", face="wsgi").headers[header.lower()] == word


def test_hsts_is_said_twice_where_the_policy_says_it(projects: Projects) -> None:
    more = {"middleware": [SECURITY], "SECURE_HSTS_SECONDS": 60}
    make(projects, **more)
    assert told() == set()  # https = "off": the policy says no HSTS
    head = HERE.replace('"off"', '"required"')
    project = make(projects, head=head, **more)
    assert told() == {"bartizan.W007"}
    got = project.ask("/x", face="wsgi", **{"wsgi.url_scheme": "https"})
    assert got.headers["strict-transport-security"] == "max-age=31536000"


def test_a_setting_without_its_middleware_sets_nothing(projects: Projects) -> None:
    make(projects, X_FRAME_OPTIONS="SAMEORIGIN", SECURE_HSTS_SECONDS=60)
    assert told() == set()


# ------------------------------------------------------------------ forwarding headers, redirects

SECURE = {"SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https")}


def test_a_redirect_behind_a_proxy_never_ends(projects: Projects) -> None:
    through = {"X-Forwarded-Proto": "https"}
    both = make(projects, middleware=[SECURITY], SECURE_SSL_REDIRECT=True, **SECURE)
    assert told() == {"bartizan.W002", "bartizan.W003"}
    assert both.ask("/x", face="wsgi", headers=through).status == 301
    projects.close()
    head = HERE.replace('"off"', '"redirect"\nproxies = ["192.0.2.1"]')
    followed = make(projects, head=head, middleware=[SECURITY])
    assert told() == set()
    forwarded = {**through, "X-Forwarded-For": "198.51.100.7"}
    assert followed.ask("/x", face="wsgi", headers=forwarded).status == 200
    assert followed.ask("/x", face="wsgi").status == 308


def test_a_header_that_is_not_ours_is_believed_of_everybody(projects: Projects) -> None:
    seen: list[bool] = []

    def asks(request: HttpRequest) -> HttpResponse:
        seen.append(request.is_secure())
        return HttpResponse("x")

    project = projects.make(
        OPEN, [path("x", asks)], head=HERE, SECURE_PROXY_SSL_HEADER=("HTTP_X_CDN_PROTO", "https")
    )
    assert told() == {"bartizan.W014"}
    project.ask("/x", face="wsgi", headers={"X-CDN-Proto": "https"})
    assert seen == [True]


def test_a_host_that_django_refuses_is_answered_500(projects: Projects) -> None:
    more = {"middleware": [COMMON], "ALLOWED_HOSTS": ["other.example"]}
    both = make(projects, **more)
    assert told() == {"bartizan.W001"}
    assert both.ask("/x", face="wsgi").status == 500
    followed = make(projects, middleware=[COMMON], ALLOWED_HOSTS=["testserver"])
    assert told() == set()
    assert followed.ask("/x", face="wsgi").status == 200


def test_www_is_prepended_to_a_host_that_the_policy_accepts(projects: Projects) -> None:
    project = make(projects, middleware=[COMMON], PREPEND_WWW=True)
    assert told() == {"bartizan.W012"}
    assert project.ask("/x", face="wsgi").headers["location"] == "http://www.testserver/x"
    assert project.ask("/x", face="wsgi", headers={"Host": "www.testserver"}).status == 400
    head = HERE.replace('["testserver"]', '["testserver", "www.testserver"]')
    followed = make(projects, head=head, middleware=[COMMON], PREPEND_WWW=True)
    assert told() == set()
    assert followed.ask("/x", face="wsgi", headers={"Host": "www.testserver"}).status == 200


# ------------------------------------------------------------------ answers in our place


@pytest.fixture
def static(tmp_path: Path) -> dict[str, Any]:
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "a.txt").write_text("file")
    return {"STATIC_URL": "/static/", "STATIC_ROOT": str(tmp_path / "files")}


class Ours(WhiteNoiseMiddleware):
    """A house's own."""


@pytest.mark.parametrize("entry", [NOISE, Ours])
def test_whitenoise_needs_a_pass(projects: Projects, static: Any, entry: Any) -> None:
    closed = make(projects, middleware=[SECURITY, entry], **static)
    assert told() == {"bartizan.W011"}
    assert closed.ask("/static/a.txt", face="wsgi").status == 404
    followed = make(projects, OPEN + FILES, middleware=[SECURITY, entry], **static)
    assert told() == set()
    got = followed.ask("/static/a.txt", face="wsgi")
    assert (got.status, got.body) == (200, b"file")


def test_files_of_whitenoise_s_root_need_one_each(
    projects: Projects, static: Any, tmp_path: Path
) -> None:
    more = {"WHITENOISE_ROOT": str(tmp_path / "files")}
    make(projects, OPEN + FILES, middleware=[NOISE], **static, **more)
    assert told() == {"bartizan.W011"}


def test_a_file_in_the_place_of_an_operation_is_never_its_answer(
    projects: Projects, static: Any
) -> None:
    entry = OPEN + OPEN.replace("/x", "/static/a.txt")
    project = projects.make(
        entry, [*URLS, path("static/a.txt", view)], head=HERE, middleware=[NOISE], **static
    )
    assert told() == {"bartizan.W011"}
    got = project.ask("/static/a.txt", face="wsgi")
    assert (got.status, project.reasons) == (500, ["unguarded"])


def test_whitenoise_around_the_guard_is_misplaced(projects: Projects, static: Any) -> None:
    make(projects, OPEN + FILES, **static)
    projects.settings(MIDDLEWARE=[NOISE, OUTSIDE, INSIDE])
    assert "bartizan.E002" in told("bartizan.E")


@pytest.mark.parametrize("prefix", [FILES, ""])
def test_whitenoise_as_a_callable_stands_inside_the_guard(
    projects: Projects, static: Any, prefix: str
) -> None:
    make(projects, OPEN + prefix)
    handler = WSGIHandler()
    noise = WhiteNoise(handler, root=static["STATIC_ROOT"], prefix="/static/")
    said: list[str] = []
    asked = environ("GET", "/static/a.txt", {"Host": "testserver"})
    parts = Bartizan(noise, django=handler)(asked, lambda status, *_: said.append(status))
    assert said == ["200 OK" if prefix else "404 Not Found"]
    assert (b"".join(parts) == b"file") is bool(prefix)
    getattr(parts, "close", lambda: None)()


def test_a_cache_for_whole_answers_stops_the_start(projects: Projects) -> None:
    make(projects, middleware=CACHE)
    assert told("bartizan.E") == {"bartizan.E005"}
    with pytest.raises(PolicyError, match="R302"):
        sealed()
    make(projects)
    assert told("bartizan.E") == set()
    sealed()


def test_throttles_count_what_the_policy_counts(projects: Projects) -> None:
    throttles = {"DEFAULT_THROTTLE_CLASSES": ["rest_framework.throttling.AnonRateThrottle"]}
    make(projects, LIMITED, REST_FRAMEWORK=throttles)
    assert told() == {"bartizan.W013"}
    make(projects, OPEN, REST_FRAMEWORK=throttles)
    assert told() == set()
    make(projects, LIMITED, REST_FRAMEWORK={"PAGE_SIZE": 10})
    assert told() == set()


# ------------------------------------------------------------------ what is fine, in every order

CUT = OPEN + 'output = { at = "items[]", fields = ["id"] }\n'
PACKING = [
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
]


@pytest.mark.parametrize("order", [PACKING, PACKING[::-1]])
def test_what_packs_and_validates_sees_what_leaves(projects: Projects, order: list[str]) -> None:
    tags: set[str] = set()
    for margin in (7, 8):
        secret = {"items": [{"id": 1, "margin": "7" * 200 + str(margin)}]}
        project = projects.make(
            CUT, [path("x", lambda request, it=secret: JsonResponse(it))], head=HERE,
            middleware=order,
        )  # fmt: skip
        assert told() == set()
        got = project.ask("/x", face="wsgi", headers={"Accept-Encoding": "gzip"})
        packed = got.headers.get("content-encoding") == "gzip"
        assert b"margin" not in (gzip.decompress(got.body) if packed else got.body)
        tags.add(got.headers["etag"])
    assert len(tags) == 1  # a validator that tells of the hidden field would differ


# ------------------------------------------------------------------ where, how loud, in shadow


def test_each_is_said_in_the_log_without_any_system_check(
    projects: Projects, caplog: pytest.LogCaptureFixture
) -> None:
    make(projects, middleware=[CORS], CORS_ALLOW_ALL_ORIGINS=True)
    with caplog.at_level(logging.INFO, "bartizan"):
        sealed()
    said = [it for it in caplog.records if "R303" in it.getMessage()]
    assert [it.levelname for it in said] == ["WARNING"]


@pytest.mark.parametrize("face", FACES)
def test_in_shadow_all_of_it_is_information_and_no_byte_changes(
    projects: Projects, face: str
) -> None:
    more: dict[str, Any] = {
        "middleware": [*CACHE, CORS, SECURITY, FRAMES], "CORS_ALLOW_ALL_ORIGINS": True,
        "X_FRAME_OPTIONS": "SAMEORIGIN", "SECURE_HSTS_SECONDS": 60, **SECURE,
        "CACHES": {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache",
                               "LOCATION": f"shadow-{face}-{id(projects)}"}},
    }  # fmt: skip
    project = make(projects, head=VEILED, **more)
    levels = {it.level for it in check() if str(it.id)[:11] in ("bartizan.W0", "bartizan.E0")}
    assert levels == {checks.INFO}
    asked = {**ORIGIN, "X-Forwarded-Proto": "https"}
    for _ in range(2):  # the second from the cache
        got = project.ask("/x", face=face, headers=asked)
        assert got.status == 200
        assert got.headers["access-control-allow-origin"] == "*"
        assert got.headers["x-frame-options"] == "SAMEORIGIN"
        assert got.headers["strict-transport-security"] == "max-age=60"


def test_the_line_of_the_settings_is_named(
    projects: Projects, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    module = urlconf([])
    module.__file__ = str(tmp_path / "shop_settings.py")
    Path(module.__file__).write_text(f'A = 1\nMIDDLEWARE = [\n    "{CORS}",\n]\n')
    monkeypatch.setitem(sys.modules, "shop_settings", module)
    make(projects, middleware=[CORS], SETTINGS_MODULE="shop_settings")
    (said,) = (it for it in check() if it.id == "bartizan.W006")
    assert str(said.obj) == f"{module.__file__}:3"
    assert "bartizan explain R303" in str(said.hint)


def test_ids_are_given_once_and_stay() -> None:
    ids = [conflict.id for each in NEIGHBOURS for conflict in each.conflicts]
    assert len(ids) == len(set(ids))
    assert {f"bartizan.W{number:03}" for number in range(1, 15)} <= set(ids)
    assert set(ids) - {f"bartizan.W{number:03}" for number in range(1, 15)} == {
        "bartizan.E005", "bartizan.E006",
    }  # fmt: skip


@pytest.mark.skipif(django.VERSION < (6,), reason="Django has its own from 6.0 on")
def test_django_s_own_content_security_policy_is_replaced(projects: Projects) -> None:
    csp = "django.middleware.csp.ContentSecurityPolicyMiddleware"
    more = {"middleware": [csp], "SECURE_CSP": {"default-src": ["https:"]}}
    both = make(projects, **more)
    assert told() == {"bartizan.W010"}
    assert "https:" not in both.ask("/x", face="wsgi").headers["content-security-policy"]


def test_a_package_for_content_security_policy_is_replaced(
    projects: Projects, monkeypatch: pytest.MonkeyPatch
) -> None:
    def says(get_response: Any) -> Any:
        def middleware(request: HttpRequest) -> HttpResponse:
            response: HttpResponse = get_response(request)
            response["Content-Security-Policy"] = "default-src https:"
            return response

        return middleware

    for name in ("csp", "csp.middleware"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    vars(sys.modules["csp.middleware"])["CSPMiddleware"] = says
    both = make(projects, middleware=["csp.middleware.CSPMiddleware"])
    assert told() == {"bartizan.W010"}
    assert "https:" not in both.ask("/x", face="wsgi").headers["content-security-policy"]
