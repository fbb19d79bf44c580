"""The same shop without a guard, for the demo alone: never serve this to anybody.

It believes every token that it is shown, as services do that stand behind a gateway and were told
that the gateway has verified it.
"""

import base64
import json
from typing import Any

from app import build
from flask import Flask, g, request


def create_app(**config: Any) -> Flask:
    """The shop, and a customer who is whoever he says he is."""
    app = build(**config)

    @app.before_request
    def who() -> None:
        g.customer = claimed(request.headers.get("Authorization", ""))

    return app


def claimed(authorization: str) -> str | None:
    """The subject that a token claims, unverified (RFC 7519 section 4.1.2)."""
    parts = authorization.removeprefix("Bearer ").split(".")
    try:
        payload = base64.urlsafe_b64decode(parts[1] + "==")
        return str(json.loads(payload)["sub"])
    except (IndexError, KeyError, ValueError):
        return None
