"""Row 4: https (OWASP ASVS 5 V12.2, CWE-319; RFC 9110 section 15.4.9).

Only a GET or HEAD without credentials may be redirected. A credential that was seen in clear is
refused and reported, since whoever listened has it now.
"""

from urllib.parse import quote

from bartizan.enforce.context import Context, Scope, Step
from bartizan.enforce.plan import Fittings, reach
from bartizan.model.decision import Deny
from bartizan.model.reasons import REASONS

_REQUIRED = Deny(REASONS["https_required"], key="https")
_EXPOSED = Deny(REASONS["credential_exposed"], key="https")


def bind(fittings: Fittings, scope: Scope) -> Step | None:
    """What the operation, the subtree or the API says about plain http."""
    word = reach(fittings, scope).https
    if word == "off":
        return None
    redirects = word == "redirect"

    def step(context: Context) -> Deny | None:
        if context.scheme == "https":
            return None
        request = context.request
        if request.authorization is not None or request.header("cookie"):
            return _EXPOSED
        if redirects and request.method in ("GET", "HEAD") and context.host:
            return _redirect(context)
        return _REQUIRED

    return step


def _redirect(context: Context) -> Deny:
    """308 to the same host, which row 4 has accepted, on the port of https."""
    request = context.request
    host = (context.host or "").rpartition(":")
    name = host[0] if host[2].isdigit() and host[0] else context.host
    path = request.raw_path if request.raw_path is not None else quote(request.path)
    query = f"?{request.query}" if request.query else ""
    return Deny(
        REASONS["https_redirect"], (("Location", f"https://{name}{path}{query}"),), key="https"
    )
