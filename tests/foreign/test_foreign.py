"""Suites of other people pass unchanged while the guard observes, and it has seen every request."""

from collections import Counter
from pathlib import Path

import pytest

from tests.foreign.apps import APPS, App, absent
from tests.foreign.observe import Observed, Place

pytestmark = pytest.mark.skipif(absent() != "", reason=absent())

NAMES = tuple(app.name for app in APPS)

REFUSED = {
    "flaskr": {
        ("credential_missing", "POST /auth/login"), ("credential_exposed", "POST /create"),
        ("https_required", "POST /auth/register"),
    },
    "flask": {("view_failed", "GET /"), ("method_unknown", ""), ("operation_unknown", "")},
    "httpbin": {
        ("credential_malformed", "GET /digest-auth/{qop:str}/{user:str}/{passwd:str}"),
        ("body_unexpected", "GET /digest-auth/{qop:str}/{user:str}/{passwd:str}"),
    },
    "apiflask": {("credential_missing", "GET /openapi.json"), ("https_required", "POST /pets")},
    "rest-auth": {
        ("credential_missing", "POST /login"), ("credential_malformed", "POST /login"),
        ("credential_exposed", "POST /logout"),
    },
    "rest-auth-mfa": set(),
    "captcha": set(),
    "rest-auth-asgi": {("credential_missing", "POST /login")},
}  # fmt: skip
"""Some of what enforcement would have refused, and where: what each suite is known to send."""


@pytest.mark.parametrize("name", NAMES)
def test_its_own_suite_passes_as_it_does_bare(name: str, tmp_path: Path) -> None:
    app = _app(name)
    place = Place(app, tmp_path)
    bare, observed = place.run("bare"), place.run("shadow")
    passed = sum(1 for outcome in bare.outcomes.values() if outcome == "passed")
    assert passed > 0.95 * len(bare.outcomes) - 6, bare.said
    changed = {
        test: (bare.outcomes.get(test), observed.outcomes.get(test))
        for test in bare.outcomes | observed.outcomes
        if bare.outcomes.get(test) != observed.outcomes.get(test)
    }
    assert changed == {}, observed.said
    assert observed.heard == bare.heard
    _seen(observed)
    _refused(name, observed)


def _seen(observed: Observed) -> None:
    """Every request that the framework heard has its event."""
    assert observed.heard["guarded"] > 0
    assert observed.seen == observed.heard["guarded"]


def _refused(name: str, observed: Observed) -> None:
    """Nothing was refused, and the events say what would have been."""
    assert {event.outcome for event in observed.events} <= {"permit", "pass", "unspoken", "log"}
    table = Counter(
        (reason, event.operation)
        for event in observed.events
        for reason in event.shadowed
        for _ in range(event.count)
    )
    assert table.keys() >= REFUSED[name], table


def test_a_suite_that_goes_past_the_guard_is_caught(tmp_path: Path) -> None:
    """The broken twin: of some applications the guard is left out, and every test still passes."""
    observed = Place(_app("flaskr"), tmp_path).run("bypassed")
    assert set(observed.outcomes.values()) == {"passed"}
    with pytest.raises(AssertionError):
        _seen(observed)


def _app(name: str) -> App:
    return next(app for app in APPS if app.name == name)
