"""Which events somebody wants to see: what ``tail`` and ``top`` can be asked for."""

from collections.abc import Callable
from typing import Any

import click
from msgspec import Struct

from bartizan.model.event import Event
from bartizan.model.notices import NOTICES
from bartizan.model.reasons import REASONS
from bartizan.policy.nearest import nearest
from bartizan.policy.networks import network, parse_address
from bartizan.policy.rules import Policy


class Sieve(Struct, frozen=True):
    """What an event must be like; what is empty asks for nothing."""

    refused: bool = False
    """It was refused."""
    shadowed: bool = False
    """Something in shadow would have refused it."""
    client: str = ""
    """How the keyed hash of its client begins."""
    network: str = ""
    """Its network, ``203.0.113.0/24``."""
    operation: str = ""
    """Its operation, as the policy names it."""
    reason: str = ""
    """Why it was refused, or would have been."""
    control: str = ""
    """Which control refused it, or would have."""
    subject: str = ""
    """How the keyed hash of its subject begins."""
    since: float = 0.0
    """Seconds since the epoch at which it is not yet over."""

    @property
    def asks(self) -> bool:
        """Whether it asks for anything."""
        return self != Sieve()

    def admits(self, event: Event) -> bool:
        """Whether an event is wanted. ``refused`` and ``shadowed`` together want both kinds."""
        return (
            max(event.time, event.until) >= self.since
            and self._kind(event)
            and event.client.startswith(self.client)
            and event.subject.startswith(self.subject)
            and self.network in ("", event.network)
            and self.operation in ("", event.operation)
            and (not self.reason or self.reason in reasons(event))
            and (not self.control or self.control in controls(event))
        )

    def _kind(self, event: Event) -> bool:
        if not (self.refused or self.shadowed):
            return True
        refused = event.outcome == "deny"
        return (self.refused and refused) or (self.shadowed and bool(event.shadowed))


def reasons(event: Event) -> tuple[str, ...]:
    """Why it was refused, and why it would have been."""
    return (event.reason, *event.shadowed) if event.reason else event.shadowed


def controls(event: Event) -> tuple[str, ...]:
    """The controls of its reasons."""
    named = (REASONS[name].control for name in reasons(event) if name in REASONS)
    return (event.control, *named)


def _reason(_ctx: click.Context, _option: click.Parameter, given: str) -> str:
    """A reason by its name or code; a slip would see nothing for ever."""
    codes = {one.code.lower(): one.name for one in REASONS.values()}
    codes |= {one.code.lower(): one.name for one in NOTICES.values()}
    plain = given.strip().lower().replace("-", "_")
    if plain and plain not in codes.values() and plain not in codes:
        near = nearest(plain, codes.values())
        hint = f" Did you mean '{near}'?" if near else " `bartizan explain` lists all."
        raise click.BadParameter(f"there is no reason '{given}'.{hint}")
    return codes.get(plain, plain)


def _control(_ctx: click.Context, _option: click.Parameter, given: str) -> str:
    known = {reason.control for reason in REASONS.values()}
    if given and given not in known:
        near = nearest(given, known)
        hint = f" Did you mean '{near}'?" if near else f" There are: {', '.join(sorted(known))}."
        raise click.BadParameter(f"there is no control '{given}'.{hint}")
    return given


def _operation(_ctx: click.Context, _option: click.Parameter, given: str) -> str:
    method, _, path = given.partition(" ")
    return f"{method.upper()} {path.strip()}" if path else given


def named(operation: str, policy: Policy | None) -> str:
    """An operation as events call it: with the base of the API, which its line leaves out."""
    method, _, path = operation.partition(" ")
    if policy is None or not path:
        return operation
    names = {one.name for one in policy.operations}
    whole = f"{method} {policy.api.base}{path}"
    return whole if operation not in names and whole in names else operation


def _network(_ctx: click.Context, _option: click.Parameter, given: str) -> str:
    """A /24 or /48 as events write it, or an address in it; a slip would see nothing for ever."""
    host, _, prefix = given.strip().partition("/")
    address = parse_address(host)
    whole = network(address)
    if given and (address is None or prefix not in ("", whole.rpartition("/")[2])):
        raise click.BadParameter(
            f"{given!r} is no network of events: write 203.0.113.0/24, 2001:db8:1::/48, "
            "or an address in it"
        )
    return whole if given else ""


def _hash(_ctx: click.Context, _option: click.Parameter, given: str) -> str:
    plain = given.strip().lower()
    if plain.strip("0123456789abcdef") or len(plain) > 16:
        raise click.BadParameter(f"{given!r} is no hash: write what stands in the events")
    return plain


def sifted(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options of a sieve, all but its time."""
    for option in (
        click.option(
            "--subject", default="", callback=_hash, metavar="HASH", help="about one subject"
        ),
        click.option(
            "--control", default="", callback=_control, metavar="NAME", help="by one control: rate"
        ),
        click.option(
            "--reason",
            default="",
            callback=_reason,
            metavar="NAME",
            help="for one reason: token_expired",
        ),
        click.option(
            "--operation",
            default="",
            callback=_operation,
            metavar="NAME",
            help="one operation: 'GET /orders'",
        ),
        click.option(
            "--network",
            default="",
            callback=_network,
            metavar="NET",
            help="from a network: 203.0.113.0/24",
        ),
        click.option(
            "--client",
            default="",
            callback=_hash,
            metavar="HASH",
            help="from one client; its first digits do",
        ),
        click.option("--shadowed", is_flag=True, help="only what would be refused but for shadow"),
        click.option("--refused", is_flag=True, help="refusals only"),
    ):
        command = option(command)
    return command
