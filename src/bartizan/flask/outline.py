"""What a first policy is drafted from, read out of a Flask application."""

from collections.abc import Iterator
from typing import Any, Final

from flask import Flask
from werkzeug.routing import Rule

from bartizan.enforce.views import where
from bartizan.flask.routes import methods, mount, ways
from bartizan.policy.outline import Outline, Route
from bartizan.policy.ways import Way

KNOWN: Final = (
    ("flask-jwt-extended", "Flask-JWT-Extended: tokens of its own, see JWT_ALGORITHM"),
    ("flask-jwt-simple", "Flask-JWT-Simple: tokens of its own"),
    ("security", "Flask-Security: a session, or its own token"),
    ("authlib.integrations.flask_oauth2", "Authlib: tokens of an OAuth server"),
    ("login_manager", "Flask-Login: a session"),
)
"""Extensions that know people, by their key in ``app.extensions`` or their attribute."""


def outline(app: Flask, title: str) -> Outline:
    """The outline of an application; ``title`` is how it was named."""
    return Outline(
        name=app.name,
        title=title,
        routes=tuple(_route(app, rule) for rule in _rules(app)),
        hosts=tuple(dict.fromkeys(_hosts(app))),
        body=app.config.get("MAX_CONTENT_LENGTH") or 0,
        proxies="ProxyFix believes it" if _fixed(app.wsgi_app) else "",
        identity=_identity(app),
    )


def _rules(app: Flask) -> Iterator[Rule]:
    return (rule for rule in app.url_map.iter_rules() if not rule.build_only)


def _route(app: Flask, rule: Rule) -> Route:
    written = ways(app, rule)
    subtree = _static(rule, written[0])
    return Route(
        path=mount(app) + rule.rule,
        methods=tuple(sorted(methods(rule))),
        ways=written,
        where=where(app.view_functions.get(rule.endpoint)),
        family=rule.endpoint.rpartition(".")[0],
        subtree=subtree,
        why="static files, read by anyone: Flask serves them itself" if subtree else "",
        socket=bool(rule.websocket),
        note=_place(rule),
    )


def _static(rule: Rule, way: Way) -> str:
    """The subtree of a view for static files; empty for every other one."""
    named = rule.endpoint.rpartition(".")[2] == "static" and rule.arguments == {"filename"}
    first = way[0] if way else ""
    return first if named and isinstance(first, str) and first.endswith("/") else ""


def _place(rule: Rule) -> str:
    """On which host or subdomain alone a rule is served."""
    if rule.host:
        return f"hosts? {rule.host} alone serves it"
    if rule.subdomain:
        return f"hosts? the subdomain {rule.subdomain} alone serves it"
    return ""


def _hosts(app: Flask) -> Iterator[str]:
    """Hosts that the configuration names; none where one of them has a variable part."""
    server = app.config.get("SERVER_NAME") or ""
    places = {rule.host or rule.subdomain or "" for rule in _rules(app)} - {""}
    if any("<" in place for place in places):
        return
    if app.url_map.host_matching:
        yield from sorted(places)
    elif server:
        yield server
        yield from sorted(f"{place}.{server}" for place in places)
    yield from (host for host in app.config.get("TRUSTED_HOSTS") or () if host[:1] != ".")


def _fixed(wsgi_app: Any) -> bool:
    """Whether ProxyFix stands somewhere around the application."""
    for _ in range(16):
        if type(wsgi_app).__name__ == "ProxyFix":
            return True
        wsgi_app = getattr(wsgi_app, "app", None) or getattr(wsgi_app, "wsgi_app", None)
    return False


def _identity(app: Flask) -> str:
    known = (words for key, words in KNOWN if key in app.extensions or hasattr(app, key))
    return next(known, "")
