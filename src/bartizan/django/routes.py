"""What a Django project serves, and how its URLconf reads a path.

A route is told apart by what Django says of it at run time: the joined text of its patterns
(``ResolverMatch.route``) and its view. Nothing is translated from regular expressions.
"""

import re
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any

from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.exceptions import Resolver404
from django.urls.resolvers import LocalePrefixPattern
from django.utils import translation
from django.utils.functional import Promise
from django.views.generic import View
from msgspec import Struct

from bartizan.enforce.views import takes_subject, where
from bartizan.policy.routes import Resolve, Served, samples
from bartizan.policy.rules import Policy
from bartizan.policy.ways import Way, joined, ways

_AUTOMATIC = frozenset({"HEAD", "OPTIONS"})
"""HEAD is GET, and the OPTIONS that Django answers by itself is no operation."""


def key(route: str, view: Callable[..., Any]) -> Hashable:
    """What tells a route apart, at the start and at run time."""
    return route, view


def mount(policy: Policy) -> str:
    """The prefix under which a server mounts the project: ``FORCE_SCRIPT_NAME`` where it is set.

    Else it is the policy's ``base``, where the URLconf knows operations without it alone. Where
    every entry says the base once more, that is no sign of a mount, but the usual mistake.
    """
    if settings.FORCE_SCRIPT_NAME is not None:
        return str(settings.FORCE_SCRIPT_NAME).rstrip("/")
    base = policy.api.base
    if all(each.template.startswith(f"{base}{base}/") for each in policy.operations):
        return ""
    return base if base and not _knows("", policy) and _knows(base, policy) else ""


def served(prefix: str) -> tuple[Served, ...]:
    """Every leaf of ``ROOT_URLCONF``, included ones too, in every language of its own."""
    root = get_resolver()
    found: dict[Hashable, Served] = {}
    for language in languages(root):
        with translation.override(language):
            for leaf in leaves(root):
                at = key(leaf.route, leaf.pattern.callback)
                found.setdefault(at, _served(prefix, leaf))
    return tuple(found.values())


class Leaf(Struct, frozen=True):
    """A pattern with a view, and the way to it."""

    route: str
    """Its route as ``ResolverMatch.route`` will say it, in the language of the moment."""
    pattern: URLPattern
    """The pattern itself."""
    expressions: tuple[str, ...]
    """Regular expressions of all patterns on the way to it, in the language of the moment."""
    includes: tuple[URLResolver, ...] = ()
    """The included tables on the way to it, the outermost first."""


def leaves(resolver: URLResolver) -> Iterator[Leaf]:
    """Every pattern with a view."""
    for entry in resolver.url_patterns:
        own = str(entry.pattern.regex.pattern)
        if isinstance(entry, URLPattern):
            yield Leaf(str(entry.pattern), entry, (own,))
            continue
        for leaf in leaves(entry):
            route = _joined(str(entry.pattern), leaf.route)
            includes = (entry, *leaf.includes)
            yield Leaf(route, leaf.pattern, (own, *leaf.expressions), includes)


def written(prefix: str, expressions: tuple[str, ...]) -> tuple[Way, ...]:
    """How the path behind these patterns may be written."""
    return joined((((f"{prefix}/",),), *map(ways, expressions)))


def resolver(prefix: str) -> Resolve:
    """Ask the URLconf, in every language that it has routes of its own for."""
    root = get_resolver()
    tongues = languages(root)

    def resolve(method: str, path: str) -> frozenset[Hashable]:
        if not path.startswith(prefix):
            return frozenset()
        found: set[Hashable] = set()
        for language in tongues:
            with translation.override(language), suppress(Resolver404):
                match = root.resolve(path[len(prefix) :] or "/")
                found.add(key(match.route, match.func))
        return frozenset(found)

    return resolve


def languages(root: URLResolver) -> tuple[str | None, ...]:
    """Languages in which the URLconf reads differently; one that is none where it does not."""
    if settings.USE_I18N and any(_translated(pattern) for pattern in _patterns(root)):
        return tuple(code for code, _ in settings.LANGUAGES)
    return (None,)


def methods(view: Callable[..., Any]) -> frozenset[str] | None:
    """Methods that a class-based view has; ``None`` for views that do not say."""
    names = getattr(view, "actions", None)  # a viewset
    view_class = getattr(view, "view_class", None)
    if names is None and view_class is not None:
        given = getattr(view, "view_initkwargs", {})
        named = given.get("http_method_names", view_class.http_method_names)
        names = [name for name in named if hasattr(view_class, name)]
    if not names:
        return None
    automatic = _AUTOMATIC
    if view_class is not None and getattr(view_class, "options", None) is not View.options:
        automatic = frozenset({"HEAD"})
    return frozenset(name.upper() for name in names) - automatic or None


def _knows(prefix: str, policy: Policy) -> bool:
    """Whether the URLconf serves any operation when it is mounted there."""
    resolve = resolver(prefix)
    return any(
        resolve(operation.method, path)
        for operation in policy.operations
        for path in samples(operation.template)
    )


def _served(prefix: str, leaf: Leaf) -> Served:
    view = leaf.pattern.callback
    return Served(
        key=key(leaf.route, view),
        path=f"{prefix}/{readable(leaf.route)}",
        methods=methods(view),
        where=where(view),
        view=leaf.pattern.lookup_str,
        takes_subject=takes_subject(view),
        ways=partial(written, prefix, leaf.expressions),
    )


def _joined(outer: str, inner: str) -> str:
    """How Django joins the texts of two patterns."""
    return outer + inner.removeprefix("^") if outer else inner


def readable(route: str) -> str:
    """A route for people; of a regular expression only what stands for itself is undone."""
    return re.sub(r"\\([-./_])", r"\1", route.removeprefix("^"))


def _patterns(resolver: URLResolver) -> Iterable[Any]:
    for entry in resolver.url_patterns:
        yield entry.pattern
        if isinstance(entry, URLResolver):
            yield from _patterns(entry)


def _translated(pattern: Any) -> bool:
    text = getattr(pattern, "_route", None) or getattr(pattern, "_regex", None)
    return isinstance(pattern, LocalePrefixPattern) or isinstance(text, Promise)
