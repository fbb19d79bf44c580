"""Both examples as any server may serve them: their policy, their database, who asks them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from msgspec import Struct

from bartizan.demo.issuer import PERSONAS, Issuer
from tests.servers.launch import ROOT

POLICY = """
extends = "{base}"

[api]
proxies = ["127.0.0.2"]

[identity.main]
keys = "file:jwks.json"
"""
FLASK, DJANGO = ROOT / "examples/shop_flask", ROOT / "examples/shop_django"
PROXY = "127.0.0.2"
"""The proxy that the policy believes."""


class Shop(Struct, frozen=True):
    """An example in a folder of its own."""

    folder: Path
    """Where policy, key and database are."""
    policy: Path
    """Its policy."""
    env: dict[str, str]
    """What the server's environment says to it."""
    tokens: dict[str, str]
    """An Authorization header of each persona."""


def stocked(folder: Path) -> Path:
    """A database of the Django example as migrations leave it; made once in a folder."""
    path = folder / "shop.sqlite3"
    if not path.exists():
        env = {**_paths(), "SHOP_DATABASE": str(path), "SHOP_POLICY": str(opened(folder))}
        migrate = [sys.executable, "-m", "django", "migrate", "--verbosity", "0", "--skip-checks"]
        subprocess.run(migrate, env=env, cwd=folder, check=True, timeout=60)
    return path


def opened(folder: Path) -> Path:
    """The example's policy for this folder."""
    path = folder / "shop.toml"
    path.write_text(POLICY.format(base=DJANGO / "bartizan.toml"), "utf-8")
    if not (folder / "jwks.json").exists():
        (folder / "jwks.json").write_text(Issuer().jwks(), "utf-8")
    return path


def shop(folder: Path, database: Path) -> Shop:
    """The shop in this folder: the same environment tells the Flask and the Django edition."""
    issuer = Issuer()
    (folder / "jwks.json").write_text(issuer.jwks(), "utf-8")
    policy = opened(folder)
    shutil.copy(database, folder / "django.sqlite3")
    env = {
        **_paths(),
        "FLASK_BARTIZAN_POLICY": str(policy),
        "FLASK_BARTIZAN_EVENTS": str(folder / "events"),
        "FLASK_SQLALCHEMY_DATABASE_URI": f"sqlite:///{folder / 'flask.sqlite3'}",
        "SHOP_POLICY": str(policy),
        "SHOP_EVENTS": str(folder / "events"),
        "SHOP_DATABASE": str(folder / "django.sqlite3"),
    }
    tokens = {who.subject: f"Bearer {issuer.token(who)}" for who in PERSONAS}
    return Shop(folder, policy, env, tokens)


def _paths() -> dict[str, str]:
    path = [str(ROOT), str(ROOT / "src"), str(FLASK), str(DJANGO)]
    settings = {"DJANGO_SETTINGS_MODULE": "shop.settings"}
    return {**os.environ, **settings, "PYTHONPATH": os.pathsep.join(path)}
