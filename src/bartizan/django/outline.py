"""What a first policy is drafted from, read out of a Django project's settings and URLconf."""

from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import pairwise
from types import CodeType
from typing import Any, Final

from django.apps import apps
from django.conf import settings
from django.urls import URLResolver, get_resolver
from django.urls.resolvers import LocalePrefixPattern
from django.utils import translation
from msgspec import Struct

from bartizan.django.routes import Leaf, languages, leaves, methods, readable, written
from bartizan.enforce.views import where
from bartizan.policy.outline import Outline, Route
from bartizan.policy.ways import Gap, Way, joined, ways

PROBABLE: Final = ("GET", "POST")
"""Methods of a view that does not say its own, beside those that its code names."""

_NAMED: Final = frozenset({"PUT", "PATCH", "DELETE"})

KNOWN: Final = (
    ("rest_framework_simplejwt", "simplejwt: tokens of its own, see SIMPLE_JWT"),
    ("oauth2_provider", "django-oauth-toolkit: tokens of an OAuth server of its own"),
    ("knox", "django-rest-knox: opaque tokens"),
    ("rest_framework.authtoken", "DRF's authtoken: opaque tokens, `Authorization: Token ...`"),
    ("ninja", "django-ninja: whatever `auth=` says"),
    ("django.contrib.sessions", "Django's sessions: a cookie"),
)
"""Applications that know people."""


class Guarded(Struct, frozen=True):
    """Views with a guard of their own, or files."""

    app: str
    """Namespace of their table (``app_name``); empty where it has none."""
    module: str
    """Module of the views, a prefix."""
    why: str
    """Whose guard it is."""


GUARDED: Final = (
    Guarded("admin", "", "Django admin: accounts, sessions and CSRF of its own"),
    Guarded("", "django.contrib.admindocs", "Django admin: accounts and sessions of its own"),
    Guarded("djdt", "", "django-debug-toolbar: it shows itself to INTERNAL_IPS alone"),
    Guarded("", "django.views.static", "files, read by anyone: Django serves them itself"),
    Guarded("", "django.contrib.staticfiles", "static files of development, read by anyone"),
)
"""What is left to itself."""


def outline(title: str) -> Outline:
    """The outline of the project that the settings name; ``title`` is how it was named."""
    return Outline(
        name=str(settings.ROOT_URLCONF).partition(".")[0],
        title=title,
        routes=tuple(_routes()),
        hosts=_hosts(),
        body=settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0,
        https="redirect" if settings.SECURE_SSL_REDIRECT else "",
        proxies=_proxies(),
        identity=next((words for name, words in KNOWN if apps.is_installed(name)), ""),
        notes=tuple(_notes()),
    )


def _routes() -> Iterator[Route]:
    """Every route; one that reads alike in all languages comes once for each and is merged."""
    root = get_resolver()
    prefix = str(settings.FORCE_SCRIPT_NAME or "").rstrip("/")
    seen: set[tuple[str, int]] = set()
    for language in languages(root):
        with translation.override(language):
            for leaf in leaves(root):
                if (leaf.route, id(leaf.pattern.callback)) not in seen:
                    seen.add((leaf.route, id(leaf.pattern.callback)))
                    yield _route(prefix, leaf)


def _route(prefix: str, leaf: Leaf) -> Route:
    view = leaf.pattern.callback
    said = methods(view) or _required(view)
    guarded, subtree = _guarded(prefix, leaf)
    return Route(
        path=f"{prefix}/{readable(leaf.route)}",
        methods=tuple(sorted(said or {*PROBABLE, *_mentioned(view)})),
        ways=_ways(prefix, leaf),
        where=where(view),
        family=_family(leaf),
        subtree=subtree,
        why=guarded,
        hides=not said,
        note=""
        if _anchored(leaf)
        else "longer? its pattern has no end, and takes longer paths too",
    )


# ------------------------------------------------------------------ paths


def _ways(prefix: str, leaf: Leaf) -> tuple[Way, ...]:
    """How its path may be written, the language a variable part of it."""
    outer = leaf.includes[0].pattern if leaf.includes else None
    if not isinstance(outer, LocalePrefixPattern) or not outer.language_prefix:
        found = written(prefix, leaf.expressions)
    else:
        codes = tuple(code for code, _ in settings.LANGUAGES)
        head: tuple[Way, ...] = ((f"{prefix}/", Gap("language", "slug", codes), "/"),)
        found = joined((head, *map(ways, leaf.expressions[1:])))
    return tuple(dict.fromkeys(way for one in found for way in _suffixed(one)))


