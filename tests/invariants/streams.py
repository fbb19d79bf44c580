"""Bodies as they stream, and decisions to their end."""

import asyncio
import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, request

from bartizan import asgi, wsgi
from bartizan.enforce.decision import Decision
from bartizan.enforce.plan import Row
from bartizan.enforce.table import ORDER
from bartizan.flask import Bartizan
from tests.conformance.bindings import NewOrder
from tests.conformance.column_engine import ENGINE
from tests.conformance.column_flask import FLASK
from tests.conformance.guarding import Guarded
from tests.conformance.wire_asgi import scope as as_scope
from tests.conformance.wire_wsgi import call, environ
from tests.invariants.small import GET, Columns, guarded, policy, post, setting
from tests.invariants.twins import AT


class Stream(io.BytesIO):
    """Counts what was read of it."""

    taken = 0

    def read(self, size: int | None = -1) -> bytes:
        """Read, and count."""
        data = super().read(size)
        self.taken += len(data)
        return data


def _flask(view: Callable[[], Any], target: str = "/raw") -> wsgi.Application:
    """A Flask application behind the guard, with one view of interest."""
    app = Flask("streams", static_folder=None)
    rules = [("/things/<int:thing_id>", "GET"), ("/mine", "GET"), ("/raw", "POST")]
    for rule, method in [*rules, ("/orders", "POST")]:
        used = view if rule == target else _nobody
        app.add_url_rule(rule, endpoint=rule, view_func=used, methods=[method])
    Bartizan(app, policy=policy(), bind={"NewOrder": NewOrder})
    return app.wsgi_app


def _nobody(**_: Any) -> str:
    return "nothing"


def the_same_stream(columns: Columns) -> None:
    """The view finds the server's own stream in its environ, and every byte that was decided."""
    order = b'{"item": "tea", "quantity": 1}'
    for target, body in (("/raw", b"x" * 70_000), ("/orders", order)):
        sent = post(target, body)
        asked = environ(sent, "")
        stream, found = asked["wsgi.input"], []

        def view(found: list[Any] = found) -> str:
            found.append((request.environ["wsgi.input"], request.get_data()))
            return "read"

        status, _, _ = call(_flask(view, target), asked)
        assert status == 200
        assert found[0][0] is stream, "wsgi.input was replaced"
        assert found[0][1] == body, "the view reads other bytes"


def bodies_stream(columns: Columns) -> None:
    """Where an operation declares no input nothing is read before its view reads."""
    asked = environ(post("/raw", b"x" * 500_000), "")
    stream = asked["wsgi.input"] = Stream(b"x" * 500_000)
    before: list[int] = []

    def view() -> str:
        before.append(stream.taken)
        return str(len(request.stream.read(1000)))

    status, _, body = call(_flask(view), asked)
    assert (status, body) == (200, b"1000")
    assert before == [0], "the body was read before the view"


def unresumed_decisions_end(columns: Columns) -> None:
    """What never comes to act two is closed and leaves its event, under WSGI and ASGI."""
    for answers in (True, False):
        for ask in (_unresumed_wsgi, _unresumed_asgi):
            guard = guarded()
            decision = ask(guard, answers)
            assert [one.outcome for one in guard.log.events] == ["unspoken"], ask.__name__
            assert decision.steps.gi_frame is None, f"{ask.__name__}: the generator is parked"


def _unresumed_wsgi(guard: Guarded, answers: bool) -> Decision:
    held: list[Decision] = []

    def app(environ: Any, start: Any) -> list[bytes]:
        held.append(environ[wsgi.DECISION])
        if answers:
            start("404 Not Found", [])
        return []

    outside = wsgi.Outside(app, guard.guard)
    if answers:
        call(outside, environ(GET, ""))
    else:
        list(outside(environ(GET, ""), lambda *_: lambda data: None))
    return held[0]


def _unresumed_asgi(guard: Guarded, answers: bool) -> Decision:
    held: list[Decision] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        held.append(scope[asgi.DECISION])
        if answers:
            await send({"type": "http.response.start", "status": 404, "headers": []})
            await send({"type": "http.response.body"})

    async def nothing(*_: Any) -> Any:
        return {"type": "http.disconnect"}

    asyncio.run(asgi.Outside(app, guard.guard)(as_scope(GET, ""), nothing, nothing))
    return held[0]


def still_parked(guard: Any, decision: Decision, status: int, headers: Any) -> Any:
    """A release that writes the event and closes nothing, for a twin."""
    guard._record(decision, status)
    return headers


def _raising(fittings: Any, scope: Any) -> Any:
    def step(context: Any) -> Any:
        raise ZeroDivisionError("a control with a mistake")

    return step


def failing_controls_refuse(columns: Columns) -> None:
    """A control that raises, wherever it stands, is a 500 and one event."""
    for at, row in enumerate(ORDER):
        rows = (*ORDER[:at], Row(row.number, row.control, _raising), *ORDER[at + 1 :])
        for column in (ENGINE, FLASK):
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(f"{AT}.ORDER", rows)
                api: Any = column.open(setting())
                seen = api.ask(GET)
            assert (seen.status, seen.reason) == (500, "control_failed"), row.control
            assert len(api.guarded.log.events) == 1
