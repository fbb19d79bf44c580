"""The spool: each worker appends its events to a file of its own, one ``write(2)`` an event.

What ``write`` has returned from is in the kernel's hands: a ``kill -9`` loses none of it. It may
cut short the one line that is under way, where that crosses a page (the kernel looks for fatal
signals between pages), and a disk may fill up within a line. Either way the torn line was never
acknowledged and is the last of its segment, where ``reader`` passes over it.
A request never fails because its event could not be written: the loss is counted and reported.
"""

import logging
import os
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bartizan.model.event import Event
from bartizan.model.fork import forget_in_child
from bartizan.model.ids import segment
from bartizan.watch.keyed import KeyedHash, SpoolFault, open_key
from bartizan.watch.line import encode

SUFFIX: Final = ".jsonl"
"""End of a segment's name: ``20261124T063355.123456Z-4711-k7f3q2zd.jsonl``."""
_AGAIN: Final = 1.0
"""Seconds between two looks at a segment that might be gone, and two attempts to open one."""
_REPORT: Final = 60.0
"""Seconds between two reports of lost events."""

_log = logging.getLogger("bartizan.watch")


class _Segment:
    """An open file. It is closed when the last thread that writes to it lets go: a descriptor
    that is closed too early may already be somebody's socket."""

    __slots__ = ("fd", "path")

    def __init__(self, directory: Path) -> None:
        began = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
        self.path = directory / f"{began}-{os.getpid()}-{segment(length=8)}{SUFFIX}"
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        self.fd = os.open(self.path, flags, 0o600)

    def __del__(self) -> None:
        if hasattr(self, "fd"):
            with suppress(OSError):
                os.close(self.fd)


class Spool:
    """Writes events into a directory. Threads may share it; a forked child opens its own segment.

    Raises SpoolFault where the directory cannot be made, written, or its key be used.
    """

    _segment: _Segment | None = None

    def __init__(
        self, directory: str | Path, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.directory = Path(directory)
        """Where the segments and the key are."""
        self.lost = 0
        """Events that could not be written since this process began."""
        _prepare(self.directory)
        self.keyed: Callable[[str], str] = KeyedHash(open_key(self.directory))
        """The keyed hash that stands for an identifier in these events."""
        self._clock = clock
        self._look = 0.0  # when to see whether the open segment is still there
        self._shut = 0.0  # until when no opening is tried
        self._reported: float | None = None
        self._unreported = 0

    def write(self, event: Event) -> None:
        """Append one event. Never raises; what is lost is counted and reported."""
        try:
            opened = self._segment
            if opened is None or self._clock() >= self._look:
                opened = self._open()
            line = encode(event)
            if os.write(opened.fd, line) != len(line):
                self.close()
                self._lose("the disk is full")
        except OSError as error:
            self._lose(error.strerror or str(error))
        except Exception as error:
            self._lose(type(error).__name__)

    def close(self) -> None:
        """Let the segment go; a later event opens a new one."""
        self.__dict__.pop("_segment", None)

    def forget(self) -> None:
        """In a forked child: the parent's segment is not ours, nor are its losses."""
        self.close()
        self._shut = 0.0
        self.lost = self._unreported = 0

    def _open(self) -> _Segment:
        """The segment to write to: the open one while its file is still there, else a new one."""
        now, opened = self._clock(), self._segment
        self._look = now + _AGAIN
        if opened is not None:
            if os.fstat(opened.fd).st_nlink:
                return opened
            self.close()
        if now < self._shut:
            raise OSError(None, "no segment could be opened a moment ago")
        try:
            made = _Segment(self.directory)
        except OSError:
            # Only a failure shuts: another thread may be opening at this very moment.
            self._shut = now + _AGAIN
            raise
        forget_in_child(self)
        # One C call: threads that open at the same time end up with the same segment.
        kept: _Segment = self.__dict__.setdefault("_segment", made)
        if kept is not made:
            made.path.unlink()
        return kept

    def _lose(self, why: str) -> None:
        """Count a lost event; report the first at once, then at most once a minute."""
        self.lost += 1
        self._unreported += 1
        now = self._clock()
        if self._reported is None or now - self._reported >= _REPORT:
            self._reported, count, self._unreported = now, self._unreported, 0
            with suppress(Exception):
                _log.error("%d events were not written to %s: %s", count, self.directory, why)


def _prepare(directory: Path) -> None:
    """Make the directory, and try it: a spool that cannot be written is noticed at the start."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        trial = directory / f".trial-{os.getpid()}-{segment(length=8)}"
        os.close(os.open(trial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        trial.unlink()
    except OSError as error:
        raise SpoolFault(
            f"the event spool {directory} cannot be written: {error.strerror}"
        ) from error
