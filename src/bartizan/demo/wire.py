"""Raw HTTP/1.1 over a socket: what is written here goes out as it is written, spelling and all.

The demo's proxy is this module too: it connects from the address that the policy believes, and
appends what it knows of its client, as any proxy does.
"""

import socket
from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from msgspec import Struct

PROXY: Final = "127.0.0.2"
"""The address that the shops' policy believes."""
DIRECT: Final = "127.0.0.1"
TIMEOUT: Final = 10.0
"""Seconds for one answer."""
MOST: Final = 1 << 20
"""Most bytes of an answer that are read."""


class Answer(Struct, frozen=True):
    """What came back."""

    status: int
    """HTTP status code; 0 where the server just hung up."""
    decision: str
    """The decision id of our guard; empty where it did not speak."""
    text: str
    """Head and body, headers' names in lower case."""


def request(
    method: str, target: str, host: str, headers: Iterable[tuple[str, str]], body: bytes,
    *, chunked: bool = False,
) -> bytes:  # fmt: skip
    """The bytes of a request; a length is said where there is a body or the method expects one."""
    lines = [f"{method} {target} HTTP/1.1", f"Host: {host}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers]
    if chunked:
        lines.append("Transfer-Encoding: chunked")
        body = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    elif body or method in ("POST", "PUT", "PATCH"):
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def proxied(
    headers: Iterable[tuple[str, str]], client: str, *, secure: bool
) -> list[tuple[str, str]]:
    """What a proxy makes of its client's headers: it appends the address, and says the scheme."""
    said = [value for name, value in headers if name == "X-Forwarded-For"]
    kept = [pair for pair in headers if not pair[0].startswith("X-Forwarded-")]
    return [
        *kept,
        ("X-Forwarded-For", ", ".join([*said, client])),
        ("X-Forwarded-Proto", "https" if secure else "http"),
    ]


def ask(port: int, data: bytes, source: str) -> Answer:
    """Send bytes from a loopback address, read the answer to its end."""
    with socket.create_connection((DIRECT, port), TIMEOUT, source_address=(source, 0)) as wire:
        received = b""
        with suppress(OSError):  # refused before all was read: the answer may be there already
            wire.sendall(data)
        with suppress(OSError):  # a reset behind the answer
            while len(received) < MOST and (piece := wire.recv(65536)):
                received += piece
    return answer(received)


def answer(received: bytes) -> Answer:
    """An answer as the demo reads it."""
    head, _, body = received.decode("latin-1").partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    words = first.split(" ")
    fields = {name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)}
    status = int(words[1]) if len(words) > 1 and words[1].isdigit() else 0
    text = "\n".join([*(f"{name}: {value}" for name, value in fields.items()), body])
    return Answer(status, fields.get("bartizan-decision", ""), text)
