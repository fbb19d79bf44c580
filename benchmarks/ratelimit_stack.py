"""Plain Django views with django-ratelimit, PyJWT and pydantic: the third stack of tutorials.

Each package is set up as its own documentation does; a token is read by a decorator, a request
over its limit gets a 429 from ``handler403``. This module is the stack's URLconf.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

import jwt
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import path
from django.views.decorators.http import require_GET, require_POST
from django_ratelimit.decorators import ratelimit
from django_ratelimit.exceptions import Ratelimited
from pydantic import ValidationError

from benchmarks import stage
from benchmarks.bodies import Model

PACKAGES = ("django-ratelimit", "pyjwt", "pydantic", "python-json-logger")
MUCH = "1000000/m"

View = Callable[..., HttpResponse]


def _signed(view: View) -> View:
    """The view for whoever has a token with the scope."""
    key = jwt.PyJWK(stage.jwk(stage.signing_key(), "k1"))

    @wraps(view)
    def signed(request: HttpRequest, **parameters: Any) -> HttpResponse:
        scheme, _, token = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
        if scheme != "Bearer":
            return JsonResponse({"detail": "no token"}, status=401)
        try:
            claims = jwt.decode(
                token, key, algorithms=["RS256"], audience="bench",
                issuer="https://id.example.com/",
            )  # fmt: skip
        except jwt.InvalidTokenError:
            return JsonResponse({"detail": "invalid token"}, status=401)
        if "orders:read" not in claims["scope"].split():
            return JsonResponse({"detail": "no scope"}, status=403)
        request.subject = claims["sub"]  # type: ignore[attr-defined]
        return view(request, **parameters)

    return signed


def _subject(group: str, request: HttpRequest) -> str:
    return str(request.subject)  # type: ignore[attr-defined]


def _limited(view: View) -> View:
    """Counted for each client, then for each subject."""
    inner = ratelimit(key=_subject, rate=MUCH)(view)
    outer: View = ratelimit(key="ip", rate=MUCH)(_signed(inner))
    return outer


@require_GET
@_limited
def order(request: HttpRequest, order_id: int) -> HttpResponse:
    """GET of an order."""
    return JsonResponse({"id": order_id, "state": "paid"})


@require_GET
@ratelimit(key="ip", rate="1/d")
@_limited
def once(request: HttpRequest) -> HttpResponse:
    """A GET that is allowed once a day."""
    return JsonResponse({"state": "paid"})


@require_POST
@_limited
def posted(request: HttpRequest) -> HttpResponse:
    """POST of an order."""
    try:
        read = Model.model_validate_json(request.body)
    except ValidationError as error:
        errors = error.errors(include_input=False, include_url=False)
        return JsonResponse({"errors": errors}, status=422)
    return JsonResponse({"received": read is not None})


def handler403(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Says 429 for a request over its limit."""
    status = 429 if isinstance(exception, Ratelimited) else 403
    return JsonResponse({"detail": "refused"}, status=status)


urlpatterns = [
    path("api/orders/<int:order_id>", order),
    path("api/once", once),
    path("api/model", posted),
]
