"""Bodies on the wire: bounded whatever frames them, and never two readings of one request."""

import json
import socket
from contextlib import suppress

import pytest

from tests.servers.launch import Served
from tests.servers.wire import Answer, Connection, chunked, once, raw, request, source

CHUNKED = ("Transfer-Encoding", "chunked")
LIMIT = 65536
"""What the policy allows ``POST /upload``."""


def face(served: Served) -> str:
    """The face of a server, as the fixture names it."""
    return served.log.parent.name.rstrip("0123456789")


def wsgi_django(served: Served) -> bool:
    """Whether Django reads bodies by their length alone here."""
    return face(served) in ("django-sync", "django-gthread")


def test_a_chunked_body_passes_up_to_the_bound(served: Served) -> None:
    body = chunked(b"a" * 60000, b"b" * (LIMIT - 60000))
    answer = once(served.port, "POST", "/api/upload", [CHUNKED], body)
    if wsgi_django(served):
        assert (answer.status, answer.problem) == (411, "length_required"), answer
    else:
        assert (answer.status, answer.json) == (200, {"bytes": LIMIT}), answer


@pytest.mark.parametrize("size", [LIMIT + 1, 8 * LIMIT])
def test_a_chunked_body_over_the_bound_is_refused(served: Served, size: int) -> None:
    body = chunked(*[b"a" * 8192] * (size // 8192), b"b" * (size % 8192))
    answer = _uploaded(served, request("POST", "/api/upload", [CHUNKED], body))
    expected = (411, "length_required") if wsgi_django(served) else (413, "content_too_large")
    assert (answer.status, answer.problem) == expected, answer


def test_a_declared_body_over_the_bound_is_refused_before_it_comes(served: Served) -> None:
    lines = [("Content-Length", str(10 * LIMIT)), ("Expect", "100-continue")]
    lines = lines if face(served) == "django-uvicorn" else lines[:1]
    with raw(served.port, request("POST", "/api/upload", lines)) as connection:
        answer = connection.answer("POST")
    assert (answer.status, answer.problem) == (413, "content_too_large")


def test_a_refusal_in_the_middle_of_an_upload_does_not_hang(served: Served) -> None:
    head = request("POST", "/api/upload", [CHUNKED])
    with raw(served.port, head) as connection:
        connection.upload((b"2000\r\n" + b"a" * 8192 + b"\r\n") * 20)
        answer = connection.answer("POST")  # the last chunk never comes
    assert answer.status == (411 if wsgi_django(served) else 413), answer


def test_a_client_that_leaves_in_the_middle_harms_nobody(served: Served) -> None:
    head = request("POST", "/api/upload", [("Content-Length", "5000")])
    with raw(served.port, head + b"a" * 100) as connection:
        connection.socket.shutdown(socket.SHUT_WR)
    with raw(served.port, request("POST", "/api/upload", [CHUNKED]) + b"10\r\nabc"):
        pass
    assert once(served.port, "GET", "/api/seen").status == 200


def test_a_connection_lives_on_after_refused_bodies(served: Served) -> None:
    if face(served) in ("flask-sync", "django-sync"):
        return  # this worker closes after every answer, by its own rule
    lines = [("Content-Type", "application/json")]
    with Connection(served.port, source()) as connection:
        for _ in range(3):
            answer = connection.ask("POST", "/api/orders", lines, b'{"item": "GET /api/seen"}')
            assert (answer.status, answer.problem) == (401, "credential_required")
            if answer.header("connection") == "close":
                return  # then nothing of the body can be taken for a request
            assert connection.ask("GET", "/api/seen").status == 200


def test_bytes_of_a_refused_body_are_no_request(served: Served) -> None:
    inner = request("GET", "/api/boom")
    with Connection(served.port, source()) as connection:
        connection.send(request("POST", "/api/no", [("Connection", "keep-alive")], inner))
        assert connection.answer("POST").status == 404
        connection.socket.settimeout(0.3)
        try:
            more = connection.socket.recv(100)
        except TimeoutError:
            more = b""
    assert more == b""


SMUGGLING = {
    "length and chunks": [("Content-Length", "4"), CHUNKED],
    "two lengths": [("Content-Length", "4"), ("Content-Length", "5")],
    "a signed length": [("Content-Length", "+5")],
    "a length with an underscore": [("Content-Length", "1_0")],
    "a hexadecimal length": [("Content-Length", "0x5")],
    "a negative length": [("Content-Length", "-1")],
    "an unknown coding": [("Transfer-Encoding", "xchunked")],
    "chunked is not last": [("Transfer-Encoding", "chunked, identity")],
}


@pytest.mark.parametrize("framing", SMUGGLING)
def test_two_readings_of_one_body_are_refused(served: Served, framing: str) -> None:
    asked = request("POST", "/api/upload", SMUGGLING[framing], b"0\r\n\r\n")
    assert _said(served, asked) in (0, 400, 411, 501)


def test_equal_lengths_are_at_most_one(served: Served) -> None:
    twice = [("Content-Length", "5"), ("Content-Length", "5")]  # RFC 9110 section 8.6 lets it be
    with raw(served.port, request("POST", "/api/upload", twice, b"0\r\n\r\n")) as connection:
        answer = connection.answer("POST")
    assert answer.status == 400 or answer.json == {"bytes": 5}, answer


NAMED = b" HTTP/1.1\r\nHost: api.example.com\r\n\r\n"
RAW = {
    "bare line feeds": b"GET /api/seen HTTP/1.1\nHost: api.example.com\n\n",
    "a bare carriage return": b"GET /api/seen HTTP/1.1\r\nHost: api.example.com\r\nX: a\rb\r\n\r\n",
    "a folded header": b"GET /api/seen HTTP/1.1\r\nHost: api.example.com\r\nX: a\r\n b\r\n\r\n",
    "a space before the colon": b"GET /api/seen HTTP/1.1\r\nHost : api.example.com\r\n\r\n",
    "a NUL in a header": b"GET /api/seen HTTP/1.1\r\nHost: api.example.com\r\nX: a\0b\r\n\r\n",
    "a NUL in the target": b"GET /api/seen\0" + NAMED,
    "bytes above ASCII in the target": b"GET /api/s\xc3\xa9en" + NAMED,
    "two spaces": b"GET  /api/seen" + NAMED,
    "no version": b"GET /api/seen\r\n\r\n",
    "an authority as target": b"CONNECT api.example.com:443" + NAMED,
    "an asterisk as target": b"OPTIONS *" + NAMED,
    "a target without a slash": b"GET api/seen" + NAMED,
    "a fragment": b"GET /api/seen#x" + NAMED,
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"a" * 64 + b"\r\n\r\n",
}
LENIENT = {"bare line feeds", "a folded header", "two spaces"}
"""Spellings that some server reads as the one request that they can mean; it stays guarded."""


@pytest.mark.parametrize("spelling", RAW)
def test_raw_spellings_are_no_way_around(served: Served, spelling: str) -> None:
    public = _said(served, RAW[spelling])
    assert public // 100 == 4 or (spelling in LENIENT and public in (0, 200)), public
    guarded = _said(served, RAW[spelling].replace(b"/api/seen", b"/api/orders/7"))
    assert guarded == 0 or guarded // 100 == 4
    assert once(served.port, "GET", "/api/seen").status == 200


def _said(served: Served, data: bytes) -> int:
    """The status that comes; 0 where the server waits for more, or closes without a word."""
    with raw(served.port, data) as connection:
        with suppress(OSError):  # reset, where the server closes upon what it has not read
            connection.socket.shutdown(socket.SHUT_WR)
        first = connection.rest()
    return int(first.split(b" ")[1]) if first.startswith(b"HTTP/1.") else 0


def _uploaded(served: Served, data: bytes) -> Answer:
    """Ask although the server may answer before it has read everything."""
    with Connection(served.port, source()) as connection:
        connection.upload(data)
        return connection.answer("POST")


def test_every_request_is_one_line_of_the_spool(served: Served) -> None:
    asker, before = source(), len(served.spooled())
    asked = [
        ("GET", "/api/seen", 200), ("HEAD", "/api/seen", 200), ("GET", "/api/no", 404),
        ("DELETE", "/api/seen", 405), ("GET", "/api//seen", 400), ("GET", "/api/orders/7", 401),
        ("GET", "/api/secure", 403), ("GET", "/api/moved", 308), ("GET", "/api/boom", 500),
        ("GET", "/api/elsewhere/page", 200), ("GET", "/api/elsewhere/none", 404),
    ]  # fmt: skip
    answers = [once(served.port, *each[:2], address=asker) for each in asked]
    assert [answer.status for answer in answers] == [status for _, _, status in asked]
    written = {event.id: event for event in served.spooled()[before:]}
    events = [written[answer.header("bartizan-decision") or ""] for answer in answers]
    assert [event.status for event in events] == [status for _, _, status in asked]
    assert len(served.spooled()) == before + len(asked)
    for path in served.events.glob("*.jsonl"):
        for line in path.read_bytes().splitlines():
            if line.strip():  # white space fills the end of a page
                json.loads(line)
