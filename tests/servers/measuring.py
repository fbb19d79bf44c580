"""What a server does to a request, measured on the wire: one function for each fact of the table.

The application behind it is the mirror: it answers with what the guard would read in its place.
"""

import json
import select
import socket
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from msgspec import Struct

from bartizan.servers.facts import Bound, Server
from bartizan.servers.spellings import SPELLINGS
from tests.servers.launch import Served
from tests.servers.wire import Answer, Connection

CLOSE = b"Connection: close\r\n"
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"
SETTINGS = 4


class Seen(Struct, frozen=True):
    """What came of one request."""

    status: int
    """Status code; 0 where the connection was cut without one."""
    asked: dict[str, Any]
    """What the mirror saw; empty where the server has answered by itself."""

    @property
    def arrived(self) -> bool:
        return bool(self.asked)


def ask(served: Served, line: str, *headers: str, body: bytes = b"", host: str = "h") -> Seen:
    """One request on a connection of its own."""
    named = [f"Host: {host}"] if host else []
    head = "\r\n".join([f"{line} HTTP/1.1", *named, *headers]).encode("latin-1")
    with Connection(served.port, "127.0.0.1") as connection:
        connection.upload(head + b"\r\n" + CLOSE + b"\r\n" + body)
        try:
            return seen(connection.answer(line.split(" ", 1)[0]))
        except (ConnectionError, ValueError):
            return Seen(0, {})


def seen(answer: Answer) -> Seen:
    arrived = answer.status == 200 and answer.header("content-type") == "application/json"
    return Seen(answer.status, json.loads(answer.body) if arrived else {})


# ------------------------------------------------------------------ target and method


def target(served: Served, said: Server) -> str:
    return "raw" if ask(served, "GET /%73een").asked["raw_path"] == "/%73een" else "hidden"


def unseen(served: Served, said: Server) -> tuple[str, ...]:
    def read(sent: str) -> tuple[Any, Any] | None:
        found = ask(served, f"GET {sent}")
        return (found.asked["path"], found.asked["raw_path"]) if found.arrived else None

    return tuple(
        spelling.name
        for spelling in SPELLINGS
        if (got := read(spelling.sent)) is not None and got == read(spelling.canonical)
    )


def method(served: Served, said: Server) -> str:
    found = ask(served, "get /seen")
    return "upper case" if found.arrived and found.asked["method"] == "GET" else "as sent"


# ------------------------------------------------------------------ who asks


def believes(served: Served, said: Server) -> tuple[str, ...]:
    """What is replaced from headers of a peer on loopback, as the server is started here."""
    forged = ("X-Forwarded-For: 203.0.113.9", "X-Forwarded-Proto: https", "Script_Name: /pre")
    found = ask(served, "GET /pre/seen", *forged).asked
    replaced = {
        "client": found["peer"] != "127.0.0.1",
        "scheme": found["told_scheme"] != "http",
        "prefix": found["told_prefix"] != "",
    }
    return tuple(name for name, changed in replaced.items() if changed)


def forwarding(served: Served, said: Server) -> str:
    found = ask(served, "GET /seen", "X-Forwarded-For: 203.0.113.9", "Forwarded: for=_a").asked
    kept = [found["headers"][name] is not None for name in ("x-forwarded-for", "forwarded")]
    return "kept" if all(kept) else "partly" if any(kept) else "dropped"


# ------------------------------------------------------------------ headers


def underscore(served: Served, said: Server) -> str:
    found = ask(served, "GET /seen", "X_Under: u").asked
    if "x_under" in found["repeated"]:
        return "shown"
    return "merged" if found["headers"]["x-under"] == "u" else "dropped"


def second_host(served: Served, said: Server) -> str:
    found = ask(served, "GET /seen", "Host: evil")
    if not found.arrived:
        return "refused"
    both = "host" in found.asked["repeated"] or "," in found.asked["host"]
    return "shown" if both else "hidden"


def second_type(served: Served, said: Server) -> str:
    lines = ("Content-Type: a/b", "Content-Type: c/d", "Content-Length: 0")
    found = ask(served, "POST /seen", *lines)
    if not found.arrived:
        return "refused"
    kind = found.asked["content_type"]
    return {"a/b": "first", "c/d": "last"}.get(kind, "shown")


def two_lengths(served: Served, said: Server) -> str:
    found = ask(served, "POST /seen", "Content-Length: 3", "Content-Length: 4", body=b"abcd")
    if not found.arrived:
        return "refused"
    return {3: "first", 4: "last"}.get(found.asked["length"], "shown")


