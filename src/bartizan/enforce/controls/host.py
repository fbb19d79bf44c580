"""Row 4: host. The API answers only under its own names (CWE-644; RFC 9110 section 7.2).

A name in ``hosts`` means the scheme's own port; any other port is written out, and ``:*`` stands
for every port. Names compare without case; a closing dot is another spelling and is refused.
"""

from bartizan.enforce.context import Context, Scope, Step
from bartizan.enforce.plan import Fittings, reach
from bartizan.model.decision import Deny
from bartizan.model.reasons import REASONS

_UNKNOWN = Deny(REASONS["host_unknown"], key="hosts")
_OWN_PORT = {"http": ":80", "https": ":443"}


def bind(fittings: Fittings, scope: Scope) -> Step | None:
    """The hosts of the operation or the subtree, else of the API."""
    hosts = frozenset(host.lower() for host in reach(fittings, scope).hosts)
    if "*" in hosts:
        return None
    any_port = frozenset(host[:-2] for host in hosts if host.endswith(":*"))

    def step(context: Context) -> Deny | None:
        host = context.host
        if host in hosts:
            return None
        if host is None:
            return _UNKNOWN
        host = host.lower().removesuffix(_OWN_PORT[context.scheme])
        if host in hosts or _name(host) in any_port:
            return None
        return _UNKNOWN

    return step


def _name(host: str) -> str:
    """The host without its port, if that is a number (RFC 3986 section 3.2.3)."""
    name, colon, port = host.rpartition(":")
    return name if colon and port.isascii() and port.isdigit() else host
