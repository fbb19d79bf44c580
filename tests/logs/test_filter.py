"""The filter and the processor: what they add, what they take out, and that they never raise."""

import copy
import io
import json
import logging
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from pythonjsonlogger.json import JsonFormatter

from bartizan.logs import MARK, Filter, Processor, processor

SECRET = "hunter2"
LOUD = {"password": SECRET, "deep": [{"token": SECRET}, ("Cookie", SECRET), f"pwd={SECRET}"]}


class Written:
    """A logger with our filter, and all that it has written in two ways."""

    def __init__(self, **options: Any) -> None:
        self.text, self.json = io.StringIO(), io.StringIO()
        self.logger = logging.Logger("shop")
        plain, structured = logging.StreamHandler(self.text), logging.StreamHandler(self.json)
        plain.addFilter(Filter(**options))
        structured.addFilter(Filter(**options))
        plain.setFormatter(logging.Formatter("%(levelname)s [%(decision)s] %(message)s"))
        structured.setFormatter(JsonFormatter("%(message)s %(args)s", timestamp=True))
        self.logger.addHandler(plain)
        self.logger.addHandler(structured)

    @property
    def all(self) -> str:
        return self.text.getvalue() + self.json.getvalue()


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Written:
    """Whatever goes wrong in a handler is raised."""
    monkeypatch.setattr(logging, "raiseExceptions", True)

    def fail(self: logging.Handler, record: logging.LogRecord) -> None:
        raise AssertionError(f"a handler failed on {record.msg!r}")

    monkeypatch.setattr(logging.Handler, "handleError", fail)
    return Written()


MESSAGES: tuple[tuple[Any, ...], ...] = (
    ("password=%s", SECRET),
    ("%s=%s", "password", SECRET),
    ("%(password)s", {"password": SECRET}),
    ("%(user)s signed in", {"user": "ana", "password": SECRET}),
    ("signed in %s", {"password": SECRET}),
    ("headers %r", {"Authorization": f"Bearer {SECRET}"}),
    ("headers %r", [("authorization", SECRET), (b"cookie", SECRET.encode())]),
    ("%s", f"GET /?access_token={SECRET}&x=1"),
    (f"Authorization: Bearer {SECRET}",),
    (f"a %d password={SECRET}", "not a number"),
    ("too few %s %s", f"password={SECRET}"),
    ({"event": "login", "password": SECRET},),
    (ValueError(f"password={SECRET}"),),
    (b"password=hunter2",),
)


@pytest.mark.parametrize("words", MESSAGES, ids=repr)
def test_no_message_holds_a_secret(written: Written, words: tuple[Any, ...]) -> None:
    given_args = copy.deepcopy(words[1:])
    written.logger.error(*words)
    assert SECRET not in written.all
    assert MARK in written.all
    assert repr(words[1:]) == repr(given_args), "what was given is not changed"


def test_extra_is_cleaned_and_its_owner_sees_nothing_of_that(written: Written) -> None:
    before = copy.deepcopy(LOUD)
    written.logger.info("x", extra={"data": LOUD, "api_key": SECRET, "count": 3})
    assert SECRET not in written.all
    assert before == LOUD
    assert json.loads(written.json.getvalue())["count"] == 3


def test_an_exception_with_its_causes_and_notes(written: Written) -> None:
    try:
        try:
            raise KeyError(f"token={SECRET}")
        except KeyError as cause:
            cause.add_note(f"pwd: {SECRET}")
            raise ValueError("outer") from cause
    except ValueError:
        written.logger.exception("failed", stack_info=True)
    assert SECRET not in written.all
    assert "ValueError: outer" in written.text.getvalue()
    assert "ValueError: outer" in written.json.getvalue()


def test_an_exception_without_a_secret_is_left_alone() -> None:
    record = logging.makeLogRecord({"msg": "x", "exc_info": (ValueError, ValueError("y"), None)})
    assert Filter().filter(record)
    assert record.exc_info is not None
    assert not record.exc_text


def test_an_ordinary_record_keeps_template_and_arguments() -> None:
    args = ("ana", 7, 2.5, {"a": [1, "b"]})
    record = logging.LogRecord("shop", 20, "x", 1, "%s %d %f %s", args, None)
    assert Filter().filter(record)
    assert record.args is args
    assert record.msg == "%s %d %f %s"


