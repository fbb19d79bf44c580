"""The app behind a policy as a Django project: its URLconf, its views, its quirks."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import django
from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.test import override_settings
from django.urls import URLPattern, path
from django.utils.decorators import sync_and_async_middleware
from django.views.generic import View as DjangoView

from bartizan.policy.rules import Operation
from tests.conformance.columns import Setting
from tests.conformance.corpus import Inside
from tests.conformance.views import FORWARDING, Told, speak

CONVERTERS: Mapping[str, str] = {"date": "str"}
"""Kinds that Django knows by another name."""

MIDDLEWARE = [
    "bartizan.django.Outside",
    "tests.conformance.django_app.quirks",
    "bartizan.django.Inside",
]

Methods = dict[str, Operation]


def project(setting: Setting) -> Any:
    """Settings of a project that serves the policy's operations; enable and disable them."""
    if not settings.configured:
        settings.configure(
            SECRET_KEY="conformance",
            LOGGING_CONFIG=None,
            USE_I18N=False,
            INSTALLED_APPS=["bartizan.django"],
            MIDDLEWARE=MIDDLEWARE,
        )
        django.setup()
    return override_settings(
        DEBUG=False,
        ALLOWED_HOSTS=["*"],
        APPEND_SLASH=False,
        ROOT_URLCONF=type("urls", (), {"urlpatterns": _patterns(setting)}),
        MIDDLEWARE=MIDDLEWARE,
        BARTIZAN={"POLICY": setting.policy, "BIND": setting.bind},
        CONFORMANCE_INSIDE=setting.inside,
    )


def _patterns(setting: Setting) -> list[URLPattern]:
    mount = setting.policy.api.base if setting.mounted else ""
    templates: dict[str, Methods] = {}
    for operation in setting.policy.operations:
        if not operation.decoy and operation.method != "WS":
            templates.setdefault(operation.template, {})[operation.method] = operation
    literal_first = sorted(templates.items(), key=lambda item: item[0].count("{"))
    patterns = [path(_route(name, mount), _view(members, setting))
                for name, members in literal_first]  # fmt: skip
    prefixes = (one.prefix.removeprefix(mount) for one in setting.policy.passes)
    return [*patterns, *(path(f"{prefix[1:]}hello", _hello) for prefix in prefixes)]


def _route(template: str, mount: str) -> str:
    def parameter(found: re.Match[str]) -> str:
        return f"<{CONVERTERS.get(found[2], found[2])}:{found[1]}>"

    return re.sub(r"\{(\w+):(\w+)\}", parameter, template.removeprefix(mount))[1:]


def _hello(request: HttpRequest) -> HttpResponse:
    return HttpResponse("hello", content_type="text/plain")


def _view(members: Methods, setting: Setting) -> Callable[..., Any]:
    """One view for all methods of a path: a function that hides them, a class, a coroutine."""

    def function(request: HttpRequest, **parameters: Any) -> HttpResponse:
        method = "GET" if request.method == "HEAD" else str(request.method)
        return _answer(request, members[method], setting)

    async def coroutine(request: HttpRequest, **parameters: Any) -> HttpResponse:
        return function(request, **parameters)

    def method(view: DjangoView, request: HttpRequest, **parameters: Any) -> HttpResponse:
        return function(request, **parameters)

    style = setting.view(next(iter(members.values()))).style
    if style == "class":
        return type("Things", (DjangoView,), {verb.lower(): method for verb in members}).as_view()
    return coroutine if style == "async" else function


def _answer(request: Any, operation: Operation, setting: Setting) -> HttpResponse:
    view, permit = setting.view(operation), request.decision
    told = Told(
        operation=operation.name,
        subject=request.subject.id if request.subject else None,
        path=permit.path,
        query=permit.query,
        input=permit.input,
        client=request.META.get("REMOTE_ADDR", ""),
        scheme=request.scheme,
        host=request.get_host(),
        forwarded=tuple(name for name in FORWARDING if name in request.headers),
        read=len(request.body) if view.reads else None,
    )
    spoken = speak(view, told)
    return HttpResponse(spoken.body, status=spoken.status, headers=dict(spoken.headers))


@sync_and_async_middleware
def quirks(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    """Middleware of the application, inside the guard: rewrites, overrides, answers itself."""
    inside: Inside = settings.CONFORMANCE_INSIDE

    def sync(request: HttpRequest) -> Any:
        return _from_cache(request, inside) or get_response(_bent(request, inside))

    async def waiting(request: HttpRequest) -> Any:
        return _from_cache(request, inside) or await get_response(_bent(request, inside))

    return waiting if iscoroutinefunction(get_response) else sync


def _from_cache(request: HttpRequest, inside: Inside) -> HttpResponse | None:
    return HttpResponse("from a cache") if request.path_info in inside.answers else None


def _bent(request: HttpRequest, inside: Inside) -> HttpRequest:
    request.path_info = inside.rewrite.get(request.path_info, request.path_info)
    if inside.override:
        request.method = request.headers.get("X-HTTP-Method-Override", request.method)
    return request
