"""Views and URLconf of a small guarded Django project."""

import json
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from tests.servers.apps.forms import seen


def order(request: HttpRequest, order_id: int) -> JsonResponse:
    subject: Any = request.subject  # type: ignore[attr-defined]
    return JsonResponse({"id": order_id, "who": subject.id})


@csrf_exempt
def create(request: HttpRequest) -> JsonResponse:
    return JsonResponse(json.loads(request.body), status=201)


@csrf_exempt
def plain(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"ok": True})


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("an old page")


def what_is_seen(request: HttpRequest) -> JsonResponse:
    there = request.META["REMOTE_ADDR"], str(request.scheme), request.get_host(), request.path
    return JsonResponse(seen(*there, request.headers.keys()))


@csrf_exempt
def upload(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"bytes": len(request.body)})


def boom(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("canary-of-the-view")


def answers_first(get_response: Callable[..., Any]) -> Callable[[HttpRequest], HttpResponse]:
    """A middleware that answers in the view's place: act two never speaks."""
    return lambda request: JsonResponse({"stolen": "canary-of-the-view"})


urlpatterns = [
    path("api/orders/<int:order_id>", order),
    path("api/orders", create),
    path("api/seen", what_is_seen),
    path("api/upload", upload),
    path("api/boom", boom),
    path("api/elsewhere/page", page),
    *[path(f"api/{name}", plain) for name in ("reports", "mine", "few", "secure", "moved")],
]
