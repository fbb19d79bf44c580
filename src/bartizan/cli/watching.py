"""Waiting for events while somebody looks: a reader that has gone ends it, a terminal too."""

import os
import select
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Final, TextIO

from bartizan.cli.screen import hush, speakable

PAUSE: Final = 0.25
"""Seconds between two looks into a spool."""


def wait(seconds: float = PAUSE, stream: TextIO | None = None) -> bool:
    """Wait; whether anybody still reads what we write (``| head`` may have had enough).

    Where nobody can tell (a file), the answer is yes.
    """
    try:
        descriptor = (stream or sys.stdout).fileno()
    except (OSError, ValueError, AttributeError):
        time.sleep(seconds)
        return True
    poll = select.poll()
    poll.register(descriptor, 0)  # nothing is asked for: errors and hang-ups are told anyway
    return not poll.poll(seconds * 1000)


def live(stream: TextIO | None = None) -> bool:
    """Whether a screen can be drawn anew in its place: on terminals that are more than paper."""
    out = stream or sys.stdout
    return out.isatty() and os.environ.get("TERM") != "dumb" and not os.environ.get("CI")


def put(lines: Iterable[str]) -> bool:
    """Write lines and hand them over at once; whether anybody took them."""
    try:
        for line in lines:
            sys.stdout.write(speakable(line, sys.stdout) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        hush()
        return False
    return True


class Screen:
    """A page that is drawn anew in its place, in the terminal's second buffer: what stood on the
    terminal before stands there again afterwards. To be used on a live terminal only."""

    def __enter__(self) -> "Screen":
        sys.stdout.write("\x1b[?1049h\x1b[?25l")
        return self

    def draw(self, lines: Sequence[str], height: int) -> bool:
        """Draw as many lines as there is room for; whether anybody took them.

        Each line is written over the one before and its rest erased, so that nothing flickers.
        """
        shown = list(lines[: height - 1])
        if len(lines) > len(shown):
            shown[-1:] = [f"{len(lines) - len(shown) + 1} lines more: bartizan top --once"]
        text = "\x1b[H" + "".join(f"{speakable(line, sys.stdout)}\x1b[K\n" for line in shown)
        try:
            sys.stdout.write(text + "\x1b[J")
            sys.stdout.flush()
        except OSError:
            return False
        return True

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            sys.stdout.write("\x1b[?25h\x1b[?1049l")
            sys.stdout.flush()
