"""The spool: each worker appends its events to files of its own, one ``write(2)`` a line.

What ``write`` has returned from is in the kernel's hands: a ``kill -9`` loses no line and tears
none. Of equal refusals past 60 a minute it may lose the counts of one second (see ``fold``).
A request never fails because its event could not be written: the loss is counted, reported, and
written into the log itself as soon as that is possible again.
"""

import atexit
import errno
import logging
import os
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import RLock, Thread
from typing import Final
from weakref import WeakSet

from bartizan.model.event import Event
from bartizan.model.fork import forget_in_child
from bartizan.model.ids import Ids
from bartizan.model.ids import segment as random_word
from bartizan.model.notices import NOTICES, OUTCOME
from bartizan.watch.fold import BATCH, FOLDS, Folds
from bartizan.watch.keyed import KEY, KeyedHash, SpoolFault, open_key
from bartizan.watch.line import encode
from bartizan.watch.losses import TELLS, Losses
from bartizan.watch.segment import Segment, kind_of
from bartizan.watch.ticking import tick_while
from bartizan.watch.trimming import CAP, Bounds, trim

AGE: Final = 86400.0
"""Seconds after which a segment gives way to another one."""
_AGAIN: Final = 1.0
"""Seconds between two looks at what might be gone, and two attempts to open a segment."""

_log = logging.getLogger("bartizan.watch")


