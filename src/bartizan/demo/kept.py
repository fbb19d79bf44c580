"""``bartizan demo --keep FOLDER``: the shop and its policy as files, to look at and to change."""

import secrets
from pathlib import Path
from typing import Final

from bartizan.demo.twins import POLICY

GUARDED: Final = '''"""The shop behind its policy: `bartizan check guarded:app`."""

from pathlib import Path

from msgspec import Struct
from shop import create_app

from bartizan.flask import Bartizan


class Login(Struct, forbid_unknown_fields=True):
    name: str
    password: str


class NewOrder(Struct, forbid_unknown_fields=True):
    item: str


app = create_app(Path(__file__).with_name("secret").read_text())
Bartizan(app, bind={"Login": Login, "NewOrder": NewOrder})
'''
"""The one module that is written for whoever keeps it."""


def keep(folder: Path) -> None:
    """Write the shop, its guarded twin, the policy and a secret into a new folder.

    Raises ``FileExistsError`` where it is there already, ``OSError`` where it cannot be made.
    """
    folder.mkdir(parents=True)
    (folder / "shop.py").write_bytes((POLICY.parent / "__init__.py").read_bytes())
    (folder / "bartizan.toml").write_bytes(POLICY.read_bytes())
    (folder / "guarded.py").write_text(GUARDED)
    secret = folder / "secret"
    secret.touch(mode=0o600)
    secret.write_text(secrets.token_hex(32))
