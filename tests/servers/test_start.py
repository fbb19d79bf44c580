"""A broken policy, an undecided route, a missing act two: what the wire and the log say then."""

from collections.abc import Callable

import pytest

from tests.servers import launch, policies
from tests.servers.launch import Served
from tests.servers.wire import once

Start = Callable[..., Served]
UNDECIDED = {"without": policies.UNDECIDED}
BROKEN = {"head": policies.UNKNOWN_KEY}


@pytest.mark.parametrize("threads", [(), ("--threads", "2"), ("--preload",)])
def test_flask_with_an_undecided_route_answers_503(start: Start, threads: tuple[str, ...]) -> None:
    served = start(*launch.GUNICORN, *threads, launch.FLASK, **UNDECIDED)
    for target in ("/api/seen", "/api/orders/7", "/api/no", "/elsewhere/page"):
        answer = once(served.port, "GET", target)
        assert (answer.status, answer.problem) == (503, "unavailable")
        assert answer.header("cache-control") == "no-store"
    head = once(served.port, "HEAD", "/api/seen")
    assert (head.status, head.body) == (503, b"")
    assert "error[R201]" in served.said
    assert "/api/boom" in served.said
    assert "bartizan explain R201" in served.said


@pytest.mark.parametrize("fault", [UNDECIDED, BROKEN], ids=["undecided", "broken"])
@pytest.mark.parametrize(
    "command",
    [
        (*launch.GUNICORN, launch.DJANGO),
        (*launch.GUNICORN, "--preload", launch.DJANGO_BARE),
        (*launch.UVICORN, launch.DJANGO_ASGI),
        (*launch.UVICORN, "--lifespan", "off", launch.DJANGO_PLAIN_ASGI),
    ],
    ids=["gunicorn", "gunicorn-preload", "uvicorn", "uvicorn-without-lifespan"],
)
def test_django_does_not_start(
    start: Start, command: tuple[str, ...], fault: dict[str, str]
) -> None:
    served = start(*command, listens=False, **fault)
    assert served.gone() != 0
    code = "R201" if fault is UNDECIDED else "P10"
    assert f"error[{code}" in served.said
    assert "-->" in served.said


def test_flask_with_a_broken_policy_does_not_start(start: Start) -> None:
    served = start(*launch.GUNICORN, launch.FLASK, listens=False, **BROKEN)
    assert served.gone() != 0
    assert "error[P10" in served.said
    assert "did you mean `hosts`" in served.said


@pytest.mark.parametrize(
    "command",
    [
        (*launch.GUNICORN, launch.FLASK),
        (*launch.GUNICORN, launch.DJANGO),
        (*launch.GUNICORN, launch.DJANGO_BARE),
        (*launch.UVICORN, launch.DJANGO_ASGI),
    ],
    ids=["flask", "django", "django-middleware", "django-uvicorn"],
)
def test_without_act_two_nothing_leaves(start: Start, command: tuple[str, ...]) -> None:
    served = start(*command, twin="without act two", sockets="uvicorn" in command)
    for target in ("/api/seen", "/api/few"):
        answer = once(served.port, "GET", target)
        assert (answer.status, answer.problem) == (500, "internal_error"), answer
        assert b"canary" not in answer.body
    assert once(served.port, "GET", "/api/orders/7").status == 401
    assert [event.reason for event in served.spooled()][:2] == ["unguarded", "unguarded"]


def test_an_unwrapped_asgi_callable_serves_nobody(start: Start) -> None:
    served = start(*launch.UVICORN, "tests.servers.apps.django_asgi:unwrapped")
    answer = once(served.port, "GET", "/api/seen")
    assert (answer.status, answer.problem) == (503, "unavailable")
    assert "nothing stands around the ASGI callable" in served.said
