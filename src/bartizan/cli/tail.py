"""``bartizan tail``: the last decisions, and those that come."""

from collections.abc import Callable, Iterator
from typing import Any

import click

from bartizan.cli.screen import width
from bartizan.cli.sieve import Sieve, named, sifted
from bartizan.cli.spooled import Spooled, ago, located, nothing, now, readable, sourced
from bartizan.cli.tail_text import Rows
from bartizan.cli.watching import put, wait
from bartizan.model.event import Event
from bartizan.watch.follow import Follower
from bartizan.watch.line import encode


@click.command(
    name="tail",
    epilog="\b\nExamples:\n  bartizan tail --no-follow --since 1h\n"
    "  bartizan tail --no-follow --reason token_expired",
)
@sifted
@click.option("--since", default="", callback=ago, metavar="AGO", help="30s, 10m, 2h, 7d")
@click.option("-n", "last", default=10, metavar="N", type=click.IntRange(0), help="how many first")
@click.option("--no-follow", is_flag=True, help="do not wait for more")
@click.option("--json", "raw", is_flag=True, help="the events as they are, a line each")
@sourced
@click.pass_context
def command(
    ctx: click.Context,
    /,
    spool: str,
    file: str,
    app: str,
    since: float,
    last: int,
    no_follow: bool,
    raw: bool,
    **asked: Any,
) -> None:
    """Show the last decisions, then follow. Exit code 4: --no-follow found nothing."""
    where = located(ctx, app, file, spool)
    asked["operation"] = named(asked["operation"], where.policy)
    sieve = Sieve(**asked, since=now() - since if since else 0.0)
    rows = Rows(width())
    draw = _raw if raw else rows.event
    follower = Follower(where.directory)
    with readable(where):
        found = latest(follower, sieve, last)
        if no_follow and not found:
            nothing(ctx, where, _why(where, sieve))
        begin = () if raw else (*_title(where), *rows.head())
        if put((*begin, *(line for event in found for line in draw(event)))) and not no_follow:
            _follow(follower, sieve, draw)


def latest(follower: Follower, sieve: Sieve, last: int) -> list[Event]:
    """The last events that are wanted. The follower goes on from behind them."""
    looked = last
    while True:
        events = follower.skip(looked)
        found = [event for event in events if sieve.admits(event)][-last:] if last else []
        whole = len(events) < looked or (bool(events) and events[0].time < sieve.since)
        if len(found) == last or whole:
            return found
        looked *= 8


def _follow(follower: Follower, sieve: Sieve, draw: Callable[[Event], Iterator[str]]) -> None:
    """What comes, until nobody reads it any more."""
    while True:
        events = follower.poll()
        lines = [line for event in events if sieve.admits(event) for line in draw(event)]
        if lines and not put(lines):
            return
        if not events and not wait():
            return


def _raw(event: Event) -> Iterator[str]:
    """The line as it stands in the log."""
    yield encode(event).decode().rstrip("\n")


def _title(where: Spooled) -> Iterator[str]:
    missing = "" if where.directory.is_dir() else "  (not there yet: waiting)"
    yield f"target  {where.title}{missing}"


def _why(where: Spooled, sieve: Sieve) -> str:
    if not sieve.asks or not any(True for _ in latest(Follower(where.directory), Sieve(), 1)):
        return ""
    return "it has events, and none of them is like that"
