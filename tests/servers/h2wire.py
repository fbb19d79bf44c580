"""Asking in HTTP/2, in clear and without an upgrade (RFC 9113 section 3.3)."""

from collections.abc import Iterable
from contextlib import suppress

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import ConnectionTerminated, DataReceived, ResponseReceived, StreamEnded, StreamReset

from tests.servers.wire import HOST, Answer, Connection, source

Headers = Iterable[tuple[str, str]]


def ask(
    port: int,
    method: str,
    path: str,
    headers: Headers = (),
    body: bytes = b"",
    *,
    authority: str = HOST,
) -> Answer:
    """One request; status 0 where the stream or the connection was reset."""
    config = H2Configuration(
        client_side=True, header_encoding="latin-1",
        validate_outbound_headers=False, normalize_outbound_headers=False,
    )  # fmt: skip
    spoken = H2Connection(config)
    spoken.initiate_connection()
    named = [(":method", method), (":scheme", "http"), (":authority", authority), (":path", path)]
    spoken.send_headers(1, [*named, *headers], end_stream=not body)
    for at in range(0, len(body), 16_000):
        spoken.send_data(1, body[at : at + 16_000], end_stream=at + 16_000 >= len(body))
    with Connection(port, source()) as connection:
        with suppress(ConnectionError):
            connection.send(spoken.data_to_send())
        return _answer(spoken, connection)


def _answer(spoken: H2Connection, connection: Connection) -> Answer:
    status, lines, parts = 0, (), b""
    with suppress(ConnectionError):
        while data := connection.socket.recv(65536):
            for event in spoken.receive_data(data):
                if isinstance(event, ResponseReceived):
                    lines = tuple((str(name), str(text)) for name, text in event.headers)
                    status = int(dict(lines)[":status"])
                elif isinstance(event, DataReceived):
                    parts += event.data
                elif isinstance(event, StreamEnded | StreamReset | ConnectionTerminated):
                    return Answer(status, lines, parts)
            connection.send(spoken.data_to_send())
    return Answer(status, lines, parts)
