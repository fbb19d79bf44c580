"""The API that strangers write to: one policy with every kind of control, four faces of one app."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bartizan.policy.load import loads
from tests.conformance import tokens
from tests.conformance.bindings import BINDINGS
from tests.conformance.column_django import Ask, by_asgi, by_wsgi
from tests.conformance.column_engine import ENGINE
from tests.conformance.column_flask import FLASK
from tests.conformance.columns import Api, Clock, Seen, Sent, Setting
from tests.conformance.corpus import Inside, View
from tests.conformance.django_app import project
from tests.conformance.guarding import Guarded, stand

POLICY = """
[api]
name = "orders"
hosts = ["api.example.com", "other.example.com:*"]
deny = ["198.51.100.0/24", "2001:db8:bad::/48"]
proxies = ["10.0.3.7", "10.0.4.0/28", "2001:db8:1::7"]
cors = { origins = ["https://app.example.com"], headers = ["Authorization"], credentials = true }
flood = "1000000/minute per client"
guesses = "1000000/minute per client"
target = 2000
headers = 8000
FORWARDED

[stores]
limits = "memory://"

[identity.main]
kind = "jwt"
issuer = "https://id.example.com/"
audience = "orders"
algorithms = ["RS256", "ES256"]
keys = "file:jwks.json"
roles = "roles"

[limits]
person = "1000000/minute per subject"

[operations."GET /news"]
public = true
https = "redirect"

[operations."GET /news".query]
page = "int 1..1000"
q = "text 0..20"
state = "one open closed"
since = "date"
id = "uuid"
tag = "slug many"
price = "number 0..100"
gift = "bool"

[operations."GET /orders/{order_id:int}"]
identity = ["main"]
scopes = ["orders:read"]
limits = ["person"]

[operations."DELETE /orders/{order_id:int}"]
identity = ["main", "anonymous"]

[operations."GET /things/{thing_id:uuid}/{word:slug}"]
public = true

[operations."GET /words/{word:str}"]
public = true

[operations."GET /days/{day:date}"]
public = true

[operations."GET /files/{name:path}"]
public = true

[operations."POST /orders"]
public = true
input = "NewOrder"
body = "2 KiB"

[operations."PUT /orders"]
public = true
input = "PydanticOrder"
body = "2 KiB"

[operations."PATCH /orders"]
public = true
input = "SchemaOrder"
body = "2 KiB"

[operations."POST /raw"]
public = true
body = "2 KiB"

[operations."GET /inner"]
public = true
https = "off"
networks = ["203.0.113.0/24", "2001:db8:7::/48"]

[operations."GET /wp-login.php"]
decoy = true

[operations."WS /live"]
public = true

[operations."WS /mine"]
identity = ["main"]

[pass."/admin/"]
why = "it has a guard of its own"
"""


class Django:
    """One of Django's callables; all of them share the settings of one project."""

    def __init__(self, setting: Setting, build: Callable[[Guarded], Ask]) -> None:
        self.guarded = stand(setting)
        self.send = build(self.guarded)

    def ask(self, sent: Sent) -> Seen:
        """Send a request."""
        return self.guarded.seen(*self.send(sent, ""))

    def close(self) -> None:
        """The settings are given back for all at once."""


@contextmanager
def faces(directory: Path, forwarded: str = "") -> Iterator[dict[str, Api]]:
    """Every face of the API, by its name: the bare guard, Flask's callable, Django's two.
    ``forwarded`` chooses the family of headers."""
    setting = _setting(directory, forwarded)
    with project(setting):
        yield {
            "engine": ENGINE.open(setting),
            "flask": FLASK.open(setting),
            "wsgi": Django(setting, by_wsgi),
            "asgi": Django(setting, by_asgi),
        }


def _setting(directory: Path, forwarded: str) -> Setting:
    tokens.publish(directory)
    line = f'forwarded = "{forwarded}"' if forwarded else ""
    policy = loads(POLICY.replace("FORWARDED", line), file=str(directory / "bartizan.toml"))
    bound = {operation.input for operation in policy.operations} - {""}
    return Setting(
        policy=policy,
        bind={name: BINDINGS[name] for name in bound},
        views={"POST /raw": View(reads=True)},
        inside=Inside(),
        mounted=False,
        clock=Clock(float(int(time.time()))),
        store="",
    )
