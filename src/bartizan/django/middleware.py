"""The two entries of ``MIDDLEWARE``: ``Outside`` is first, ``Inside`` is last.

``Outside`` decides act one where no callable of ours stands around Django, and act two in the
first ``process_view`` of all: nothing that a middleware does with a view comes before it.
``Inside`` has the first word after the view. Both serve sync and async alike.
"""

import logging
from collections.abc import Callable
from typing import Any, Final

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.core.handlers.asgi import ASGIRequest
from django.core.signals import got_request_exception
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from bartizan import wsgi
from bartizan.django import answer
from bartizan.django.body import reader
from bartizan.django.conf import placed
from bartizan.django.facts import of_request, tell, tested
from bartizan.django.gate import Gate
from bartizan.django.parked import Parked, park, parked
from bartizan.enforce.controls import errors
from bartizan.enforce.decision import Decision
from bartizan.model.decision import Answer, Deny, Outcome, Permit
from bartizan.model.problem import render
from bartizan.model.reasons import REASONS
from bartizan.policy.rules import Operation

log = logging.getLogger("bartizan")

_TELLING: Final = frozenset({400, 404})
"""Statuses of answers in which Django says something of itself."""

GetResponse = Callable[[HttpRequest], Any]

DISAGREES: Final = Deny(REASONS["route_disagrees"])
"""Answers for an operation that the policy knows and Django does not serve."""

UNWRAPPED: Final = (
    "nothing stands around the ASGI callable; "
    "write application = bartizan.django.Bartizan(get_asgi_application())"
)


class Outside:
    """The first entry of ``MIDDLEWARE``: both acts, and what may leave."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: GetResponse) -> None:
        """Seal. Raises ``PolicyError`` or ``ImproperlyConfigured``, so that nothing starts."""
        self.get_response = get_response
        self.gate = Gate()
        self._stopped: str | None = None
        self.waits = iscoroutinefunction(get_response)
        self.process_view = self._adecide if self.waits else self._decide
        if self.waits:
            markcoroutinefunction(self)
        got_request_exception.connect(failed, dispatch_uid="bartizan")

    def __call__(self, request: HttpRequest) -> Any:
        """Act one where it has not been spoken; then Django; then what may leave of its answer."""
        return self._aserve(request) if self.waits else self._serve(request)

    def _serve(self, request: HttpRequest) -> HttpResponseBase:
        held = self._around(request)
        if held is None:
            if _unwrapped(request):
                return _not_sealed(UNWRAPPED)
            if why := self._look(request):
                return _not_sealed(why)
            guard = self.gate.guard
            held = Parked(guard, guard.enter(of_request(request)), alone=True)
        if held.decision.outcome is not None:
            return _refused(held)
        park(request, held)
        if held.alone and held.guard.enforces(held.decision, "client"):
            tell(request, held.decision)
        try:
            response = self.get_response(request)
        except BaseException:
            held.guard.leave(held.decision)
            raise
        return _leaving(request, response, held)

    async def _aserve(self, request: HttpRequest) -> HttpResponseBase:
        held = self._around(request)
        if held is None:
            if _unwrapped(request):
                return _not_sealed(UNWRAPPED)
            guard = self.gate.guard
            held = Parked(guard, await guard.aenter(of_request(request)), alone=True)
        if held.decision.outcome is not None:
            return _refused(held)
        park(request, held)
        if held.alone and held.guard.enforces(held.decision, "client"):
            tell(request, held.decision)
        try:
            response = await self.get_response(request)
        except BaseException:
            held.guard.leave(held.decision)
            raise
        return _leaving(request, response, held)

    def _look(self, request: HttpRequest) -> str:
        """Look once at the server, where no callable of ours does; why it must not serve us."""
        if self._stopped != "" and not tested(request):
            self._stopped = wsgi.look(self.gate.guard, request.META, self._stopped)
        return self._stopped or ""

    def _around(self, request: HttpRequest) -> Parked | None:
        """The decision of the callable around us, where there is one."""
        scope = request.scope if isinstance(request, ASGIRequest) else request.META
        decision: Decision | None = scope.get(wsgi.DECISION)
        return Parked(self.gate.guard, decision, alone=False) if decision is not None else None

    def _decide(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        """``process_view``: act two."""
        held = parked(request)
        if held is None:
            return None
        route = self.gate.route(held.decision, request)
        return _spoken(request, held, held.guard.resume(held.decision, route, reader(request)))

    async def _adecide(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        held = parked(request)
        if held is None:
            return None
        route = self.gate.route(held.decision, request)
        outcome = await held.guard.aresume(held.decision, route, reader(request))
        return _spoken(request, held, outcome)


class Inside:
    """The last entry of ``MIDDLEWARE``: the first word after the view."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: GetResponse) -> None:
        """Raises ``ImproperlyConfigured`` where ``Outside`` is missing: it alone decides."""
        placed()
        self.get_response = get_response
        self.waits = iscoroutinefunction(get_response)
        if self.waits:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        """The view's answer with declared fields only, before anybody else looks at it."""
        if self.waits:
            return self._aserve(request)
        return _cut(request, self.get_response(request))

    async def _aserve(self, request: HttpRequest) -> HttpResponseBase:
        return _cut(request, await self.get_response(request))