def length_and_chunks(served: Served, said: Server) -> str:
    lines = ("Content-Length: 5", "Transfer-Encoding: chunked")
    found = ask(served, "POST /seen", *lines, body=b"3\r\nabc\r\n0\r\n\r\n")
    if not found.arrived:
        return "refused"
    return "shown" if "content-length" in found.asked["repeated"] else "chunks"


# ------------------------------------------------------------------ bodies


def body(served: Served, said: Server) -> str:
    """The order of things, not the clock: who buffers has not answered when a later request on
    another connection is through, and answers as soon as the rest has come."""
    with Connection(served.port, "127.0.0.1") as connection:
        connection.send(b"POST /seen HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabc")
        if said.body == "streamed":
            return "streamed" if connection.answer("POST").status == 200 else "refused"
        ask(served, "GET /seen")
        early = bool(select.select([connection.socket], [], [], 0)[0])
        connection.send(b"def")
        assert connection.answer("POST").status == 200
        return "streamed" if early else "buffered"


def _chunked(served: Served, *headers: str) -> dict[str, Any]:
    lines = ("Transfer-Encoding: chunked", *headers)
    return ask(served, "POST /seen", *lines, body=b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n").asked


def chunked(served: Served, said: Server) -> str:
    found = _chunked(served)
    return "shown" if found["chunked"] else "measured" if found["length"] == 5 else "lost"


def endless(served: Served, said: Server) -> bool:
    found = _chunked(served)
    if found["endless"]:
        assert _chunked(served, "X-Read: all")["body"] == 5
    return bool(found["endless"])


def empty(served: Served, said: Server) -> str:
    return "sent" if ask(served, "GET /seen", "X-Empty: 1").status == 200 else "a 500"


# ------------------------------------------------------------------ protocols


def http2(served: Served, said: Server) -> bool:
    with Connection(served.port, "127.0.0.1") as connection:
        connection.send(PREFACE)
        connection.socket.shutdown(socket.SHUT_WR)
        first = b""
        with suppress(ConnectionError):
            first = connection.socket.recv(9)
    return len(first) == 9 and first[3] == SETTINGS


def websocket(served: Served, said: Server) -> bool:
    lines = (
        "Upgrade: websocket", "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
    )  # fmt: skip
    head = "\r\n".join(["GET /seen HTTP/1.1", "Host: h", "Connection: Upgrade", *lines, "", ""])
    with Connection(served.port, "127.0.0.1") as connection:
        connection.send(head.encode())
        return connection.answer().status == 101


def multiprocess(served: Served, said: Server) -> bool:
    """With one worker."""
    return bool(ask(served, "GET /seen").asked["multiprocess"])


# ------------------------------------------------------------------ sizes


def bounds(served: Served, said: Server) -> tuple[Bound, ...]:
    return tuple(_measured(served, bound) for bound in said.bounds)


def _measured(served: Served, bound: Bound) -> Bound:
    fits = _sized(served, bound.what, bound.passes)
    over = _sized(served, bound.what, bound.refused)
    # A server that cuts the connection with bytes of ours unread may take its answer with it.
    return Bound(
        bound.what,
        bound.passes if fits.arrived else 0,
        0 if over.arrived else bound.refused,
        over.status or bound.status,
    )


def _sized(served: Served, what: str, size: int) -> Seen:
    if what == "request line":
        return ask(served, f"GET /{'a' * size}")
    if what == "header line":
        return ask(served, "GET /seen", f"X-Long: {'a' * size}")
    return ask(served, "GET /seen", *(f"X-{number}: a" for number in range(size)))


MEASURES: dict[str, Callable[[Served, Server], Any]] = {
    "target": target,
    "unseen": unseen,
    "believes": believes,
    "forwarding": forwarding,
    "underscore": underscore,
    "second_host": second_host,
    "second_type": second_type,
    "two_lengths": two_lengths,
    "length_and_chunks": length_and_chunks,
    "body": body,
    "chunked": chunked,
    "endless": endless,
    "method": method,
    "empty": empty,
    "http2": http2,
    "websocket": websocket,
    "multiprocess": multiprocess,
    "bounds": bounds,
}
"""By the field of the table that each of them measures."""


def declared(said: Server, name: str) -> Any:
    """What the table says, in the words of the measure."""
    if name == "believes":
        return said.believes.what if said.believes is not None and said.believes.default else ()
    if name == "multiprocess":
        return said.multiprocess == "always"
    return getattr(said, name)
