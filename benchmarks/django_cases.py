"""Django: its WSGI callable and its ASGI callable, bare and guarded."""

import asyncio
from collections.abc import Iterator
from functools import partial
from typing import Any

from django.core.handlers.asgi import ASGIHandler

from benchmarks import django_app, stage
from benchmarks.case import Case, Run
from benchmarks.question import HEADERS
from benchmarks.questions import Tokens
from benchmarks.wsgi_cases import Budget, Served, cases

BUDGET = Budget(acts=20)


def django_cases(tokens: Tokens, events: str) -> Iterator[Case]:
    """Every case; events are written below the directory ``events``."""
    django_app.start()
    yield from cases(_served(events), BUDGET, tokens)
    yield from _asgi_cases(tokens.warm, events)


def _served(events: str) -> Served:
    policy = stage.policy()
    return Served(
        group="Django, WSGI",
        bare=django_app.bare(),
        guarded=django_app.guarded(policy),
        logging=django_app.guarded(policy, f"{events}/django"),
        proxied=django_app.guarded(stage.policy(facts=stage.BEHIND)),
        flooded=django_app.guarded(stage.policy(flood=1)),
    )


def _asgi_cases(warm: str, events: str) -> Iterator[Case]:
    policy, group = stage.policy(), "Django, ASGI"
    loop = asyncio.new_event_loop()
    ask = partial(_asking, loop)
    bare = ask(django_app.bare(ASGIHandler), "/api/async/7", warm, 200)
    guarded = django_app.guarded(policy, handler=ASGIHandler)
    logging = django_app.guarded(policy, f"{events}/asgi", ASGIHandler)
    ours = ask(guarded, "/api/async/7", warm, 200)
    yield Case(group, "GET, warm token", bare, ours, BUDGET.acts)
    seen = ask(logging, "/api/async/7", warm, 200)
    yield Case(group, "its event", ours, seen, BUDGET.event, "the same without")
    absent = ask(guarded, "/api/backup.zip", warm, 404)
    yield Case(group, "refusal 6 operation, 404", None, absent, BUDGET.refusal, "nothing")
    loop.close()


def _asking(loop: asyncio.AbstractEventLoop, app: Any, target: str, token: str, status: int) -> Run:
    """Ask an ASGI callable, many times in one run of the loop."""
    whole = _scope(target, token)
    said: list[int] = []

    async def batch(times: int) -> None:
        for _ in range(times):
            await app({**whole, "headers": list(whole["headers"])}, _receiver(), send)

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            said[:] = [message["status"]]

    def run(times: int) -> None:
        loop.run_until_complete(batch(times))

    run(1)
    if said != [status]:
        raise SystemExit(f"GET {target} was answered with {said} under ASGI")
    return run


def _receiver() -> Any:
    """The body, then a client that stays: Django listens whether it goes away."""
    messages = iter(({"type": "http.request", "body": b"", "more_body": False},))

    async def receive() -> Any:
        for message in messages:
            return message
        return await asyncio.get_running_loop().create_future()

    return receive


def _scope(target: str, token: str) -> dict[str, Any]:
    """The scope that uvicorn makes of it (ASGI 3)."""
    lines = {**HEADERS, "Authorization": f"Bearer {token}"}
    return {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.4"}, "http_version": "1.1",
        "method": "GET", "scheme": "https", "path": target, "raw_path": target.encode(),
        "query_string": b"", "root_path": "", "client": (stage.CLIENT, 51234),
        "server": ("127.0.0.1", 8000),
        "headers": [(name.lower().encode(), value.encode()) for name, value in lines.items()],
    }  # fmt: skip
