"""granian: the request is read in Rust, and what is thrown away there nobody sees."""

from typing import Final

from msgspec.structs import replace

from bartizan.servers.facts import Bound, Callers, Server
from bartizan.servers.frames import owned


def workers(callers: Callers) -> int:
    """Its ``--workers``; 0 where a worker was not forked from its supervisor."""
    return owned(callers, "granian.server", "workers") or 0


GRANIAN_WSGI: Final = Server(
    name="granian-wsgi",
    title="granian's WSGI",
    package="granian",
    page="granian",
    interface="wsgi",
    modules=("granian",),
    command="granian --interface wsgi --workers 1 --blocking-threads 8 shop:app",
    production=True,
    target="hidden",
    unseen=("letter", "slash", "case", "bare", "absolute", "fragment"),
    believes=None,
    underscore="merged",
    second_host="shown",
    second_type="first",
    two_lengths="refused",
    length_and_chunks="chunks",
    body="streamed",
    chunked="shown",
    endless=True,
    method="as sent",
    empty="sent",
    http2=True,
    websocket=False,
    lifespan=False,
    multiprocess="never",
    load_fault="ends it",
    bounds=(
        Bound("request line", 60_000, 70_000, 414),
        Bound("header lines", 90, 110, 431),
    ),
    timeouts=(("--http1-header-read-timeout", 30),),
    workers=workers,
)

GRANIAN_ASGI: Final = replace(
    GRANIAN_WSGI,
    name="granian-asgi",
    title="granian's ASGI",
    interface="asgi",
    command="granian --interface asgi --workers 1 shop.asgi:application",
    target="raw",
    unseen=("absolute", "fragment"),
    underscore="shown",
    second_type="shown",
    websocket=True,
    lifespan=True,
)
