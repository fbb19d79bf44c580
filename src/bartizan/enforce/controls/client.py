"""Row 2: the true client, and whom we do not serve (OWASP ASVS 5 V4.1, CWE-290, CWE-348).

Forwarding headers count only from a peer in ``proxies`` and are read from the right. Denied
networks are refused here, and so is a client outside an operation's own ``networks``.
"""

from collections.abc import Callable
from functools import lru_cache

from msgspec import Struct

from bartizan.enforce.context import Context, Scope, Step
from bartizan.enforce.plan import Fittings
from bartizan.model.decision import Deny
from bartizan.model.reasons import REASONS
from bartizan.policy.forwarded import Malformed, Proxies, true_client
from bartizan.policy.networks import Address, NetworkSet, counted, network, parse_address
from bartizan.policy.rules import Operation, Pass, Policy

_FORWARDED = Deny(REASONS["forwarded_malformed"], key="proxies")
_REWRITTEN = Deny(REASONS["peer_rewritten"], key="proxies")
_DENIED = Deny(REASONS["client_denied"], key="deny")
_ELSEWHERE = Deny(REASONS["network_denied"], key="networks")

REMEMBERED = 4096
"""Addresses whose reading is remembered; forgetting one only costs the time to read it again."""


class Caller(Struct, frozen=True, gc=False):
    """What follows from an address alone."""

    address: Address | None
    """The address itself."""
    client: str
    """What it is counted by."""
    network: str
    """Its network, for logs."""
    denied: bool
    """Whether it lies in a denied network."""


class Border(Struct, frozen=True):
    """What all scopes of an API have in common: made once, however many operations there are."""

    proxies: Proxies | None
    """Who is believed; ``None`` where nobody is."""
    look: Callable[[str], Caller]
    """Reads the text of an address; remembers a bounded number of them."""


def bind(fittings: Fittings, scope: Scope) -> Step | None:
    """``proxies`` and ``deny`` of the API, ``networks`` of the operation or the subtree."""
    read = reader(fittings)
    networks = scope.networks if isinstance(scope, Operation | Pass) else ()
    if not networks:
        return read
    own = NetworkSet(networks)

    def step(context: Context) -> Deny | None:
        said = read(context)
        if said is not None:
            return said
        return None if context.address in own else _ELSEWHERE

    return step


def reader(fittings: Fittings) -> Callable[[Context], Deny | None]:
    """Reads who is asking into a context, and says whether anybody is asking whom we may serve.

    The event of a request that row 1 has refused uses it too: somebody did send that.
    """
    border = fittings.shared("client", _border)
    proxies, look = border.proxies, border.look

    def read(context: Context) -> Deny | None:
        request = context.request
        if request.peer_rewritten:
            return _REWRITTEN
        if proxies is not None:
            said = true_client(request.peer, request.scheme, request.host, request.header, proxies)
            if isinstance(said, Malformed):
                return _FORWARDED
            context.scheme, context.host = said.scheme, said.host
            caller = look(said.address.text if said.address is not None else "")
        else:
            caller = look(request.peer)
        context.address = caller.address
        context.client = caller.client
        context.network = caller.network
        if caller.address is None and request.peer:
            return _FORWARDED  # a peer that nobody can read would slip past every network
        return _DENIED if caller.denied else None

    return read


def _border(policy: Policy) -> Border:
    api = policy.api
    deny = NetworkSet(api.deny)

    @lru_cache(maxsize=REMEMBERED)
    def look(text: str) -> Caller:
        address = parse_address(text.partition("%")[0])
        return Caller(address, counted(address), network(address), address in deny)

    believes = bool(api.proxies) or api.proxy_unix
    proxies = Proxies(NetworkSet(api.proxies), api.proxy_unix, api.forwarded)
    return Border(proxies if believes else None, look)
