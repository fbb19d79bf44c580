"""The words in which a server is described, one line under each."""

from collections.abc import Callable
from typing import Literal

from msgspec import Struct

from bartizan.servers.frames import Caller

Interface = Literal["wsgi", "asgi"]
Callers = tuple[Caller, ...]
Unseen = Literal[
    "letter", "slash", "case", "bare", "broken", "doubled", "absolute", "fragment"
]  # fmt: skip
"""Spellings of a target, by their names in ``spellings.py``."""


class Bound(Struct, frozen=True):
    """Where a server refuses something by itself because it is too large."""

    what: Literal["request line", "header line", "header lines"]
    """What is measured: bytes of a line, or the number of header lines."""
    passes: int
    """So much surely reaches the application."""
    refused: int
    """So much never does; what lies between depends on how the bytes arrive."""
    status: int
    """Status code of the server's own answer."""


class Believes(Struct, frozen=True):
    """What a server takes from forwarding headers before the application sees the request."""

    what: tuple[Literal["client", "scheme", "prefix"], ...]
    """What it replaces."""
    default: bool
    """Whether it does so without being told, where the peer is on loopback."""
    remedy: str
    """What to say to it, as it stands in a command line."""
    consequence: str
    """What becomes of such requests, as the end of a sentence."""


def one(callers: Callers) -> int:
    """One worker, whatever it is told."""
    return 1


def none(callers: Callers) -> int:
    """Nothing is said."""
    return 0


def nobody(callers: Callers) -> str:
    """Nobody is believed."""
    return ""


def never(callers: Callers) -> bool:
    """Nothing is dropped."""
    return False


class Server(Struct, frozen=True, kw_only=True):
    """One server in one of its interfaces."""

    name: str
    """How tests and pages call it."""
    title: str
    """How sentences call it."""
    package: str
    """What is imported where it is installed."""
    page: str
    """Its page under ``docs/deployment/``."""
    interface: Interface
    """PEP 3333 or ASGI 3."""
    modules: tuple[str, ...]
    """Beginnings of the names of those modules that betray it when they call us."""
    command: str
    """A command line that is right for Bartizan; empty where it is started from Python."""
    production: bool
    """Whether its makers mean it for production."""
    target: Literal["raw", "hidden"]
    """Whether it shows the request target as it was sent."""
    unseen: tuple[Unseen, ...]
    """Spellings that nobody behind it can tell from the canonical one."""
    believes: Believes | None
    """What it takes from forwarding headers; nothing where it reads none."""
    forwarding: Literal["kept", "dropped"] = "kept"
    """What becomes of forwarding headers, where it is not told."""
    underscore: Literal["dropped", "shown", "merged"]
    """A header name with ``_``: left out, shown as it is, or one with the name that has ``-``."""
    second_host: Literal["refused", "shown"]
    """What becomes of a request with two Host lines. Shown, Bartizan refuses it."""
    second_type: Literal["refused", "shown", "first", "last"]
    """What becomes of a second Content-Type line."""
    two_lengths: Literal["refused", "first", "last"]
    """What becomes of two Content-Length lines that do not agree."""
    length_and_chunks: Literal["refused", "shown", "chunks"]
    """What becomes of Content-Length beside Transfer-Encoding; ``chunks``: the length vanishes."""
    body: Literal["streamed", "buffered"]
    """Whether the application is asked before the whole body is there."""
    chunked: Literal["shown", "measured"]
    """A chunked body: shown as one, or given a length of its own."""
    endless: bool
    """Whether a body without length may be read to its end safely."""
    method: Literal["as sent", "upper case"]
    """What becomes of the letters of a method."""
    empty: Literal["sent", "a 500"]
    """What becomes of an answer whose body has no part, as those to HEAD often are."""
    http2: bool
    """Whether it speaks HTTP/2 in clear to who begins so (RFC 9113)."""
    websocket: bool
    """Whether it hands websockets over."""
    lifespan: bool
    """Whether the application is told of start and end."""
    multiprocess: Literal["told", "always", "never"]
    """``wsgi.multiprocess``: what it says of further workers."""
    load_fault: Literal["ends it", "is tried again"]
    """What an application that raises when it is loaded by one of several workers means to it."""
    bounds: tuple[Bound, ...]
    """What it refuses by itself: such requests are in no event of ours."""
    timeouts: tuple[tuple[str, int], ...]
    """Its own options about time, and their defaults in seconds."""
    workers: Callable[[Callers], int]
    """How many workers it is started with; 0 where it does not say."""
    running: Callable[[Callers], int] = none
    """How many it runs by now, where it can be told to run more; 0 where it does not say."""
    trusted: Callable[[Callers], str] = nobody
    """Whose forwarding headers it believes as it runs; empty where nobody's."""
    drops: Callable[[Callers], bool] = never
    """Whether it drops forwarding headers as it runs."""
