"""What the server in front of us does to a request, as far as it can be seen from inside.

Counters in ``memory://`` belong to one process, so a second worker of the same application stops
the start where it can be noticed. A server that believes forwarding headers by itself is named:
``proxies`` in the policy is the one source of the client's address.
"""

import fcntl
import hashlib
import logging
import multiprocessing
import os
import sys
import tempfile
from pathlib import Path
from types import FrameType
from typing import Any, Final

from bartizan.policy.faults import Fault, PolicyError
from bartizan.policy.rules import Place, Policy

log = logging.getLogger("bartizan")

MEMORY: Final = "memory://"
CONSEQUENCE: Final = "every limit would be a multiple of what it says: run one worker with threads"
SEVERAL_WORKERS: Final = (
    f'R204: this server runs several workers, and limits = "{MEMORY}" counts in each of them '
    f"apart; {CONSEQUENCE}"
)
GUNICORN: Final = (
    "gunicorn believes X-Forwarded-Proto of %s by itself; start it with --forwarded-allow-ips '' "
    "and say `proxies` in the policy"
)
UVICORN: Final = (
    "uvicorn replaces the client's address by X-Forwarded-For by itself, and such requests are "
    "refused; start it with --no-proxy-headers and say `proxies` in the policy"
)

_held: dict[Path, int] = {}
"""Descriptors of the locks that this process holds until it ends."""


def admit(policy: Policy) -> None:
    """Raise ``PolicyError`` where the server that loads us says already that it runs several
    workers: R204."""
    config = _gunicorn()
    if config is None or config.workers < 2 or policy.stores.limits != MEMORY:
        return
    place = policy.stores.places.get("limits") or Place(policy.file, 1, 1)
    why = f'{config.workers} workers are to serve this, and "{MEMORY}" counts in each of them apart'
    raise PolicyError([Fault("R204", why, place, consequence=CONSEQUENCE)])


def refusal(policy: Policy, *, several: bool) -> str:
    """Why this process must not serve, as a sentence; empty where it may.

    ``several`` is what the server itself says of further processes (PEP 3333
    ``wsgi.multiprocess``). Names on the way what the server does to forwarding headers.
    """
    config = _gunicorn()
    if config is not None and config.forwarded_allow_ips:
        log.warning(GUNICORN, ", ".join(config.forwarded_allow_ips))
    if _rewritten_by_uvicorn():
        log.warning(UVICORN)
    if policy.stores.limits != MEMORY:
        return ""
    workers = config.workers if config is not None else 1
    return SEVERAL_WORKERS if several or workers > 1 or _sibling(policy) else ""


def _gunicorn() -> Any:
    """The configuration of the gunicorn worker that calls us, if one does."""
    for caller in _callers("gunicorn"):
        config = getattr(caller, "cfg", None)
        if config is not None:
            return config
    return None


def _rewritten_by_uvicorn() -> bool:
    """Whether uvicorn's proxy headers stand between the socket and us, and believe anybody."""
    return any(
        type(caller).__name__ == "ProxyHeadersMiddleware" and _believes(caller.trusted_hosts)
        for caller in _callers("uvicorn")
    )


def _believes(trusted: Any) -> bool:
    """``--forwarded-allow-ips ''`` leaves one empty name, which no peer has."""
    if trusted.always_trust or trusted.trusted_hosts or trusted.trusted_networks:
        return True
    return any(trusted.trusted_literals)


def _callers(package: str) -> list[Any]:
    """The objects of a package whose methods are calling us. Other frames are not looked into:
    whoever asks for a frame's variables keeps them alive."""
    frame: FrameType | None = sys._getframe(1)
    callers = []
    while frame is not None:
        if frame.f_globals.get("__name__", "").partition(".")[0] == package:
            callers.append(frame.f_locals.get("self"))
        frame = frame.f_back
    return callers


def _sibling(policy: Policy) -> bool:
    """Whether another worker of the same parent serves the same policy.

    Only processes that a supervisor has started (uvicorn's ``--workers``) are asked.
    """
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
