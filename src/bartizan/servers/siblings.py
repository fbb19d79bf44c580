"""Whether another worker of the same supervisor serves the same policy, where the server does not
say how many it runs: a lock file for each policy and parent."""

import fcntl
import hashlib
import multiprocessing
import os
import tempfile
from pathlib import Path

from bartizan.policy.rules import Policy

_held: dict[Path, int] = {}
"""Descriptors of the locks that this process holds until it ends."""


def sibling(policy: Policy) -> bool:
    """Only processes that a supervisor has started by `multiprocessing` are asked (uvicorn's
    ``--workers``). True may become false: after a reload the old worker goes a moment later."""
    if multiprocessing.parent_process() is None:
        return False
    name = f"{policy.file}\0{os.getppid()}\0{os.getuid()}"
    digest = hashlib.sha256(name.encode()).hexdigest()[:24]
    path = Path(tempfile.gettempdir()) / f"bartizan-{digest}.lock"
    if path in _held:
        return False
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return True
    _held[path] = descriptor
    return False
