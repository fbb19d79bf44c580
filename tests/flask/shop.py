"""A small guarded Flask application for these tests, made anew for every one of them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from flask import Flask

from bartizan.flask import Bartizan
from bartizan.flask.extension import gate_of
from bartizan.model.event import Event
from bartizan.policy.load import loads

HEAD = """
[api]
name = "shop"
base = "/api"
hosts = ["api.example.com"]

[stores]
limits = "memory://"

[identity.main]
kind = "jwt"
issuer = "https://id.example.com/"
audience = "shop"
algorithms = ["ES256"]
keys = "file:{keys}"
roles = "roles"

[defaults]
identity = ["main"]
"""


class Journal:
    """Keeps events in memory."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.write = self.events.append

    def keyed(self, text: str) -> str:
        return f"#{text}"


def policy_text(tmp_path: Path, entries: str) -> str:
    """A whole policy from its entries."""
    keys = tmp_path / "keys.pem"
    if not keys.exists():
        public = ec.generate_private_key(ec.SECP256R1()).public_key()
        keys.write_bytes(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return HEAD.replace("{keys}", str(keys)) + entries


def guarded(
    tmp_path: Path,
    entries: str,
    build: Callable[[Flask], Any],
    *,
    bind: dict[str, Any] | None = None,
    **config: Any,
) -> Flask:
    """An application with the views of ``build`` behind the entries."""
    app = Flask(__name__, static_folder=None)
    app.config.update(config)
    build(app)
    policy = loads(policy_text(tmp_path, entries), file=str(tmp_path / "bartizan.toml"))
    Bartizan(app, policy=policy, bind=bind)
    return app


def listen(app: Flask) -> list[Event]:
    """Seal the application and overhear its events."""
    journal = Journal()
    gate_of(app).seal(journal)
    return journal.events
