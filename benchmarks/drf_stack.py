"""The stack of a Django REST framework tutorial: simplejwt, throttles, serializers, JSON lines.

Each package is set up as its own documentation does, with Django's SecurityMiddleware before it
and counters in memory. Its views are in ``drf_views``, since they ask for the settings when they
are imported.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse

PACKAGES = ("djangorestframework", "djangorestframework-simplejwt", "python-json-logger")
APPS = ("django.contrib.contenttypes", "django.contrib.auth", "rest_framework")
MIDDLEWARE = (
    "benchmarks.drf_stack.Lines",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework_simplejwt.authentication.JWTStatelessUserAuthentication"
    ],
    "DEFAULT_PERMISSION_CLASSES": [
        "rest_framework.permissions.IsAuthenticated",
        "benchmarks.drf_scope.HasScope",
    ],
    "DEFAULT_THROTTLE_CLASSES": [
        "rest_framework.throttling.AnonRateThrottle",
        "rest_framework.throttling.UserRateThrottle",
    ],
    "DEFAULT_THROTTLE_RATES": {"anon": "1000000/min", "user": "1000000/min", "once": "1/day"},
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
}


def simple_jwt(public: str) -> dict[str, Any]:
    """The settings of simplejwt for tokens of another issuer."""
    return {
        "ALGORITHM": "RS256", "VERIFYING_KEY": public, "AUDIENCE": "bench",
        "ISSUER": "https://id.example.com/", "USER_ID_CLAIM": "sub", "TOKEN_TYPE_CLAIM": None,
        "ACCESS_TOKEN_LIFETIME": timedelta(hours=1),
    }  # fmt: skip


class Lines:
    """One JSON line for each request."""

    log = logging.getLogger("benchmarks")

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Serve, then say so."""
        response = self.get_response(request)
        match = request.resolver_match
        said = {"method": request.method, "route": match.route if match else "", "status":
                response.status_code, "client": request.META["REMOTE_ADDR"]}  # fmt: skip
        self.log.info("request", extra=said)
        return response
