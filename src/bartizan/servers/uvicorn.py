"""uvicorn, with either of its parsers, by itself or as a worker of gunicorn."""

from collections.abc import Iterator
from typing import Any, Final

from msgspec.structs import replace

from bartizan.servers import gunicorn
from bartizan.servers.facts import Believes, Bound, Callers, Server
from bartizan.servers.frames import of

_OWN = "--no-proxy-headers"


def workers(callers: Callers) -> int:
    """gunicorn's where that has started it, else its own ``--workers``."""
    found = gunicorn.workers(callers)
    if found:
        return found
    for config in _configs(callers):
        count = getattr(config, "workers", None)
        if isinstance(count, int):
            return 1 if getattr(config, "reload", False) else count
    return 0


def _configs(callers: Callers) -> Iterator[Any]:
    for caller in of(callers, "uvicorn"):
        owner = caller.variable("self")
        yield from (owner, getattr(owner, "config", None), caller.variable("config"))


def trusted(callers: Callers) -> str:
    """Whom its proxy headers believe, where they stand between the socket and us."""
    for caller in of(callers, "uvicorn"):
        owner = caller.variable("self")
        if type(owner).__name__ == "ProxyHeadersMiddleware":
            return _whom(owner.trusted_hosts)
    return ""


def _whom(hosts: Any) -> str:
    """``--forwarded-allow-ips ''`` leaves one empty name, which no peer has."""
    if hosts.always_trust:
        return "everybody"
    named = (*hosts.trusted_hosts, *hosts.trusted_networks, *hosts.trusted_literals)
    return ", ".join(sorted(str(name) for name in named if name))


UVICORN: Final = Server(
    name="uvicorn",
    title="uvicorn",
    package="uvicorn",
    page="uvicorn",
    interface="asgi",
    modules=("uvicorn", "uvicorn_worker"),
    command=f"uvicorn --workers 1 {_OWN} shop.asgi:application",
    production=True,
    target="raw",
    unseen=(),
    believes=Believes(
        ("client", "scheme"), True, _OWN,
        "such requests are refused, since the address of the true peer is lost",
    ),
    underscore="shown",
    second_host="refused",
    second_type="shown",
    two_lengths="refused",
    length_and_chunks="shown",
    body="streamed",
    chunked="shown",
    endless=True,
    method="as sent",
    empty="sent",
    http2=False,
    websocket=True,
    lifespan=True,
    multiprocess="never",
    load_fault="is tried again",
    bounds=(
        Bound("request line", 15_000, 200_000, 400),
        Bound("header line", 15_000, 200_000, 400),
    ),
    timeouts=(("--timeout-keep-alive", 5), ("--timeout-worker-healthcheck", 5)),
    workers=workers,
    running=gunicorn.running,
    trusted=trusted,
)  # fmt: skip

UVICORN_HTTPTOOLS: Final = replace(
    UVICORN,
    name="uvicorn-httptools",
    modules=("uvicorn.protocols.http.httptools_impl",),
    title="uvicorn with httptools",
    package="httptools",
    unseen=("absolute", "fragment"),
    second_host="shown",
    length_and_chunks="refused",
    bounds=(Bound("request line", 60_000, 70_000, 400),),
)
"""What ``uvicorn[standard]`` brings: the parser is another, everything else the same."""
