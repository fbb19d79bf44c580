"""Whoever asks is whoever his token says he is.

Services do this that stand behind a gateway and were told that it has verified the token.
"""

import base64
import json
from collections.abc import Callable
from types import SimpleNamespace

from django.http import HttpRequest, HttpResponse


class Believing:
    """Sets ``request.subject`` from a token that nobody verifies."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Believe, and go on."""
        request.subject = claimed(request.headers.get("Authorization", ""))
        return self.get_response(request)


def claimed(authorization: str) -> SimpleNamespace | None:
    """The subject that a token claims, unverified (RFC 7519 section 4.1.2)."""
    parts = authorization.removeprefix("Bearer ").split(".")
    try:
        payload = base64.urlsafe_b64decode(parts[1] + "==")
        return SimpleNamespace(id=str(json.loads(payload)["sub"]))
    except (IndexError, KeyError, ValueError):
        return None
