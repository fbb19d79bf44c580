"""Routes in every way that Flask has to write them."""

from typing import Any

from flask import Blueprint, Flask
from flask.views import MethodView
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import BaseConverter, ValidationError


class Pattern(BaseConverter):
    """``<re("[a-z]{2}"):x>``: a converter that takes its expression."""

    def __init__(self, url_map: Any, expression: str) -> None:
        super().__init__(url_map)
        self.regex = expression


class Even(BaseConverter):
    """Refuses in code what its expression accepts."""

    regex = r"\d+"

    def to_python(self, value: str) -> int:
        if int(value) % 2:
            raise ValidationError
        return int(value)


class Member(MethodView):
    def get(self, **_: Any) -> str:
        return "member"

    def put(self, **_: Any) -> str:
        return "member"

    def delete(self, **_: Any) -> str:
        return "member"


def say(**given: Any) -> str:
    return f"{given}"


def create_app() -> Flask:
    app = Flask(__name__, static_folder="static")
    app.config["MAX_CONTENT_LENGTH"] = 3 * 1024 * 1024
    app.url_map.converters.update(re=Pattern, even=Even)
    app.wsgi_app = ProxyFix(app.wsgi_app)  # type: ignore[method-assign]

    def serve(rule: str, **how: Any) -> None:
        app.add_url_rule(rule, rule, say, **how)

    serve("/", strict_slashes=False)
    serve("/login", methods=["GET", "POST"])
    serve("/healthz")
    serve("/users/<name>")
    serve("/users/<name>.json")
    serve("/users/me")
    serve("/orders")
    serve("/orders.json")
    serve("/orders/<int:order_id>")
    serve("/orders/<int:order_id>.json")
    serve("/signed/<int(signed=True):n>")
    serve("/big/<int(min=1000):n>")
    serve("/fixed/<int(fixed_digits=4):n>")
    serve("/price/<float:price>")
    serve("/sheets/<uuid:sheet>")
    serve("/kind/<any(red, 'dark blue'):colour>")
    serve("/short/<string(length=2):code>")
    serve("/files/<path:rest>")
    serve("/files/<path:rest>/edit")
    serve("/in/<re('[a-z]{2}'):language>/about")
    serve("/even/<even:n>")
    serve("/@<name>")
    serve("/<int:year>-<int:month>")
    serve("/loose/", strict_slashes=False)
    serve("/loosely", strict_slashes=False)
    serve("/pages/", defaults={"page": 1})
    serve("/pages/<int:page>")
    serve("/trace", methods=["TRACE", "POST"])
    serve("/only-trace", methods=["TRACE"])
    serve("/options", methods=["OPTIONS"])
    serve("/café/<name>")
    serve('/quo"te/a b')
    serve("/wild*card")
    serve("/ws", websocket=True)
    serve("/twice")
    app.add_url_rule("/twice", "never asked", say)
    serve("/__<odd>__/x")

    inner = Blueprint("inner", __name__, url_prefix="/inner")
    inner.add_url_rule("/<int:pk>", view_func=Member.as_view("member"))
    inner.add_url_rule("/new", "new", say, methods=["POST"])
    outer = Blueprint("outer", __name__, url_prefix="/api/v1", static_folder="static",
                      static_url_path="/assets")  # fmt: skip
    outer.register_blueprint(inner)
    outer.add_url_rule("/session/login", "login", say, methods=["POST"])
    outer.add_url_rule("/a", "a", say)
    outer.add_url_rule("/b", "b", say)
    app.register_blueprint(outer)
    return app
