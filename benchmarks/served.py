"""What the gunicorn workers of the benches load: ``benchmarks.served:flask('guarded')``."""

import os
from collections.abc import Callable, Mapping
from typing import Any

from benchmarks import stage
from benchmarks.floor import HEADERS

FACTS = 'proxies = ["127.0.0.1"]'
"""The client of the bench stands where a proxy would."""

EVENTS = "BENCH_EVENTS"


def flask(kind: str) -> Any:
    """The Flask application: bare, with nothing but our headers, guarded, or with the stack of
    tutorials."""
    from benchmarks import flask_app, flask_stack

    made: Mapping[str, Callable[[], Any]] = {
        "bare": flask_app.bare,
        "headers": lambda: _with_headers(flask_app.bare()),
        "guarded": lambda: flask_app.guarded(_policy(), _events("flask")),
        "stack": lambda: flask_stack.stack(_events("stack"), proxied=True),
    }
    return made[kind]()


def django(kind: str) -> Any:
    """The Django project: bare, with nothing but our headers, guarded, or with Django REST
    framework."""
    from benchmarks import django_app

    django_app.start("benchmarks.drf_views" if kind == "stack" else django_app.__name__)
    made: Mapping[str, Callable[[], Any]] = {
        "bare": django_app.bare,
        "headers": lambda: _with_headers(django_app.bare()),
        "guarded": lambda: django_app.guarded(_policy(), _events("django")),
        "stack": lambda: django_app.stack(_events("stack"), proxied=True),
    }
    return made[kind]()


def _with_headers(app: Any) -> Any:
    """The application, whose answers carry what the policy has them carry."""

    def dressed(environ: Any, start: Any) -> Any:
        return app(environ, lambda status, headers, *_: start(status, [*headers, *HEADERS]))

    return dressed


def _policy() -> Any:
    return stage.policy(facts=FACTS)


def _events(name: str) -> str:
    return f"{os.environ[EVENTS]}/{name}"
