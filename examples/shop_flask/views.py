"""The API: small views that believe what reaches them.

Who is asking stands in ``g.customer``; who says so is decided where the application is put
together (``app.py``). That an order is its customer's own is checked here, in `own`.
"""

from typing import Any

from flask import Blueprint, abort, g, request
from models import Order, Product, db
from sqlalchemy import select

api = Blueprint("api", __name__, url_prefix="/api")

PAGE = 20
MEMBERS = 90
"""Per cent of the price that those pay who sign in."""


@api.get("/health")
def health() -> dict[str, str]:
    """Whether the database answers."""
    db.session.execute(select(1))
    return {"status": "up"}


@api.get("/catalogue")
def catalogue() -> list[dict[str, object]]:
    """What there is to buy."""
    named = Product.name.icontains(request.args.get("q", ""), autoescape=True)
    order = Product.price if request.args.get("sort") == "price" else Product.name
    return [
        product.row()
        for product in db.session.scalars(select(Product).where(named).order_by(order))
    ]


@api.get("/prices/<sku>")
def price(sku: str) -> dict[str, object]:
    """The price for whoever asks."""
    product = db.get_or_404(Product, sku)
    share = MEMBERS if g.customer else 100
    return {"sku": sku, "price": product.price * share // 100}


@api.get("/orders")
def orders() -> dict[str, Any]:
    """The customer's own orders, newest first."""
    page = request.args.get("page", 1, type=int)
    mine = select(Order).where(Order.customer == g.customer).order_by(Order.id.desc())
    found = db.session.scalars(mine.limit(PAGE).offset(PAGE * (page - 1)))
    return {"results": [order.row() for order in found], "page": page}


@api.post("/orders")
def new() -> tuple[dict[str, object], int]:
    """Buy something. The body holds what ``NewOrder`` declares, and nothing else."""
    asked = request.get_json()
    product = db.session.get(Product, asked["sku"])
    if product is None:
        abort(404)
    total = product.price * asked.get("count", 1) * MEMBERS // 100
    order = Order(**{"customer": g.customer, "count": 1, "price": total, **asked})
    db.session.add(order)
    db.session.commit()
    return order.row(), 201


@api.get("/orders/<int:order_id>")
def one(order_id: int) -> dict[str, object]:
    """An order of the customer's."""
    return own(order_id).row()


@api.patch("/orders/<int:order_id>")
def change(order_id: int) -> dict[str, object]:
    """Change what may be changed: the note, while the order is open."""
    order = own(order_id)
    if order.state != "open":
        abort(409)
    for name, value in request.get_json().items():
        setattr(order, name, value)
    db.session.commit()
    return {"id": order.id, "note": order.note}


@api.delete("/orders/<int:order_id>")
def cancel(order_id: int) -> tuple[str, int]:
    """Cancel an open order."""
    order = own(order_id)
    if order.state != "open":
        abort(409)
    order.state = "cancelled"
    db.session.commit()
    return "", 204


@api.put("/orders/<int:order_id>/photo")
def photo(order_id: int) -> dict[str, int]:
    """A photo of what arrived broken."""
    order = own(order_id)
    order.photo = request.get_data()
    db.session.commit()
    return {"bytes": len(order.photo)}


@api.get("/staff/orders")
def everybodys() -> list[dict[str, object]]:
    """Every open order, oldest first."""
    waiting = select(Order).where(Order.state == "open").order_by(Order.id)
    return [order.row() for order in db.session.scalars(waiting)]


@api.post("/staff/orders/<int:order_id>/ship")
def ship(order_id: int) -> dict[str, object]:
    """Ship an open order."""
    order = db.get_or_404(Order, order_id)
    if order.state != "open":
        abort(409)
    order.state = "shipped"
    db.session.commit()
    return {"id": order.id, "state": order.state}


def own(order_id: int) -> Order:
    """The customer's order of that number; somebody else's is absent to him."""
    order = db.session.get(Order, order_id)
    if order is None or order.customer != g.customer:
        abort(404)
    return order
