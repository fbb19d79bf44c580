"""What a Flask application serves, and how its router reads a path."""

import re
from collections.abc import Hashable, Iterator
from contextlib import suppress
from functools import partial

from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter, RequestRedirect, Rule

from bartizan.enforce.views import takes_subject, where
from bartizan.flask.current import decision, subject
from bartizan.policy.routes import Resolve, Served
from bartizan.policy.ways import SAMPLES, Gap, Piece, Way, gap


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
            ways=partial(ways, app, rule),
        )
        for rule in _rules(app)
    )


def _rules(app: Flask) -> Iterator[Rule]:
    return (rule for rule in app.url_map.iter_rules() if not rule.build_only and not rule.websocket)


def methods(rule: Rule) -> frozenset[str]:
    """Methods that a rule says it serves; HEAD is GET, and automatic OPTIONS is no operation."""
    automatic = (
        {"HEAD", "OPTIONS"} if getattr(rule, "provide_automatic_options", False) else {"HEAD"}
    )
    return frozenset((rule.methods or set()) - automatic)


def resolver(app: Flask) -> Resolve:
    """Ask the URL map, under every host and subdomain that it knows."""
    prefix = mount(app)
    adapters = [*_adapters(app)]

    def resolve(method: str, path: str) -> frozenset[Hashable]:
        if not path.startswith(prefix):
            return frozenset()
        found = set()
        for adapter in adapters:
            with suppress(HTTPException, RequestRedirect):
                rule, _ = adapter.match(path[len(prefix) :] or "/", method, return_rule=True)
                found.add(id(rule))
        return frozenset(found)

    return resolve


def _adapters(app: Flask) -> Iterator[MapAdapter]:
    """The URL map as each of its hosts or subdomains sees it; of those with a variable part, one
    that it fills."""
    places = {rule.host if app.url_map.host_matching else rule.subdomain for rule in _rules(app)}
    for place in sorted({place or "" for place in places}):
        text = "".join(
            piece if isinstance(piece, str) else piece.texts[0] for piece in _pieces(app, place)
        )
        if app.url_map.host_matching:
            yield app.url_map.bind(text or "localhost")
        else:
            yield app.url_map.bind("localhost", subdomain=text)


# ------------------------------------------------------------------ how a path may be written

_VARIABLE = re.compile(r"<(?:(\w+)(?:\((.*?)\))?:)?(\w+)>")


def ways(app: Flask, rule: Rule) -> tuple[Way, ...]:
    """The path of a rule, also with the other ending where it does not mind slashes."""
    way = tuple(_pieces(app, mount(app) + rule.rule, rule))
    last = way[-1] if way else ""
    if rule.strict_slashes is not False or len(rule.rule) < 2:
        return (way,)
    if isinstance(last, str) and last.endswith("/"):
        return (way, (*way[:-1], last[:-1]))
    return (way, (*way, "/"))


def _pieces(app: Flask, text: str, rule: Rule | None = None) -> Iterator[Piece]:
    """Literal text and variables of a rule, each as its own converter reads it."""
    end = 0
    for match in _VARIABLE.finditer(text):
        yield text[end : match.start()]
        end = match.end()
        word, _, name = match.groups()
        converter = getattr(rule, "_converters", {}).get(name) or app.url_map.converters.get(
            word or "default"
        )
        found = gap(name, getattr(converter, "regex", "[^/]+"))
        yield found or Gap(name, "str", SAMPLES["str"])
    yield text[end:]
