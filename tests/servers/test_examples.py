"""Both examples under every server: what the policy says is what happens, or the facts say why
not."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from bartizan.servers import telling
from bartizan.servers.facts import Server
from tests.servers import every
from tests.servers.examples import PROXY, Shop, shop, stocked
from tests.servers.launch import Served, serving
from tests.servers.wire import Answer, chunked, once, source

SERVED = [
    (name, framework)
    for name, launch in every.LAUNCHES.items()
    for framework in ("flask", "django")
    if launch.facts.interface == "wsgi" or framework == "django"
    if (launch.server, framework) not in {("flask", "django"), ("runserver", "flask")}
]
PRELOADED = [
    ("gunicorn-sync", "django"),
    ("gunicorn-gthread", "flask"),
    ("gunicorn-asgi", "django"),
    ("gunicorn-uvicorn", "django"),
]
ORDER = {"sku": "tea", "count": 2}
JSON = ("Content-Type", "application/json")
HOST = "shop.example.com"

Open = Callable[..., tuple[Served, "Asking"]]


class Asking:
    """Somebody who asks a served example, through the proxy that its policy believes."""

    def __init__(self, served: Served, of: Shop) -> None:
        self.served, self.of = served, of
        self.client = source()
        self.ids: list[str] = []

    def __call__(
        self,
        line: str,
        who: str = "",
        *more: tuple[str, str],
        body: object = None,
        raw: bytes = b"",
        secure: bool = True,
    ) -> Answer:
        """Ask, and remember the id of the decision."""
        lines = [("X-Forwarded-For", self.client), *more]
        if secure:
            lines.append(("X-Forwarded-Proto", "https"))
        if who:
            lines.append(("Authorization", self.of.tokens[who]))
        sent = raw
        if body is not None:
            lines.append(JSON)
            sent = json.dumps(body).encode()
        method, target = line.split(" ", 1)
        answer = once(self.served.port, method, target, lines, sent, address=PROXY, host=HOST)
        decision = answer.header("bartizan-decision")
        if decision:
            self.ids.append(decision)
        return answer


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stocked(tmp_path_factory.mktemp("stocked"))


@pytest.fixture
def open_shop(tmp_path: Path, database: Path) -> Iterator[Open]:
    """Opens a shop under a server, and closes it with the test."""
    with ExitStack() as stack:

        def begin(name: str, framework: str, *more: str) -> tuple[Served, Asking]:
            launch, of = every.LAUNCHES[name], shop(tmp_path, database)
            port = 0
            if "granian" in launch.server:
                port, held = every.reserved()
                stack.callback(held.close)
            app = "tests.servers.apps.shop_flask:app"
            if framework == "django":
                app = f"shop.{launch.facts.interface}:application"
            words = every.command(launch, port, app, *launch.options, *more)
            served = stack.enter_context(serving(tmp_path, of.policy, *words, env=of.env))
            return served, Asking(served, of)

        yield begin


@pytest.mark.parametrize(("name", "framework"), SERVED)
def test_the_policy_is_what_happens(open_shop: Open, name: str, framework: str) -> None:
    served, ask = open_shop(name, framework)
    said = every.LAUNCHES[name].facts
    buys_and_looks(ask)
    is_refused(ask)
    has_no_body(ask, said)
    bodies(ask, said, framework)
    spellings(ask, said)
    names(ask, said)
    if said.target == "hidden" and said.production:
        assert telling.hidden(said) in served.said
    assert served.said.count("spelling cannot be seen") == (
        said.target == "hidden" and said.production
    )
    ended(served, ask)


@pytest.mark.parametrize(("name", "framework"), PRELOADED)
def test_preloaded_nothing_is_shared(open_shop: Open, name: str, framework: str) -> None:
    served, ask = open_shop(name, framework, "--preload")
    buys_and_looks(ask)
    is_refused(ask)
    ended(served, ask)


def buys_and_looks(ask: Asking) -> None:
    assert ask("GET /api/catalogue?sort=price").status == 200
    found = ask("GET /api/orders", "ana")
    assert (found.status, found.json["results"][0]["sku"]) == (200, "tea"), found
    made = ask("POST /api/orders", "ana", body=ORDER)
    assert (made.status, made.json["state"]) == (201, "open"), made
    assert ask("GET /api/staff/orders", "sam").status == 200


def is_refused(ask: Asking) -> None:
    assert ask("GET /api/catalogue", secure=False).problem == "https_required"
    assert ask("GET /api/orders").status == 401
    assert ask("GET /api/orders", "", ("Authorization", "Bearer a.b.c")).status == 401
    assert ask("POST /api/orders", "eve", body=ORDER).problem == "insufficient_scope"
    assert ask("GET /api/staff/orders", "ana").status == 403
    assert ask("GET /api/none").status == 404
    assert ask("DELETE /api/orders").header("allow") == "GET, HEAD, POST"
    assert ask("GET /api/orders?page=1&page=2", "ana").status == 200  # shadow: input
    assert ask("GET /api/catalogue?sort=size").status == 422
    assert ask("POST /api/orders", "ana", body={**ORDER, "state": "paid"}).status == 422
    assert ask("GET /api/catalogue?q=" + "a" * 2100).problem == "uri_too_long"
    assert (
        ask("GET /api/catalogue", "", ("X-Large", "a" * 7000), ("X-Larger", "a" * 2000)).status
        == 431
    )
    once(ask.served.port, "GET", "/api/catalogue", host="evil.example", address=PROXY)


def has_no_body(ask: Asking, said: Server) -> None:
    # Flask has no part of a body for HEAD, Django has an empty one.
    assert ask("HEAD /api/catalogue").status in ((200,) if said.empty == "sent" else (200, 500))
    assert ask("HEAD /api/none").status == 404
    origin = ("Origin", "https://www.shop.example.com")
    asked = ask("OPTIONS /api/orders", "", origin, ("Access-Control-Request-Method", "GET"))
    assert (asked.status, asked.body) == (204, b""), asked


def bodies(ask: Asking, said: Server, framework: str) -> None:
    large = json.dumps({**ORDER, "note": "x" * 17_000}).encode()
    assert ask("POST /api/orders", "ana", JSON, raw=large).problem == "content_too_large"
    unknown = not said.endless or (framework == "django" and said.interface == "wsgi")
    small = chunked(json.dumps(ORDER).encode())
    pieces = chunked(*[large[at : at + 4096] for at in range(0, len(large), 4096)])
    answers = [
        ask("POST /api/orders", "ana", JSON, ("Transfer-Encoding", "chunked"), raw=raw).status
        for raw in (small, pieces)
    ]
    lengthless = unknown and said.chunked == "shown"
    assert answers == ([411, 411] if lengthless else [201, 413])


def spellings(ask: Asking, said: Server) -> None:
    letter = ask("GET /api/%6Frders", "ana")
    assert letter.status == (200 if "letter" in said.unseen else 400), letter
    slash = ask("GET /api%2Forders", "ana")
    assert slash.status == (200 if "slash" in said.unseen else 400), slash
    doubled = ask("GET //api/orders", "ana")
    assert doubled.status == (200 if "doubled" in said.unseen else 400), doubled
    for other in ("/api//orders", "/api/./orders", "/api/x/../orders", "/api/%2e%2e/api/orders",
                  "/api/orders%00", "/api/orders;a", "/api/orders%5c"):  # fmt: skip
        assert ask(f"GET {other}", "ana").status == 400, other
    broken = ask("GET /api/%FF", "ana")
    assert broken.status == (404 if "broken" in said.unseen else 400), broken


def names(ask: Asking, said: Server) -> None:
    """A name with ``_`` is no word of the proxy, unless the server makes one of the two."""
    forged = ask("GET /api/catalogue", "", ("X_Forwarded_Proto", "https"), secure=False)
    assert forged.status == {"dropped": 403, "shown": 400, "merged": 200}[said.underscore], forged
    twice = ask("GET /api/orders", "ana", ("Authorization", ask.of.tokens["ben"]))
    assert twice.status == 400, twice


def ended(served: Served, ask: Asking) -> None:
    """The server ends when asked, and every answer that named a decision left its line."""
    served.stop()
    written = [event.id for event in served.spooled()]
    assert len(set(ask.ids)) == len(ask.ids)
    assert set(ask.ids) <= set(written)
    assert len(set(written)) == len(written)
    if every.LAUNCHES["hypercorn-wsgi"].facts.title not in served.said:  # its own 500, see above
        assert "Traceback" not in served.said
