"""Looking at the server that serves us: once when the application is loaded, once when it serves.

Counters in ``memory://`` belong to one process, so a second worker of the same application stops
the start where it can be noticed (R204), unless all is in shadow, and no count refuses anything:
then it is told. What the server hides or rewrites is named in the log:
``proxies`` in the policy is the one source of the client's address.
"""

import datetime as dt
import logging
from typing import Final

from bartizan.policy.faults import Fault, PolicyError
from bartizan.policy.rules import Place, Policy
from bartizan.policy.summary import veiled_whole
from bartizan.servers import telling
from bartizan.servers.facts import Callers, Interface
from bartizan.servers.frames import callers, of
from bartizan.servers.siblings import sibling
from bartizan.servers.table import SERVERS, recognised

log = logging.getLogger("bartizan")

MEMORY: Final = "memory://"
CONSEQUENCE: Final = "every limit would be a multiple of what it says: run one worker with threads"
SEVERAL: Final = (
    f'R204: this server runs several workers, and limits = "{MEMORY}" counts in each of them '
    f"apart; {CONSEQUENCE}"
)
SIBLING: Final = (
    f'R204: another worker serves this policy already, and limits = "{MEMORY}" counts in each of '
    f"them apart; {CONSEQUENCE}"
)
"""The one reason that may go away by itself: after a reload, the old worker ends a moment later."""


def admit(policy: Policy) -> None:
    """Raise ``PolicyError`` where the server that loads us says already that it runs several
    workers: R204. One that would load us again for ever is told when it serves."""
    if policy.stores.limits != MEMORY or _veiled(policy):
        return
    calling = callers()
    count = workers(calling)
    server = recognised(calling)
    if count < 2 or (server is not None and server.load_fault == "is tried again"):
        return
    place = policy.stores.places.get("limits") or Place(policy.file, 1, 1)
    why = f'{count} workers are to serve this, and "{MEMORY}" counts in each of them apart'
    raise PolicyError([Fault("R204", why, place, consequence=CONSEQUENCE)])


def workers(calling: Callers, *, now: bool = False) -> int:
    """How many workers the server that calls us is started with, or runs ``now``; 0 where none
    says."""
    for server in SERVERS:
        if of(calling, *server.modules):
            count = server.workers(calling)
            if count:
                return max(count, server.running(calling)) if now else count
    return 0


def stopped(
    policy: Policy, interface: Interface, *, several: bool, before: str | None = None
) -> str:
    """Why this process must not serve, as a sentence; empty where it may.

    ``several`` is what the server itself says of further processes (PEP 3333
    ``wsgi.multiprocess``), ``before`` the answer to this question when it was asked last.
    """
    if before is not None and before != SIBLING:
        return before
    calling = callers()
    server = recognised(calling, interface)
    if before is None and server is not None:
        for sentence in telling.running(server, calling, policy):
            log.warning("%s", sentence) if server.production else log.info("%s", sentence)
    if policy.stores.limits != MEMORY:
        return ""
    told = several and (server is None or server.multiprocess == "told")
    why = _several(policy, told=told, count=workers(calling, now=True))
    if why and _veiled(policy):
        until = policy.api.shadow.until if policy.api.shadow else ""
        log.warning("%s. All is in shadow until %s: until then it serves so, later not", why, until)
        return ""
    if why and before is None:
        log.critical("this application does not start: %s", why)
    return why


def _veiled(policy: Policy) -> bool:
    return veiled_whole(policy, dt.datetime.now(dt.UTC).date())


def _several(policy: Policy, *, told: bool, count: int) -> str:
    if told or count > 1:
        return SEVERAL
    # Who counts its workers needs no lock, which an old one would hold through a reload.
    return SIBLING if count == 0 and sibling(policy) else ""
