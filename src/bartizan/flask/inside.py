"""Act two inside Flask: the first ``before_request``, and the first word after the view."""

from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import IO

from flask import Flask, Request, Response, after_this_request, request
from flask.signals import got_request_exception
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge
from werkzeug.wsgi import LimitedStream

from bartizan import wsgi
from bartizan.enforce.controls import errors, output, size
from bartizan.enforce.decision import Decision
from bartizan.enforce.guard import Guard
from bartizan.enforce.routing import Routes
from bartizan.model.decision import Answer, Deny, Permit
from bartizan.model.request import Request as Facts
from bartizan.policy.routes import Survey
from bartizan.policy.rules import Operation

_SEEN = "_bartizan"
"""Attribute of an answer that was looked at: the decision's id."""


class Inside:
    """The hooks of one application: ``before`` stands first of all, ``after`` comes only where
    there is something to cut."""

    def __init__(
        self, app: Flask, guard: Guard, found: Survey, instead: Callable[[], object] | None = None
    ) -> None:
        """Stand there, ``instead`` of the hook that did until now."""
        self._guard = guard
        self._routes = Routes(found)
        hooks = app.before_request_funcs.setdefault(None, [])
        # At once: a thread may be walking the list, and must not pass over somebody's hook.
        hooks[:] = [self.before, *(hook for hook in hooks if hook != instead)]
        got_request_exception.connect(self.failed, app)

    def before(self) -> Response | None:
        """Act two; act one too where the request began inside (``full_dispatch_request``)."""
        current: Request = request._get_current_object()  # type: ignore[attr-defined]
        environ = current.environ
        decision: Decision | None = environ.get(wsgi.DECISION)
        if decision is None:
            decision = self._guard.enter(wsgi.facts(environ))
            environ[wsgi.DECISION] = decision
            if isinstance(decision.outcome, Deny | Answer):
                return self._answer(decision, decision.outcome)
        scope = decision.plan.scope
        asked = decision.context.request
        if _lengthless(asked, environ) and isinstance(scope, Operation):
            _bound(current, size.most(scope), partial(self._guard.fail, decision, errors.TOO_LARGE))
        rule = current.url_rule
        route = self._routes.of(scope, id(rule) if rule is not None else None, current.method)
        outcome = self._guard.resume(decision, route, _read)
        if type(outcome) is Permit:
            if decision.plan.keep is not None:
                after_this_request(partial(self.after, decision))
            return None
        return self._answer(decision, outcome) if isinstance(outcome, Deny | Answer) else None

    def after(self, decision: Decision, response: Response) -> Response:
        """Cut the answer down to the declared output, before anything else looks at it: no
        function that a view or a blueprint has registered comes earlier."""
        if vars(response).get(_SEEN) == decision.id:
            return response
        vars(response)[_SEEN] = decision.id  # whoever keeps the answer keeps no request
        decision.withheld = None  # whatever was cut before was another answer
        if not self._guard.uncut(decision, response.status_code):
            return response
        kept = self._guard.cut(decision, _json(response))
        if kept is not None:
            response.set_data(kept)
            if decision.withheld:
                _undescribe(response)
        elif isinstance(decision.outcome, Deny):
            return self._answer(decision, decision.outcome)
        return response

    def failed(self, sender: Flask, **extra: object) -> None:
        """A view raised and nobody caught it: whatever Flask makes of it does not leave."""
        decision: Decision | None = request.environ.get(wsgi.DECISION)
        if decision is not None and not isinstance(decision.outcome, Deny):
            self._guard.fail(decision, errors.VIEW_FAILED)

    def _answer(self, decision: Decision, said: Deny | Answer) -> Response:
        response = self._guard.refuse(decision, said)
        return Response(response.body, response.status, list(response.headers))


def _read(limit: int) -> bytes | None:
    """The body, once and bounded; the view may read it again, whole or as a stream."""
    current: Request = request._get_current_object()  # type: ignore[attr-defined]
    try:
        body = current.get_data(cache=True)
        current.__dict__["stream"] = BytesIO(body)
        return body
    except RequestEntityTooLarge:
        return None
    except BadRequest:  # the client went away in the middle
        return b""


def _lengthless(asked: Facts, environ: wsgi.Environ) -> bool:
    """Whether a body may come of which nobody has said the length: in chunks, or as the data of
    HTTP/2, which need not announce itself at all (RFC 9113 section 8.1.1). Werkzeug would read it
    to the very end. In HTTP/1.1 there is none where no header says so (RFC 9112 section 6.3)."""
    if asked.length is not None or not asked.endless:
        return False
    return asked.chunked or not environ.get("SERVER_PROTOCOL", "").startswith("HTTP/1")


def _bound(current: Request, limit: int, over: Callable[[], object]) -> None:
    """Bound what the view reads. The stream that everything reads from is a cached property."""
    current.__dict__["stream"] = Bounded(current.environ["wsgi.input"], limit, over)


class Bounded(LimitedStream):
    """The request body where it comes without a length: over the bound, reading it is a 413.

    Werkzeug's own limit ends a body that is too long as if it were complete.
    """

    def __init__(self, source: IO[bytes], limit: int, over: Callable[[], object]) -> None:
        super().__init__(source, limit, is_max=True)
        self._over = over

    def readall(self) -> bytes:
        """All of the body; raises ``RequestEntityTooLarge`` where there is more."""
        data = super().readall()
        if self.is_exhausted:
            self.on_exhausted()
        return data

    def on_exhausted(self) -> None:
        """The bound is reached: it may have been the end."""
        if self._stream.read(1):
            self._over()
            raise RequestEntityTooLarge


def _json(response: Response) -> bytes | None:
    """The answer's JSON text; ``None`` where it is none, is encoded, or is a stream."""
    if response.is_streamed or response.direct_passthrough:
        return None
    # One look at the names: each question for a header that is absent takes a microsecond.
    said = [(name.lower(), value) for name, value in response.headers]
    if any(value for name, value in said if name == "content-encoding"):
        return None
    usual = ("content-type", "application/json") in said
    return response.get_data() if usual or response.is_json else None


def _undescribe(response: Response) -> None:
    """Take away what still speaks of the whole answer."""
    for name in [name for name, _ in response.headers if name.lower() in output.DESCRIBING]:
        response.headers.pop(name, None)
