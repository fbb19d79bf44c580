"""What every test of the shop starts with: a key of its own, a database in memory."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from bartizan.demo.issuer import Issuer

sys.path.insert(0, str(Path(__file__).parent))


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Flask]:
    """The shop behind its policy, made anew for every test."""
    from app import create_app

    monkeypatch.setenv("SHOP_JWKS", Issuer().jwks())
    made = create_app(SQLALCHEMY_DATABASE_URI="sqlite://", BARTIZAN_EVENTS=str(tmp_path))
    yield made
    from models import db

    with made.app_context():
        db.session.remove()
        db.engine.dispose()
