"""What stands in the twins in place of ours: each does one thing as a real library once did."""

import re
from collections.abc import Callable
from ipaddress import ip_network
from socket import AF_INET6, inet_pton
from typing import Any

from msgspec.structs import replace

from bartizan import asgi, wsgi
from bartizan.enforce.context import Context, Headers, Scope, Step
from bartizan.enforce.controls import authenticate, https, operation, rate, size
from bartizan.enforce.controls.authenticate import ANONYMOUS
from bartizan.enforce.controls.headers import bind as dressed
from bartizan.enforce.effects import NOWHERE, Effect, Route, Said
from bartizan.enforce.engine import Engine
from bartizan.enforce.plan import Bind, Fittings
from bartizan.model.decision import Deny, Permit
from bartizan.model.ids import Ids
from bartizan.model.reasons import REASONS
from bartizan.model.request import Request
from bartizan.policy.forwarded import Proxies, true_client
from bartizan.policy.match import Router
from bartizan.policy.merge import merged
from bartizan.policy.networks import Address, NetworkSet, parse_address
from bartizan.policy.rules import Operation
from bartizan.stores.memory import Memory
from bartizan.stores.port import Counted, Hit

# ------------------------------------------------------------------ routers


def routing(bend: Callable[[str, str], tuple[str, str]]) -> type[Router[Any]]:
    """A router that bends what it looks for."""

    class Bent(Router[Any]):
        def find(self, method: str, path: str) -> Any:
            return super().find(*bend(method, path))

    return Bent


def any_case(method: str, path: str) -> tuple[str, str]:
    """Paths without case."""
    return method, path.lower()


def any_method_case(method: str, path: str) -> tuple[str, str]:
    """Methods without case."""
    return method.upper(), path


def head_apart(method: str, path: str) -> tuple[str, str]:
    """HEAD is a method of its own."""
    return "HEAD?" if method == "HEAD" else method, path


def any_number(method: str, path: str) -> tuple[str, str]:
    """Numbers and identifiers in any spelling."""
    return method, re.sub(r"/[+]?0+(?=\d)", "/", path).lower()


# ------------------------------------------------------------------ requests


def seen_as(bind: Bind, **facts: Any) -> Bind:
    """A control that sees other facts than there are."""

    def bound(fittings: Fittings, scope: Scope) -> Step | None:
        step = bind(fittings, scope)
        if step is None:
            return None

        def look(context: Context) -> Said | Effect:
            context.request = replace(context.request, **facts)
            return step(context)

        return look

    return bound


def mounted_anywhere(read: Callable[[Any], Request]) -> Callable[[Any], Request]:
    """Facts that leave the mount prefix out of the path."""

    def facts(environ: Any) -> Request:
        if "SCRIPT_NAME" in environ:
            return read({**environ, "SCRIPT_NAME": ""})
        root = environ["root_path"]
        path = environ["path"].removeprefix(root)
        return read({**environ, "path": path, "raw_path": path.encode()})

    return facts


def everybody(networks: NetworkSet, unix: bool, family: Any) -> Proxies:
    """Proxies: the whole world."""
    return Proxies(NetworkSet((ip_network("0.0.0.0/0"), ip_network("::/0"))), True, family)


def from_the_left(
    peer: str, scheme: str, host: str | None, header: Callable[[str], str | None], proxies: Proxies
) -> Any:
    """Forwarding headers, read from the left."""

    def reversed_header(name: str) -> str | None:
        value = header(name)
        return value if value is None else ",".join(reversed(value.split(",")))

    return true_client(peer, scheme, host, reversed_header, proxies)


def leftmost(
    peer: str, scheme: str, host: str | None, header: Callable[[str], str | None], proxies: Proxies
) -> Any:
    """Hops that are not known are left out, and what stands left of them is believed."""

    def known(name: str) -> str | None:
        value = header(name)
        if value is None:
            return None
        return ",".join(word for word in value.split(",") if "unknown" not in word) or "203.0.113.9"

    return true_client(peer, scheme, host, known, proxies)


def plain(text: str) -> Address | None:
    """An address as it is written: IPv4 in the clothes of IPv6 is somebody else."""
    if ":" not in text:
        return parse_address(text)
    return Address(int.from_bytes(inet_pton(AF_INET6, text), "big"), text)


def own_alone(levels: tuple[Any, ...]) -> Any:
    """An operation's own table is all there is."""
    return merged(levels[:1])


def adding_up(levels: tuple[Any, ...]) -> Any:
    """Lists of all levels together."""
    values, places = merged(levels)
    for key in ("scopes", "roles", "identity"):
        if key in values:
            said = (name for level in levels if key in level for name in level.get(key))
            values[key] = tuple(dict.fromkeys(said))
    return values, places


# ------------------------------------------------------------------ controls


