"""The Flask application of the benches, bare and guarded."""

from typing import Any

from flask import Flask, request

from bartizan.flask import Bartizan, decision, seal
from bartizan.policy.rules import Policy
from benchmarks import answers, bodies


def bare() -> Flask:
    """The application alone. It reads a body as Flask does."""
    app = _app()
    for name in ("struct", "model", "schema"):
        app.add_url_rule(f"/api/{name}", name, _posted, methods=["POST"])
    return app


def guarded(policy: Policy, events: str = "") -> Flask:
    """The application behind the policy. Its body comes with the decision."""
    app = _app()
    for name in ("struct", "model", "schema"):
        app.add_url_rule(f"/api/{name}", name, _taken, methods=["POST"])
    app.config["BARTIZAN_EVENTS"] = events
    Bartizan(app, policy=policy, bind=bodies.BIND)
    seal(app)
    return app


def _app() -> Flask:
    app = Flask("benchmarks", static_folder=None)
    app.get("/api/orders/<int:order_id>")(_order)
    app.get("/api/async/<int:order_id>", endpoint="async")(_order)
    app.get("/api/one", endpoint="one")(lambda: answers.ROW)
    app.get("/api/one/all", endpoint="one_all")(lambda: answers.ROW)
    app.get("/api/fifty", endpoint="fifty")(lambda: answers.FIFTY)
    app.get("/api/fifty/all", endpoint="fifty_all")(lambda: answers.FIFTY)
    app.get("/api/once", endpoint="once")(lambda: answers.ROW)
    return app


def _order(order_id: int) -> dict[str, Any]:
    return {"id": order_id, "state": "paid"}


def _posted() -> dict[str, Any]:
    return {"received": request.get_json() is not None}


def _taken() -> dict[str, Any]:
    return {"received": decision.input is not None}
