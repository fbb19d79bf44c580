"""``bartizan why``: a decision id becomes a sentence and the line of the policy."""

import json
from typing import Any, Final, NoReturn

import click
import msgspec

from bartizan.cli import exits
from bartizan.cli.screen import complain, say, width
from bartizan.cli.spooled import Spooled, located, nothing, readable, sourced
from bartizan.cli.tables import paragraph
from bartizan.cli.telling import Told
from bartizan.cli.why_text import page, sentence, unknown
from bartizan.watch.find import find
from bartizan.watch.reader import read
from bartizan.watch.segment import numbered

VERSION: Final = 1
"""Of the JSON form: fields may be added under one number, never taken away."""


def _id(_ctx: click.Context, _argument: click.Parameter, given: str) -> str:
    """An id as it is copied out of a header, a mail or a log."""
    plain = given.strip().strip("\"'").lower()
    plain = plain.removeprefix("bartizan-decision:").strip()
    if not numbered(plain)[0]:
        raise click.BadParameter(
            f"{given!r} is no decision id: it stands in the Bartizan-Decision header of the "
            "answer, and looks like k7f3q2zdx9-000001"
        )
    return plain


@click.command(
    name="why",
    epilog="\b\nExamples:\n  bartizan why k7f3q2zdx9-000001\n"
    "  bartizan why k7f3q2zdx9-000001 --json",
)
@click.argument("id", callback=_id)
@click.option("--json", "raw", is_flag=True, help="as a JSON document")
@sourced
@click.pass_context
def command(ctx: click.Context, /, id: str, raw: bool, spool: str, file: str, app: str) -> None:
    """Say what became of a decision, which line of the policy says so, and what to do.

    The ID stands in the Bartizan-Decision header of the answer, and in its problem document.
    Exit code 4 where no event has it.
    """
    where = located(ctx, app, file, spool, policy=True)
    with readable(where):
        try:
            event = find(where.directory, id)
        except FileNotFoundError:
            nothing(ctx, where)
        if event is None:
            _unknown(ctx, where, id)
    told = Told(id, event, where.policy)
    say(_document(told) if raw else page(where, told, width()))


def _unknown(ctx: click.Context, where: Spooled, id: str) -> NoReturn:
    looked, first, last = 0, 0.0, 0.0
    for event in read(where.directory):
        looked += 1
        first, last = min(first or event.time, event.time), max(last, event.time)
    text = f"{where.title}: {unknown(id, looked, first, last)}."
    complain("\n".join(paragraph(text, width(), "", "  ")))
    ctx.exit(exits.EVIDENCE)


def _document(told: Told) -> str:
    """The same facts for programs."""
    place = told.place
    document: dict[str, Any] = {
        "version": VERSION,
        "id": told.id,
        "sentence": sentence(told),
        "code": told.code or None,
        "line": {"file": place.file, "line": place.line} if place is not None else None,
        "policy": {
            "revision": told.policy.revision if told.policy else None,
            "same": told.same,
        },
        "rows": [
            {"row": row.number, "control": row.control, "said": row.said} for row in told.rows()
        ],
        "remedy": told.remedy or None,
        "event": msgspec.to_builtins(told.event),
    }
    return json.dumps(document, indent=2)
