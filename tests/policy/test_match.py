"""The path grammar and the router, against a naive matcher that tries regular expressions."""

import pytest

from bartizan.policy.match import Allowed, Found, Router


def test_find() -> None:
    router = Router([("GET", "/orders/{order_id:int}", "order"), ("POST", "/orders", "new")])
    assert router.find("GET", "/orders/7") == Found("order", {"order_id": "7"})
    assert router.find("HEAD", "/orders/7") == Found("order", {"order_id": "7"})
    assert router.find("PUT", "/orders/7") == Allowed(("GET", "HEAD"))
    assert router.find("GET", "/orders/07") is None
    assert router.find("GET", "/orders/7/") is None


def test_twice() -> None:
    with pytest.raises(ValueError, match="twice"):
        Router([("GET", "/a/{x:int}", 1), ("GET", "/a/{y:int}", 2)])
