"""Answers of ours as Django's, and Django's answers cut, dressed and kept from telling too much."""

from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.core.handlers.exception import get_exception_response
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import get_resolver, get_urlconf

from bartizan.enforce.controls import output
from bartizan.enforce.decision import Decision
from bartizan.enforce.guard import Guard
from bartizan.model.decision import Answer, Deny

_TELLTALE = b"DEBUG = True"
"""What every page says that Django writes for developers."""


def refusal(guard: Guard, decision: Decision, said: Deny | Answer) -> HttpResponse:
    """Our own answer, as Django's."""
    ours = guard.refuse(decision, said)
    headers = {**dict(ours.headers), "Content-Length": str(len(ours.body))}
    response = HttpResponse(ours.body, status=ours.status, headers=headers)
    if ours.status == 204:
        del response["Content-Length"]
        del response["Content-Type"]
    # The event says it already, and says it cheaper than Django's log of every 4xx.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def in_place_of(
    response: HttpResponseBase, guard: Guard, decision: Decision, deny: Deny
) -> HttpResponse:
    """Our refusal in place of an answer whose resources Django still has to close."""
    return _closing(refusal(guard, decision, deny), response)


def cut(response: HttpResponseBase, guard: Guard, decision: Decision) -> HttpResponseBase:
    """The view's answer with declared fields only."""
    if not guard.uncut(decision, response.status_code):
        return response
    kept = guard.cut(decision, _json(response))
    if kept is not None and isinstance(response, HttpResponse):
        response.content = kept
        for name in output.DESCRIBING if decision.withheld else ():
            response.headers.pop(name, None)
        if response.has_header("Content-Length"):
            response["Content-Length"] = str(len(kept))
    elif isinstance(decision.outcome, Deny):
        return in_place_of(response, guard, decision, decision.outcome)
    return response


def dressed(response: HttpResponseBase, guard: Guard, decision: Decision) -> HttpResponseBase:
    """The answer as it leaves, where no callable around us dresses it: our headers over its own,
    or a refusal in its place."""
    theirs = dict(response.items())
    said = guard.release(decision, response.status_code, list(theirs.items()))
    if isinstance(said, Deny):
        return in_place_of(response, guard, decision, said)
    ours = dict(said)
    for name in theirs.keys() - ours.keys():
        del response[name]
    for name, value in ours.items():
        if theirs.get(name) != value:
            response[name] = value
    return response


def undeveloped(
    request: HttpRequest, response: HttpResponseBase, guard: Guard, decision: Decision
) -> HttpResponseBase:
    """A 400 or 404, but no page that Django writes for developers, of settings, URLconf, traces.

    What answers instead is what would answer without ``DEBUG``.
    """
    if not settings.DEBUG or response.streaming:
        return response
    assert isinstance(response, HttpResponse)  # noqa: S101  (not streaming)
    if _TELLTALE not in response.content or not guard.enforces(decision, "errors"):
        return response
    resolver = get_resolver(get_urlconf())
    error = Http404() if response.status_code == 404 else BadRequest()
    plain = get_exception_response(request, resolver, response.status_code, error)
    return _closing(plain, response)


def _closing(ours: HttpResponse, theirs: Any) -> HttpResponse:
    """Ours, which closes what theirs would have closed."""
    closers: Any = ours
    closers._resource_closers.extend(theirs._resource_closers)
    return ours


def _json(response: HttpResponseBase) -> bytes | None:
    """The answer's JSON text; ``None`` where it is none, is encoded, or is a stream."""
    if not isinstance(response, HttpResponse) or response.has_header("Content-Encoding"):
        return None
    media = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if media != "application/json" and not media.endswith("+json"):
        return None
    return response.content
