"""The extension as an application developer uses it."""

import gc
from pathlib import Path
from typing import Any

import msgspec
import pytest
from flask import Blueprint, Flask, Response, jsonify
from flask.views import MethodView
from werkzeug.test import Client

from bartizan.flask import Bartizan, decision, seal, subject
from bartizan.flask.extension import gate_of
from bartizan.policy.faults import PolicyError
from bartizan.policy.load import loads
from bartizan.testing import client
from tests.flask.shop import guarded, listen, policy_text

ORDERS = """
[operations."GET /orders/{order_id:int}"]
scopes = ["orders:read"]

[operations."POST /orders"]
input = "NewOrder"

[operations."GET /health"]
public = true
"""


class NewOrder(msgspec.Struct, forbid_unknown_fields=True):
    note: str


def orders(app: Flask) -> None:
    @app.get("/api/orders/<int:order_id>")
    def one(order_id: int) -> Response:
        return jsonify(id=order_id, who=subject.id)

    @app.post("/api/orders")
    def new() -> dict[str, str]:
        return {"note": decision.input.note}

    @app.get("/api/health")
    def health() -> dict[str, bool]:
        return {"subject": bool(subject)}


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return guarded(tmp_path, ORDERS, orders, bind={"NewOrder": NewOrder})


def test_a_view_gets_its_subject_and_its_input(app: Flask) -> None:
    alice = client(app, subject="alice", scopes=["orders:read"])
    assert alice.get("/api/orders/7").json == {"id": 7, "who": "alice"}
    assert alice.post("/api/orders", json={"note": "two cups"}).json == {"note": "two cups"}
    assert client(app).get("/api/health").json == {"subject": False}


def test_nobody_has_no_scopes() -> None:
    with pytest.raises(TypeError, match="say subject="):
        client(Flask("nobody"), scopes=["orders:read"])


def test_refusals_are_problems(app: Flask) -> None:
    nobody = client(app).get("/api/orders/7")
    assert nobody.status_code == 401
    assert nobody.content_type == "application/problem+json"
    assert nobody.headers["WWW-Authenticate"] == 'Bearer realm="shop"'
    bob = client(app, subject="bob").get("/api/orders/7")
    assert (bob.status_code, bob.json["type"]) == (403, "urn:bartizan:problem:insufficient_scope")
    wrong = client(app, subject="bob").post("/api/orders", json={"note": "x", "owner": "eve"})
    assert (wrong.status_code, wrong.json["type"]) == (422, "urn:bartizan:problem:invalid")
    assert "eve" not in wrong.text


def test_the_fixture_of_the_plugin_speaks(speak: Any) -> None:
    alice = speak("alice", scopes=["orders:read"])
    assert alice.get("/api/orders/7").status_code == 200
    assert speak().get("/api/orders/7").status_code == 401


def test_a_test_key_ends_with_its_client(app: Flask) -> None:
    alice = client(app, subject="alice", scopes=["orders:read"])
    token = alice.persona.token()
    header = {"Authorization": f"Bearer {token}"}
    nobody = client(app)
    assert nobody.get("/api/orders/7", headers=header).status_code == 200
    del alice
    gc.collect()
    assert nobody.get("/api/orders/7", headers=header).status_code == 401


def test_several_applications_are_several_guards(tmp_path: Path) -> None:
    limits = '[limits]\none = "1/hour per client"\n[operations."GET /"]\npublic = true\n'
    limits += 'limits = ["one"]\n'

    def build(app: Flask) -> None:
        app.add_url_rule("/api/", view_func=lambda: "here")

    first, second = (guarded(tmp_path, limits, build) for _ in range(2))
    assert [client(first).get("/api/").status_code for _ in range(2)] == [200, 429]
    assert client(second).get("/api/").status_code == 200


def test_one_extension_before_several_factories(tmp_path: Path) -> None:
    text = policy_text(tmp_path, '[operations."GET /"]\npublic = true\n')
    extension = Bartizan(policy=loads(text, file=str(tmp_path / "bartizan.toml")))

    def create_app() -> Flask:
        app = Flask(__name__, static_folder=None)
        extension.init_app(app)
        app.add_url_rule("/api/", view_func=lambda: "here")
        seal(app)
        return app

    assert gate_of(create_app()).guard is not gate_of(create_app()).guard


def test_the_policy_lies_beside_the_application(tmp_path: Path) -> None:
    app = Flask(__name__, static_folder=None, root_path=str(tmp_path))
    with pytest.raises(PolicyError, match=r"cannot be read|no such file"):
        Bartizan(app)
    text = policy_text(tmp_path, '[operations."GET /"]\npublic = true\n')
    (tmp_path / "bartizan.toml").write_text(text)
    app.add_url_rule("/api/", view_func=lambda: "here")
    Bartizan(app)
    assert client(app).get("/api/").status_code == 200
    with pytest.raises(RuntimeError, match="already"):
        Bartizan(app)


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("BARTIZAN_POLCY", "did you mean BARTIZAN_POLICY?"),
        ("BARTIZAN_OFF", "there are BARTIZAN_EVENTS and BARTIZAN_POLICY"),
    ],
)
def test_a_key_that_nobody_reads_stops_the_start(tmp_path: Path, key: str, said: str) -> None:
    app = Flask(__name__, root_path=str(tmp_path), static_folder=None)
    app.config[key] = "other.toml"
    with pytest.raises(ValueError, match=rf"has no {key}: ") as refused:
        Bartizan(app)
    assert said in str(refused.value)
    assert not app.extensions


def test_variables_of_the_command_line_may_come_along(tmp_path: Path) -> None:
    app = Flask(__name__, root_path=str(tmp_path), static_folder=None)
    app.config.update(BARTIZAN_APP="shop:app", BARTIZAN_DEBUG="1")
    with pytest.raises(PolicyError, match="cannot be read"):  # the policy is what is missing
        Bartizan(app)


