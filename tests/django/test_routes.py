"""Every leaf of the URLconf, as Django itself reads it."""

import re
from typing import Any, ClassVar

import pytest
from django.conf.urls.i18n import i18n_patterns
from django.http import HttpRequest, HttpResponse
from django.urls import include, path, re_path, register_converter
from django.urls.converters import IntConverter
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods
from django.views.generic import RedirectView

from bartizan.django.gate import surveyed
from bartizan.django.routes import methods, mount, resolver, served
from bartizan.enforce.start import disagreements
from bartizan.policy.load import loads
from bartizan.policy.routes import Survey
from tests.django.project import FACES, HEAD, Projects, urlconf


def view(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    return HttpResponse(f"{args} {kwargs}")


class Orders(View):
    def get(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return HttpResponse("read")

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        return HttpResponse("written")


class WithOptions(Orders):
    http_method_names: ClassVar = ["get", "options"]

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return HttpResponse("options")


class EvenConverter(IntConverter):
    """A converter of a project's own."""

    def to_python(self, value: str) -> int:
        if int(value) % 2:
            raise ValueError("odd")
        return int(value)


register_converter(EvenConverter, "even")


def survey_of(projects: Projects, entries: str, urlpatterns: list[Any], **values: Any) -> Survey:
    projects.settings(ROOT_URLCONF=urlconf(urlpatterns), **values)
    return surveyed(loads(HEAD.replace("file:keys.pem", "env:KEYS") + entries))


def sentences(survey: Survey) -> list[str]:
    return [fault.message for fault in disagreements(survey)]


def test_methods_are_those_that_a_view_says() -> None:
    assert methods(view) is None
    assert methods(require_http_methods(["GET"])(view)) is None
    assert methods(Orders.as_view()) == {"GET", "POST"}
    assert methods(csrf_exempt(Orders.as_view())) == {"GET", "POST"}
    assert methods(Orders.as_view(http_method_names=["post", "delete"])) == {"POST"}
    assert methods(WithOptions.as_view()) == {"GET", "OPTIONS"}
    assert methods(RedirectView.as_view()) >= {"GET", "POST", "PUT", "DELETE"}

    class Everything(View):
        def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            return HttpResponse("anything")

    assert methods(Everything.as_view()) is None

    def viewset(request: HttpRequest) -> HttpResponse:
        return HttpResponse()

    viewset.actions = {"get": "list", "post": "create"}  # type: ignore[attr-defined]
    assert methods(viewset) == {"GET", "POST"}


def test_every_leaf_is_listed_with_its_line(projects: Projects) -> None:
    inner = [path("<int:pk>/", Orders.as_view()), re_path(r"^by\-name/(\w+)/$", view)]
    nested = [path("orders/", include((inner, "orders"), namespace="o"))]
    projects.settings(
        ROOT_URLCONF=urlconf([path("api/", include(nested)), re_path(r"^raw/(?P<x>\d+)", view)])
    )
    found = {route.path: route for route in served("/mounted")}
    assert list(found) == [
        "/mounted/api/orders/<int:pk>/",
        r"/mounted/api/orders/by-name/(\w+)/$",
        r"/mounted/raw/(?P<x>\d+)",
    ]
    orders = found["/mounted/api/orders/<int:pk>/"]
    assert re.search(r"test_routes\.py:\d+$", orders.where)
    assert orders.view == "tests.django.test_routes.Orders"


@pytest.mark.parametrize(
    ("entry", "pattern"),
    [
        ("GET /orders/{pk:int}", path("api/orders/<int:pk>", view)),
        ("GET /orders/{pk:int}", re_path(r"^api/orders/(?P<pk>[0-9]+)$", view)),
        ("GET /orders/{pk:int}", re_path(r"^api/orders/([0-9]+)$", view)),
        ("GET /orders/{pk:int}", path("api/orders/<even:pk>", view)),
        ("GET /orders/{pk:uuid}", path("api/orders/<uuid:pk>", view)),
        ("GET /orders/{name:slug}", path("api/orders/<slug:name>", view)),
        ("GET /orders/{name:str}", path("api/orders/<name>", view)),
        ("GET /files/{rest:path}", path("api/files/<path:rest>", view)),
        ("GET /days/{day:date}", re_path(r"^api/days/(\d{4}-\d\d-\d\d)$", view)),
        ("GET /deep/x", path("api/", include([path("deep/", include([path("x", view)]))]))),
        ("GET /deep/x", re_path("^api/", include(([re_path("^deep/x$", view)], "n"), "space"))),
        ("GET /", path("api/", view)),
    ],
)  # fmt: skip
def test_an_entry_finds_its_route_and_the_route_its_entry(
    projects: Projects, entry: str, pattern: Any
) -> None:
    params = "" if "{pk" not in entry else 'params = { pk = "none" }\nwhy = "nobody\'s"\n'
    found = survey_of(projects, f'[operations."{entry}"]\npublic = true\n{params}', [pattern])
    assert sentences(found) == []
    assert len(found.covered) == 1


def test_what_disagrees_is_said(projects: Projects) -> None:
    entries = '[operations."GET /orders"]\n[operations."GET /nothing"]\n'
    urls = [path("api/orders", Orders.as_view()), path("api/forgotten", view)]
    said = sentences(survey_of(projects, entries, urls))
    assert said == [
        "POST /api/orders is served by `tests.django.test_routes.Orders` and no entry decides it",
        "every method /api/forgotten is served by `tests.django.test_routes.view` and no entry "
        "decides it",
        "no route of the application serves GET /api/nothing",
    ]


@pytest.mark.parametrize("entry", ["GET /orders", "GET /ordrs/", "GET /api/orders/"])
def test_the_route_that_was_meant_is_named(projects: Projects, entry: str) -> None:
    entries = f'[operations."GET /health"]\n[operations."{entry}"]\n'
    urls = [path("api/health", view), path("api/orders/", view)]
    said = sentences(survey_of(projects, entries, urls))
    assert said[1] == (
        f"no route of the application serves {entry.replace(' ', ' /api')}; one without an entry "
        "is /api/orders/"
    )


def test_a_base_that_is_written_twice_is_no_mount(projects: Projects) -> None:
    entries = '[operations."GET /api/orders/"]\n'
    said = sentences(survey_of(projects, entries, [path("api/orders/", view)]))
    assert len(said) == 2
    assert said[1].endswith("GET /api/api/orders/; one without an entry is /api/orders/")


def test_a_method_that_a_view_does_not_have_serves_nothing(projects: Projects) -> None:
    entries = (
        '[operations."DELETE /orders"]\n[operations."GET /orders"]\n[operations."POST /orders"]\n'
    )
    said = sentences(survey_of(projects, entries, [path("api/orders", Orders.as_view())]))
    assert said == ["no route of the application serves DELETE /api/orders"]


def test_the_first_of_two_patterns_serves(projects: Projects) -> None:
    """Django takes the first that matches; the second is a route all the same."""
    entries = '[operations."GET /orders/{pk:int}"]\nparams = { pk = "none" }\nwhy = "x"\n'

    def shadowed(request: HttpRequest, pk: int) -> HttpResponse:
        return HttpResponse()

    urls = [path("api/orders/<int:pk>", view), path("api/orders/<pk>", shadowed)]
    (said,) = sentences(survey_of(projects, entries, urls))
    assert "shadowed" in said


def test_routes_in_every_language(projects: Projects) -> None:
    patterns = i18n_patterns(path(gettext_lazy("orders"), view), prefix_default_language=False)
    said = sentences(
        survey_of(
            projects, '[operations."GET /x"]\n', [path("api/x", view), *patterns],
            USE_I18N=True, LANGUAGE_CODE="en", LANGUAGES=[("en", "English"), ("de", "Deutsch")],
        )
    )  # fmt: skip
    assert [sentence.split()[2] for sentence in said] == ["/orders", "/de/orders"]


def test_the_mount_is_what_the_urlconf_does_not_know(projects: Projects) -> None:
    policy = loads(HEAD.replace("file:keys.pem", "env:K") + '[operations."GET /x"]\n')
    projects.settings(ROOT_URLCONF=urlconf([path("api/x", view)]))
    assert mount(policy) == ""
    projects.settings(ROOT_URLCONF=urlconf([path("x", view)]))
    assert mount(policy) == "/api"
    projects.settings(ROOT_URLCONF=urlconf([path("y", view)]))
    assert mount(policy) == ""
    projects.settings(FORCE_SCRIPT_NAME="/forced/")
    assert mount(policy) == "/forced"
    assert resolver("/forced")("GET", "/elsewhere") == frozenset()


OPEN = '[operations."GET /x"]\npublic = true\n'


@pytest.mark.parametrize("face", ["client", "wsgi", "asgi"])  # the async client cannot mount
@pytest.mark.parametrize("route", ["x", "api/x"])
def test_a_path_is_public_however_the_server_splits_it(
    projects: Projects, face: str, route: str
) -> None:
    project = projects.make(OPEN, [path(route, view)])
    mount = "/api" if route == "x" else ""
    assert project.ask("/api/x", face=face, mount=mount).status == 200
    # Nobody mounts it as it was surveyed: the same view is reached by no other public path.
    wrong = "" if mount else "/api"
    assert project.ask("/api/x", face=face, mount=wrong).problem == "not_found"
    assert project.ask("/x", face=face).problem == "not_found"


@pytest.mark.parametrize("face", FACES)
def test_a_forced_script_name_is_the_mount(projects: Projects, face: str) -> None:
    """A proxy that takes the prefix off, and a server that keeps it."""
    project = projects.make(OPEN, [path("x", view)], FORCE_SCRIPT_NAME="/api")
    assert project.ask("/x", face=face).status == 200
    assert project.ask("/y", face=face).problem == "not_found"
    if face[0] == "a":
        assert project.ask("/api/x", face=face).status == 200


@pytest.mark.parametrize("face", ["client", "wsgi", "asgi"])  # the async client misreads such
def test_a_path_of_other_letters(projects: Projects, face: str) -> None:
    entries = (
        '[operations."GET /{name:str}"]\npublic = true\nparams = { name = "none" }\nwhy = "x"\n'
    )

    def tells(request: Any, name: str) -> HttpResponse:
        return HttpResponse(f"{name} {request.decision.path}")

    project = projects.make(entries, [path("api/<name>", tells)])
    if face == "client":
        got = project.ask("/api/caf%C3%A9", face=face)
        assert got.body.decode() == "café {'name': 'café'}"
        assert project.ask("/api/caf%E9", face=face).status == 400
    else:
        wsgi = {"PATH_INFO": "/api/café".encode().decode("latin-1")}
        asgi = {"path": "/api/café", "raw_path": b"/api/caf%C3%A9"}
        got = project.ask("/api/caf%C3%A9", face=face, **(wsgi if face == "wsgi" else asgi))
        assert got.body.decode() == "café {'name': 'café'}"
