"""What a request of Django's says, before Django has touched it and after.

Django reads a body by Content-Length alone under WSGI: one without is never shown safely to its
end, whatever the server promises. ``FORCE_SCRIPT_NAME`` stands in for the mount prefix, as it
does in ``request.path``.
"""

import re
from codecs import lookup

from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpRequest
from django.utils.http import parse_header_parameters
from msgspec.structs import replace

from bartizan import asgi, wsgi
from bartizan.enforce.decision import Decision
from bartizan.model.request import Request

_PLAIN = re.compile(r"[^;*]*;[ \t]*(?:charset=\"?utf-8\"?|boundary=[^;*]+)\Z", re.IGNORECASE).match
"""Nearly every content type that has a parameter."""


def of_environ(environ: wsgi.Environ) -> Request:
    """The facts of an environ that a server has made."""
    forced = settings.FORCE_SCRIPT_NAME
    if forced is not None:
        environ = {**environ, "SCRIPT_NAME": forced.rstrip("/")}
    request = _readable(wsgi.facts(environ))
    return replace(request, endless=False) if request.chunked else request


def of_scope(scope: asgi.Scope) -> Request:
    """The facts of a scope that a server has made."""
    forced = settings.FORCE_SCRIPT_NAME
    if forced is not None:
        scope = _mounted(scope, forced.rstrip("/"))
    return _readable(asgi.facts(scope))


def of_request(request: HttpRequest) -> Request:
    """The facts of a request that Django has already wrapped, where nobody stands around it."""
    if isinstance(request, ASGIRequest):
        return of_scope(_tested({**request.scope}))
    found = of_environ(request.META)
    if not request.path_info.isascii():  # Django has put decoded text into the environ
        path = request.META["SCRIPT_NAME"].rstrip("/") + request.path_info
        found = replace(found, path=path)
    if found.host is None and tested(request):
        found = replace(found, host=_named(request.META))
    return found


def tested(request: HttpRequest) -> bool:
    """Whether Django's own test client made the request; it marks every one of them."""
    return hasattr(request, "_dont_enforce_csrf_checks")


def tell(request: HttpRequest, decision: Decision) -> None:
    """Write the one truth into a request, for everything that stands behind us."""
    wsgi.tell(request.META, decision)
    if isinstance(request, ASGIRequest):
        request.scope = asgi.tell({**request.scope}, decision)


def _readable(request: Request) -> Request:
    """The request, with a content type that means something else to Django marked as malformed."""
    if not _misread(request.content_type, request.query):
        return request
    return replace(request, repeated=(*request.repeated, "content-type"))


def _misread(kind: str | None, query: str) -> bool:
    """Whether Django cannot read a content type, or would read the query otherwise than we did:
    it takes the charset of the body for the query too, and in another charset other parameters
    stand there (CWE-436)."""
    if kind is None or ";" not in kind or _PLAIN(kind):
        return False
    try:
        charset = parse_header_parameters(kind)[1].get("charset", "")
        return bool(query) and lookup(charset).name != "utf-8"
    except LookupError:  # Django does without a charset that it does not know
        return False
    except Exception:  # whatever the parser of mail headers raises: Django would raise it too
        return True


def _mounted(scope: asgi.Scope, prefix: str) -> asgi.Scope:
    """The scope with the prefix in its path, where the server has taken it off."""
    raw = scope.get("raw_path")
    whole: dict[str, object] = {}
    if not scope["path"].startswith(f"{prefix}/"):
        whole["path"] = prefix + scope["path"]
    if raw is not None and not raw.startswith(prefix.encode() + b"/"):
        whole["raw_path"] = prefix.encode() + raw
    return {**scope, **whole}


def _named(environ: wsgi.Environ) -> str:
    """The host where the test client says none, as Django itself makes it up."""
    name, port = environ["SERVER_NAME"], str(environ["SERVER_PORT"])
    usual = "443" if environ.get("wsgi.url_scheme") == "https" else "80"
    return name if port == usual else f"{name}:{port}"


def _tested(scope: asgi.Scope) -> asgi.Scope:
    """The scope of Django's own test client, which differs from a server's: its query is text,
    and its port 0 does not mean that a server replaced the peer."""
    query, client = scope.get("query_string", b""), scope.get("client")
    return {
        **scope,
        "query_string": query.encode() if isinstance(query, str) else query,
        "client": (client[0], client[1] or 1) if client else None,
    }