def _suffixed(way: Way) -> Iterator[Way]:
    """A format suffix of DRF's (``.json``) written out; the slash that may follow is left out."""
    for index, (before, after) in enumerate(pairwise(way), 1):
        suffix = isinstance(after, Gap) and after.name == "format" and str(before).endswith(".")
        if suffix and formats():
            closing = way[index + 1 :]
            rest = () if closing == ("/",) else closing
            for name in formats():
                yield from joined(((way[:index],), ((name,),), (rest,)))
            return
    yield way


def formats() -> tuple[str, ...]:
    """Formats of DRF's renderers; that of the pages for people only where there is no other."""
    if not apps.is_installed("rest_framework"):
        return ()
    renderers = import_module("rest_framework.settings").api_settings.DEFAULT_RENDERER_CLASSES
    named = tuple(dict.fromkeys(str(one.format) for one in renderers if one.format))
    return tuple(name for name in named if name != "api") or named


def _guarded(prefix: str, leaf: Leaf) -> tuple[str, str]:
    """Whose guard a view has and the subtree that is left to it; nothing for most views."""
    module = str(getattr(leaf.pattern.callback, "__module__", ""))
    for known in GUARDED:
        if known.app:
            names = [include.app_name for include in leaf.includes]
            depth = names.index(known.app) + 1 if known.app in names else 0
        else:
            depth = len(leaf.expressions) * f"{module}.".startswith(f"{known.module}.")
        subtree = _literal(written(prefix, leaf.expressions[:depth])) if depth else ""
        if subtree:
            return known.why, subtree
    return "", ""


def _literal(found: tuple[Way, ...]) -> str:
    """What all of them begin with, up to a slash."""
    first = found[0][0] if found and found[0] else ""
    if not isinstance(first, str) or any(way[:1] != (first,) for way in found):
        return ""
    return first.rpartition("/")[0] + "/"


def _anchored(leaf: Leaf) -> bool:
    return leaf.expressions[-1].endswith(("$", r"\Z", r"\z"))


def _family(leaf: Leaf) -> str:
    """A viewset, else the included table."""
    viewset = getattr(leaf.pattern.callback, "cls", None)
    if viewset is not None and getattr(leaf.pattern.callback, "actions", None):
        return str(viewset.__name__)
    tables = [one for one in leaf.includes if not isinstance(one.pattern, LocalePrefixPattern)]
    return _table(tables[-1]) if tables else ""


def _table(include: URLResolver) -> str:
    module = include.urlconf_name
    if isinstance(module, str):
        return module
    named = getattr(module, "__name__", "") or include.namespace or include.app_name
    return str(named or readable(str(include.pattern)).strip("/"))


# ------------------------------------------------------------------ methods


def _required(view: Callable[..., Any]) -> frozenset[str]:
    """Methods that ``require_http_methods`` lets in, without HEAD; empty where it is not there."""
    seen: Any = view
    for _ in range(16):
        code = getattr(seen, "__code__", None)
        if code is not None and "request_method_list" in code.co_freevars:
            cell = seen.__closure__[code.co_freevars.index("request_method_list")]
            return frozenset(map(str, cell.cell_contents)) - {"HEAD"}
        seen = getattr(seen, "__wrapped__", None)
    return frozenset()


def _mentioned(view: Callable[..., Any]) -> frozenset[str]:
    """Methods that the code of a function view compares with."""
    seen: Any = view
    while hasattr(seen, "__wrapped__"):
        seen = seen.__wrapped__
    code = getattr(seen, "__code__", None)
    return _NAMED & frozenset(_constants(code)) if isinstance(code, CodeType) else frozenset()


def _constants(code: CodeType) -> Iterator[str]:
    for constant in code.co_consts:
        if isinstance(constant, str):
            yield constant
        elif isinstance(constant, tuple | frozenset):
            yield from (one for one in constant if isinstance(one, str))


# ------------------------------------------------------------------ settings


def _hosts() -> tuple[str, ...]:
    """``ALLOWED_HOSTS`` where each of them is a host and no pattern."""
    hosts = tuple(map(str, settings.ALLOWED_HOSTS))
    return () if any(host[:1] in ("*", ".") for host in hosts) else hosts


def _proxies() -> str:
    for name in ("SECURE_PROXY_SSL_HEADER", "USE_X_FORWARDED_HOST", "USE_X_FORWARDED_PORT"):
        if getattr(settings, name):
            return f"{name} believes it"
    return ""


def _notes() -> Iterator[str]:
    common = "django.middleware.common.CommonMiddleware"
    if settings.APPEND_SLASH and common in settings.MIDDLEWARE:
        yield (
            "APPEND_SLASH: without its closing slash a path is another one, and nothing is "
            "declared there; events tell who relies on the redirect."
        )
    if formats():
        yield (
            f"DRF: of its format suffixes .{' .'.join(formats())} is written out, where routes "
            "have one."
        )
    if apps.is_installed("channels"):
        yield 'Channels: its websockets are in no URLconf; each is an entry "WS /path".'
