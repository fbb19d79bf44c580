"""A thread that lives only while something is pending: nothing else would write the end of a
flood, since no request comes after its last."""

import time
from collections.abc import Callable
from contextlib import suppress
from threading import Thread
from typing import Final

TICK: Final = 0.25
"""Seconds between two looks."""


def tick_while(pending: Callable[[], bool]) -> Thread | None:
    """Call ``pending`` every quarter of a second for as long as it returns true. ``None`` where
    this process can have no thread any more: then the next event, or the exit, does its work."""

    def run() -> None:
        with suppress(Exception):
            time.sleep(TICK)
            while pending():
                time.sleep(TICK)

    thread = Thread(target=run, name="bartizan-fold", daemon=True)
    try:
        thread.start()
    except RuntimeError:
        return None
    return thread
