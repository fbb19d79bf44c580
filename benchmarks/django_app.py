"""The Django project of the benches, bare and guarded, under WSGI and ASGI."""

import json
import logging
from collections.abc import Callable
from typing import Any

import django
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, JsonResponse
from django.urls import path

from bartizan.django import Bartizan
from bartizan.policy.rules import Policy
from benchmarks import answers, bodies, drf_stack, stage
from benchmarks.flask_stack import written

BARE = ["django.middleware.common.CommonMiddleware"]
"""It says the length of an answer, without which no connection is kept."""

GUARDED = ["bartizan.django.Outside", *BARE, "bartizan.django.Inside"]


def start(urlconf: str = __name__) -> None:
    """Configure Django, once in a process; this module is its URLconf where no other is said."""
    # The settings are a peer's as well, of which the guard would say at each start what is double.
    logging.getLogger("bartizan").setLevel(logging.ERROR)
    if not settings.configured:
        settings.configure(
            ALLOWED_HOSTS=["*"], ROOT_URLCONF=urlconf,
            INSTALLED_APPS=["bartizan.django", *drf_stack.APPS],
            MIDDLEWARE=GUARDED, USE_TZ=True, SECRET_KEY="only-for-benches",
            SECURE_SSL_REDIRECT=True, SECURE_HSTS_SECONDS=31_536_000,
            REST_FRAMEWORK=drf_stack.REST_FRAMEWORK,
            SIMPLE_JWT=drf_stack.simple_jwt(stage.public_pem()),
        )  # fmt: skip
        django.setup()


def bare(handler: Callable[[], Any] = WSGIHandler) -> Any:
    """The project alone."""
    settings.MIDDLEWARE = BARE
    return _loaded(handler())


def guarded(policy: Policy, events: str = "", handler: Callable[[], Any] = WSGIHandler) -> Any:
    """The project behind the policy."""
    settings.MIDDLEWARE = GUARDED
    settings.BARTIZAN = {"POLICY": policy, "BIND": bodies.BIND, "EVENTS": events}
    return Bartizan(_loaded(handler()))


def stack(events: str, *, proxied: bool = False) -> Any:
    """The project with the middleware of a tutorial's; which views stand behind it says the
    URLconf. Lines are logged below the directory ``events``."""
    settings.MIDDLEWARE = list(drf_stack.MIDDLEWARE)
    if proxied:
        settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    drf_stack.Lines.log = written(f"{events}/django-stack.jsonl")
    return _loaded(WSGIHandler())


def _loaded(handler: Any) -> Any:
    handler.load_middleware(is_async=isinstance(handler, ASGIHandler))
    return handler


def _order(request: HttpRequest, order_id: int) -> JsonResponse:
    return JsonResponse({"id": order_id, "state": "paid"})


def _one(request: HttpRequest) -> JsonResponse:
    return JsonResponse(answers.ROW)


def _fifty(request: HttpRequest) -> JsonResponse:
    return JsonResponse(answers.FIFTY)


def _posted(request: HttpRequest) -> JsonResponse:
    """Takes the body as the guard has read it, where there is one."""
    decision = getattr(request, "decision", None)
    order = json.loads(request.body) if decision is None else decision.input
    return JsonResponse({"received": order is not None})


async def _awaited(request: HttpRequest, order_id: int) -> JsonResponse:
    return JsonResponse({"id": order_id, "state": "paid"})


urlpatterns = [
    path("api/orders/<int:order_id>", _order),
    path("api/async/<int:order_id>", _awaited),
    path("api/one", _one),
    path("api/one/all", _one),
    path("api/fifty", _fifty),
    path("api/fifty/all", _fifty),
    path("api/once", _one),
    *[path(f"api/{name}", _posted) for name in ("struct", "model", "schema")],
]
