"""Row 1: one spelling. Two readings of one request are an attack (CWE-436, CWE-444, RFC 9112).

The decoded path is valid UTF-8 without empty or dot segments, control characters, ``\\``, ``;``
or ``%``. Where the server hands over the raw path, it must be the canonical encoding of that:
unreserved characters plain, everything else percent-encoded with upper-case digits; only the
sub-delims, ``:`` and ``@`` may stand either way (RFC 3986 section 2.2: clients differ there).
"""

import re
from urllib.parse import unquote_to_bytes

from bartizan.enforce.context import Context, Scope, Step
from bartizan.enforce.plan import Fittings
from bartizan.model.decision import Deny
from bartizan.model.reasons import REASONS

_TARGET = Deny(REASONS["target_malformed"])
_HEADER = Deny(REASONS["header_malformed"])

_SEGMENT = r"(?!\.{1,2}(?:/|\Z))"
_PLAIN = "/ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~!$&'()*+,=:@"
"""Characters that stand for themselves."""
_decoded = re.compile(
    rf"(?:/{_SEGMENT}[^/\\;%\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+)*/?\Z"
).match
_canonical = re.compile(
    r"(?:[A-Za-z0-9\-._~!$&'()*+,=:@/]"
    r"|%(?!2F|3B|5C|25|2D|2E|5F|7E|3[0-9]|4[1-9A-F]|5[0-9A]|6[1-9A-F]|7[0-9A])[0-9A-F]{2})+\Z"
).match
_query = re.compile(r"[!-~]*\Z").match


def bind(fittings: Fittings, scope: Scope) -> Step | None:
    """The same for every request."""
    return _step


def _step(context: Context) -> Deny | None:
    request = context.request
    path, raw, query = request.path, request.raw_path, request.query
    plain = (raw == path or raw is None) and _plain(path)
    if not plain and not _spelt(raw, path):
        return _TARGET
    if query and not _query(query):
        return _TARGET
    if request.repeated or request.length == -1 or _joined(request.authorization, request.host):
        return _HEADER
    return None


def _plain(path: str) -> bool:
    """The short way, without a regular expression: nothing to decode, and no segment that is
    empty or begins with a dot."""
    return path[:1] == "/" and "//" not in path and "/." not in path and not path.strip(_PLAIN)


def _spelt(raw: str | None, path: str) -> bool:
    """The long way, for a path with something encoded in it, or one whose raw form is hidden."""
    if path[:1] != "/" or _decoded(path) is None:
        return False
    if raw is None:
        return True
    return _canonical(raw) is not None and unquote_to_bytes(raw) == path.encode()


def _joined(authorization: str | None, host: str | None) -> bool:
    """Whether a server has joined repeated lines, where it hides them (RFC 9110 section 5.3)."""
    if host is not None and "," in host:
        return True
    return (
        authorization is not None
        and "," in authorization
        and authorization[:7].lower() == "bearer "
    )
