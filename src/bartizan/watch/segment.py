"""Segments: the files of a spool, each written by one worker, and their names.

``20261124T063355.123456Z-4711-k7f3q2zdx9-000001-refused.jsonl``: when it was begun, by which
process, the id of its first event, and what kind of events it holds. So the files in which an id
can stand are known without opening any, and permits can be dropped without touching refusals.
"""

import errno
import os
import re
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from msgspec import Struct

from bartizan.model.event import Event

SUFFIX: Final = ".jsonl"
"""End of a segment's name."""
ALLOWED: Final = "allowed"
"""Kind of a segment of permits, and of what else nobody was refused."""
REFUSED: Final = "refused"
"""Kind of a segment of refusals, of what would have been refused but for a shadow, of notices."""
PAGE: Final = 4096
"""Bytes of the smallest page: no line lies across the edge of one."""

_NAME = re.compile(
    r"([0-9]{8}T[0-9]{6}\.[0-9]{6}Z)-([0-9]{1,10})-([0-9a-z]{1,32})-([0-9]{1,18})"
    r"-(allowed|refused)\.jsonl"
).fullmatch
_ID = re.compile(r"([0-9a-z]{1,32})-([0-9]{1,18})").fullmatch
_STAMP: Final = "%Y%m%dT%H%M%S.%fZ"


class Name(Struct, frozen=True, order=True, gc=False):
    """What the name of a segment says. Sorted by when they were begun."""

    began: str
    """When it was begun (UTC), as it stands in the name."""
    pid: int
    """The process that began it."""
    run: str
    """The random part of the ids in it: one run of one worker."""
    first: int
    """The number of the first id in it."""
    kind: str
    """``allowed`` or ``refused``."""


def name_of(file: str) -> Name | None:
    """What a file's name says; ``None`` where it is none of a segment."""
    found = _NAME(file)
    if found is None:
        return None
    began, pid, run, first, kind = found.groups()
    return Name(began, int(pid), run, int(first), kind)


def began(file: str) -> float:
    """When a segment was begun, in seconds since the epoch; 0 where its name does not say."""
    name = name_of(file)
    if name is None:
        return 0.0
    try:
        return datetime.strptime(name.began, _STAMP).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return 0.0


def numbered(id: str) -> tuple[str, int]:
    """The run and number of an id; ``("", 0)`` where it is none of ours."""
    found = _ID(id)
    return (found[1], int(found[2])) if found is not None else ("", 0)


def kind_of(event: Event) -> str:
    """The kind of segment that an event belongs in."""
    return REFUSED if event.reason or event.shadowed else ALLOWED


class Segment:
    """An open segment, its one writer's own. It is closed when the last thread that writes to it
    lets go: a descriptor that is closed too early may already be somebody's socket.

    Raises OSError where it cannot be made.
    """

    __slots__ = ("ends", "fd", "path", "size")

    def __init__(self, directory: Path, event: Event, ends: float) -> None:
        self.ends = ends
        """When it has to give way to another, on the spool's clock."""
        self.size = 0
        """Bytes in it."""
        run, number = numbered(event.id)
        rest = f"{os.getpid()}-{run or '0'}-{number:06}-{kind_of(event)}{SUFFIX}"
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
        for _ in range(8):  # two within one microsecond: the next has another name
            self.path = directory / f"{datetime.now(UTC):{_STAMP}}-{rest}"
            with suppress(FileExistsError):
                self.fd = os.open(self.path, flags, 0o600)
                return
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))

    def append(self, line: bytes) -> int:
        """Append a line of at most ``PAGE`` bytes; return how many bytes that took.

        Raises OSError where the line is not in the file, not even a part of it. A line that would
        lie across the edge of a page is preceded by a blank one up to there: the kernel copies
        page by page and looks for fatal signals in between, so only a blank can be cut.
        """
        room = PAGE - self.size % PAGE
        if len(line) > room:
            line = b" " * (room - 1) + b"\n" + line
        done = os.write(self.fd, line)
        if done != len(line):
            os.ftruncate(self.fd, self.size)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        self.size += done
        return done

    def there(self) -> bool:
        """Whether its file still has a name. Learns its size, should somebody have cut it."""
        facts = os.fstat(self.fd)
        self.size = facts.st_size
        return facts.st_nlink > 0

    def __del__(self) -> None:
        if hasattr(self, "fd"):
            with suppress(OSError):
                os.close(self.fd)
