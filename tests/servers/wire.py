"""Asking on the wire: bytes go out as they are written, from a source address of one's own."""

import json
import select
import socket
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPResponse
from itertools import count
from types import TracebackType
from typing import Any

from msgspec import Struct

PATIENCE = 10.0
"""Seconds until an answer has to come."""

HOST = "api.example.com"
_sources = count(1)

Headers = Iterable[tuple[str, str]]


def source() -> str:
    """An address of loopback from which nobody else asks: it has its limits to itself, and its
    network stands in its events."""
    number = next(_sources)
    return f"127.{16 + number // 256}.{number % 256}.1"


class Answer(Struct, frozen=True):
    """An answer as it came."""

    status: int
    """Status code."""
    lines: tuple[tuple[str, str], ...]
    """Header lines."""
    body: bytes
    """The body."""

    def header(self, name: str) -> str | None:
        """A header, its lines joined; `None` where there is none."""
        found = [text for at, text in self.lines if at.lower() == name.lower()]
        return ", ".join(found) if found else None

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def problem(self) -> str:
        """The public name of a refusal of ours; empty where the answer is none."""
        if self.header("content-type") != "application/problem+json":
            return ""
        return str(self.json["type"]).removeprefix("urn:bartizan:problem:")


class Connection:
    """One connection."""

    def __init__(self, port: int, address: str) -> None:
        self.socket = _connected(port, address)

    def __enter__(self) -> "Connection":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self.socket.sendall(data)

    def upload(self, data: bytes) -> None:
        """Send bytes until all are out, or an answer comes in between."""
        for at in range(0, len(data), 8192):
            if select.select([self.socket], [], [], 0)[0]:
                return
            with suppress(ConnectionError):
                self.send(data[at : at + 8192])

    def answer(self, method: str = "GET") -> Answer:
        """Read one answer; `method` decides whether it has a body."""
        return read(self.socket, method)

    def ask(self, method: str, target: str, headers: Headers = (), body: bytes = b"") -> Answer:
        """One request and its answer; the connection stays."""
        self.send(request(method, target, headers, body))
        return self.answer(method)

    def rest(self) -> bytes:
        """All that still comes until the other side closes, or resets."""
        parts = []
        with suppress(ConnectionResetError):
            while part := self.socket.recv(65536):
                parts.append(part)
        return b"".join(parts)


def read(end: socket.socket, method: str) -> Answer:
    """Read one answer from a socket."""
    response = HTTPResponse(end, method=method)
    try:
        response.begin()
    except OSError:
        response.close()
        raise
    return Answer(response.status, tuple(response.getheaders()), response.read())


def _connected(port: int, address: str) -> socket.socket:
    """A server says that it runs a moment before it listens: be refused for a while."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), PATIENCE, (address, 0))
        except ConnectionRefusedError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)


def request(
    method: str,
    target: str,
    headers: Headers = (),
    body: bytes = b"",
    *,
    host: str | None = HOST,
    version: str = "HTTP/1.1",
) -> bytes:
    """The bytes of a request; a body brings its length unless a header frames it."""
    lines = [f"{method} {target} {version}"]
    if host is not None:
        lines.append(f"Host: {host}")
    lines += [f"{name}: {text}" for name, text in headers]
    framed = {name.lower() for name, _ in headers} & {"content-length", "transfer-encoding"}
    if body and not framed:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def chunked(*parts: bytes) -> bytes:
    """A chunked body (RFC 9112 section 7.1)."""
    framed = [b"%x\r\n%s\r\n" % (len(part), part) for part in parts if part]
    return b"".join(framed) + b"0\r\n\r\n"


def once(
    port: int,
    method: str,
    target: str,
    headers: Headers = (),
    body: bytes = b"",
    *,
    address: str = "",
    **more: Any,
) -> Answer:
    """One request on a connection of its own."""
    with Connection(port, address or source()) as connection:
        connection.send(request(method, target, headers, body, **more))
        return connection.answer(method)


@contextmanager
def raw(port: int, data: bytes, address: str = "") -> Iterator[Connection]:
    """A connection on which these bytes are sent already."""
    with Connection(port, address or source()) as connection:
        connection.send(data)
        yield connection
