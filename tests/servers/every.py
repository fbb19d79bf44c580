"""How every known server is started here, with applications of either interface."""

import socket

from msgspec import Struct

from bartizan.servers.facts import Server
from bartizan.servers.table import SERVERS

BY_NAME = {server.name: server for server in SERVERS}
PORT, APP = "{port}", "{app}"
_GUNICORN = ("gunicorn", "--bind", f"127.0.0.1:{PORT}", "--no-control-socket")
_NOBODY = ("--forwarded-allow-ips", "")
_GRANIAN = ("granian", "--host", "127.0.0.1", "--port", PORT, "--workers-kill-timeout", "3")


class Launch(Struct, frozen=True):
    """One way to start one server."""

    server: str
    """Its name in the table."""
    plain: tuple[str, ...]
    """Arguments after ``python -m``, without any option that would change what it does."""
    options: tuple[str, ...] = ()
    """The options of the command that is right for Bartizan."""
    workers: tuple[str, ...] = ()
    """What makes two workers of it; nothing where there is no such thing."""

    @property
    def facts(self) -> Server:
        """What the table says."""
        return BY_NAME[self.server]


LAUNCHES = {
    "gunicorn-sync": Launch("gunicorn", (*_GUNICORN, APP), _NOBODY, ("--workers", "2")),
    "gunicorn-gthread": Launch(
        "gunicorn", (*_GUNICORN, "--threads", "4", APP), _NOBODY, ("--workers", "2")
    ),
    "gunicorn-asgi": Launch(
        "gunicorn-asgi", (*_GUNICORN, "-k", "asgi", APP), _NOBODY, ("--workers", "2")
    ),
    "gunicorn-uvicorn": Launch(
        "uvicorn-httptools", (*_GUNICORN, "-k", "uvicorn_worker.UvicornWorker", APP), _NOBODY,
        ("--workers", "2"),
    ),
    "uvicorn": Launch(
        "uvicorn", ("uvicorn", "--http", "h11", "--port", PORT, APP), ("--no-proxy-headers",),
        ("--workers", "2"),
    ),
    "uvicorn-httptools": Launch(
        "uvicorn-httptools", ("uvicorn", "--http", "httptools", "--port", PORT, APP),
        ("--no-proxy-headers",), ("--workers", "2"),
    ),
    "granian-wsgi": Launch(
        "granian-wsgi", (*_GRANIAN, "--interface", "wsgi", APP), (), ("--workers", "2")
    ),
    "granian-asgi": Launch(
        "granian-asgi", (*_GRANIAN, "--interface", "asgi", APP), (), ("--workers", "2")
    ),
    "waitress": Launch(
        "waitress", ("waitress", f"--listen=127.0.0.1:{PORT}", APP),
        ("--no-clear-untrusted-proxy-headers",),
    ),
    "hypercorn": Launch(
        "hypercorn", ("hypercorn", "--bind", f"127.0.0.1:{PORT}", APP), (), ("--workers", "2")
    ),
    "hypercorn-wsgi": Launch(
        "hypercorn-wsgi", ("hypercorn", "--bind", f"127.0.0.1:{PORT}", f"wsgi:{APP}"), (),
        ("--workers", "2"),
    ),
    "flask": Launch("flask", ("flask", "--app", APP, "run", "--port", PORT)),
    "runserver": Launch(
        "runserver", ("django", "runserver", "--noreload", f"127.0.0.1:{PORT}")
    ),
    "wsgiref": Launch("wsgiref", ("tests.servers.apps.simple", PORT, APP)),
}  # fmt: skip
"""By the names that tests show."""

SEVERAL = [
    name
    for name, it in LAUNCHES.items()
    if it.workers and name not in ("gunicorn-gthread", "uvicorn-httptools")
]
"""Those that can run several workers, one of each way to start them."""


def mirror(launch: Launch) -> str:
    """The mirror that this server serves."""
    if launch.server == "flask":
        return "tests.servers.apps.mirror_flask:app"
    return f"tests.servers.apps.mirror:{launch.facts.interface}"


def command(launch: Launch, port: int, app: str, *more: str) -> tuple[str, ...]:
    """The whole command line; options go where every one of these programs takes them."""
    program, *rest = launch.plain
    said = [word.replace(PORT, str(port)).replace(APP, app) for word in rest]
    return (program, *placed(program, said, more))


def placed(program: str, rest: list[str], more: tuple[str, ...]) -> tuple[str, ...]:
    """More options, where this program takes them: before the application, or at the end."""
    return (*rest, *more) if program in ("flask", "python") else (*more, *rest)


def reserved() -> tuple[int, socket.socket]:
    """A port of loopback that stays ours for as long as the socket lives: it never listens, and
    lets a server of this user bind beside it."""
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    holder.bind(("127.0.0.1", 0))
    return holder.getsockname()[1], holder
