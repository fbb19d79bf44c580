"""When it stops the start, and whose guard it is."""

import logging
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.test import AsyncClient, Client
from django.urls import path

from bartizan.django import Bartizan, gate_of
from bartizan.policy.faults import PolicyError
from bartizan.policy.load import load
from tests.django.project import INSIDE, OUTSIDE, Projects, environ, got, scope, send, urlconf

OPEN = '[operations."GET /x"]\npublic = true\n'


def view(request: HttpRequest) -> HttpResponse:
    return HttpResponse("x")


async def aview(request: HttpRequest) -> HttpResponse:
    return HttpResponse("x")


URLS = [path("api/x", view)]
HANDLERS = pytest.mark.parametrize("handler", [WSGIHandler, ASGIHandler])


@HANDLERS
def test_a_broken_policy_stops_the_start(projects: Projects, handler: Any) -> None:
    projects.make(OPEN + "limts = []\n", URLS)
    with pytest.raises(PolicyError, match="did you mean `limits`"):
        handler()


@HANDLERS
def test_an_undecided_route_stops_the_start(projects: Projects, handler: Any) -> None:
    projects.make(OPEN, [*URLS, path("api/forgotten", view)])
    with pytest.raises(PolicyError, match="R201"):
        handler()


def test_a_policy_that_is_not_there_stops_the_start(projects: Projects) -> None:
    projects.make(OPEN, URLS)
    projects.settings(BARTIZAN={"POLICY": "elsewhere.toml"})
    with pytest.raises(PolicyError, match="P309"):
        WSGIHandler()


def test_a_name_without_a_form_stops_the_start(projects: Projects) -> None:
    projects.make('[operations."POST /x"]\ninput = "Note"\n', URLS)
    with pytest.raises(PolicyError, match="`Note` is bound to nothing"):
        WSGIHandler()
    projects.settings(BARTIZAN={"BIND": {"Note": "builtins.no_such_type"}})
    with pytest.raises(ImproperlyConfigured, match="no_such_type"):
        WSGIHandler()


def test_a_form_is_bound_by_its_dotted_path(projects: Projects) -> None:
    project = projects.make('[operations."POST /x"]\npublic = true\ninput = "Note"\n', URLS)
    projects.settings(BARTIZAN={"BIND": {"Note": "tests.django.test_acts.NewOrder"}})
    assert project.ask("/api/x", "POST", body=b'{"note": "x"}').status == 200
    assert project.ask("/api/x", "POST", body=b'{"note": 1}').status == 422


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ([], "BARTIZAN is a dict"),
        ({"POLCY": "x"}, "did you mean 'POLICY'"),
        ({"COLOUR": "x"}, "there are POLICY, BIND, EVENTS"),
        ({"BIND": ["Note"]}, "is a dict of names"),
    ],
)
def test_settings_that_cannot_be_read_stop_the_start(
    projects: Projects, said: Any, sentence: str
) -> None:
    projects.make(OPEN, URLS)
    projects.settings(BARTIZAN=said)
    with pytest.raises(ImproperlyConfigured, match=sentence):
        WSGIHandler()


COMMON = "django.middleware.common.CommonMiddleware"


@pytest.mark.parametrize(
    ("middleware", "sentence"),
    [
        ([COMMON, OUTSIDE, INSIDE], "E002"),
        ([OUTSIDE, INSIDE, COMMON], "E003"),
        ([OUTSIDE, COMMON], "E003"),
        ([OUTSIDE, OUTSIDE, INSIDE], "E002"),
        ([INSIDE, OUTSIDE], "E002"),
    ],
)
def test_a_wrong_place_stops_the_start(
    projects: Projects, middleware: list[str], sentence: str
) -> None:
    projects.make(OPEN, URLS)
    projects.settings(MIDDLEWARE=middleware)
    with pytest.raises(ImproperlyConfigured, match=sentence):
        WSGIHandler()


@pytest.mark.parametrize("middleware", [[INSIDE], [COMMON, INSIDE]])
def test_inside_alone_stops_the_start(projects: Projects, middleware: list[str]) -> None:
    """The twin that nobody would notice: the answer is never cut, nothing is ever decided."""
    projects.make(OPEN, URLS)
    projects.settings(MIDDLEWARE=middleware)
    with pytest.raises(ImproperlyConfigured, match="E002"):
        WSGIHandler()


def test_an_application_that_is_not_installed_stops_the_start(projects: Projects) -> None:
    projects.make(OPEN, URLS, INSTALLED_APPS=["django.contrib.contenttypes"])
    with pytest.raises(ImproperlyConfigured, match="E004"):
        WSGIHandler()


def test_an_application_that_guards_nothing_stops_the_start(projects: Projects) -> None:
    """Installed and nowhere in MIDDLEWARE: nobody else could say so."""
    projects.make(OPEN, URLS)
    projects.settings(MIDDLEWARE=[COMMON])
    with pytest.raises(ImproperlyConfigured, match="guards nothing"):
        apps.get_app_config("bartizan").ready()


def test_one_line_says_what_is_guarded(
    projects: Projects, caplog: pytest.LogCaptureFixture
) -> None:
    projects.make(OPEN, URLS)
    with caplog.at_level(logging.INFO, "bartizan"):
        Bartizan(WSGIHandler())
    (line,) = [record.message for record in caplog.records if record.name == "bartizan"]
    assert line.startswith("bartizan guards shop: 1 operation, 1 of them public")


def test_a_fault_is_logged_once(projects: Projects, caplog: pytest.LogCaptureFixture) -> None:
    projects.make(OPEN, [])
    with pytest.raises(PolicyError):
        WSGIHandler()
    (line,) = [record for record in caplog.records if record.name == "bartizan"]
    assert line.levelname == "CRITICAL"


