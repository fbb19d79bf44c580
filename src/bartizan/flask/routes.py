"""What a Flask application serves, and how its router reads a path."""

from collections.abc import Hashable

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect, Rule

from bartizan.enforce.views import takes_subject, where
from bartizan.flask.current import decision, subject
from bartizan.policy.routes import Resolve, Served


def mount(app: Flask) -> str:
    """The prefix under which the application is mounted: ``APPLICATION_ROOT``."""
    return str(app.config["APPLICATION_ROOT"] or "").rstrip("/")


def served(app: Flask) -> tuple[Served, ...]:
    """Every rule of the URL map; rules of websockets and build-only rules answer no request."""
    prefix = mount(app)
    return tuple(
        Served(
            key=id(rule),
            path=prefix + rule.rule,
            methods=methods(rule),
            where=where(app.view_functions.get(rule.endpoint)),
            view=rule.endpoint,
            takes_subject=takes_subject(
                app.view_functions.get(rule.endpoint), known=(subject, decision)
            ),
        )
        for rule in app.url_map.iter_rules()
        if not rule.build_only and not rule.websocket
    )


def methods(rule: Rule) -> frozenset[str]:
    """Methods that a rule says it serves; HEAD is GET, and automatic OPTIONS is no operation."""
    automatic = (
        {"HEAD", "OPTIONS"} if getattr(rule, "provide_automatic_options", False) else {"HEAD"}
    )
    return frozenset((rule.methods or set()) - automatic)


def resolver(app: Flask) -> Resolve:
    """Ask the URL map, under every subdomain that it knows."""
    prefix = mount(app)
    places = {rule.subdomain or "" for rule in app.url_map.iter_rules()}
    adapters = [app.url_map.bind("localhost", subdomain=place) for place in sorted(places)]

    def resolve(method: str, path: str) -> Hashable | None:
        if not path.startswith(prefix):
            return None
        for adapter in adapters:
            try:
                rule, _ = adapter.match(path[len(prefix) :] or "/", method, return_rule=True)
            except (HTTPException, RequestRedirect):
                continue
            return id(rule)
        return None

    return resolve
