"""What the gunicorn workers of the benches load: ``benchmarks.served:flask('guarded')``."""

import os
from typing import Any

from benchmarks import stage

FACTS = 'proxies = ["127.0.0.1"]'
"""The client of the bench stands where a proxy would."""

EVENTS = "BENCH_EVENTS"


def flask(kind: str) -> Any:
    """The Flask application, bare or guarded."""
    from benchmarks import flask_app

    return flask_app.bare() if kind == "bare" else flask_app.guarded(_policy(), _events("flask"))


def django(kind: str) -> Any:
    """The Django project, bare or guarded."""
    from benchmarks import django_app

    django_app.start()
    if kind == "bare":
        return django_app.bare()
    return django_app.guarded(_policy(), _events("django"))


def _policy() -> Any:
    return stage.policy(facts=FACTS)


def _events(name: str) -> str:
    return f"{os.environ[EVENTS]}/{name}"
