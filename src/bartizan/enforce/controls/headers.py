"""Row 18: headers of every answer: security, cache and CORS, computed beforehand.

HSTS (RFC 6797), nosniff (Fetch standard), CSP level 3, Referrer-Policy, Cache-Control and Vary
(RFC 9111). The policy is the one who says: what a view sets under the same name is replaced, and
an empty value in the policy sets none. Where the policy lets answers be cached, errors still are
not: whoever provokes one would keep everybody else from the answer (CWE-525).
"""

from bartizan.enforce.context import Headers, Scope
from bartizan.enforce.controls.cors import granted
from bartizan.enforce.plan import Fittings
from bartizan.policy.rules import Operation, Policy

_BUILT_IN = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_HSTS = {"Strict-Transport-Security": "max-age=31536000"}
_CORS = frozenset(
    f"access-control-{name}"
    for name in ("allow-origin", "allow-credentials", "expose-headers", "allow-methods",
                 "allow-headers", "max-age", "allow-private-network")
)  # fmt: skip
_CACHE = "Cache-Control"
_TELLTALE = frozenset({"server", "x-powered-by", "x-aspnet-version", "x-runtime"})


def bind(fittings: Fittings, scope: Scope) -> Headers:
    """Headers for an operation, and the strict built-in ones where there is none."""
    return said(fittings.policy, scope)


def said(policy: Policy, scope: Scope) -> Headers:
    """What the policy alone says of them."""
    api = policy.api
    own = scope if isinstance(scope, Operation) else None
    https = own.https if own else api.https
    values = {**_BUILT_IN, **(_HSTS if https != "off" else {}), **_cache(own)}
    if own is not None:
        values = _over(values, dict(own.headers))
    origins = granted(api.cors) if api.cors else {}
    public = own is not None and own.public
    vary = ("Authorization", "Cookie", "Origin") if not public else ("Origin",) * bool(origins)
    if vary:
        values["Vary"] = ", ".join(vary)
    fixed = tuple((name, value) for name, value in values.items() if value)
    failed = tuple(
        pair if pair[0].lower() != "cache-control" else (_CACHE, "no-store") for pair in fixed
    )
    names = frozenset(name.lower() for name in values) | _CORS | _TELLTALE
    return Headers(fixed, failed, names, origins)


def replaced(policy: Policy, *names: str) -> str:
    """Of these headers those that the policy decides on some operation, listed."""
    ours = frozenset().union(*(said(policy, each).names for each in policy.operations))
    return ", ".join(name for name in names if name.lower() in ours)


def _cache(own: Operation | None) -> dict[str, str]:
    """``no-store`` unless the policy says otherwise; a public answer keeps what the view says."""
    if own is not None and own.cache:
        return {_CACHE: own.cache}
    return {} if own is not None and own.public else {_CACHE: "no-store"}


def _over(values: dict[str, str], own: dict[str, str]) -> dict[str, str]:
    """The operation's headers over the built-in ones; names compare without case."""
    lower = {name.lower() for name in own}
    return {name: value for name, value in values.items() if name.lower() not in lower} | own
