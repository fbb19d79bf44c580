"""System checks: what would stop the start, said by ``manage.py check``, and what is doubled.

Faults and lints of the policy keep their codes: ``bartizan.P103`` is what ``bartizan explain
P103`` explains. ``bartizan.E…`` and ``bartizan.W…`` are about Django's own settings.
"""

from collections.abc import Callable, Iterator
from typing import Any, Final

from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured
from django.http.request import validate_host

from bartizan.django import conf
from bartizan.django.gate import open_policy, surveyed
from bartizan.enforce.start import equip
from bartizan.policy.faults import Fault, PolicyError
from bartizan.policy.lint import Lint, lint
from bartizan.policy.rules import Policy

_LEVELS: Final = {"warning": checks.Warning, "info": checks.Info}


def check(app_configs: Any = None, **_: Any) -> list[checks.CheckMessage]:
    """Everything that is wrong, and everything that is seldom wise."""
    found: list[checks.CheckMessage] = [
        checks.Error(each.sentence, hint=each.hint, id=each.id) for each in conf.misplaced()
    ]
    try:
        said = conf.read()
        policy = open_policy(said)
        found += [_lint(each) for each in lint(policy)]
        found += conflicts(policy)
        equip(policy, bind=said.bind, survey=surveyed(policy))
    except ImproperlyConfigured as error:
        found.append(checks.Error(str(error), id="bartizan.E001"))
    except PolicyError as error:
        found += [_fault(each) for each in error.faults]
    return found


def conflicts(policy: Policy) -> Iterator[checks.CheckMessage]:
    """Settings of Django's that say again, or against, what the policy says."""
    for number, (setting, clashes, sentence, hint) in enumerate(CONFLICTS, 1):
        if clashes(policy):
            yield checks.Warning(f"{setting} {sentence}", hint=hint, id=f"bartizan.W{number:03}")


def _hosts(policy: Policy) -> bool:
    """Whether Django would refuse a host that the policy accepts."""
    allowed = list(settings.ALLOWED_HOSTS)
    if settings.DEBUG and not allowed:
        allowed = [".localhost", "127.0.0.1", "[::1]"]
    named = {*policy.api.hosts, *(host for each in policy.operations for host in each.hosts)}
    bare = {host.removesuffix(":*").lower() for host in named}
    return any(not validate_host(_without_port(host), allowed) for host in bare)


def _without_port(host: str) -> str:
    name, _, port = host.rpartition(":")
    return name if name and port.isdigit() else host


def _redirects(policy: Policy) -> bool:
    return bool(settings.SECURE_SSL_REDIRECT) and policy.api.https != "off"


def _cors(policy: Policy) -> bool:
    return any(path.startswith("corsheaders.") for path in settings.MIDDLEWARE)


Conflict = tuple[str, Callable[[Policy], bool], str, str]

CONFLICTS: Final[tuple[Conflict, ...]] = (
    (
        "ALLOWED_HOSTS", _hosts,
        "refuses a host that the policy accepts",
        "Requests for it pass the policy and are answered 500. Name the policy's hosts, or `*`: "
        "`[api] hosts` decides before Django does.",
    ),
    (
        "SECURE_SSL_REDIRECT", _redirects,
        "redirects what `[api] https` has already decided",
        "Leave it off: the policy redirects, or refuses, before Django sees the request.",
    ),
    (
        "SECURE_PROXY_SSL_HEADER", lambda policy: settings.SECURE_PROXY_SSL_HEADER is not None,
        "names a header that never arrives",
        "Leave it out: the scheme comes from `[api] proxies`, and forwarding headers are removed.",
    ),
    (
        "USE_X_FORWARDED_HOST", lambda policy: bool(settings.USE_X_FORWARDED_HOST),
        "asks for a header that never arrives",
        "Leave it off: the host comes from `[api] proxies`, and forwarding headers are removed.",
    ),
    (
        "USE_X_FORWARDED_PORT", lambda policy: bool(settings.USE_X_FORWARDED_PORT),
        "asks for a header that never arrives",
        "Leave it off: the host and its port come from `[api] proxies`.",
    ),
    (
        "MIDDLEWARE", _cors,
        "has a CORS package, whose answers and headers are replaced by those of `[api] cors`",
        "Take it out of MIDDLEWARE: preflights are answered before Django hears of them.",
    ),
)  # fmt: skip
"""Setting, whether it clashes, what is the case, what to do; ``bartizan.W001`` is the first."""


def _fault(fault: Fault) -> checks.CheckMessage:
    meant = f"Did you mean `{fault.suggestion}`? " if fault.suggestion else ""
    more = f"bartizan explain {fault.code}"
    hint = f"{meant}{fault.consequence} ({more})" if meant or fault.consequence else more
    return checks.Error(fault.message, hint=hint, obj=fault.place, id=f"bartizan.{fault.code}")


def _lint(found: Lint) -> checks.CheckMessage:
    level = _LEVELS[found.severity]
    return level(found.sentence, hint=found.advice, obj=found.place, id=f"bartizan.{found.code}")
