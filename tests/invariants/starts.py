"""What a start refuses, and what a server asks of us before the first request."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

from django.core.asgi import get_asgi_application
from django.test import override_settings
from django.urls import URLPattern, include, path
from flask import Blueprint, Flask
from flask.views import MethodView

from bartizan import asgi
from bartizan.django.gate import surveyed
from bartizan.flask import Bartizan, seal
from bartizan.policy.codes import complete
from bartizan.policy.faults import Fault, PolicyError
from bartizan.policy.load import loads
from tests.conformance.django_app import project
from tests.conformance.wire_asgi import call as acall
from tests.invariants.small import GET, Columns, guarded, setting

LOOSER = {
    "identity": ('identity = ["main", "staff"]', 'identity = ["main"]'),
    "scopes": ('scopes = ["read"]', 'scopes = ["read", "write"]'),
    "roles": ('roles = ["boss", "clerk"]', 'roles = ["boss"]'),
    "limits": ('limits = ["loose"]', 'limits = ["strict"]'),
    "body": ('body = "2 KiB"', 'body = "1 KiB"'),
}
MERGED = """
[identity.main]
kind = "jwt"
issuer = "https://id.example.com/"
audience = "orders"
algorithms = ["ES256"]
keys = "file:jwks.json"
roles = "roles"

[identity.staff]
kind = "jwt"
issuer = "https://staff.example.com/"
audience = "orders"
algorithms = ["ES256"]
keys = "file:staff.json"

[limits]
loose = "100/minute per client"
strict = "10/minute per client"

[defaults]
identity = ["main"]
{strict}

[operations."POST /orders"]
{loose}
"""


def faults(start: Callable[[], object]) -> list[Fault]:
    """What stops a start; nothing where it goes on."""
    try:
        start()
    except PolicyError as error:
        return list(error.faults)
    return []


def looser_needs_a_word(columns: Columns) -> None:
    """A replacement that is looser stops the start, unless it says why."""
    for key, (loose, strict) in LOOSER.items():
        above = "" if key == "identity" else strict
        written = complete(MERGED.format(strict=above, loose=loose))
        assert [fault.code for fault in faults(lambda written=written: loads(written))] == [
            "P304"
        ], key
        loads(written.replace(loose, f'{loose}\nloosen = "it is a test"'))


def lists_replace(columns: Columns) -> None:
    """What an operation says stands in the place of what the defaults say."""
    written = MERGED.format(
        strict='scopes = ["read"]', loose='scopes = ["write"]\nloosen = "a test"'
    )
    (operation,) = loads(complete(written)).operations
    assert operation.scopes == ("write",)


class Things(MethodView):
    """A view with two methods."""

    def get(self, **_: Any) -> str:
        """Answer."""
        return "here"

    def delete(self, **_: Any) -> str:
        """Answer, to nobody who was asked for."""
        return "gone"


def nested_blueprints_are_seen(columns: Columns) -> None:
    """A route of a blueprint in a blueprint that nobody decides stops the start."""
    app, outer, inner = (
        Flask("nested", static_folder=None),
        Blueprint("outer", "o"),
        Blueprint("inner", "i"),
    )
    inner.add_url_rule("/<int:thing_id>", view_func=Things.as_view("thing"))
    outer.register_blueprint(inner, url_prefix="/deep")
    app.register_blueprint(outer, url_prefix="/things")
    written = '[operations."GET /things/deep/{thing_id:int}"]\npublic = true\n'
    Bartizan(app, policy=loads(complete(written)))
    said = [one.message for one in faults(lambda: seal(app)) if one.code == "R201"]
    assert len(said) == 1, "a method of a nested blueprint is open and nobody has decided it"
    assert said[0].startswith("DELETE /things/deep/<int:thing_id>")


def included_urlconfs_are_seen(columns: Columns) -> None:
    """A route of an included URLconf that nobody decides is found."""
    inner = [path("<int:thing_id>", _view), path("secret", _view)]
    outer = [path("things/", include([path("deep/", include(inner))]))]
    written = '[operations."GET /things/deep/{thing_id:int}"]\npublic = true\n'
    urlconf = type("urls", (), {"urlpatterns": outer})
    with project(setting()), override_settings(ROOT_URLCONF=urlconf):
        found = surveyed(loads(complete(written)))
    assert [one.served.path for one in found.undecided] == ["/things/deep/secret"]


def _view(request: Any, **_: Any) -> Any:
    raise AssertionError("it is never called")


def top_level(resolver: Any) -> Iterator[tuple[str, URLPattern]]:
    """The patterns of a URLconf itself, for a twin."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLPattern):
            yield str(entry.pattern), entry


def unwrapped_asgi_is_refused(columns: Columns) -> None:
    """Django's ASGI handler without a callable of ours around it answers 503 to everything."""
    with project(setting()):
        handler: Any = get_asgi_application()
        status, _, _ = acall(handler, GET, "")
    assert status == 503


def lifespan_passes(columns: Columns) -> None:
    """The application gets the lifespan of its server as it is."""
    guard = guarded()
    came: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        came.append((scope, await receive()))
        await send({"type": "lifespan.startup.complete"})

    async def receive() -> Any:
        return {"type": "lifespan.startup"}

    async def send(message: Any) -> None:
        came.append(message)

    scope = {"type": "lifespan", "asgi": {"version": "3.0"}, "state": {}}
    asyncio.run(asgi.Outside(app, guard.guard)(scope, receive, send))
    assert came == [(scope, {"type": "lifespan.startup"}), {"type": "lifespan.startup.complete"}]
    assert came[0][0] is scope
    assert not guard.log.events


async def http_alone(outside: asgi.Outside, scope: Any, receive: Any, send: Any) -> None:
    """An ASGI callable that knows requests and nothing else, for a twin."""
    if scope["type"] in ("http", "websocket"):
        await outside._guarded(scope, receive, send)
