"""The table of packages and settings that live beside the guard in a Django project.

Adding one more: one ``Neighbour`` in ``NEIGHBOURS``. Our own two places are held by ``conf.py``:
between them the order of the others is free, since ``Outside`` decides before any of them sees a
view, and ``Inside`` has cut the answer before any of them looks at it.
"""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import LazySettings, settings
from django.http.request import validate_host
from django.utils.module_loading import import_string

from bartizan.django.routes import mount
from bartizan.enforce.controls.headers import replaced
from bartizan.policy.neighbours import Conflict, Met, Neighbour, limits, meet, unpassed
from bartizan.policy.rules import Place, Policy
from bartizan.policy.source import files_of, line

_CONSUMED: Final = ("HTTP_X_FORWARDED_", "HTTP_FORWARDED", "HTTP_X_REAL_IP")
"""Headers that the guard reads and removes, as Django's settings name them."""


def met(policy: Policy) -> tuple[Met, ...]:
    """The conflicts of the project's settings with a policy."""
    module = str(getattr(settings, "SETTINGS_MODULE", None) or "")

    def locate(written: str) -> Place:
        return line(written, (*files_of(module, "", sys.modules), module or "settings"))

    return meet(NEIGHBOURS, settings, policy, locate)


# ------------------------------------------------------------------ how one is recognised

Where = LazySettings


def _entry(*known: str) -> Callable[[Where], Any]:
    """An entry of ``MIDDLEWARE``: one of these classes, or a class made from one."""
    return lambda where: next(
        (path for path in where.MIDDLEWARE if not _bases(path).isdisjoint(known)), None
    )


def _bases(path: str) -> set[str]:
    try:
        made = import_string(path)
    except ImportError:
        return {path}
    mro = getattr(made, "__mro__", ())
    return {path, *(f"{base.__module__}.{base.__qualname__}" for base in mro)}


def _set(name: str) -> Callable[[Where], Any]:
    """A setting that says something; what Django says by itself is nobody's decision."""
    return lambda where: (getattr(where, name, None) or None) if where.is_overridden(name) else None


def _any(name: str) -> Callable[[Where], Any]:
    """A setting, by whomever it is said."""
    return lambda where: getattr(where, name, None)


def _header(entry: str, setting: str) -> Callable[[Where], Any]:
    """A setting that an entry of ``MIDDLEWARE`` makes a header of."""
    stands, says = _entry(entry), _set(setting)
    return lambda where: says(where) if stands(where) is not None else None


# ------------------------------------------------------------------ what may go wrong


def _overwritten(*names: str) -> Callable[[Any, Policy], str]:
    return lambda it, policy: replaced(policy, *names)


def _yes(it: Any, policy: Policy) -> str:
    return "it"


def _https(it: Any, policy: Policy) -> str:
    return policy.api.https


def _hosts(it: Any, policy: Policy) -> str:
    """A host that the policy accepts and Django would refuse."""
    allowed = list(it)
    if settings.DEBUG and not allowed:
        allowed = [".localhost", "127.0.0.1", "[::1]"]
    named = {*policy.api.hosts, *(host for each in policy.operations for host in each.hosts)}
    bare = sorted(_without_port(host.removesuffix(":*").lower()) for host in named)
    return next((host for host in bare if not validate_host(host, allowed)), "")


def _without_port(host: str) -> str:
    name, _, port = host.rpartition(":")
    return name if name and port.isdigit() else host


def _www(it: Any, policy: Policy) -> str:
    """The first host whose `www.` the policy refuses."""
    hosts = policy.api.hosts
    return next(
        (host for host in hosts if host[:4] != "www." and not {f"www.{host}", "*"} & {*hosts}), ""
    )


def _consumed(it: Any, policy: Policy) -> str:
    return str(it[0]) if str(it[0]).startswith(_CONSUMED) else ""


def _believed(it: Any, policy: Policy) -> str:
    return "" if str(it[0]).startswith(_CONSUMED) else str(it[0])


def _files(it: Any, policy: Policy) -> str:
    """A path of WhiteNoise's that no ``[pass]`` leaves to it."""
    return unpassed(policy, _served(policy))


def _served(policy: Policy) -> Iterator[str]:
    static = getattr(settings, "WHITENOISE_STATIC_PREFIX", None) or settings.STATIC_URL or ""
    path = "/" + urlsplit(static).path.strip("/") + "/"
    script = settings.FORCE_SCRIPT_NAME is not None
    prefix = "" if script and path.startswith(mount(policy) + "/") else mount(policy)
    if static:
        yield prefix + path
    root = getattr(settings, "WHITENOISE_ROOT", None)
    if root and Path(root).is_dir():
        for each in sorted(Path(root).iterdir()):
            yield f"{mount(policy)}/{each.name}" + "/" * each.is_dir()


def _operations(it: Any, policy: Policy) -> str:
    return policy.operations[0].name if policy.operations else ""


def _toolbar(it: Any, policy: Policy) -> str:
    own = getattr(settings, "DEBUG_TOOLBAR_CONFIG", {}).get("SHOW_TOOLBAR_CALLBACK")
    return str(getattr(own, "__name__", own)) if own and not settings.DEBUG else ""


