"""waitress: threads, whole bodies, and no forwarding header unless it is told to keep them."""

from typing import Any, Final

from bartizan.servers.facts import Believes, Bound, Callers, Server, one
from bartizan.servers.frames import of

_KEEP = "--no-clear-untrusted-proxy-headers"


def trusted(callers: Callers) -> str:
    """``--trusted-proxy``, where it is told which headers to believe."""
    for caller in of(callers, "waitress"):
        told = _told(caller.variable("self"))
        if told is not None:
            return str(told.trusted_proxy or "") if told.trusted_proxy_headers else ""
    return ""


def drops(callers: Callers) -> bool:
    """``clear_untrusted_proxy_headers``."""
    for caller in of(callers, "waitress"):
        told = _told(caller.variable("self"))
        if told is not None:
            return bool(told.clear_untrusted_proxy_headers)
    return False


def _told(owner: object) -> Any:
    """Its adjustments: servers and channels hold them, tasks hold their channel."""
    return getattr(owner, "adj", None) or getattr(getattr(owner, "channel", None), "adj", None)


WAITRESS: Final = Server(
    name="waitress",
    title="waitress",
    package="waitress",
    page="waitress",
    interface="wsgi",
    modules=("waitress",),
    command=f"waitress-serve --threads 8 {_KEEP} shop:app",
    production=True,
    target="raw",
    unseen=(),
    believes=Believes(
        ("client", "scheme"), False, "no --trusted-proxy",
        "such requests are refused, since two decide who the client is",
    ),
    forwarding="dropped",
    underscore="dropped",
    second_host="shown",
    second_type="shown",
    two_lengths="refused",
    length_and_chunks="chunks",
    body="buffered",
    chunked="measured",
    endless=True,
    method="as sent",
    empty="sent",
    http2=False,
    websocket=False,
    lifespan=False,
    multiprocess="never",
    load_fault="ends it",
    bounds=(
        Bound("request line", 200_000, 300_000, 431),
        Bound("header line", 200_000, 300_000, 431),
    ),
    timeouts=(("--channel-timeout", 120),),
    workers=one,
    trusted=trusted,
    drops=drops,
)  # fmt: skip
