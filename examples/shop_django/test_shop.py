"""The shop's own tests: people buy, others try what they may not."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.core import checks
from django.test import AsyncClient, Client, override_settings

from bartizan.testing import client

Speak = Callable[..., Any]
JSON = {"content_type": "application/json"}
BUYER = {"scopes": ["orders:read", "orders:write"], "roles": ["customer"]}


@pytest.fixture
def ana(speak: Speak) -> Any:
    return speak("ana", **BUYER)


@pytest.fixture
def ben(speak: Speak) -> Any:
    return speak("ben", **BUYER)


# ------------------------------------------------------------------ what works


def test_customers_see_their_own_orders(ana: Any) -> None:
    assert ana.get("/api/orders").json() == {
        "results": [{"id": 1, "state": "open", "sku": "tea", "count": 2, "price": 800}]
    }


def test_an_order_shows_what_was_bought_and_not_what_it_cost(ana: Any) -> None:
    order = ana.get("/api/orders/1").json()
    assert order["note"] == "ring twice"
    assert order.keys() == {"id", "state", "sku", "count", "price", "note"}


def test_who_buys_pays_the_price_of_members(ana: Any) -> None:
    bought = ana.post("/api/orders", data={"sku": "coffee", "count": 2}, **JSON)
    assert (bought.status_code, bought.json()) == (201, {"id": 3, "state": "open"})
    assert ana.get("/api/orders/3").json()["price"] == 1260


def test_the_price_is_lower_for_those_who_sign_in(speak: Speak, ana: Any) -> None:
    assert speak().get("/api/prices/kettle").json()["price"] == 3900
    assert ana.get("/api/prices/kettle").json()["price"] == 3510


def test_the_catalogue_is_searched_and_sorted(speak: Speak) -> None:
    found = speak().get("/api/catalogue?sort=price&q=e")
    assert [row["sku"] for row in found.json()] == ["tea", "coffee", "kettle"]
    assert "cost" not in found.content.decode()
    assert found.headers["Cache-Control"] == "public, max-age=60"
    assert found.headers["X-Robots-Tag"] == "all"


def test_a_note_is_changed(ana: Any) -> None:
    assert ana.patch("/api/orders/1", data={"note": "do not ring"}, **JSON).status_code == 200
    assert ana.get("/api/orders/1").json()["note"] == "do not ring"


def test_an_open_order_is_cancelled_once(ana: Any) -> None:
    assert ana.delete("/api/orders/1").status_code == 204
    assert ana.delete("/api/orders/1").status_code == 409
    assert ana.get("/api/orders/1").json()["state"] == "cancelled"


def test_a_photo_may_be_larger_than_json(ana: Any) -> None:
    assert ana.put("/api/orders/1/photo", data=b"\xff" * 200_000).json() == {"bytes": 200_000}


def test_staff_ships(speak: Speak, ana: Any) -> None:
    sam = speak("sam", roles=["staff"])
    assert [order["id"] for order in sam.get("/api/staff/orders").json()] == [1, 2]
    assert sam.post("/api/staff/orders/1/ship", "", **JSON).json() == {"id": 1, "state": "shipped"}
    assert ana.delete("/api/orders/1").status_code == 409


def test_health_is_for_our_own_networks(speak: Speak) -> None:
    assert speak().get("/api/health").json() == {"status": "up"}


# ------------------------------------------------------------------ what does not


def test_nobody_has_no_orders(speak: Speak) -> None:
    refused = speak().get("/api/orders")
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")


def test_orders_of_others_are_absent(ben: Any) -> None:
    for refused in (
        ben.get("/api/orders/1"),
        ben.patch("/api/orders/1", data={"note": "mine"}, **JSON),
        ben.delete("/api/orders/1"),
        ben.put("/api/orders/1/photo", data=b"x"),
    ):
        assert refused.status_code == 404


def test_a_scope_to_look_is_none_to_buy(speak: Speak) -> None:
    eve = speak("eve", scopes=["orders:read"])
    assert eve.get("/api/orders").status_code == 200
    assert eve.post("/api/orders", data={"sku": "tea"}, **JSON).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        {"sku": "tea", "price": 1},
        {"sku": "tea", "state": "shipped"},
        {"sku": "tea", "customer": "ben"},
        {"sku": "tea", "count": 0},
        {"sku": "tea", "count": "2"},
        {},
    ],
)
def test_only_declared_fields_are_bought_with(ana: Any, body: dict[str, object]) -> None:
    assert ana.post("/api/orders", data=body, **JSON).status_code == 422
    assert len(ana.get("/api/orders").json()["results"]) == 1


def test_customers_are_not_staff(ana: Any) -> None:
    assert ana.get("/api/staff/orders").status_code == 403
    assert ana.post("/api/staff/orders/2/ship", "", **JSON).status_code == 403


def test_health_is_closed_to_everybody_else(speak: Speak) -> None:
    seen = speak().get("/api/health", REMOTE_ADDR="198.51.100.7")
    assert seen.status_code == 403


def test_denied_networks_get_nothing(speak: Speak) -> None:
    seen = speak().get("/api/catalogue", REMOTE_ADDR="203.0.113.9")
    assert seen.status_code == 403


def test_buying_is_limited(ana: Any) -> None:
    last = [ana.post("/api/orders", data={"sku": "tea"}, **JSON) for _ in range(11)][-1]
    assert last.status_code == 429
    assert int(last.headers["Retry-After"]) > 0


def test_a_known_page_may_read_and_another_may_not(ana: Any) -> None:
    asked = {"Access-Control-Request-Method": "GET", "Origin": "https://www.shop.example.com"}
    assert ana.options("/api/orders", headers=asked).status_code == 204
    asked["Origin"] = "https://evil.example"
    assert ana.options("/api/orders", headers=asked).status_code == 403


def test_an_undeclared_parameter_is_refused(speak: Speak) -> None:
    assert speak().get("/api/catalogue?cost=1").status_code == 422


def test_an_old_parameter_is_let_through_while_the_shadow_lasts(ana: Any) -> None:
    shadowed = dt.datetime.now(dt.UTC).date() <= dt.date(2026, 12, 31)
    assert ana.get("/api/orders?v=1").status_code == (200 if shadowed else 422)


def test_the_decoy_looks_like_nothing(speak: Speak) -> None:
    assert speak().get("/api/backup.zip").json() == speak().get("/api/nothing").json()


def test_the_back_office_has_a_guard_of_its_own(speak: Speak) -> None:
    office = speak()
    assert office.get("/api/admin/").status_code == 302
    assert "csrfmiddlewaretoken" in office.get("/api/admin/login/").content.decode()
    assert office.post("/api/admin/login/", {"username": "sam", "password": "?"}).status_code == 200
    seen = office.get("/api/admin/", REMOTE_ADDR="198.51.100.7")
    assert seen.status_code == 403


def test_djangos_checks_are_content(project: None) -> None:
    found = [said for said in checks.run_checks() if said.level >= checks.ERROR]
    assert found == []


class Thrifty(Client):
    """A client of one's own."""


def test_clients_of_ones_own_speak_too() -> None:
    ana = client(Thrifty, subject="ana", **BUYER)
    assert isinstance(ana, Thrifty)
    assert ana.get("/api/orders/1").status_code == 200
    assert client(Thrifty).get("/api/orders/1").status_code == 401
    clear = ana.get("/api/orders/1", **{"wsgi.url_scheme": "http"})
    assert clear.status_code == 403


def test_asynchronous_clients_speak_too() -> None:
    refused = async_to_sync(client(AsyncClient).get)("/api/orders/1")
    assert refused.status_code == 401


def test_a_client_survives_changed_settings(ana: Any) -> None:
    with override_settings(BARTIZAN={**settings.BARTIZAN, "EVENTS": ""}):
        assert ana.get("/api/orders/1").status_code == 200
