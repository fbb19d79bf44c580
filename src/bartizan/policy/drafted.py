"""What a first policy names: operations, each once, with what a person must decide about them."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from msgspec import Struct

from bartizan.policy.draft_paths import parameters, templates
from bartizan.policy.match import TemplateFault, parse_template, shape
from bartizan.policy.outline import Outline, Route
from bartizan.policy.rules import Parameter
from bartizan.policy.words import METHODS


class Drafted(Struct, frozen=True):
    """An operation of a first policy."""

    method: str
    """Its method."""
    template: str
    """Its public template."""
    where: str
    """The line of code that serves it."""
    family: str
    """What it is listed with; empty where it stands alone."""
    asks: tuple[str, ...]
    """What a person must decide, a sentence each."""
    sign_in: bool
    """Whether secrets are entered here."""

    @property
    def name(self) -> str:
        """``GET /orders/{order_id:int}``."""
        return f"{self.method} {self.template}"


class Subtree(Struct, frozen=True):
    """A subtree that is left to a guard of its own."""

    prefix: str
    """``/admin/``."""
    why: str
    """Whose guard that is."""
    inside: tuple[str, ...]
    """Routes inside it that seem to have no such guard."""


# ------------------------------------------------------------------ subtrees


def subtrees(outline: Outline) -> tuple[Subtree, ...]:
    """The outermost subtrees with a guard of their own, and what of ours lies in them."""
    found: dict[str, str] = {}
    for route in outline.routes:
        if _possible(route.subtree):
            found.setdefault(route.subtree, route.why)
    outer = [one for one in found if not any(one != o and one.startswith(o) for o in found)]
    return tuple(Subtree(one, found[one], tuple(_ours(outline, one))) for one in outer)


def _possible(prefix: str) -> bool:
    """Whether a subtree can be said: no variable part, and not everything."""
    try:
        segments = parse_template(prefix)
    except TemplateFault:
        return False
    return len(segments) > 1 and segments[-1] == "" and all(isinstance(s, str) for s in segments)


def _ours(outline: Outline, prefix: str) -> Iterator[str]:
    for route in outline.routes:
        if not route.subtree and route.path.startswith(prefix):
            yield route.path


# ------------------------------------------------------------------ operations


def operations(outline: Outline, without: frozenset[str]) -> tuple[Drafted, ...]:
    """Every operation once, those of one template together, in the order of the routes.

    ``without`` names operations that no route serves after all.
    """
    passed = tuple(one.prefix for one in subtrees(outline))
    methods: dict[str, dict[str, list[tuple[Route, bool]]]] = {}
    named: dict[str, str] = {}
    for route in outline.routes:
        if route.subtree.startswith(passed):
            continue
        for template, wider in _templates(route):
            if template.startswith(passed):
                continue
            at = shape(template)
            named.setdefault(at, template)
            for method in _methods(route):
                under = methods.setdefault(at, {})
                under.setdefault(method, []).append((route, wider))
    every = [
        _drafted(method, named[at], under[method])
        for at, under in methods.items()
        for method in sorted(under, key=METHODS.index)
    ]
    return tuple(one for one in every if one.name not in without)


def _templates(route: Route) -> Iterator[tuple[str, bool]]:
    seen: set[str] = set()
    for way in route.ways:
        for one in templates(way):
            if one.text not in seen:
                seen.add(one.text)
                yield one.text, one.wider


def _methods(route: Route) -> Sequence[str]:
    if route.socket:
        return ("WS",)
    return [one for one in route.methods if one in METHODS]


def _drafted(method: str, template: str, routes: Sequence[tuple[Route, bool]]) -> Drafted:
    first = routes[0][0]
    kind = _kind(template)
    return Drafted(
        method=method,
        template=template,
        where=first.where,
        family=first.family,
        asks=tuple(dict.fromkeys(_asks(template, routes))),
        sign_in=kind == "sign-in" and method not in ("GET", "OPTIONS"),
    )


def _asks(template: str, routes: Sequence[tuple[Route, bool]]) -> Iterator[str]:
    open_to = _OPEN.get(_kind(template), "")
    if open_to:
        yield open_to
    names = [one.name for one in parameters(template) if _names_something(one)]
    if names:
        yield f"whose? {', '.join(names)}"
    wider = list(dict.fromkeys(route.path for route, wide in routes if wide))
    if wider:
        more = f" and {len(wider) - 1} more" if len(wider) > 1 else ""
        yield f"wider? it stands for {wider[0]}{more}"
    if any(route.hides for route, _ in routes):
        yield "methods?"
    odd = sorted({one for route, _ in routes for one in route.methods if one not in METHODS})
    if odd:
        yield f"{' '.join(odd)}? there is no word for it, and once enforced it is refused"
    yield from (route.note for route, _ in routes if route.note)


def _names_something(parameter: Parameter) -> bool:
    return parameter.kind not in ("path", "date") and parameter.name != "language"


# ------------------------------------------------------------------ what a path seems to be

_KINDS: Final = (
    ("sign-in", r"log-?(?:in|on)|sign-?(?:in|up)|regist(?:er|ration)|verify(?:-email)?|auth|oauth2?"
     r"|tokens?|jwt|refresh|authorize|introspect|revoke(?:[-_]token)?|reset|forgot|activate|confirm"
     r"|passwords?|password[-_](?:reset|forgot)|otp|mfa|2fa"),
    ("health", r"health[-_]?z?|health[-_]?checks?|ping|status|live(?:ness|z)?|ready|readiness"
     r"|readyz|up|version"),
    ("docs", r"(?:api-?)?docs?|swagger(?:-ui)?|openapi|redoc|apidocs|schema|apispec\w*|spec"
     r"|robots|favicon|sitemap|humans|manifest|jsi18n"),
    ("metrics", r"metrics|prometheus"),
)  # fmt: skip
_PATTERNS: Final = tuple(
    (kind, re.compile(rf"(?:{words})(?:\.\w+)?", re.IGNORECASE).fullmatch) for kind, words in _KINDS
)

_STEPS = re.compile(r"done|complete|callback|index(?:\.\w+)?|json", re.IGNORECASE).fullmatch
"""Last segments that say nothing about what a path is for."""

_OPEN: Final = {
    "sign-in": "public? who signs in has no credential yet",
    "health": "public? probes have no credential; say the networks they come from",
    "docs": "public? such pages are mostly read by anyone",
    "metrics": "public? what collects them has no credential; say its networks",
}


def _kind(template: str) -> str:
    """What the last telling segment of a path says that it is; empty for most."""
    literals = [one for one in template.split("/") if one and "{" not in one]
    if ".well-known" in literals:  # RFC 8615
        return "docs"
    while literals and _STEPS(literals[-1]):
        literals.pop()
    kinds = (kind for kind, fits in _PATTERNS if literals and fits(literals[-1]))
    return next(kinds, "")
