"""What holds for every answer to a stranger, whatever was sent.

The answer is the view's own, a preflight's, or a refusal of the table of reasons, word for word.
It is no 5xx and shows no trace, leaves one event, and neither the event's line nor a refusal
repeats what was secret in the request.
"""

import faulthandler
import logging
import signal
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from bartizan.model.problem import PREFIX
from bartizan.model.reasons import REASONS
from bartizan.watch.line import encode
from tests.conformance.columns import Api, Seen, Sent
from tests.conformance.corpus import FINE

CANARY = "c4n4ry"
"""Stands in every value that must not be repeated."""

PATIENCE = 20
"""Seconds after which an answer is taken to be never coming."""

TRACES = (b"Traceback", b'File "', b".py", b"Error:", b"Exception")
"""What a trace has in it, and no refusal."""

COMPANIONS = {401: "WWW-Authenticate", 405: "Allow", 429: "Retry-After", 308: "Location"}
"""Headers that belong to a status (RFC 9110 section 15, RFC 6585)."""


class Watch:
    """Asks every face and counts how the requests ended."""

    def __init__(self, faces: Mapping[str, Api]) -> None:
        self.faces = faces
        self.ended: Counter[str] = Counter()
        self.wrong: list[str] = []

    def ask(self, sent: Sent) -> dict[str, Seen]:
        """Send one request to every face that knows its kind; return what was seen."""
        answers = {}
        for name, face in self.faces.items():
            if sent.websocket and name not in ("engine", "asgi"):
                continue
            events = face.guarded.log.events  # type: ignore[attr-defined]
            events.clear()
            with in_time():
                seen = face.ask(sent)
            assert len(events) == 1, f"{name}: {len(events)} events"
            check(name, sent, seen)
            self.ended[seen.reason] += 1
            answers[name] = seen
        assert not self.wrong, self.wrong
        return answers

    def reached(self, *stopped: str) -> float:
        """Which part of all requests went past the parser that gives these reasons."""
        total = sum(self.ended.values())
        return 1 - sum(self.ended[name] for name in stopped) / total


def fuzz(requests: st.SearchStrategy[Any], ask: Callable[[Any], object]) -> None:
    """Ask many requests of one kind."""

    @settings(settings.get_profile("fuzz"))
    @given(requests)
    def each(request: Any) -> None:
        ask(request)

    each()


@contextmanager
def watched(faces: Mapping[str, Api]) -> Iterator[Watch]:
    """Watch the faces, and everything that is logged meanwhile."""
    watch = Watch(faces)
    complaints = Complaints(watch.wrong)
    logging.getLogger().addHandler(complaints)
    try:
        yield watch
    finally:
        logging.getLogger().removeHandler(complaints)


def told(seen: Seen) -> Mapping[str, Any]:
    """What the view says that it was told; nothing where it was asked by HEAD."""
    spoken: Mapping[str, Any] = msgspec.json.decode(seen.body) if seen.body else {}
    return spoken


@contextmanager
def in_time() -> Iterator[None]:
    """An answer comes, or the test fails: no request may hang."""

    def late(*_: object) -> None:
        faulthandler.dump_traceback(all_threads=True)
        raise TimeoutError(f"no answer within {PATIENCE} seconds")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(PATIENCE)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


class Complaints(logging.Handler):
    """Collects what anybody logs as an error: a stranger's request causes none."""

    def __init__(self, into: list[str]) -> None:
        super().__init__(logging.ERROR)
        self.into = into

    def emit(self, record: logging.LogRecord) -> None:
        """Keep its text, and the trace that came with it."""
        self.into.append(logging.Formatter().format(record))


def check(face: str, sent: Sent, seen: Seen) -> None:
    """Hold one answer against what holds for all."""
    assert seen.event.status == seen.status, face
    assert CANARY.encode() not in encode(seen.event), f"{face}: {encode(seen.event)!r}"
    for name, value in seen.headers:
        assert name.isascii(), face
        assert value.isprintable(), f"{face}: {name}: {value!r}"
    if seen.reason in FINE:
        assert 200 <= seen.status < 300 or seen.status in (101, 404, 405), face
        assert seen.status < 300 or seen.reason == "pass", face
    else:
        refusal(face, sent, seen)


def refusal(face: str, sent: Sent, seen: Seen) -> None:
    """Hold a refusal against the table of reasons (RFC 9457)."""
    reason = REASONS[seen.reason]
    assert seen.status < 500, f"{face}: {seen.reason}"
    if seen.status == 403 and sent.websocket:
        return  # closed before it was accepted; most servers send no body of ours
    assert seen.status == reason.status, face
    assert seen.header("Bartizan-Decision") == seen.event.id, face
    assert seen.header("Cache-Control") == "no-store", face
    if seen.status in COMPANIONS:
        assert seen.header(COMPANIONS[seen.status]), face
    if seen.status != 308:
        assert all(CANARY not in value for _, value in seen.headers), face
    if sent.method == "HEAD" and not sent.websocket:
        assert seen.body == b"", face
        return
    assert not any(trace in seen.body for trace in TRACES), f"{face}: {seen.body!r}"
    assert CANARY.encode() not in seen.body, f"{face}: {seen.body!r}"
    assert seen.header("Content-Type") == "application/problem+json", face
    document: dict[str, Any] = msgspec.json.decode(seen.body)
    assert document["type"] == PREFIX + reason.problem, face
    assert document["title"] == reason.title, face
    assert document["status"] == reason.status, face
    assert set(document) <= {"type", "title", "status", "errors", "decision"}, face
