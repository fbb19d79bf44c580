"""The stacks that tutorials build, and ours, asked the same requests in one run."""

import logging
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version

from django.conf import settings
from django.core.cache import cache
from msgspec import Struct
from msgspec.structs import replace

from benchmarks import (
    django_app,
    drf_stack,
    flask_app,
    flask_stack,
    questions,
    ratelimit_stack,
    stage,
)
from benchmarks.bodies import BODY
from benchmarks.case import Run
from benchmarks.question import Application, Question, answered, asking
from benchmarks.race import BARE, OURS, Lane, Race


class Stack(Struct, frozen=True):
    """One who answers every request."""

    name: str
    """What it is called in the table."""
    app: Application
    """Its WSGI callable."""
    before: Callable[[], None]
    """What must be said before a batch: Django knows one URLconf at a time."""


AGAIN, NEW, POST = "GET, a token seen before", "GET, a new token", "POST, a strict body"
SERVED = (AGAIN, NEW, POST)
"""What is asked and answered; everything else is refused."""

STACKS: Mapping[str, tuple[str, ...]] = {
    "Flask-Talisman, Flask-JWT-Extended, Flask-Limiter, pydantic": flask_stack.PACKAGES,
    "Django REST framework, simplejwt, throttles": drf_stack.PACKAGES,
    "django-ratelimit, PyJWT, pydantic": ratelimit_stack.PACKAGES,
}
"""Packages by stack."""

FLASK, DRF, RATELIMIT = STACKS


def versions() -> Mapping[str, str]:
    """Every package of every stack, with its version."""
    names = sorted({name for packages in STACKS.values() for name in packages})
    return {name: version(name) for name in names}


def races(tokens: questions.Tokens, events: str) -> Iterator[Race]:
    """Every race; lines and events are written below the directory ``events``."""
    asked = _asked(tokens)
    for group, stacks in (("Flask", _flask(events)), ("Django", _django(events))):
        for name, question in asked.items():
            lanes = dict(_lanes(name, question, stacks))
            yield Race(group, name, lanes, times=20 if name == NEW else 0)


def _asked(tokens: questions.Tokens) -> Mapping[str, Question]:
    warm, item = tokens.warm, "/api/orders/7"
    return {
        AGAIN: Question(item, 200, tokens=(warm,)),
        NEW: Question(item, 200, tokens=tokens.unseen),
        POST: questions.post("model", warm),
        "no token": Question(item, 401),
        "a forged token": Question(item, 401, tokens=(tokens.forged,)),
        "over a limit": Question("/api/once", 429, tokens=(warm,)),
        "no such route": Question("/api/backup.zip", 404, tokens=(warm,)),
        "a body that is not as declared": replace(
            questions.post("model", warm), body=BODY.replace(b'"count":2', b'"count":"many"')
        ),
    }


def _lanes(name: str, question: Question, stacks: list[Stack]) -> Iterator[tuple[str, Lane]]:
    for stack in stacks:
        if stack.name == BARE and name not in SERVED:
            continue
        stack.before()
        status = answered(stack.app, question)
        ask = asking(stack.app, question, checked=False)
        yield stack.name, Lane(_prepared(stack, ask, emptied=status != 429), status)


def _prepared(stack: Stack, ask: Run, *, emptied: bool) -> Run:
    """A run that says what must be said first; but for the limit that is asked for, counters in
    Django's cache begin anew with each batch, since a throttle keeps every stamp there."""

    def run(times: int) -> None:
        stack.before()
        if emptied:
            cache.clear()
        ask(times)

    return run


def _flask(events: str) -> list[Stack]:
    logged = f"{events}/peers-flask"
    return [
        Stack(BARE, flask_app.bare().wsgi_app, _nothing),
        Stack(FLASK, flask_stack.stack(events).wsgi_app, _nothing),
        Stack(OURS, flask_app.guarded(stage.policy(), logged).wsgi_app, _nothing),
    ]


def _django(events: str) -> list[Stack]:
    django_app.start()
    logging.getLogger("django.request").setLevel(logging.CRITICAL)  # all log a refusal once
    ours = django_app.guarded(stage.policy(), f"{events}/peers-django")
    made = {
        BARE: (django_app.bare(), "benchmarks.django_app"),
        DRF: (django_app.stack(events), "benchmarks.drf_views"),
        RATELIMIT: (django_app.stack(events), "benchmarks.ratelimit_stack"),
        OURS: (ours, "benchmarks.django_app"),
    }
    return [Stack(name, app, _routed(urlconf)) for name, (app, urlconf) in made.items()]


def _routed(urlconf: str) -> Callable[[], None]:
    def before() -> None:
        if urlconf != settings.ROOT_URLCONF:
            settings.ROOT_URLCONF = urlconf

    return before


def _nothing() -> None:
    return None
