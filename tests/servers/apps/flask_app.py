"""A small guarded Flask application."""

import os
from typing import Any

from flask import Flask, request

from bartizan.flask import Bartizan, seal, subject
from tests.servers.apps.forms import NewOrder, seen

app = Flask(__name__, static_folder=None)
app.config["BARTIZAN_POLICY"] = os.environ["SERVED_POLICY"]
app.config["BARTIZAN_EVENTS"] = os.environ["SERVED_EVENTS"]


@app.get("/api/orders/<int:order_id>")
def order(order_id: int) -> dict[str, Any]:
    return {"id": order_id, "who": subject.id}


@app.post("/api/orders")
def create() -> Any:
    return request.get_json(), 201


@app.get("/api/reports")
@app.get("/api/mine")
@app.get("/api/few")
@app.get("/api/secure")
@app.get("/api/moved")
@app.post("/api/moved")
def plain() -> dict[str, bool]:
    return {"ok": True}


@app.get("/api/elsewhere/page")
def page() -> str:
    return "an old page"


@app.get("/api/seen")
def what_is_seen() -> dict[str, Any]:
    there = request.remote_addr, request.scheme, request.host, request.path
    return seen(*there, request.headers.keys())


@app.post("/api/upload")
def upload() -> dict[str, int]:
    return {"bytes": len(request.get_data())}


@app.get("/api/boom")
def boom() -> str:
    raise RuntimeError("canary-of-the-view")


Bartizan(app, bind={"NewOrder": NewOrder})
if os.environ.get("SERVED_TWIN") == "sealed":
    seal(app)
if os.environ.get("SERVED_TWIN") == "without act two":
    seal(app)
    app.before_request_funcs.clear()
