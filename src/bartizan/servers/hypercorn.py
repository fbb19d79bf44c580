"""hypercorn: ASGI, and WSGI inside the same server."""

from typing import Final

from msgspec.structs import replace

from bartizan.servers.facts import Bound, Callers, Server
from bartizan.servers.frames import of


def workers(callers: Callers) -> int:
    """``--workers``; with none it serves in its own process."""
    for caller in of(callers, "hypercorn"):
        count = getattr(caller.variable("config"), "workers", None)
        if isinstance(count, int):
            return count or 1
    return 0


HYPERCORN: Final = Server(
    name="hypercorn",
    title="hypercorn",
    package="hypercorn",
    page="hypercorn",
    interface="asgi",
    modules=("hypercorn",),
    command="hypercorn --workers 1 shop.asgi:application",
    production=True,
    target="raw",
    unseen=(),
    believes=None,
    underscore="shown",
    second_host="refused",
    second_type="shown",
    two_lengths="refused",
    length_and_chunks="shown",
    body="streamed",
    chunked="shown",
    endless=True,
    method="upper case",
    empty="sent",
    http2=True,
    websocket=True,
    lifespan=True,
    multiprocess="never",
    load_fault="ends it",
    bounds=(
        Bound("request line", 15_000, 70_000, 431),
        Bound("header line", 15_000, 70_000, 431),
    ),
    timeouts=(("--keep-alive", 5), ("--graceful-timeout", 3)),
    workers=workers,
)

HYPERCORN_WSGI: Final = replace(
    HYPERCORN,
    name="hypercorn-wsgi",
    title="hypercorn's WSGI",
    interface="wsgi",
    command="hypercorn --workers 1 wsgi:shop:app",
    target="hidden",
    unseen=("letter", "slash", "case", "broken"),
    underscore="merged",
    second_type="shown",
    body="buffered",
    endless=False,
    empty="a 500",
    websocket=False,
    lifespan=False,
    multiprocess="always",
)
