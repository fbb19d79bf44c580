"""Flask: an application with a view per operation, asked through its WSGI callable."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, Response, request
from flask.views import MethodView

from bartizan import wsgi
from bartizan.enforce.start import disagreements
from bartizan.flask import decision
from bartizan.flask.extension import Gate
from bartizan.flask.inside import Inside
from bartizan.policy.rules import Operation
from tests.conformance.columns import Api, Column, Seen, Sent, Setting
from tests.conformance.corpus import ColumnName, View
from tests.conformance.guarding import stand
from tests.conformance.views import FORWARDING, Told, speak
from tests.conformance.wire_wsgi import Quirks, call, environ

CONVERTERS: Mapping[str, str] = {"int": "int:", "uuid": "uuid:", "path": "path:"}
"""Converters of the kinds that Flask knows; the others are its strings."""


class FlaskColumn:
    """Asks a Flask application."""

    name: ColumnName = "flask"

    def open(self, setting: Setting) -> Api:
        """Build the application and stand the guard before it, as the extension does."""
        return _Flask(setting)


class _Flask:
    def __init__(self, setting: Setting) -> None:
        self.mount = setting.policy.api.base if setting.mounted else ""
        app = _app(setting, self.mount)
        inside = setting.inside
        app.wsgi_app = Quirks(  # type: ignore[assignment,method-assign]
            app.wsgi_app, inside.rewrite, inside.override, inside.answers
        )
        found = Gate(app, setting.policy, setting.bind).survey()
        assert not list(disagreements(found)), list(disagreements(found))
        self.guarded = stand(setting)
        Inside(app, self.guarded.guard, found)
        self.outside = wsgi.Outside(app.wsgi_app, self.guarded.guard)

    def ask(self, sent: Sent) -> Seen:
        """Send a request through WSGI."""
        return self.guarded.seen(*call(self.outside, environ(sent, self.mount)))

    def close(self) -> None:
        """Nothing is held."""


def _app(setting: Setting, mount: str) -> Flask:
    app = Flask("conformance", static_folder=None)
    app.config["APPLICATION_ROOT"] = mount or "/"
    classes: dict[str, dict[str, Operation]] = {}
    for operation in setting.policy.operations:
        if operation.decoy or operation.method == "WS":
            continue
        if setting.view(operation).style == "class":
            classes.setdefault(operation.template, {})[operation.method] = operation
            continue
        app.add_url_rule(
            _rule(operation.template, mount),
            endpoint=operation.name.replace(".", "_"),
            view_func=_function(operation, setting.view(operation)),
            methods=[operation.method],
        )
    for template, members in classes.items():
        view = _class(members, setting).as_view(template)
        app.add_url_rule(_rule(template, mount), view_func=view)
    for prefix in (one.prefix.removeprefix(mount) for one in setting.policy.passes):
        methods = ["GET", "POST"]
        app.add_url_rule(f"{prefix}hello", endpoint=prefix, view_func=_hello, methods=methods)
    return app


def _rule(template: str, mount: str) -> str:
    def parameter(found: re.Match[str]) -> str:
        return f"<{CONVERTERS.get(found[2], '')}{found[1]}>"

    return re.sub(r"\{(\w+):(\w+)\}", parameter, template.removeprefix(mount))


def _hello() -> str:
    return "hello"


def _function(operation: Operation, view: View) -> Callable[..., Any]:
    def function(**parameters: Any) -> Response:
        return _answer(operation, view)

    async def coroutine(**parameters: Any) -> Response:
        return _answer(operation, view)

    return coroutine if view.style == "async" else function


def _class(members: Mapping[str, Operation], setting: Setting) -> type[MethodView]:
    def method(operation: Operation) -> Callable[..., Response]:
        return lambda self, **parameters: _answer(operation, setting.view(operation))

    functions = {verb.lower(): method(operation) for verb, operation in members.items()}
    return type("Things", (MethodView,), functions)


def _answer(operation: Operation, view: View) -> Response:
    subject = decision.subject
    spoken = speak(
        view,
        Told(
            operation=operation.name,
            subject=subject.id if subject else None,
            path=decision.path,
            query=decision.query,
            input=decision.input,
            client=request.remote_addr or "",
            scheme=request.scheme,
            host=request.host,
            forwarded=tuple(name for name in FORWARDING if name in request.headers),
            read=len(request.get_data()) if view.reads else None,
        ),
    )
    return Response(spoken.body, spoken.status, list(spoken.headers))


FLASK: Column = FlaskColumn()
