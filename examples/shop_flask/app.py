"""The shop behind its policy. ``flask --app app run`` for developers, gunicorn for customers.

``build`` makes the shop; ``create_app`` stands the guard before it, and says that whom the guard
has verified is the customer.
"""

from pathlib import Path
from typing import Any

from backoffice import backoffice
from bodies import NewOrder, OrderChange
from flask import Flask, g
from models import db, fill
from views import api

from bartizan.flask import Bartizan, seal, subject

HERE = Path(__file__).parent


def build(**config: Any) -> Flask:
    """The shop itself, without anybody who guards it."""
    app = Flask(__name__, static_folder=None)
    app.config["SQLALCHEMY_DATABASE_URI"] = f"sqlite:///{HERE / 'var' / 'shop.sqlite3'}"
    app.config.from_prefixed_env()
    app.config.update(config)
    (HERE / "var").mkdir(exist_ok=True)
    db.init_app(app)
    app.register_blueprint(api)
    app.register_blueprint(backoffice)
    with app.app_context():
        fill()
    return app


def create_app(**config: Any) -> Flask:
    """The shop as it is served."""
    app = build(**config)

    @app.before_request
    def who() -> None:
        g.customer = subject.id if subject else None

    Bartizan(app, bind={"NewOrder": NewOrder, "OrderChange": OrderChange})
    seal(app)
    return app
