"""Four servers on loopback: each shop bare and guarded, as children that end with us.

One gunicorn worker with threads (``memory://`` counts per process), one uvicorn. Their rewriting
of forwarding headers is switched off: the policy says whom to believe.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

from msgspec import Struct

from bartizan.demo import wire
from bartizan.demo.issuer import Issuer

EXAMPLES: Final = Path(__file__).parents[3] / "examples"
"""The examples of a clone; an installed package has none."""
PATIENCE: Final = 20.0
"""Seconds until a server has to answer."""

FACTS: Final = """extends = "{policy}"

[api]
hosts   = ["shop.example.com", "127.0.0.1:*"]
proxies = ["127.0.0.2"]

[identity.main]
keys = "file:jwks.json"
"""
"""Facts of this demo; the rules are the shop's."""


class Unserved(Exception):  # noqa: N818  (it says what the shop is)
    """A server does not come up: a sentence and the end of its log."""


class Shop(Struct, frozen=True):
    """A shop that is served."""

    name: str
    """``Flask`` or ``Django``."""
    bare: int
    """Port of the one without a guard."""
    guarded: int
    """Port of the one with a guard."""
    events: Path
    """The guarded one's spool."""


@contextmanager
def shops(folder: Path, issuer: Issuer) -> Iterator[tuple[Shop, ...]]:
    """Serve both shops twice; their databases, events and logs lie in ``folder``.

    Raises `Unserved`.
    """
    children: list[Child] = []
    try:
        for name in STARTS:
            _prepare(folder / name.lower(), EXAMPLES / f"shop_{name.lower()}", issuer)
            children += [_child(folder / name.lower(), name, kind) for kind in KINDS]
        for child in children:
            _await(child)
        yield tuple(
            Shop(bare.name, bare.port, guarded.port, guarded.home / "events")
            for bare, guarded in zip(children[::2], children[1::2], strict=True)
        )
    finally:
        for child in children:
            child.process.terminate()
        for child in children:
            _bury(child.process)


class Child(Struct, frozen=True):
    """One server."""

    name: str
    """``Flask`` or ``Django``."""
    kind: str
    """``bare`` or ``guarded``."""
    port: int
    """Its port."""
    home: Path
    """The folder of its shop: database, events, log."""
    process: subprocess.Popen[bytes]
    """The process."""


KINDS: Final = ("bare", "guarded")


def _prepare(home: Path, example: Path, issuer: Issuer) -> None:
    home.mkdir()
    (home / "jwks.json").write_text(issuer.jwks())
    (home / "facts.toml").write_text(FACTS.format(policy=example / "bartizan.toml"))


def flask(kind: str, port: int) -> list[str]:
    """gunicorn, believing nobody's forwarding headers."""
    module = "app" if kind == "guarded" else "unprotected"
    return [
        "-m", "gunicorn", f"{module}:create_app()", "--bind", f"127.0.0.1:{port}",
        "--workers", "1", "--threads", "4", "--forwarded-allow-ips", "", "--no-control-socket",
    ]  # fmt: skip


def django(kind: str, port: int) -> list[str]:
    """uvicorn, believing nobody's forwarding headers."""
    module = "shop.asgi" if kind == "guarded" else "unprotected.asgi"
    return [
        "-m", "uvicorn", f"{module}:application", "--host", "127.0.0.1", "--port", str(port),
        "--no-proxy-headers", "--lifespan", "off",
    ]  # fmt: skip


STARTS: Final = {"Flask": flask, "Django": django}


def _child(home: Path, name: str, kind: str) -> Child:
    example, port = EXAMPLES / f"shop_{name.lower()}", free_port()
    with (home / f"{kind}.log").open("wb") as log:
        if name == "Django":
            _migrate(home, kind, example, log)
        process = subprocess.Popen(  # noqa: S603  (our own examples)
            [sys.executable, *STARTS[name](kind, port)],
            cwd=example, env=_environment(home, kind), stdout=log, stderr=log,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    return Child(name, kind, port, home, process)


def _environment(home: Path, kind: str) -> dict[str, str]:
    database = home / f"{kind}.sqlite3"
    return os.environ | {
        "FLASK_SQLALCHEMY_DATABASE_URI": f"sqlite:///{database}",
        "FLASK_BARTIZAN_POLICY": str(home / "facts.toml"),
        "FLASK_BARTIZAN_EVENTS": str(home / "events"),
        "DJANGO_SETTINGS_MODULE": "shop.settings" if kind == "guarded" else "unprotected.settings",
        "SHOP_DATABASE": str(database),
        "SHOP_POLICY": str(home / "facts.toml"),
        "SHOP_EVENTS": str(home / "events"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def _migrate(home: Path, kind: str, example: Path, log: IO[bytes]) -> None:
    """Make Django's tables, once for both of its shops."""
    made = home / "bare.sqlite3"
    if made.exists():
        shutil.copyfile(made, home / f"{kind}.sqlite3")
        return
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
    environment = _environment(home, "bare")
    subprocess.run(command, cwd=example, env=environment, stdout=log, stderr=log, check=False)  # noqa: S603


def _await(child: Child) -> None:
    until = time.monotonic() + PATIENCE
    hello = wire.request("GET", "/api/health", "127.0.0.1", (), b"")
    while time.monotonic() < until and child.process.poll() is None:
        with suppress(OSError):
            if wire.ask(child.port, hello, wire.DIRECT).status == 200:
                return
        time.sleep(0.05)
    log = (child.home / f"{child.kind}.log").read_text(errors="replace")
    raise Unserved(f"the {child.kind} shop in {child.name} does not come up:\n{log[-2000:]}")


def _bury(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)


def free_port() -> int:
    """A port of loopback that nobody has now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
