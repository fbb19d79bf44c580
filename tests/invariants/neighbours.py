"""Other guards, other processes, and databases beside us."""

import os
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler
from msgspec.structs import replace
from sqlalchemy import Engine as Database
from sqlalchemy import create_engine, event, text

from bartizan import asgi, wsgi
from bartizan.model import ids
from tests.conformance import tokens
from tests.conformance.column_django import ASGI, WSGI
from tests.conformance.column_engine import ENGINE
from tests.conformance.column_flask import FLASK
from tests.conformance.guarding import stand
from tests.conformance.wire_wsgi import environ
from tests.invariants.small import GET, Columns, post, setting


def two_guards(columns: Columns) -> None:
    """Two applications in one process share no counter, no event and no segment of ids."""
    one, other = setting(), setting()
    first, second = ENGINE.open(one), ENGINE.open(other)
    statuses = [first.ask(GET).status for _ in range(5)]
    assert statuses == [200, 200, 200, 429, 429]
    seen = second.ask(GET)
    assert seen.status == 200, "the neighbour's counters are ours"
    second_log = second.guarded.log.events  # type: ignore[attr-defined]
    assert len(second_log) == 1
    first_log = first.guarded.log.events  # type: ignore[attr-defined]
    assert seen.event.id[:10] != first_log[0].id[:10], "the neighbour's ids are ours"


MAKERS = (
    (threading, "Lock"), (threading, "RLock"), (threading, "Condition"), (threading, "Thread"),
    (threading, "local"), (os, "urandom"), (ids, "segment"), (os, "open"), (os, "pipe"),
)  # fmt: skip


def nothing_before_the_first_request(columns: Columns) -> None:
    """Neither policy nor guard makes a lock, thread, random state or file before it is asked."""
    made: list[str] = []

    def watch(owner: Any, name: str, patch: pytest.MonkeyPatch) -> None:
        real = getattr(owner, name)

        def noted(*arguments: Any, **more: Any) -> Any:
            made.append(name)
            return real(*arguments, **more)

        patch.setattr(owner, name, noted)

    start = setting()
    with pytest.MonkeyPatch.context() as patch:
        for owner, name in MAKERS:
            watch(owner, name, patch)
        guard = stand(start)
        outside = wsgi.Outside(lambda environ, start: [], guard.guard)
        asgi.Outside(_never, guard.guard)
        files = [name for name in made if name == "open"]  # of the keys, closed again
        assert [name for name in made if name != "open"] == []
        assert len(files) <= 1
        call_once = environ(GET, "")
        list(outside(call_once, lambda *_: lambda data: None))
        assert {"Lock", "segment"} <= set(made), "the first request makes them"


async def _never(*_: Any) -> None:
    raise AssertionError("it is never called")


def forks_begin_anew(columns: Columns) -> None:
    """A forked child has ids of its own and empty counters."""
    api = ENGINE.open(setting())
    for _ in range(4):
        last = api.ask(GET)
    assert last.status == 429
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads of the test runner
        child = os.fork()
    if child == 0:
        try:
            seen = api.ask(GET)
            os.write(writing, f"{seen.status} {seen.event.id}".encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as file:
        status, _, decision_id = file.read().partition(" ")
    assert status == "200", "the child has the parent's counters"
    assert decision_id[:10] != last.event.id[:10], "the child has the parent's ids"


@contextmanager
def queries() -> Iterator[list[str]]:
    """Everything that asks a database meanwhile, by Django or by SQLAlchemy."""
    made: list[str] = []
    real = BaseDatabaseWrapper.cursor

    def cursor(wrapper: Any, *arguments: Any) -> Any:
        made.append("django")
        return real(wrapper, *arguments)

    def executed(*_: Any) -> None:
        made.append("sqlalchemy")

    event.listen(Database, "before_cursor_execute", executed)
    try:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(BaseDatabaseWrapper, "cursor", cursor)
            yield made
    finally:
        event.remove(Database, "before_cursor_execute", executed)


def no_queries(columns: Columns) -> None:
    """Permits and refusals of both acts, through every adapter: no query that is not a view's."""
    token = tokens.mint(tokens.Recipe(key="es"), 1_800_000_000.0)
    signed = (*GET.lines, ("Authorization", f"Bearer {token}"))
    asked = (
        GET, replace(GET, target="/mine", lines=signed), replace(GET, target="/mine"),
        post("/orders", b'{"item": "tea", "quantity": 0}'),
    )  # fmt: skip
    for column in (ENGINE, FLASK, WSGI, ASGI):
        api = column.open(setting())
        try:
            with queries() as made:
                statuses = [api.ask(sent).status for sent in asked]
        finally:
            api.close()
        assert made == [], column.name
        assert statuses == [200, 200, 401, 429], column.name


def django_asks(fittings: Any, scope: Any) -> Any:
    """A control that asks a database by Django, for a twin."""
    database = {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}

    def step(context: Any) -> None:
        connection = ConnectionHandler({"default": database})["default"]
        connection.inc_thread_sharing()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        connection.connection.close()  # Django's own close() leaves a database in memory open

    return step


def sqlalchemy_asks(fittings: Any, scope: Any) -> Any:
    """A control that asks a database by SQLAlchemy, for a twin."""

    def step(context: Any) -> None:
        engine = create_engine("sqlite://")
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
        engine.dispose()

    return step
