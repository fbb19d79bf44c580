"""What grows must not cost: the same request, with more and more of something beside it."""

import random
from collections.abc import Callable, Iterator, Mapping
from ipaddress import IPv4Network
from itertools import cycle
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from bartizan import wsgi
from bartizan.credentials.keys import KeyRing
from bartizan.enforce.effects import Route
from bartizan.enforce.guard import Guard
from bartizan.enforce.start import equip
from bartizan.policy.rules import Policy
from benchmarks import stage
from benchmarks.bodies import BIND
from benchmarks.case import Run
from benchmarks.question import asking, environ
from benchmarks.questions import get
from benchmarks.timing import Pace, timed

Sizes = tuple[int, ...]
FLAT = 1.25
"""How many times as long the largest may take as the smallest, noise of the machine included."""


class Curve(Struct, frozen=True):
    """One thing that grew."""

    what: str
    """What there was more of."""
    sizes: Sizes
    """How many of it."""
    micros: tuple[float, ...]
    """Microseconds for one request around an empty application, for each size."""

    @property
    def flat(self) -> bool:
        """Whether the last costs what the first does."""
        return self.micros[-1] <= FLAT * self.micros[0]


def curves(pace: Pace, *, most: int) -> Iterator[Curve]:
    """All curves, none of them longer than ``most``."""
    for what, (sizes, build) in GROWING.items():
        kept = tuple(size for size in sizes if size <= most)
        runs = [build(size) for size in kept]
        best = [min(column) for column in zip(*_rounds(runs, pace), strict=True)]
        yield Curve(what, kept, tuple(best))


def _rounds(runs: list[Run], pace: Pace) -> Iterator[list[float]]:
    """All sizes take turns, as base and ours do elsewhere."""
    times = max(3, int(pace.batch * 1e6 / 25))
    for run in runs:
        run(times)
    for _ in range(pace.rounds):
        yield [timed(run, times) for run in runs]


def _routes(size: int) -> Run:
    policy = stage.policy()
    first = policy.operations[0]
    paths = [f"/api/r{number}/{{order_id:int}}" for number in range(size)]
    more = [replace(first, name=f"GET {path}", template=path) for path in paths]
    return _asked(_guard(replace(policy, operations=(*policy.operations, *more))))


def _networks(size: int) -> Run:
    """Other addresses each time, more than are remembered, so that each is looked up."""
    policy = stage.policy()
    chosen = random.Random(size).sample(range(1 << 15), size)
    deny = tuple(IPv4Network(((203 << 24) | (number << 9), 24)) for number in chosen)
    api = replace(policy.api, deny=deny)
    return _from_many(_guard(replace(policy, api=api)), 8192)


def _keys(size: int) -> Run:
    """Unseen keys beside the one that signs; the token is warm."""
    guard = _guard(stage.policy())
    ring: KeyRing = guard.rings["main"]
    for number in range(1, size):
        ring.add(_other_key(number))
    return _asked(guard)


def _clients(size: int) -> Run:
    run = _from_many(_guard(stage.policy()), size)
    run(size)
    return run


GROWING: Mapping[str, tuple[Sizes, Callable[[int], Run]]] = {
    "routes": ((10, 100, 1_000, 10_000), _routes),
    "denied networks": ((10, 100, 1_000, 10_000), _networks),
    "keys": ((1, 10, 100), _keys),
    "clients": ((10, 1_000, 100_000), _clients),
}
"""What grows, how far, and how it is built."""


def _other_key(number: int) -> dict[str, Any]:
    """A key that nobody signs with: another modulus of the right size."""
    modulus = stage.signing_key().public_key().public_numbers().n + 2 * number
    raw = modulus.to_bytes(256, "big")
    return {"kty": "RSA", "kid": f"other-{number}", "alg": "RS256", "e": "AQAB",
            "n": stage.base64(raw)}  # fmt: skip


def _guard(policy: Policy) -> Guard:
    return equip(policy, bind=BIND)


def _asked(guard: Guard) -> Run:
    """A warm GET, around an application that does nothing."""
    return asking(wsgi.Outside(_nothing(guard), guard), get("/orders/7", stage.token()))


def _from_many(guard: Guard, clients: int) -> Run:
    """The same, from so many clients in turn."""
    app = wsgi.Outside(_nothing(guard), guard)
    whole = environ(get("/orders/7"))
    whole["HTTP_AUTHORIZATION"] = "Bearer " + stage.token()
    addresses = cycle([f"198.{18 + (n >> 16)}.{n >> 8 & 255}.{n & 255}" for n in range(clients)])

    def run(times: int) -> None:
        for _ in range(times):
            b"".join(app({**whole, "REMOTE_ADDR": next(addresses)}, lambda *_: lambda data: None))

    return run


def _nothing(guard: Guard) -> Callable[..., list[bytes]]:
    route = Route(frozenset(operation.name for operation in guard.policy.operations))

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        guard.resume(environ[wsgi.DECISION], route, lambda limit: b"")
        start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", "2")])
        return [b"{}"]

    return app
