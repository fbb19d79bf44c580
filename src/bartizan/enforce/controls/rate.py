"""Rows 8 and 10: rate limits, first per client, then per subject or tenant (OWASP API4:2023).

A bucket belongs to the limit's name and what it counts apart, never to the raw path, so that
walking ids spends one bucket. All limits of a row travel in one round trip. Where nobody has
signed in, what would be counted per subject or tenant is counted per client: never unlimited.
"""

from collections.abc import Callable
from operator import attrgetter

from bartizan.enforce.context import Context, Scope, Step
from bartizan.enforce.effects import Count, Said
from bartizan.enforce.plan import Fittings
from bartizan.model.decision import Deny
from bartizan.model.reasons import REASONS
from bartizan.policy.rules import Limit, Operation
from bartizan.stores.port import Counted, Hit

Key = Callable[[Context], str]

_APART = "\x1f"
"""Stands between the parts of a key; no id in a token may hold it, so no two keys are one."""

_PERSONAL = frozenset({"subject", "tenant"})


def bind_client(fittings: Fittings, scope: Scope) -> Step | None:
    """Row 8: the limits that need no subject."""
    if not isinstance(scope, Operation):
        return None
    return _bind("rate_client", tuple(x for x in scope.limits if not _PERSONAL & {*x.per}))


def bind_subject(fittings: Fittings, scope: Scope) -> Step | None:
    """Row 10: the limits that count a subject or a tenant."""
    if not isinstance(scope, Operation):
        return None
    return _bind("rate_subject", tuple(x for x in scope.limits if _PERSONAL & {*x.per}))


def refuse(reason: str, limit: Limit, wait: int) -> Deny:
    """A 429 with Retry-After (RFC 9110 section 10.2.3) and the IETF RateLimit fields."""
    policy = f'"{limit.name}";q={limit.count};w={limit.period}'
    headers = (
        ("Retry-After", str(wait)),
        ("RateLimit-Policy", policy),
        ("RateLimit", f'"{limit.name}";r=0;t={wait}'),
    )
    return Deny(REASONS[reason], headers, key=limit.name if reason in _OF_THE_API else "limits")


_OF_THE_API = frozenset({"flood", "guesses"})


def _bind(reason: str, limits: tuple[Limit, ...]) -> Step | None:
    """One effect for all limits of a row. The common row, one limit, is the short way."""
    if not limits:
        return None

    def settle(context: Context, counted: Counted) -> Said:
        if counted.refused < 0:
            return None
        return refuse(reason, limits[counted.refused], counted.wait)

    first, *more = makers = [_hit(limit) for limit in limits]
    if not more:
        return lambda context: Count(settle, (first(context),))
    return lambda context: Count(settle, tuple([make(context) for make in makers]))


def _hit(limit: Limit) -> Callable[[Context], Hit]:
    """A maker of hits for one limit. The common key, one thing counted, is the short way."""
    prefix = f"{limit.name}|{limit.text}|"
    count, period = limit.count, limit.period
    keys = tuple(_KEYS[per] for per in limit.per)
    if len(keys) == 1:
        (key,) = keys
        return lambda context: Hit(prefix + key(context), count, period)
    return lambda context: Hit(prefix + _APART.join([k(context) for k in keys]), count, period)


def _subject(context: Context) -> str:
    subject = context.subject
    return "as:" + subject.key if subject is not None else "from:" + context.client


def _tenant(context: Context) -> str:
    subject = context.subject
    if subject is None or subject.tenant is None:
        return _subject(context)
    return f"of:{subject.identity}:{subject.tenant}"


_KEYS: dict[str, Key] = {
    "client": attrgetter("client"),
    "subject": _subject,
    "tenant": _tenant,
    "operation": attrgetter("plan.name"),
}
"""What a limit can count apart."""
