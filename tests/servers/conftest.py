"""The five servers that most tests ask, each started where the first test asks it."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.conformance.tokens import Recipe, mint
from tests.servers import launch, policies
from tests.servers.launch import Served, serving

NO_HEADERS = ("--forwarded-allow-ips", "")
FACES: dict[str, tuple[str, ...]] = {
    "flask-sync": (*launch.GUNICORN, *NO_HEADERS, launch.FLASK),
    "flask-gthread": (*launch.GUNICORN, *NO_HEADERS, "--threads", "4", launch.FLASK),
    "django-sync": (*launch.GUNICORN, *NO_HEADERS, launch.DJANGO),
    "django-gthread": (*launch.GUNICORN, *NO_HEADERS, "--threads", "4", launch.DJANGO_BARE),
    "django-uvicorn": (*launch.UVICORN, "--no-proxy-headers", launch.DJANGO_ASGI),
}
"""How to start them; one Django holds the guard in its middleware alone."""

Start = Callable[..., Served]


@pytest.fixture(scope="session")
def faces(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Served]]:
    """Gives the server of a face."""
    running: dict[str, Served] = {}
    with ExitStack() as stack:

        def face(name: str) -> Served:
            if name not in running:
                directory = tmp_path_factory.mktemp(name)
                policy = policies.write(directory, sockets=name == "django-uvicorn")
                running[name] = stack.enter_context(serving(directory, policy, *FACES[name]))
            return running[name]

        yield face


@pytest.fixture(params=FACES)
def served(request: pytest.FixtureRequest, faces: Callable[[str], Served]) -> Served:
    """Every server in turn."""
    return faces(request.param)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts servers with a policy of their own, and ends them with the test."""
    with ExitStack() as stack:

        def begin(*command: str, twin: str = "", listens: bool = True, **policy: object) -> Served:
            written = policies.write(tmp_path, **policy)  # type: ignore[arg-type]
            running = serving(tmp_path, written, *command, twin=twin, listens=listens)
            return stack.enter_context(running)

        yield begin


@pytest.fixture(scope="session")
def bearer() -> Callable[..., tuple[str, str]]:
    """Makes an Authorization header of an honest issuer."""

    def make(**recipe: object) -> tuple[str, str]:
        token = mint(Recipe(**recipe), time.time())  # type: ignore[arg-type]
        return ("Authorization", f"Bearer {token}")

    return make
