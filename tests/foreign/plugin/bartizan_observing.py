"""A pytest plugin for the suites of other people: puts the guard where a user would put it, and
counts, inside the framework, the requests that it is asked to serve.

Settings come by the environment: ``OBSERVE_OUT`` (a directory for what is found), ``OBSERVE_HOW``
(``bare``; ``shadow``; ``bypassed``, the broken twin: the guard is left out of some applications,
and nothing else changes) and ``OBSERVE_FACE`` (``flask``, ``django``, ``asgi``).
"""

import datetime as dt
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

OUT = Path(os.environ["OBSERVE_OUT"])
HOW = os.environ["OBSERVE_HOW"]
FACE = os.environ["OBSERVE_FACE"]

heard: Counter[str] = Counter()
"""Requests that the framework was asked to serve: by an application that has routes, and not."""
outcomes: dict[str, str] = {}
"""How each test ended."""


@pytest.hookimpl(tryfirst=True)
def pytest_configure() -> None:
    """Stand there before anything of theirs is imported."""
    if FACE == "flask":
        observe_flask()
    else:
        observe_django()
    if FACE == "asgi":
        from bartizan_through_asgi import speak_asgi

        speak_asgi(guarded=HOW != "bare")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Keep the worst of set-up, call and tear-down."""
    before = outcomes.get(report.nodeid, "")
    if report.when == "call" or report.outcome != "passed":
        outcomes[report.nodeid] = report.outcome if before in ("", "passed") else before


def pytest_unconfigure() -> None:
    """Write what was found."""
    found = {"outcomes": outcomes, "heard": heard}
    (OUT / "found.json").write_text(json.dumps(found))


# ------------------------------------------------------------------ Flask


def observe_flask() -> None:
    """Count where Flask begins to serve; before that, one line of a user: ``Bartizan(app)``."""
    from flask import Flask

    begins, serves = Flask.__call__, Flask.wsgi_app

    def call(app: Any, environ: Any, start: Any) -> Any:
        if HOW != "bare" and "bartizan" not in app.extensions:
            guard(app)
        return begins(app, environ, start)

    def wsgi_app(app: Any, environ: Any, start: Any) -> Any:
        heard["guarded" if decidable(app) else "without routes"] += 1
        return serves(app, environ, start)

    Flask.__call__, Flask.wsgi_app = call, wsgi_app  # type: ignore[method-assign]


def decidable(app: Any) -> bool:
    return any(not rule.build_only for rule in app.url_map.iter_rules())


def guard(app: Any) -> None:
    """Before the first request of an application: the guard, by the policy that init wrote for
    it, or writes for it now."""
    from bartizan.flask import Bartizan

    if not decidable(app) or (HOW == "bypassed" and heard["guarded"] % 2):
        return
    written = OUT / "bartizan.toml"
    if not written.exists():
        written = drafted(app)
    app.config["BARTIZAN_EVENTS"] = str(OUT / "events")
    Bartizan(app, policy=written)


def drafted(app: Any) -> Path:
    """What ``bartizan init`` writes for an application that no name leads to."""
    from bartizan.cli.application import FLASK, Application
    from bartizan.cli.apps.flask_app import begin
    from bartizan.cli.init import _drafted
    from bartizan.cli.init_keys import nobodys_keys
    from bartizan.policy.marks import KEYS

    policies = OUT / "policies"
    policies.mkdir(exist_ok=True)
    keys = policies / KEYS
    if not keys.exists():
        keys.write_text(nobodys_keys())
    written = policies / f"{len(list(policies.iterdir()))}.toml"
    made = _drafted(Application("it:app", FLASK, app), begin(app, "it:app").outline, str(written))
    assert f"until = {dt.datetime.now(dt.UTC).date() + dt.timedelta(30)}" in made.text
    written.write_text(made.text)
    return written


# ------------------------------------------------------------------ Django


def observe_django() -> None:
    """Count where Django begins to serve: in front of its whole chain of middleware. The guard
    stands in ``MIDDLEWARE`` already, by the settings around theirs."""
    from django.core.handlers.base import BaseHandler

    serves, waits = BaseHandler.get_response, BaseHandler.get_response_async

    def get_response(handler: Any, request: Any) -> Any:
        heard["guarded"] += 1
        return serves(handler, request)

    async def get_response_async(handler: Any, request: Any) -> Any:
        heard["guarded"] += 1
        return await waits(handler, request)

    BaseHandler.get_response = get_response  # type: ignore[method-assign]
    BaseHandler.get_response_async = get_response_async  # type: ignore[method-assign]
