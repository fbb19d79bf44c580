"""gunicorn: its own workers for WSGI (sync, gthread) and for ASGI."""

from typing import Final

from msgspec.structs import replace

from bartizan.servers.facts import Believes, Bound, Callers, Server
from bartizan.servers.frames import owned

_LOOPBACK = '--forwarded-allow-ips ""'
_BELIEVES = Believes(
    ("scheme", "prefix"),
    True,
    _LOOPBACK,
    "a request that claims https counts as plain http, since only `proxies` may say so",
)
_BOUNDS = (
    Bound("request line", 4000, 9000, 414),
    Bound("header line", 7000, 9000, 431),
    Bound("header lines", 90, 110, 431),
)
_TIMEOUTS = (("--timeout", 30), ("--graceful-timeout", 30), ("--keep-alive", 2))


def workers(callers: Callers) -> int:
    """``workers``, whichever of its four places of configuration says it."""
    return getattr(owned(callers, "gunicorn", "cfg"), "workers", 0) or 0


def running(callers: Callers) -> int:
    """As many as the arbiter had been told to run when it made this worker (``SIGTTIN``)."""
    return owned(callers, "gunicorn.arbiter", "num_workers") or 0


def trusted(callers: Callers) -> str:
    """``forwarded_allow_ips``."""
    config = owned(callers, "gunicorn", "cfg")
    return ", ".join(getattr(config, "forwarded_allow_ips", None) or ())


GUNICORN: Final = Server(
    name="gunicorn",
    title="gunicorn",
    package="gunicorn",
    page="gunicorn",
    interface="wsgi",
    modules=("gunicorn",),
    command=f"gunicorn --workers 1 --threads 8 {_LOOPBACK} shop:app",
    production=True,
    target="raw",
    unseen=(),
    believes=_BELIEVES,
    underscore="dropped",
    second_host="refused",
    second_type="refused",
    two_lengths="refused",
    length_and_chunks="refused",
    body="streamed",
    chunked="shown",
    endless=True,
    method="as sent",
    empty="sent",
    http2=False,
    websocket=False,
    lifespan=False,
    multiprocess="told",
    load_fault="ends it",
    bounds=_BOUNDS,
    timeouts=_TIMEOUTS,
    workers=workers,
    running=running,
    trusted=trusted,
)  # fmt: skip

GUNICORN_ASGI: Final = replace(
    GUNICORN,
    name="gunicorn-asgi",
    title="gunicorn's ASGI worker",
    interface="asgi",
    command=f"gunicorn --worker-class asgi --workers 1 {_LOOPBACK} shop.asgi:application",
    believes=replace(_BELIEVES, what=("scheme",)),
    websocket=True,
    lifespan=True,
    multiprocess="never",
)
"""The same server and the same parser; what it says to the application is ASGI."""