def test_an_undecided_route_stops_the_start(tmp_path: Path) -> None:
    def build(app: Flask) -> None:
        orders(app)
        app.add_url_rule("/api/export", view_func=lambda: "everything", endpoint="export")

    app = guarded(tmp_path, ORDERS, build, bind={"NewOrder": NewOrder})
    answers = [Client(app).get(path) for path in ("/api/export", "/api/health", "/nowhere")]
    assert [answer.status_code for answer in answers] == [503, 503, 503]
    assert "everything" not in answers[0].text
    with pytest.raises(PolicyError) as stopped:
        seal(app)
    assert [fault.code for fault in stopped.value.faults] == ["R201"]
    assert "/api/export" in str(stopped.value)


@pytest.mark.parametrize(
    ("entries", "bind", "code"),
    [
        (ORDERS + '[operations."GET /old"]\npublic = true\n', {"NewOrder": NewOrder}, "R202"),
        (ORDERS, {}, "P504"),
        (ORDERS, {"NewOrder": NewOrder, "OldOrder": NewOrder}, "P505"),
        (ORDERS, {"NewOrder": {"type": "objekt"}}, "P503"),
        (
            ORDERS + '[[expect]]\nask = "GET /orders/7"\nanswer = "permit"\n',
            {"NewOrder": NewOrder},
            "P506",
        ),
    ],
)
def test_what_stops_the_start(
    tmp_path: Path, entries: str, bind: dict[str, Any], code: str
) -> None:
    app = guarded(tmp_path, entries, orders, bind=bind)
    with pytest.raises(PolicyError) as stopped:
        seal(app)
    assert code in [fault.code for fault in stopped.value.faults]
    assert Client(app).get("/api/health").status_code == 503


def test_a_route_with_an_undeclared_method_is_undecided(tmp_path: Path) -> None:
    def build(app: Flask) -> None:
        app.add_url_rule("/api/x", view_func=lambda: "x", methods=["GET", "DELETE"])

    app = guarded(tmp_path, '[operations."GET /x"]\npublic = true\n', build)
    with pytest.raises(PolicyError, match="DELETE /api/x"):
        seal(app)


class Item(MethodView):
    init_every_request = False

    def get(self, sku: str) -> str:
        return f"got {sku}"

    def put(self, sku: str) -> str:
        return f"put {sku}"


def test_method_views_and_nested_blueprints_are_covered(tmp_path: Path) -> None:
    entries = """
    [operations."GET /stock/items/{sku:slug}"]
    public = true
    [operations."PUT /stock/items/{sku:slug}"]
    scopes = ["stock:write"]
    """

    def build(app: Flask) -> None:
        stock, items = Blueprint("stock", __name__), Blueprint("items", __name__)
        items.add_url_rule("/<sku>", view_func=Item.as_view("item"))
        stock.register_blueprint(items, url_prefix="/items")
        app.register_blueprint(stock, url_prefix="/api/stock")

    app = guarded(tmp_path, entries, build)
    assert client(app).get("/api/stock/items/tea").text == "got tea"
    assert client(app).put("/api/stock/items/tea").status_code == 401
    carol = client(app, subject="carol", scopes=["stock:write"])
    assert carol.put("/api/stock/items/tea").text == "put tea"
    assert carol.get("/api/stock/items/t.ea").status_code == 404


def test_async_views(tmp_path: Path) -> None:
    def build(app: Flask) -> None:
        async def view() -> str:
            return f"async for {subject.id}"

        app.add_url_rule("/api/", view_func=view)

    app = guarded(tmp_path, '[operations."GET /"]\n', build)
    assert client(app, subject="alice").get("/api/").text == "async for alice"


def test_a_mounted_application(tmp_path: Path) -> None:
    def build(app: Flask) -> None:
        app.add_url_rule("/orders", view_func=lambda: "here")

    app = guarded(
        tmp_path, '[operations."GET /orders"]\npublic = true\n', build, APPLICATION_ROOT="/api"
    )
    seal(app)
    mounted = {"SCRIPT_NAME": "/api", "wsgi.url_scheme": "https", "HTTP_HOST": "api.example.com"}
    answer = Client(app).get("/orders", environ_overrides=mounted)
    assert (answer.status_code, answer.text) == (200, "here")
    elsewhere = mounted | {"SCRIPT_NAME": "/other"}
    assert Client(app).get("/orders", environ_overrides=elsewhere).status_code == 404


def test_a_request_leaves_nothing_behind(app: Flask) -> None:
    """A decision must not be part of a circle: every request would wait for the collector."""
    alice = client(app, subject="alice", scopes=["orders:read"])
    outside = gate_of(app)
    environ = alice.get("/api/orders/7").request.environ

    def ask() -> None:
        fresh = {k: v for k, v in environ.items() if not k.startswith(("bartizan", "werkzeug"))}
        list(outside(fresh, lambda status, headers, exc_info=None: lambda data: None))

    ask()
    gc.collect()
    gc.disable()
    try:
        from_one = _decisions()
        for _ in range(20):
            ask()
        assert _decisions() - from_one <= 1
    finally:
        gc.enable()


def _decisions() -> int:
    return sum(type(thing).__name__ in ("Decision", "Context") for thing in gc.get_objects())


def test_events_name_the_line_of_the_policy(app: Flask) -> None:
    events = listen(app)
    client(app, subject="bob").get("/api/orders/7")
    (event,) = events
    assert (event.outcome, event.reason, event.status) == ("deny", "scope_missing", 403)
    assert event.operation == "GET /api/orders/{order_id:int}"
    assert event.line.startswith("bartizan.toml:")
    assert event.subject == "#main:bob"
