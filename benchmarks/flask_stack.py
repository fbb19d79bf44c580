"""The Flask stack that tutorials build, each package set up as its own documentation does.

Flask-Talisman says the security headers, Flask-JWT-Extended reads the token, Flask-Limiter counts,
pydantic reads the body, python-json-logger writes one line a request. It does what the policy of
``stage`` asks, on the same requests, with counters in memory.
"""

import logging
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from flask import Flask, Response, abort, request
from flask_jwt_extended import JWTManager, get_jwt, get_jwt_identity, jwt_required
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_talisman import Talisman
from pydantic import ValidationError
from pythonjsonlogger.json import JsonFormatter
from werkzeug.middleware.proxy_fix import ProxyFix

from benchmarks import stage
from benchmarks.bodies import Model

PACKAGES = ("flask-talisman", "flask-jwt-extended", "flask-limiter", "pydantic",
            "python-json-logger")  # fmt: skip
MUCH = "1000000/minute"

View = Callable[..., Any]


def stack(events: str, *, proxied: bool = False) -> Flask:
    """The application with its packages; lines are logged below the directory ``events``."""
    app = Flask("stack", static_folder=None)
    app.config.update(
        JWT_ALGORITHM="RS256",
        JWT_PUBLIC_KEY=stage.public_pem(),
        JWT_DECODE_AUDIENCE="bench",
        JWT_DECODE_ISSUER="https://id.example.com/",
    )
    if proxied:
        app.wsgi_app = ProxyFix(app.wsgi_app)  # type: ignore[method-assign]
    Talisman(app)
    JWTManager(app)
    limiter = Limiter(
        get_remote_address,
        app=app,
        application_limits=[MUCH],
        default_limits=[MUCH],
        storage_uri="memory://",
    )
    per_subject = limiter.limit(MUCH, key_func=get_jwt_identity, override_defaults=False)
    once = limiter.limit("1/day", override_defaults=False)
    app.get("/api/orders/<int:order_id>")(jwt_required()(per_subject(_scoped(_order))))
    app.get("/api/once", endpoint="once")(once(jwt_required()(per_subject(_scoped(_once)))))
    app.post("/api/model")(jwt_required()(per_subject(_scoped(_posted))))
    _logged(app, written(f"{events}/flask-stack.jsonl"))
    return app


def written(path: str) -> logging.Logger:
    """A logger of JSON lines, one for each request."""
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(path)
    handler.setFormatter(JsonFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logger = logging.getLogger(path)
    logger.setLevel(logging.INFO)
    logger.propagate = False
    logger.handlers = [handler]
    return logger


def _logged(app: Flask, logger: logging.Logger) -> None:
    @app.after_request
    def line(response: Response) -> Response:
        rule = request.url_rule
        said = {"method": request.method, "route": rule.rule if rule else "", "status":
                response.status_code, "client": request.remote_addr}  # fmt: skip
        logger.info("request", extra=said)
        return response


def _scoped(view: View) -> View:
    """The view for tokens with the scope."""

    @wraps(view)
    def scoped(**parameters: Any) -> Any:
        if "orders:read" not in get_jwt()["scope"].split():
            abort(403)
        return view(**parameters)

    return scoped


def _order(order_id: int) -> dict[str, Any]:
    return {"id": order_id, "state": "paid"}


def _once() -> dict[str, Any]:
    return {"state": "paid"}


def _posted() -> Any:
    try:
        order = Model.model_validate_json(request.get_data())
    except ValidationError as error:
        return {"errors": error.errors(include_input=False, include_url=False)}, 422
    return {"received": order is not None}