def per_path() -> dict[str, Any]:
    """What counts per client counts per path too."""
    keys: dict[str, Any] = dict(rate._KEYS)
    keys["client"] = lambda context: f"{context.client} {context.request.path}"
    keys["operation"] = lambda context: context.request.path
    return keys


def reads_everywhere(fittings: Fittings, scope: Scope) -> Step | None:
    """Credentials are read on public operations too."""
    if isinstance(scope, Operation) and scope.public:
        names = (*fittings.policy.identities, ANONYMOUS)
        scope = replace(scope, public=False, identity=names)
    return authenticate.bind(fittings, scope)


def forgives(fittings: Fittings, scope: Scope) -> Step | None:
    """Where nobody has to sign in, a bad credential is none."""
    step = authenticate.bind(fittings, scope)
    if step is None or not isinstance(scope, Operation) or ANONYMOUS not in scope.identity:
        return step

    def look(context: Context) -> Said | Effect:
        said = step(context)
        return None if isinstance(said, Deny | Effect) else said

    return look


def redirects(fittings: Fittings, scope: Scope) -> Step | None:
    """Everything over http is redirected, whatever it carries."""
    step = https.bind(fittings, scope)
    if step is None:
        return None
    return lambda context: None if context.scheme == "https" else https._redirect(context)


def reveals(fittings: Fittings, scope: Scope) -> Step | None:
    """A decoy is forbidden: it is there."""
    if isinstance(scope, Operation) and scope.decoy:
        return lambda context: Deny(REASONS["client_denied"])
    return operation.bind(fittings, scope)


def endless(fittings: Fittings, scope: Scope) -> Step | None:
    """Every server is believed to show a body to its end."""
    return seen_as(size.bind, endless=True)(fittings, scope)


def not_endless(fittings: Fittings, scope: Scope) -> Step | None:
    """No body without a length is read, wherever it comes from."""
    return seen_as(size.bind, endless=False)(fittings, scope)


def bare(fittings: Fittings, scope: Scope) -> Headers:
    """No header of ours."""
    ours = dressed(fittings, scope)
    return Headers(*(type(getattr(ours, field))() for field in Headers.__struct_fields__))


class Trusting(Engine):
    """A control that fails has no objection."""

    def decide(self, context: Context) -> Any:
        """Walk the rows, past those that raise."""
        for control, step in context.plan.rows:
            try:
                said = step(context)
            except Exception:
                continue
            while isinstance(said, Effect):
                try:
                    got = yield said
                    said = said.then(context, got)
                except Exception:
                    said = None
            if said is not None and not self._veils(control, said, context):
                return said
        return Permit(context.subject, context.params, context.query, context.input)


# ------------------------------------------------------------------ stores


class CountsAll:
    """Counts what it refuses too: whoever goes on asking stays out."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self.clock = clock
        self.times: dict[Hit, list[float]] = {}

    def reserve(self, hits: tuple[Hit, ...]) -> Counted:
        """Count every hit, whatever comes of it."""
        now, refused = self.clock(), -1
        for index, hit in enumerate(hits):
            times = self.times.setdefault(hit, [])
            times[:] = [time for time in times if now - time < hit.period]
            if len(times) >= hit.count and refused < 0:
                refused = index
            times.append(now)
        return Counted(refused, 1 if refused >= 0 else 0, now)

    def give_back(self, hits: tuple[Hit, ...], at: float = 0.0) -> None:
        """Take the newest back."""
        for hit in hits:
            self.times[hit].pop()


class Early(Memory):
    """Makes its lock at once."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self._open()


def early_ids() -> Ids:
    """Ids whose segment is made at once."""
    ids = Ids()
    ids._open()
    return ids


# ------------------------------------------------------------------ adapters


def told_nothing(*_: Any) -> None:
    """Nothing is written into the environ: it holds what it held."""


def same_scope(scope: asgi.Scope, decision: Any) -> asgi.Scope:
    """The scope as it came."""
    return {**scope}


def drained(environ: wsgi.Environ, decision: Any) -> None:
    """Act one reads the body before anybody else does."""
    environ["wsgi.input"].read()


def wrapped(environ: wsgi.Environ, decision: Any) -> None:
    """Another stream in place of the server's own."""
    stream = environ["wsgi.input"]

    class Stream:
        def __getattr__(self, name: str) -> Any:
            return getattr(stream, name)

    environ["wsgi.input"] = Stream()


async def uncounted(answering: Any) -> asgi.Message:
    """``receive`` as the server has it."""
    message: asgi.Message = await answering._receive()
    return message


def unbounded(limit: int, over: Any) -> None:
    """The framework's own stream."""


def knowing(kind: Callable[[Any], bool], route: Any) -> Callable[..., Route]:
    """Django's gate, where it does not know views of one kind."""

    def resolved(gate: Any, decision: Any, request: Any) -> Route:
        match = request.resolver_match
        return NOWHERE if match is not None and kind(match.func) else route(gate, decision, request)

    return resolved
