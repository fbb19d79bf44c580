"""One small API in Flask and in Django that does what real ones do, bare and in shadow."""

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import mkdtemp
from types import ModuleType
from typing import Any, Final

import django.http
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.test import override_settings
from django.urls import path, re_path
from flask import Flask, Response, redirect, request

from bartizan.django import Bartizan as Around
from bartizan.django import gate_of
from bartizan.flask import Bartizan
from bartizan.flask.extension import gate_of as flask_gate_of
from bartizan.model.event import Event
from bartizan.policy.load import loads
from bartizan.policy.rules import Policy
from tests.conformance import tokens, wire_asgi, wire_wsgi
from tests.conformance.bindings import NewOrder
from tests.conformance.columns import Sent

POLICY: Final = """
[api]
name = "real"
hosts = ["api.example.com"]
flood = "1/minute per client"
shadow = { until = 2999-01-01 }

[stores]
limits = "memory://"

[identity.main]
kind = "jwt"
issuer = "https://id.example.com/"
audience = "orders"
algorithms = ["RS256", "ES256"]
keys = "file:jwks.json"

[defaults]
identity = ["main"]
body = "1 KiB"

[operations."GET /echo"]
[operations."POST /echo"]
input = "NewOrder"
[operations."POST /login"]
[operations."POST /moved"]
[operations."GET /items/{item_key:str}"]
[operations."GET /stream"]
[operations."GET /fail"]
"""

Came = tuple[int, list[tuple[str, str]], bytes]


class Journal:
    """Keeps events in memory."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.write = self.events.append

    def keyed(self, text: str) -> str:
        return f"#{text}"


def policy() -> Policy:
    """The policy, with its keys beside it."""
    directory = Path(mkdtemp(prefix="bartizan-shadowed-"))
    tokens.publish(directory)
    return loads(POLICY, file=str(directory / "bartizan.toml"))


def _said(environ: dict[str, Any], secure: bool, host: str) -> list[str]:
    """What a view can see of the request's head."""
    heads = sorted(f"{key}={value}" for key, value in environ.items() if key.startswith("HTTP_"))
    return [environ["REMOTE_ADDR"], str(secure), host, environ["QUERY_STRING"], *heads]


def _parts() -> Iterator[str]:
    yield "one "
    yield "two"


# ------------------------------------------------------------------ Flask


def flask_app() -> Flask:
    """The API in Flask; its function views answer every method that they like."""
    app = Flask("real", static_folder=None)

    @app.route("/echo", methods=["GET", "POST"])
    def echo() -> Any:
        seen = _said(request.environ, request.is_secure, request.host)
        return {"seen": seen, "form": request.form, "body": request.get_data(as_text=True)}

    @app.post("/login")
    def login() -> Any:
        answer = redirect("/home")
        answer.set_cookie("session", request.form.get("user", "?"))
        return answer

    @app.post("/moved")
    def moved() -> Any:
        return redirect("/echo", 307)

    @app.get("/items/<item_key>")
    def item(item_key: str) -> Any:
        return Response(item_key, headers={"X-Frame-Options": "ALLOW", "Server": "theirs"})

    @app.get("/stream")
    def stream() -> Any:
        return Response(_parts(), mimetype="text/plain")

    @app.get("/fail")
    def fail() -> Any:
        raise ZeroDivisionError("theirs")

    return app


# ------------------------------------------------------------------ Django


def _echo(asked: Any) -> Any:
    seen = _said(asked.META, asked.is_secure(), asked.get_host())
    form = {key: asked.POST[key] for key in asked.POST}
    body = asked.body.decode()
    return django.http.JsonResponse({"seen": seen, "form": form, "body": body})


def _login(asked: Any) -> Any:
    answer = django.http.HttpResponseRedirect("/home")
    answer.set_cookie("session", asked.POST.get("user", "?"))
    return answer


def _moved(asked: Any) -> Any:
    answer = django.http.HttpResponse(status=307)
    answer["Location"] = "/echo"
    return answer


def _item(asked: Any, item_key: str) -> Any:
    return django.http.HttpResponse(item_key, headers={"X-Frame-Options": "ALLOW"})


def _stream(asked: Any) -> Any:
    return django.http.StreamingHttpResponse(list(_parts()), content_type="text/plain")


def _fail(asked: Any) -> Any:
    raise ZeroDivisionError("theirs")


def urlconf() -> ModuleType:
    """The API in Django; function views that take every method."""
    module = ModuleType("real_urls")
    vars(module)["urlpatterns"] = [
        path("echo", _echo), path("login", _login), path("moved", _moved),
        re_path(r"^items/(?P<item_key>[^/]+)$", _item),
        path("stream", _stream), path("fail", _fail),
    ]  # fmt: skip
    return module


def _django(observed: bool, make: Callable[[], Any], around: bool, call: Callable[..., Came],
            sent: Sent, journal: Journal) -> Came:  # fmt: skip
    places = ["bartizan.django.Outside", "bartizan.django.Inside"] if observed else []
    said = {"POLICY": policy(), "BIND": {"NewOrder": NewOrder}} if observed else {}
    with override_settings(MIDDLEWARE=places, ROOT_URLCONF=urlconf(), BARTIZAN=said,
                           ALLOWED_HOSTS=["*"], DEBUG=False):  # fmt: skip
        app = make()
        if observed:
            app.load_middleware(is_async=make is ASGIHandler)
            gate_of(app).seal(journal)
        return call(Around(app) if observed and around else app, sent)


# ------------------------------------------------------------------ asking


def _by_wsgi(app: Any, sent: Sent) -> Came:
    return wire_wsgi.call(app, wire_wsgi.environ(sent, ""))


def _by_asgi(app: Any, sent: Sent) -> Came:
    return wire_asgi.call(app, sent, "")


def ask_flask(sent: Sent, observed: bool, journal: Journal) -> Came:
    """Ask Flask."""
    app = flask_app()
    if observed:
        Bartizan(app, policy=policy(), bind={"NewOrder": NewOrder})
        flask_gate_of(app).seal(journal)
    return _by_wsgi(app, sent)


def ask_middleware(sent: Sent, observed: bool, journal: Journal) -> Came:
    """Ask Django where the guard stands in MIDDLEWARE alone."""
    return _django(observed, WSGIHandler, False, _by_wsgi, sent, journal)


def ask_wsgi(sent: Sent, observed: bool, journal: Journal) -> Came:
    """Ask Django under WSGI, the guard around it."""
    return _django(observed, WSGIHandler, True, _by_wsgi, sent, journal)


def ask_asgi(sent: Sent, observed: bool, journal: Journal) -> Came:
    """Ask Django under ASGI."""
    return _django(observed, ASGIHandler, True, _by_asgi, sent, journal)


ASKED: Final = {"flask": ask_flask, "django middleware": ask_middleware, "django wsgi": ask_wsgi,
                "django asgi": ask_asgi}  # fmt: skip


def configure() -> None:
    """Configure Django, where no other test has."""
    if not settings.configured:
        settings.configure(
            SECRET_KEY="only-for-tests",
            LOGGING_CONFIG=None,
            USE_I18N=False,
            INSTALLED_APPS=["bartizan.django"],
            MIDDLEWARE=["bartizan.django.Outside", "bartizan.django.Inside"],
        )
        django.setup()