def _throttles(it: Any, policy: Policy) -> str:
    return limits(policy) if it.get("DEFAULT_THROTTLE_CLASSES") else ""


_SECURITY = "django.middleware.security.SecurityMiddleware"
_FRAMES = "django.middleware.clickjacking.XFrameOptionsMiddleware"
_POLICY_SAYS = "Delete it; what you want otherwise goes into `headers` of the policy"
_PASSED = "on subtrees of a `[pass]` it goes on as before"

NEIGHBOURS: Final[tuple[Neighbour[Where], ...]] = (
    Neighbour(
        "ALLOWED_HOSTS", "ALLOWED_HOSTS", _any("ALLOWED_HOSTS"),
        "The policy's hosts, or `*`: `[api] hosts` decides before Django does.",
        (
            Conflict(
                "R303", _hosts,
                "refuses {}, which the policy accepts: requests for it are answered 500",
                "Name the policy's hosts, or `*`: [api] hosts decides before Django does",
                id="bartizan.W001",
            ),
        ),
    ),
    Neighbour(
        "SECURE_SSL_REDIRECT", "SECURE_SSL_REDIRECT", _set("SECURE_SSL_REDIRECT"),
        "Nothing: `[api] https` redirects, or refuses.",
        (
            Conflict(
                "R303", _https,
                'redirects to https, and the policy has decided already: https = "{}"',
                "Delete it: the policy redirects, or refuses, before Django sees the request",
                id="bartizan.W002",
            ),
        ),
    ),
    Neighbour(
        "SECURE_PROXY_SSL_HEADER", "SECURE_PROXY_SSL_HEADER", _set("SECURE_PROXY_SSL_HEADER"),
        "Nothing: the scheme comes from `[api] proxies`.",
        (
            Conflict(
                "R304", _consumed,
                "names {}, which never arrives: the guard has read and removed it",
                "Delete it: the scheme comes from [api] proxies",
                id="bartizan.W003",
            ),
            Conflict(
                "R303", _believed,
                "believes {} of everybody, whatever scheme the guard has decided",
                "Delete it: the scheme comes from [api] proxies",
                id="bartizan.W014",
            ),
        ),
    ),
    Neighbour(
        "USE_X_FORWARDED_HOST", "USE_X_FORWARDED_HOST", _set("USE_X_FORWARDED_HOST"),
        "Nothing: the host comes from `[api] proxies`.",
        (
            Conflict(
                "R304", _yes,
                "asks for a header that never arrives: the guard has read and removed it",
                "Delete it: the host comes from [api] proxies",
                id="bartizan.W004",
            ),
        ),
    ),
    Neighbour(
        "USE_X_FORWARDED_PORT", "USE_X_FORWARDED_PORT", _set("USE_X_FORWARDED_PORT"),
        "Nothing: the host and its port come from `[api] proxies`.",
        (
            Conflict(
                "R304", _yes,
                "asks for a header that never arrives: the guard has read and removed it",
                "Delete it: the host and its port come from [api] proxies",
                id="bartizan.W005",
            ),
        ),
    ),
    Neighbour(
        "django-cors-headers", "corsheaders.middleware.CorsMiddleware",
        _entry("corsheaders.middleware.CorsMiddleware"),
        f"Its origins, in `[api] cors`; {_PASSED}.",
        (
            Conflict(
                "R303", _overwritten("Access-Control-Allow-Origin"),
                "sets {}, which the guard takes away again: `[api] cors` says who may read, and "
                "answers preflights before Django hears of them",
                "Delete it from MIDDLEWARE, and say its origins in [api] cors",
                id="bartizan.W006",
            ),
        ),
    ),
    Neighbour(
        "SECURE_HSTS_SECONDS", "SECURE_HSTS_SECONDS", _header(_SECURITY, "SECURE_HSTS_SECONDS"),
        f"`SecurityMiddleware` itself: {_PASSED}. Other values of HSTS go into `headers`.",
        (
            Conflict(
                "R303", _overwritten("Strict-Transport-Security"),
                "says {}, and the policy's replaces it", _POLICY_SAYS, id="bartizan.W007",
            ),
        ),
    ),
    Neighbour(
        "X_FRAME_OPTIONS", "X_FRAME_OPTIONS", _header(_FRAMES, "X_FRAME_OPTIONS"),
        f"`XFrameOptionsMiddleware` itself: {_PASSED}.",
        (
            Conflict(
                "R303", _overwritten("X-Frame-Options"),
                "says {}, and the policy's replaces it", _POLICY_SAYS, id="bartizan.W008",
            ),
        ),
    ),
    Neighbour(
        "SECURE_REFERRER_POLICY", "SECURE_REFERRER_POLICY",
        _header(_SECURITY, "SECURE_REFERRER_POLICY"),
        f"`SecurityMiddleware` itself: {_PASSED}.",
        (
            Conflict(
                "R303", _overwritten("Referrer-Policy"),
                "says {}, and the policy's replaces it", _POLICY_SAYS, id="bartizan.W009",
            ),
        ),
    ),
    Neighbour(
        "Content-Security-Policy", "csp.middleware.CSPMiddleware",
        _entry("csp.middleware.CSPMiddleware",
               "django.middleware.csp.ContentSecurityPolicyMiddleware"),
        f"It, where there are pages: {_PASSED}.",
        (
            Conflict(
                "R303", _overwritten("Content-Security-Policy"),
                "in MIDDLEWARE sets {}, and the policy's replaces it",
                "Delete it from MIDDLEWARE; what you want otherwise goes into `headers`",
                id="bartizan.W010",
            ),
        ),
    ),
    Neighbour(
        "WhiteNoise", "whitenoise.middleware.WhiteNoiseMiddleware",
        _entry("whitenoise.middleware.WhiteNoiseMiddleware"),
        "All of it, behind `Outside`, with a `[pass]` for its prefix.",
        (
            Conflict(
                "R305", _files,
                "answers {}, and no [pass] leaves that path to it: it is answered 404, or 500 "
                "where an operation takes it",
                "Say [pass] for the prefix of its files",
                id="bartizan.W011",
            ),
        ),
    ),
    Neighbour(
        "PREPEND_WWW", "PREPEND_WWW", _set("PREPEND_WWW"),
        "It, where the policy accepts both hosts.",
        (
            Conflict(
                "R303", _www,
                "redirects {} to a host that the policy refuses",
                "Delete it, or name that host in [api] hosts",
                id="bartizan.W012",
            ),
        ),
    ),
    Neighbour(
        "Django REST framework", "REST_FRAMEWORK", _set("REST_FRAMEWORK"),
        "All of it but throttles that count what the policy counts. `NUM_PROXIES` may go: the "
        "client's address is the one that the guard has decided.",
        (
            Conflict(
                "R303", _throttles,
                "throttles the same requests as the policy ({}): the narrower of both holds, and "
                "only the policy's refusals are events",
                "Delete DEFAULT_THROTTLE_CLASSES where the policy counts as well",
                id="bartizan.W013",
            ),
        ),
    ),
    Neighbour(
        "FetchFromCacheMiddleware", "django.middleware.cache.FetchFromCacheMiddleware",
        _entry("django.middleware.cache.FetchFromCacheMiddleware"),
        "`cache_page` around views that are the same for everybody: it stands inside.",
        (
            Conflict(
                "R302", _operations,
                "answers {} from its cache before anybody has asked who is calling: such an answer "
                "is replaced by 500",
                "Delete both cache entries from MIDDLEWARE, and say cache_page at public views",
                id="bartizan.E005",
            ),
        ),
    ),
    Neighbour(
        "django-debug-toolbar", "debug_toolbar.middleware.DebugToolbarMiddleware",
        _entry("debug_toolbar.middleware.DebugToolbarMiddleware"),
        "It, in development, with a `[pass]` for `/__debug__/`. It shows itself on pages of a "
        "`[pass]`; on answers of operations the policy's Content-Security-Policy keeps its scripts "
        "out.",
        (
            Conflict(
                "R306", _toolbar,
                "is shown to whomever {} likes, and DEBUG is off: settings, queries and traces",
                "Delete it from MIDDLEWARE in production, or delete SHOW_TOOLBAR_CALLBACK",
                id="bartizan.E006", written="SHOW_TOOLBAR_CALLBACK",
            ),
        ),
    ),
    Neighbour(
        "GZipMiddleware", "django.middleware.gzip.GZipMiddleware",
        _entry("django.middleware.gzip.GZipMiddleware"),
        "It, anywhere between `Outside` and `Inside`: answers are cut before it packs them. "
        "`gzip_page` around a view is another thing: an answer whose `output` is declared, and "
        "that comes packed, is withheld (500). Both pad against BREACH.",
    ),
    Neighbour(
        "ConditionalGetMiddleware", "django.middleware.http.ConditionalGetMiddleware",
        _entry("django.middleware.http.ConditionalGetMiddleware"),
        "It, anywhere between `Outside` and `Inside`: its ETag is made of what leaves, not of "
        "fields that were cut.",
    ),
    Neighbour(
        "SessionMiddleware, AuthenticationMiddleware, MessageMiddleware",
        "django.contrib.sessions.middleware.SessionMiddleware",
        _entry("django.contrib.sessions.middleware.SessionMiddleware"),
        "All of them: sessions of `[pass]` subtrees like the admin.",
    ),
    Neighbour(
        "CsrfViewMiddleware", "django.middleware.csrf.CsrfViewMiddleware",
        _entry("django.middleware.csrf.CsrfViewMiddleware"),
        "It: it asks after the guard has permitted. Views that take tokens alone are "
        "`csrf_exempt`, as in Django REST framework.",
    ),
    Neighbour(
        "LocaleMiddleware, CommonMiddleware", "django.middleware.common.CommonMiddleware",
        _entry("django.middleware.common.CommonMiddleware",
               "django.middleware.locale.LocaleMiddleware"),
        "Both: the policy decides the path as it was sent, so `APPEND_SLASH` redirects nobody to "
        "a path that is not declared.",
    ),
)  # fmt: skip
"""Everything that is known, in the order in which conflicts are told."""
