"""A filter for the standard library's ``logging``: adds the decision id, takes secrets out.

Put it on handlers: a filter of a logger does not see what its children log.
"""

import logging
from typing import Any, Final

from bartizan.logs.decided import decided
from bartizan.logs.redaction import Redaction
from bartizan.logs.values import field, redacted

_OWN: Final = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
"""Attributes of a record that are not of ``extra``."""
_FORMATTER: Final = logging.Formatter()


class Filter(logging.Filter):
    """Lets every record through, with a decision id and without secrets.

    ``record.decision`` is the id of the request being handled, ``""`` outside of one;
    ``record.operation`` is its operation where ``operation`` asks for it. Message, arguments,
    ``extra``, exception and stack lose what ``Redaction`` knows; ``names`` are further names of
    secrets. What the application gave is copied, never changed; the record itself is changed, so
    handlers that come later see it without secrets too. It never raises: a record that it cannot
    read passes with a mark in place of its message.
    """

    def __init__(self, name: str = "", *, names: tuple[str, ...] = (), operation: bool = False):
        super().__init__(name)
        self._redaction = Redaction(tuple(names))
        self._operation = operation

    def filter(self, record: logging.LogRecord) -> bool:
        """Complete and clean a record; False only where ``name`` leaves it out."""
        if not super().filter(record):
            return False
        record.decision = ""
        try:
            now = decided()
            record.decision = now.id
            if self._operation:
                record.operation = now.operation
            self._clean(record)
        except Exception as error:
            _withhold(record, error)
        return True

    def _clean(self, record: logging.LogRecord) -> None:
        self._message(record)
        for key in vars(record).keys() - _OWN:
            old = getattr(record, key)
            new = field(self._redaction, key, old)
            if new is not old:
                setattr(record, key, new)
        if record.exc_info or record.exc_text:
            self._exception(record)
        if record.stack_info:
            record.stack_info = self._redaction.text(record.stack_info)

    def _message(self, record: logging.LogRecord) -> None:
        """The message as it will be read, and the arguments that formatters may show besides."""
        if not record.args:
            if not isinstance(record.msg, str | dict):
                text = str(record.msg)
                clean = self._redaction.text(text)
                record.msg = record.msg if clean == text else clean
            else:
                record.msg = redacted(self._redaction, record.msg)
            return
        try:
            text = record.getMessage()
        except Exception as error:  # the arguments do not fit: say so, and show them clean
            text = f"{record.msg} [{type(error).__name__}: arguments {record.args!r}]"
            record.msg, record.args = self._redaction.text(text), None
            return
        given, record.args = record.args, self._arguments(record.args)
        shown = text if record.args is given else _read(record)
        if shown is None or self._redaction.text(shown) != shown:
            record.msg, record.args = self._redaction.text(text), None

    def _arguments(self, args: Any) -> Any:
        """Clean arguments in the form that they had: formatters of servers look into them."""
        if isinstance(args, tuple):
            clean = tuple(redacted(self._redaction, each) for each in args)
            same = all(new is old for new, old in zip(clean, args, strict=True))
            return args if same else clean
        return redacted(self._redaction, args)

    def _exception(self, record: logging.LogRecord) -> None:
        """Only where there is a secret in it: the clean text stays, and not what it is made of."""
        text = record.exc_text or written(record.exc_info)
        clean = self._redaction.text(text)
        if clean != text:
            record.exc_text = clean
            record.exc_info = None


def _read(record: logging.LogRecord) -> str | None:
    """The message; ``None`` where the arguments do not fit any more."""
    try:
        return record.getMessage()
    except Exception:
        return None


def written(exc_info: Any) -> str:
    """An exception as logging writes it; its notes and causes with it."""
    if exc_info is True or not exc_info:
        return ""
    if isinstance(exc_info, BaseException):
        exc_info = (type(exc_info), exc_info, exc_info.__traceback__)
    return _FORMATTER.formatException(exc_info)


def _withhold(record: logging.LogRecord, error: Exception) -> None:
    """A record that cannot be read: where it comes from stays, all that it says does not."""
    record.msg = f"[bartizan.logs cannot read this record: {type(error).__name__}]"
    record.args = record.exc_info = record.exc_text = record.stack_info = None
    for key in vars(record).keys() - _OWN - {"decision", "operation"}:
        delattr(record, key)
