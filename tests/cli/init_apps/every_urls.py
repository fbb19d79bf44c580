"""Included tables, regular expressions, languages, admin, files, viewsets, and views that hide."""

from typing import Any

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import include, path, re_path, register_converter
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe
from django.views.generic import RedirectView, TemplateView
from django.views.static import serve
from rest_framework import routers, viewsets
from rest_framework.decorators import action, api_view
from rest_framework.response import Response
from rest_framework.views import APIView


class Four:
    regex = "[0-9]{4}"

    def to_python(self, value: str) -> int:
        if int(value) < 1900:
            raise ValueError
        return int(value)

    def to_url(self, value: int) -> str:
        return f"{value:04}"


register_converter(Four, "yyyy")


def say(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
    return HttpResponse(f"{args} {kwargs}")


@csrf_exempt
def change(request: HttpRequest, pk: int) -> HttpResponse:
    if request.method == "PUT":
        return HttpResponse("changed")
    return HttpResponse("gone" if request.method in ("DELETE", "PATCH") else "read")


class Both(View):
    def get(self, request: HttpRequest, **_: Any) -> HttpResponse:
        return HttpResponse("read")

    def post(self, request: HttpRequest, **_: Any) -> HttpResponse:
        return HttpResponse("written")


class Items(viewsets.ViewSet):
    def list(self, request: Any, **_: Any) -> Response:
        return Response([])

    def create(self, request: Any, **_: Any) -> Response:
        return Response({})

    def retrieve(self, request: Any, pk: str = "", **_: Any) -> Response:
        return Response({})

    def destroy(self, request: Any, pk: str = "", **_: Any) -> Response:
        return Response({})

    @action(detail=True, methods=["post"])
    def publish(self, request: Any, pk: str = "", **_: Any) -> Response:
        return Response({})


class Plain(APIView):
    def get(self, request: Any) -> Response:
        return Response({})


@api_view(["GET", "PUT"])
def listed(request: Any) -> Response:
    return Response({})


router = routers.DefaultRouter()
router.register("items", Items, basename="item")
bare = routers.SimpleRouter(trailing_slash=False)
bare.register("things", Items, basename="thing")

inner = [path("<int:pk>/", Both.as_view()), path("<int:pk>/change/", change), path("", say)]
shop = ([path("orders/", include(inner)), path("cart", say)], "shop")

urlpatterns = [
    path("", say),
    path("admin/doc/", include("django.contrib.admindocs.urls")),
    path("admin/", admin.site.urls),
    path("accounts/", include("django.contrib.auth.urls")),
    path("api/", include(router.urls)),
    path("bare/", include(bare.urls)),
    path("api/plain/", Plain.as_view()),
    path("api/listed/", listed),
    path("shop/", include(shop, namespace="one")),
    path("years/<yyyy:year>/", say),
    path("uuid/<uuid:key>", say),
    path("slug/<slug:name>/<path:rest>", say),
    path("about.<str:form>", say),
    path("required/", require_http_methods(["GET", "PUT"])(say)),
    path("safe/", require_safe(say)),
    path("moved/", RedirectView.as_view(url="/")),
    path("page/", TemplateView.as_view(template_name="x.html")),
    re_path(r"^archive/(\d{4})/(?:(\d{2})/)?$", say),
    re_path(r"^articles/(?P<year>[0-9]{4})-(?P<slug>[\w-]+)/?$", say),
    re_path(r"^(?:old|older)/page$", say),
    re_path(r"^open/(?P<x>\d+)", say),
    re_path(r"^(?!admin|api)(?P<who>[a-z]{3})/profile$", say),
    re_path(r"^deep/(?P<path>.*)/edit/$", say),
    re_path(r"^any/(.*)$", say),
    re_path(r"^media/(?P<path>.*)$", serve, {"document_root": "."}),
    path("orders", say),
    path("orders/", say),
    path("hidden/<int:pk>", say),
    path("hidden/<int:other>", Both.as_view()),
    *i18n_patterns(
        path(gettext_lazy("news/"), say),
        path("staff/", admin.site.urls),
        prefix_default_language=False,
    ),
    re_path(r"^pages/(?P<url>.*/)$", say),
]
