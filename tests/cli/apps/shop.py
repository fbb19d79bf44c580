"""A Flask shop that its policy guards whole."""

import msgspec
from flask import Flask

from bartizan.flask import Bartizan


class NewOrder(msgspec.Struct, forbid_unknown_fields=True):
    sku: str


app = Flask(__name__, static_folder=None)
Bartizan(app, bind={"NewOrder": NewOrder})


@app.get("/api/orders")
def orders() -> list[str]:
    return []


@app.post("/api/orders")
def new_order() -> dict[str, str]:
    return {}


@app.get("/api/orders/<int:order_id>")
def order(order_id: int) -> dict[str, int]:
    return {"id": order_id}


@app.get("/api/health")
def health() -> dict[str, str]:
    return {}


def create_app(name: str = "shop") -> Flask:
    return app
