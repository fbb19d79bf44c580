"""What ends the process, or only the request, passes through us and leaves its one event."""

import asyncio
from typing import Any

import pytest

from bartizan import asgi, wsgi
from tests.conformance.wire_asgi import scope
from tests.conformance.wire_wsgi import environ
from tests.invariants.small import GET, guarded


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("end", [KeyboardInterrupt, SystemExit, GeneratorExit])
def test_an_application_that_is_ended_under_wsgi(end: type[BaseException], late: bool) -> None:
    guard = guarded()

    def app(environ: Any, start: Any) -> Any:
        if not late:
            raise end
        return (_ for _ in map(_end, [end]))

    with pytest.raises(end):
        list(wsgi.Outside(app, guard.guard)(environ(GET, ""), lambda *_: lambda data: None))
    assert [one.outcome for one in guard.log.events] == ["unspoken"]


def test_a_client_that_goes_away_under_asgi() -> None:
    guard = guarded()

    async def app(*_: Any) -> None:
        raise asyncio.CancelledError

    async def ask() -> None:
        await asgi.Outside(app, guard.guard)(scope(GET, ""), None, None)  # type: ignore[arg-type]

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(ask())
    assert [one.outcome for one in guard.log.events] == ["unspoken"]


def _end(end: type[BaseException]) -> None:
    raise end
