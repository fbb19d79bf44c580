"""A small API for what no single request can ask for."""

from pathlib import Path
from tempfile import mkdtemp

from msgspec.structs import replace

from bartizan.policy.load import loads
from bartizan.policy.rules import Policy
from tests.conformance import tokens
from tests.conformance.bindings import NewOrder
from tests.conformance.columns import Clock, Sent, Setting
from tests.conformance.corpus import ColumnName, Inside
from tests.conformance.guarding import Guarded, stand

Columns = tuple[ColumnName, ...]

POLICY = """
[api]
name = "things"
hosts = ["api.example.com"]
https = "off"
flood = "3/minute per client"

[stores]
limits = "memory://"

[identity.main]
kind = "jwt"
issuer = "https://id.example.com/"
audience = "orders"
algorithms = ["RS256", "ES256"]
keys = "file:jwks.json"

[operations."GET /things/{thing_id:int}"]
public = true

[operations."GET /mine"]
identity = ["main"]

[operations."POST /raw"]
public = true
body = "1 MiB"

[operations."POST /orders"]
public = true
input = "NewOrder"
"""

GET = Sent(
    method="GET", target="/things/7", lines=(("Host", "api.example.com"),), body=b"",
    peer="192.0.2.1", scheme="https", chunked=False, endless=True, websocket=False,
    peer_rewritten=False,
)  # fmt: skip


def policy() -> Policy:
    """The policy, with its keys beside it."""
    directory = Path(mkdtemp(prefix="bartizan-invariants-"))
    tokens.publish(directory)
    return loads(POLICY, file=str(directory / "bartizan.toml"))


def setting() -> Setting:
    """A fresh start of the API."""
    clock = Clock(1_800_000_000.0)
    return Setting(
        policy=policy(), bind={"NewOrder": NewOrder}, views={}, inside=Inside(), mounted=False,
        clock=clock, store="",
    )  # fmt: skip


def guarded() -> Guarded:
    """A guard with its events in memory."""
    return stand(setting())


def post(target: str, body: bytes, kind: str = "application/json") -> Sent:
    """A request with a body."""
    lines = (*GET.lines, ("Content-Type", kind), ("Content-Length", str(len(body))))
    return replace(GET, method="POST", target=target, lines=lines, body=body)