def test_the_arguments_of_an_access_log_keep_their_places() -> None:
    """uvicorn's formatter takes five arguments apart."""
    args = ("127.0.0.1:1", "GET", f"/x?token={SECRET}", "1.1", 200)
    record = logging.LogRecord("uvicorn.access", 20, "x", 1, '%s - "%s %s HTTP/%s" %d', args, None)
    assert Filter().filter(record)
    assert record.args == ("127.0.0.1:1", "GET", f"/x?token={MARK}", "1.1", 200)


def test_outside_of_a_request_there_is_no_decision(written: Written) -> None:
    written.logger.info("x")
    assert written.text.getvalue() == "INFO [] x\n"


def test_the_name_of_a_filter_means_what_it_always_means() -> None:
    assert not Filter("other").filter(logging.makeLogRecord({"name": "shop"}))
    assert Filter("shop").filter(logging.makeLogRecord({"name": "shop.cart"}))


class Hostile:
    """Nothing can be asked of it."""

    def __str__(self) -> str:
        raise RuntimeError(SECRET)

    __repr__ = __str__


class HostileError(Exception):
    def __str__(self) -> str:
        raise RuntimeError(SECRET)


BROKEN: dict[str, dict[str, Any]] = {
    "message": {"msg": Hostile()},
    "argument": {"msg": "%s", "args": (Hostile(),)},
    "extra": {"msg": "x", "error": HostileError()},
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_record_passes_with_a_mark(name: str) -> None:
    record = logging.makeLogRecord({**BROKEN[name], "name": "shop"})
    assert Filter().filter(record)
    text = logging.Formatter("%(name)s%(decision)s %(message)s").format(record)
    assert text == "shop [bartizan.logs cannot read this record: RuntimeError]"


def test_odd_values_are_no_fault() -> None:
    odd = {"a": {1, 2}, "b": frozenset({"pwd=1"}), 3: 4, None: b"\xff", "c": (1,), "d": "\ud800"}
    record = logging.makeLogRecord({"msg": "x", "args": 7, "data": odd})
    assert Filter().filter(record)
    assert vars(record)["data"]["b"] == frozenset({f"pwd={MARK}"})
    assert record.getMessage().startswith("x [TypeError")


def test_depth_and_length_are_bounded() -> None:
    deep: Any = f"password={SECRET}"
    for _ in range(50):
        deep = [deep]
    loop: list[Any] = []
    loop.append(loop)
    event = processor(None, "info", {"deep": deep, "loop": loop, "long": ["x"] * 5000})
    assert SECRET not in repr(event)
    assert len(event["long"]) == 1000


# ------------------------------------------------------------------ structlog


def rendered(*processors: Any, **event: Any) -> str:
    out = io.StringIO()
    logger = structlog.wrap_logger(
        structlog.PrintLogger(out),
        [*processors, processor, structlog.processors.JSONRenderer(default=str)],
    )
    try:
        raise ValueError(f"password={SECRET}")
    except ValueError:
        logger.error("login", **event)
    return out.getvalue()


@pytest.mark.parametrize(
    "before", [(), (structlog.processors.format_exc_info,)], ids=["raw", "formatted"]
)
def test_structlog(before: tuple[Any, ...]) -> None:
    said = rendered(*before, **LOUD, exc_info=True, user="ana")
    document = json.loads(said)
    assert SECRET not in said
    assert (document["user"], document["decision"], document["event"]) == ("ana", "", "login")
    assert "ValueError: password=" + MARK in document["exception"]


def test_the_given_event_is_not_changed() -> None:
    given_event = copy.deepcopy(LOUD)
    processor(None, "info", given_event)
    assert given_event == LOUD


def test_an_event_that_cannot_be_read_passes_with_a_mark() -> None:
    event = Processor()(None, "info", {"event": "x", "error": HostileError()})
    assert event == {
        "event": "[bartizan.logs cannot read this event: RuntimeError]",
        "decision": "",
    }


def test_further_names_and_the_operation() -> None:
    event = Processor(names=("iban",), operation=True)(None, "info", {"iban": "DE02"})
    assert event == {"iban": MARK, "decision": "", "operation": ""}


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.tuples(inner, inner),
    max_leaves=20,
)


@given(st.text(), st.one_of(ANY, st.tuples(ANY), st.tuples(ANY, ANY)), ANY)
def test_it_never_raises(msg: str, args: Any, extra: Any) -> None:
    record = logging.makeLogRecord({"msg": msg, "args": args, "extra": extra})
    assert Filter(operation=True).filter(record)
    assert isinstance(record.decision, str)
    assert "decision" in processor(None, "info", {"event": msg, "args": args})
