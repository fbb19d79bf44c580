"""``bartizan top``: who is refused most, by what, and what shadow would refuse."""

import json
import shutil
from collections import Counter
from typing import Any, Final

import click

from bartizan.cli.screen import width
from bartizan.cli.sieve import Sieve, named, sifted
from bartizan.cli.spooled import Spooled, ago, located, nothing, now, readable, sourced
from bartizan.cli.tallying import Tally, Window
from bartizan.cli.top_text import page, ranked
from bartizan.cli.watching import Screen, live, put, wait
from bartizan.watch.follow import Follower

VERSION: Final = 1
"""Of the JSON form: fields may be added under one number, never taken away."""
REFRESH: Final = 2.0
"""Seconds between two screens."""


@click.command(
    name="top",
    epilog="\b\nExamples:\n  bartizan top --once\n  bartizan top --once --since 1d --control rate",
)
@sifted
@click.option("--since", default="", callback=ago, metavar="AGO", help="30s, 10m, 2h, 7d")
@click.option("-n", "most", default=10, metavar="N", type=click.IntRange(1), help="rows a table")
@click.option("--once", is_flag=True, help="one look; so it is where output is no terminal")
@click.option("--json", "raw", is_flag=True, help="one look, as a JSON document")
@sourced
@click.pass_context
def command(
    ctx: click.Context,
    /,
    spool: str,
    file: str,
    app: str,
    since: float,
    most: int,
    once: bool,
    raw: bool,
    **asked: Any,
) -> None:
    """Count refusals by client, control and operation. Exit code 4: no event."""
    where = located(ctx, app, file, spool)
    asked["operation"] = named(asked["operation"], where.policy)
    counting = Counting(where, Sieve(**asked), since)
    with readable(where):
        if live() and not (once or raw):
            _live(counting, most)
            return
        tally = counting.look()
        if raw:
            put([_document(where, tally)])
        if tally.empty:
            nothing(ctx, where, counting.why)
        if not raw:
            put(page(where, tally, most, width()))


class Counting:
    """A spool being counted: each look counts what is new."""

    def __init__(self, where: Spooled, sieve: Sieve, since: float) -> None:
        self.where = where
        """The spool."""
        self.why = ""
        """Why nothing was counted, where the spool has events."""
        self._sieve = sieve
        self._window = Window(since)
        self._follower = Follower(where.directory)

    def look(self) -> Tally:
        """Count what was added since the last look."""
        while events := self._follower.poll():
            self.why = "it has events, and none of them is like that"
            for event in events:
                if self._sieve.admits(event):
                    self._window.add(event)
        return self._window.tally(now())


def _live(counting: Counting, most: int) -> None:
    """One screen after the other, until Ctrl-C."""
    with Screen() as screen:
        while True:
            lines = page(counting.where, counting.look(), most, width())
            if not screen.draw(lines, shutil.get_terminal_size().lines) or not wait(REFRESH):
                return


def _document(where: Spooled, tally: Tally) -> str:
    """The same facts for programs, every row of them."""
    return json.dumps(
        {
            "version": VERSION,
            "target": where.title,
            "decisions": tally.decisions,
            "refused": tally.refused,
            "shadowed": tally.shadowed,
            "notices": tally.notices,
            "first": tally.first or None,
            "last": tally.last or None,
            "offenders": [
                {"client": client, "network": network, "count": count}
                for (client, network), count in ranked(tally.offenders, len(tally.offenders))
            ],
            "refusals": _rows(tally.refusals),
            "would_refuse": _rows(tally.would),
        },
        indent=2,
    )


def _rows(counts: Counter[Any]) -> list[dict[str, Any]]:
    return [
        {"control": control, "reason": reason, "operation": operation, "count": count}
        for (control, reason, operation), count in ranked(counts, len(counts))
    ]
