"""A small shop API, the way tutorials write one: it works, and nobody guards it.

``bartizan demo`` asks it and stands a guard before a second one, built from these same lines.
"""

import time
import traceback
from typing import Any

import jwt
from flask import Flask, abort, request

PASSWORDS = {"ana": "a pot of tea", "ben": "a bag of beans"}
PRICES = {"tea": 4, "coffee": 7}
ORDERS = (
    {"id": 1, "customer": "ana", "item": "tea", "price": 4, "card": "4000 0000 0000 0002"},
    {"id": 2, "customer": "ben", "item": "coffee", "price": 7, "card": "4000 0000 0000 0010"},
)


def claims(name: str) -> dict[str, Any]:
    """What a token says about whoever logged in, for an hour."""
    now = int(time.time())
    return {
        "iss": "https://shop.example",
        "aud": "shop",
        "sub": name,
        "roles": ["customer"],
        "iat": now,
        "exp": now + 3600,
    }


def create_app(secret: str) -> Flask:
    """A shop of its own; ``secret`` signs the tokens of those who log in."""
    app = Flask(__name__, static_folder=None)
    orders = [dict(order) for order in ORDERS]

    def customer() -> str:
        """Who is asking, as the token says."""
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")
        try:
            return str(jwt.decode(token, options={"verify_signature": False})["sub"])
        except (jwt.PyJWTError, KeyError):
            abort(401)

    @app.post("/login")
    def login() -> dict[str, str]:
        name = request.get_json()["name"]
        if PASSWORDS.get(name) != request.get_json()["password"]:
            abort(401)
        return {"token": jwt.encode(claims(name), secret, "HS256")}

    @app.get("/catalogue")
    def catalogue() -> dict[str, int]:
        return {name: price for name, price in PRICES.items() if request.args.get("q", "") in name}

    @app.get("/customers")
    def customers() -> list[str]:
        return sorted(PASSWORDS)

    @app.get("/orders")
    def own() -> list[dict[str, Any]]:
        return [order for order in orders if order["customer"] == customer()]

    @app.post("/orders")
    def new() -> tuple[dict[str, Any], int]:
        asked = request.get_json()
        order = {"id": len(orders) + 1, "price": PRICES[asked["item"]], **asked}
        orders.append(order | {"customer": customer()})
        return orders[-1], 201

    @app.get("/orders/<int:order_id>")
    def one(order_id: int) -> dict[str, Any]:
        found = [order for order in orders if order["id"] == order_id]
        if not found or found[0]["customer"] != customer():
            abort(404)
        return found[0]

    @app.errorhandler(500)
    def crashed(error: Exception) -> tuple[dict[str, str], int]:
        return {"error": traceback.format_exc()}, 500

    return app
