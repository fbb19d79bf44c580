"""The Django project of the benches, bare and guarded, under WSGI and ASGI."""

import json
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
from benchmarks import answers, bodies

BARE = ["django.middleware.common.CommonMiddleware"]
"""It says the length of an answer, without which no connection is kept."""

GUARDED = ["bartizan.django.Outside", *BARE, "bartizan.django.Inside"]


def start() -> None:
    """Configure Django, once in a process; this module is its URLconf."""
    if not settings.configured:
        settings.configure(
            ALLOWED_HOSTS=["*"], ROOT_URLCONF=__name__, INSTALLED_APPS=["bartizan.django"],
            MIDDLEWARE=GUARDED, USE_TZ=True, SECRET_KEY="only-for-benches",
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
