"""One guarded request taken apart: each stage does all that the one before it does, and one
thing more. Counting two neighbours says what that one thing needs."""

from collections.abc import Iterator
from typing import Any

from bartizan import wsgi
from bartizan.enforce.effects import Route
from bartizan.enforce.guard import Guard
from bartizan.enforce.start import equip
from bartizan.enforce.table import ORDER
from bartizan.stores.opening import open_store
from bartizan.watch.spool import Spool
from benchmarks import flask_app, stage
from benchmarks.bodies import BIND
from benchmarks.case import Run
from benchmarks.floor import Floor
from benchmarks.question import Application, asking
from benchmarks.questions import get

FLASK = "Flask, bare"
HEAD = [("Content-Type", "application/json"), ("Content-Length", "2")]


Stage = tuple[str, str, Run]
"""Name of the stage, name of the one that it is held against, and the run."""


def stages(events: str, then: Application | None = None) -> Iterator[Stage]:
    """Every stage. With ``then``, another application answers the same request after each, as a
    framework does: what a stage needs is then no longer at hand when it comes again."""
    policy, ask = stage.policy(), get("/orders/7", stage.token())
    guard = equip(policy, bind=BIND)
    route = Route(frozenset(operation.name for operation in policy.operations))

    def run(app: Application) -> Run:
        return asking(app if then is None else _followed(app, then), ask)

    def read(environ: Any) -> None:
        wsgi.facts(environ)

    def resume(environ: Any) -> None:
        guard.resume(guard.enter(wsgi.facts(environ)), route, _no_body)

    def release(environ: Any) -> None:
        decision = guard.enter(wsgi.facts(environ))
        guard.resume(decision, route, _no_body)
        guard.release(decision, 200, HEAD)

    yield "an empty application", "nothing", run(_before(lambda environ: None))
    yield "facts of the request", "an empty application", run(_before(read))
    last = "facts of the request"
    for at in range(len(ORDER) - 2):  # as far as act one goes
        row = f"row {ORDER[at].number} {ORDER[at].control}"
        if row != last:
            yield row, last, run(_before(_entering(_cut(policy, at + 1))))
            last = row
    yield "act two: rows 12 and 14", last, run(_before(resume))
    yield "head of the answer", "act two: rows 12 and 14", run(_before(release))
    yield "the WSGI callable", "head of the answer", run(wsgi.Outside(_resuming(guard), guard))
    spooled = equip(policy, bind=BIND, journal=Spool(f"{events}/stages"))
    event = run(wsgi.Outside(_resuming(spooled), spooled))
    yield "the event", "the WSGI callable", event
    if then is None:
        yield FLASK, "an empty application", run(flask_app.bare().wsgi_app)
        by_hand = flask_app.bare()
        yield "Flask, by hand", FLASK, run(Floor(by_hand, ask.tokens[0]))
        yield "Flask, guarded", FLASK, run(flask_app.guarded(policy).wsgi_app)


def _followed(app: Application, then: Application) -> Application:
    """Both, one after the other; the answer is the second one's."""

    def both(environ: dict[str, Any], start_response: Any) -> Any:
        for _ in app(dict(environ), start_response):
            pass
        return then(environ, start_response)

    return both


def _before(work: Any) -> Application:
    """The work, then the shortest answer that WSGI allows."""

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        work(environ)
        start_response("200 OK", HEAD)
        return [b"{}"]

    return app


def _resuming(guard: Guard) -> Application:
    route = Route(frozenset(operation.name for operation in guard.policy.operations))
    return _before(lambda environ: guard.resume(environ[wsgi.DECISION], route, _no_body))


def _entering(guard: Guard) -> Any:
    return lambda environ: guard.enter(wsgi.facts(environ))


def _cut(policy: Any, rows: int) -> Guard:
    """A guard that speaks only the first rows."""
    whole = equip(policy, bind=BIND)
    return Guard(policy, store=open_store("memory://"), rings=whole.rings, order=ORDER[:rows])


def _no_body(limit: int) -> bytes:
    return b""