def test_two_handlers_are_two_guards(projects: Projects) -> None:
    """No counter is shared, as in two processes; the callable and its middleware share theirs."""
    limited = OPEN + 'limits = ["few"]\n[limits]\nfew = "2/minute per client"\n'
    projects.make(limited, URLS)
    one, other = Client(), Client()
    assert [one.get("/api/x").status_code for _ in range(3)] == [200, 200, 429]
    assert other.get("/api/x").status_code == 200
    handler = WSGIHandler()
    assert gate_of(handler) is Bartizan(handler).gate
    assert Bartizan(handler).guard is gate_of(handler).guard


def test_a_changed_urlconf_is_surveyed_anew(projects: Projects) -> None:
    projects.make(OPEN, URLS)
    client = Client()
    assert client.get("/api/x").status_code == 200
    projects.settings(ROOT_URLCONF=urlconf([path("api/y", view)]))
    with pytest.raises(PolicyError, match="R202"):
        client.get("/api/x")
    (projects.directory / "other.toml").write_text(
        (projects.directory / "bartizan.toml").read_text().replace("GET /x", "GET /y")
    )
    projects.settings(BARTIZAN={"POLICY": "other.toml"})
    assert client.get("/api/y").status_code == 200
    projects.settings(ROOT_URLCONF=urlconf(URLS))


def test_a_loaded_policy_may_be_given(projects: Projects) -> None:
    projects.make(OPEN, URLS)
    projects.settings(BARTIZAN={"POLICY": load(projects.directory / "bartizan.toml")})
    assert Client().get("/api/x").status_code == 200


def test_events_go_where_the_settings_say(projects: Projects) -> None:
    projects.make(OPEN, URLS)
    events = projects.directory / "events"
    projects.settings(BARTIZAN={"EVENTS": events})
    assert Client().get("/api/x").status_code == 200
    (segment,) = events.glob("*.jsonl")
    assert '"operation":"GET /api/x"' in segment.read_text()


# ---------------------------------------------------------------- the callables


def test_an_asgi_handler_that_nobody_stands_around_is_refused(
    projects: Projects, caplog: pytest.LogCaptureFixture
) -> None:
    """Django has then read a body of any length before it asks us."""
    ran: list[str] = []

    async def runs(request: HttpRequest) -> HttpResponse:
        ran.append(request.path)
        return HttpResponse("x")

    projects.make(OPEN, [path("api/x", runs)])
    handler = ASGIHandler()
    answer = got(send(handler, scope("GET", "/api/x", {"Host": "testserver"}), []))
    assert (answer.status, answer.problem) == (503, "unavailable")
    assert ran == []
    assert "Bartizan(get_asgi_application())" in caplog.text
    wrapped = got(send(Bartizan(handler), scope("GET", "/api/x", {"Host": "testserver"}), []))
    assert wrapped.status == 200


def test_djangos_own_async_client_may_begin_inside(projects: Projects) -> None:
    projects.make(OPEN, [path("api/x", aview)])
    assert async_to_sync(AsyncClient().get)("/api/x").status_code == 200


def test_a_wsgi_handler_decides_without_a_callable(projects: Projects) -> None:
    projects.make(OPEN, URLS)
    said: list[Any] = []
    for app in (WSGIHandler(), Bartizan(WSGIHandler())):
        for target in ("/api/x", "/api/y"):
            asked = environ("GET", target, {"Host": "testserver"})
            list(app(asked, lambda *head: said.append(head)))
    alone, around = said[:2], said[2:]
    assert [head[0] for head in alone] == ["200 OK", "404 Not Found"]
    assert [head[0] for head in around] == ["200 OK", "404 Not Found"]
    for one, other in zip(alone, around, strict=True):
        names = [{name.lower() for name, _ in head[1]} for head in (one, other)]
        assert names[0] - {"content-length"} == names[1] - {"content-length"}


def test_what_is_no_django_has_to_say_where_it_is(projects: Projects) -> None:
    projects.make(OPEN, URLS)
    with pytest.raises(ImproperlyConfigured, match="django=get_asgi_application"):
        Bartizan(lambda environ, start_response: [])


def test_a_handler_without_our_middleware_is_refused(projects: Projects) -> None:
    projects.make(OPEN, URLS)
    projects.settings(MIDDLEWARE=[])
    with pytest.raises(ImproperlyConfigured, match="not the first entry"):
        Bartizan(WSGIHandler())


@HANDLERS
@pytest.mark.parametrize("kind", ["sync", "async"])
def test_middleware_of_one_colour_between_us(projects: Projects, handler: Any, kind: str) -> None:
    """Django then adapts the chain; the gate is found behind it, and both acts are spoken."""

    def only_sync(get_response: Any) -> Any:
        return lambda request: get_response(request)

    def only_async(get_response: Any) -> Any:
        async def middleware(request: HttpRequest) -> Any:
            return await get_response(request)

        return middleware

    only_async.sync_capable, only_async.async_capable = False, True  # type: ignore[attr-defined]
    projects.make(OPEN, URLS, middleware=[only_sync if kind == "sync" else only_async])
    app = Bartizan(handler())
    if handler is ASGIHandler:
        answer = got(send(app, scope("GET", "/api/x", {"Host": "testserver"}), [])).status
        assert answer == 200
    else:
        said: list[Any] = []
        list(app(environ("GET", "/api/x", {"Host": "testserver"}), lambda *head: said.append(head)))
        assert said[0][0] == "200 OK"