def failed(*, request: HttpRequest | None = None, **_: Any) -> None:
    """A view or a middleware raised: whatever Django makes of it does not leave (CWE-209)."""
    held = parked(request) if request is not None else None
    if held is not None and not isinstance(held.decision.outcome, Deny):
        held.guard.fail(held.decision, errors.VIEW_FAILED)


def _spoken(request: HttpRequest, held: Parked, outcome: Outcome | None) -> HttpResponse | None:
    """What act two has said: the view's beliefs, or our answer in its place."""
    if isinstance(outcome, Permit):
        _tell(request, held, outcome)
    elif outcome is not None:
        return answer.refusal(held.guard, held.decision, outcome)
    return None


def _tell(request: HttpRequest, held: Parked, permit: Permit) -> None:
    """The view's beliefs. While who asks is only looked at, no view takes our word (R203), and what
    the application itself calls by these names stays."""
    told = vars(request)
    if held.decision.plan.shadows and not held.guard.enforces(held.decision, "authenticate"):
        told.setdefault("decision", permit)
        told.setdefault("subject", permit.subject)
    else:
        told["decision"], told["subject"] = permit, permit.subject


def _cut(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    held = parked(request)
    if held is None:
        return response
    if response.status_code in _TELLING:
        response = _hushed(request, response, held)
    if held.decision.plan.keep is None:
        return response
    return answer.cut(response, held.guard, held.decision)


def _leaving(request: HttpRequest, response: HttpResponseBase, held: Parked) -> HttpResponseBase:
    """What leaves. A callable of ours around us dresses or replaces it; else that happens here."""
    if response.status_code in _TELLING:
        response = _hushed(request, response, held)
    return answer.dressed(response, held.guard, held.decision) if held.alone else response


def _hushed(request: HttpRequest, response: HttpResponseBase, held: Parked) -> HttpResponseBase:
    """Without what Django would say of itself.

    A 404 before act two means that its router does not know what the policy knows: whatever is
    made of it (a redirect with a slash, a page of the URLconf) does not leave.
    """
    decision = held.decision
    if (
        decision.outcome is None
        and response.status_code == 404
        and isinstance(decision.plan.scope, Operation)
    ):
        held.guard.fail(decision, DISAGREES)
    return answer.undeveloped(request, response, held.guard, decision)


def _refused(held: Parked) -> HttpResponse:
    """Act one has spoken in the view's place."""
    said = held.decision.outcome
    assert isinstance(said, Deny | Answer)  # noqa: S101  (act one permits nothing)
    return answer.refusal(held.guard, held.decision, said)


def _unwrapped(request: HttpRequest) -> bool:
    """Whether a server's ASGI request comes to us with no callable of ours around it: Django has
    then read its whole body already. Only Django's own test client may begin inside."""
    return isinstance(request, ASGIRequest) and not tested(request)


def _not_sealed(why: str) -> HttpResponse:
    log.critical("every answer is 503: %s", why)
    ours = render(errors.NOT_SEALED, "")
    response = HttpResponse(ours.body, status=ours.status, headers=dict(ours.headers))
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response