class Spool:
    """Writes events into a directory. Threads may share it; a forked child opens its own segments.

    ``cap`` bounds the bytes of all segments of all workers. ``key`` is the secret of the keyed
    hashes, where it is not the one beside the segments. Raises SpoolFault where the directory
    cannot be made or written, or its key be used; where ``patient``, that is reported instead,
    and events are written as soon as they can be.
    """

    def __init__(
        self,
        directory: str | Path,
        *,
        cap: int = CAP,
        key: bytes | None = None,
        patient: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.directory = Path(directory)
        """Where the segments and the key are."""
        self.bounds = Bounds(cap)
        """How large it may be."""
        self._largest = self.bounds.segment
        self._step = self.bounds.step
        self._given = key
        self._key = key or b""
        self._clock = clock
        self._prepared = False
        try:
            self._prepare()
        except SpoolFault as fault:
            if not patient:
                raise
            _log.error("%s; events are lost until that is mended", fault)
        self.keyed = KeyedHash(self._key or secrets.token_bytes(KEY))
        """The keyed hash that stands for an identifier in these events."""
        self._begin()
        forget_in_child(self)
        _open_spools.add(self)

    def _prepare(self) -> None:
        prepare(self.directory)
        self._key = self._given or open_key(self.directory)
        self._prepared = True

    def _begin(self) -> None:
        """The state of one process."""
        # Held for one write(2), which the kernel does one after the other anyway.
        self._lock = RLock()
        self._segments: dict[str, Segment] = {}
        self._folds = Folds()
        self._losses = Losses(self.directory, self._clock)
        self._ids = Ids()
        self._ticker: Thread | None = None
        self._alone = 0.0  # until when no thread is tried
        self._notices: list[tuple[str, int, float, float]] = []
        self._grown = 0  # bytes written since the directory was looked at
        self._full = False  # whether the cap is reached and nothing can be dropped
        self._look = 0.0  # when to see whether all is still there
        self._shut = 0.0  # until when no opening is tried

    @property
    def lost(self) -> int:
        """Events that could not be written since this process began."""
        return self._losses.total

    @property
    def failing(self) -> bool:
        """Whether the last event could not be written."""
        return self._losses.untold > 0

    def write(self, event: Event) -> None:
        """Append one event. Never raises; what is lost is counted and reported."""
        try:
            with self._lock:
                now = self._clock()
                if event.outcome != "deny" or self._folds.alone(event, now):
                    self._append(event, now)
                else:
                    for line in self._folds.add(event, now):
                        self._append(line, now)
                    if self._ticker is None and now >= self._alone:
                        self._come_back(now)
                if now >= self._folds.next:
                    self._fold(now, BATCH)
                if self._notices and not self._losses.untold:
                    self._tell(event, now)
            if self._grown >= self._step:
                self._trim()
        except Exception as error:
            self._losses.add(event, type(error).__name__)

    def close(self) -> None:
        """Write what is pending and let the segments go; a later event opens new ones."""
        with self._lock:
            for line in self._folds.flush():
                self._append(line, self._clock())
            self._segments.clear()

    def forget(self) -> None:
        """In a forked child: segments, folds, losses and a lock that is perhaps held are the
        parent's."""
        self._begin()

    def _append(self, event: Event, now: float) -> None:
        """Write one line, or count its loss."""
        try:
            line = encode(event)
            segment = self._segments.get(kind_of(event))
            if segment is None or segment.size >= self._largest or now >= self._look:
                segment = self._ready(event, now)
            self._grown += segment.append(line)
        except OSError as error:
            self._losses.add(event, error.strerror or type(error).__name__)
        except Exception as error:
            self._losses.add(event, type(error).__name__)
        else:
            if self._losses.untold:
                self._notices.append(
                    (TELLS, self._losses.untold, self._losses.first, self._losses.last)
                )
                self._losses.told()

    # ------------------------------------------------------------ segments

    def _ready(self, event: Event, now: float) -> Segment:
        """The segment for an event: the open one while it is good, else a new one."""
        if now >= self._look:
            self._look = now + _AGAIN
            self._see()
        if not self._prepared:
            raise OSError(errno.EAGAIN, "the log could not be opened a moment ago")
        if self._full:
            raise OSError(errno.EDQUOT, "the log is at its cap, and nothing of it can be dropped")
        kind = kind_of(event)
        segment = self._segments.get(kind)
        if segment is not None and segment.size < self._largest and now < segment.ends:
            return segment
        if now >= self._shut:
            try:
                made = self._segments[kind] = Segment(self.directory, event, now + AGE)
            except OSError:
                self._shut = now + _AGAIN
                if segment is None:
                    raise
            else:
                self._grown = self._step
                return made
        if segment is None:
            raise OSError(errno.EAGAIN, "no segment could be opened a moment ago")
        return segment  # too large or too old, and better than none

    def _see(self) -> None:
        """Once a second: whether segments and key are where they were."""
        if not self._prepared:
            self._mend()
        if self._full:
            self._grown = self._step
        for kind, segment in tuple(self._segments.items()):
            if not segment.there():
                del self._segments[kind]
                self._notices.append(("events_removed", 1, 0.0, 0.0))
        if self._given is None:
            self._see_key()

    def _see_key(self) -> None:
        """A key that is gone is put back; another one that took its place is used from now on, so
        that all workers use the same."""
        with suppress(SpoolFault):
            found = open_key(self.directory, self._key)
            if found != self._key:
                self._key = found
                self.keyed.rekey(found)
                self._notices.append(("key_changed", 1, 0.0, 0.0))

    def _mend(self) -> None:
        """Prepare what could not be prepared at the start. Raises OSError: this event is hashed
        with a key that nobody has."""
        try:
            self._prepare()
        except SpoolFault as fault:
            raise OSError(errno.ENOENT, str(fault)) from fault
        self.keyed.rekey(self._key)
        raise OSError(errno.EAGAIN, "the log could be opened only now")

    def _trim(self) -> None:
        """Keep the directory below its cap. Not under the lock: others go on writing."""
        self._grown = 0
        own = frozenset(segment.path.name for segment in tuple(self._segments.values()))
        try:
            trimmed = trim(self.directory, self.bounds, own)
        except OSError:
            return  # the next event cannot be written either, and says so
        self._full = trimmed.over
        if trimmed.more:
            self._grown = self._step
        if trimmed.dropped:
            with self._lock:
                self._notices.append(("events_trimmed", trimmed.dropped, 0.0, trimmed.until))

    # ------------------------------------------------------------ folds and notices

    def _fold(self, now: float, most: int) -> None:
        """Write the folds whose time has come."""
        for line in self._folds.due(now, most):
            self._append(line, now)

    def _come_back(self, now: float) -> None:
        """See to it that what is pending is written though no event comes any more."""
        self._ticker = tick_while(self.tick)
        if self._ticker is None:
            self._alone = now + _AGAIN

    def tick(self) -> bool:
        """Write the folds that are due; whether others are pending."""
        with self._lock:
            self._fold(self._clock(), FOLDS)
            if not self._folds.pending:
                self._ticker = None
                return False
            return True

    def _tell(self, event: Event, now: float) -> None:
        """Write what is to be said about the log itself, in the name of this event's policy."""
        notices, self._notices = self._notices, []
        for name, count, first, until in notices:
            notice = Event(
                time=first or event.time,
                id=self._ids.next(),
                api=event.api,
                revision=event.revision,
                event=NOTICES[name].event,
                outcome=OUTCOME,
                status=0,
                method="other",
                reason=name,
                count=count,
                until=until,
            )
            self._append(notice, now)
            with suppress(Exception):
                _log.warning("%s (%s)", NOTICES[name].title.format(count=count), self.directory)


def prepare(directory: Path) -> None:
    """Make the directory, and try it: a spool that cannot be written is noticed at the start.
    Raises SpoolFault."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        trial = directory / f".trial-{os.getpid()}-{random_word(length=8)}"
        os.close(os.open(trial, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        trial.unlink()
    except OSError as error:
        raise SpoolFault(
            f"the event spool {directory} cannot be written: {error.strerror}"
        ) from error


_open_spools: WeakSet[Spool] = WeakSet()


@atexit.register
def _close_all() -> None:
    """What is pending at the end of the process is written."""
    for spool in tuple(_open_spools):
        with suppress(Exception):
            spool.close()
