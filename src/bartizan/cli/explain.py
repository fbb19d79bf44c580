"""``bartizan explain``: what a code means, why it matters, wrong and right, where to read on."""

import click

from bartizan.cli import exits
from bartizan.cli.explanations import Explanation, every, find, near
from bartizan.cli.screen import complain, paint, say, width
from bartizan.cli.tables import clean_lines, columns, fold, paragraph, table


@click.command(
    name="explain",
    epilog="\b\nExamples:\n  bartizan explain D1101\n  bartizan explain token_expired",
)
@click.argument("code", required=False, default="", metavar="[CODE]")
@click.pass_context
def command(ctx: click.Context, code: str) -> None:
    """Explain a code: what it is, why it matters, wrong and right, where to read on.

    P codes are about the policy, R codes about routes and other packages, D codes about
    decisions, W codes about the log. The name of a reason (token_expired) is as good as its code.
    Without a CODE, all of them are listed.
    """
    if not code:
        say(table(("code", "what"), [(it.code, it.title) for it in every()], width()))
        return
    found = find(code)
    if found is None:
        _unknown(code)
        ctx.exit(exits.WRONG)
    say(page(found, width()))


def page(it: Explanation, room: int) -> list[str]:
    """The five parts of an explanation, as they stand on a terminal."""
    head = paragraph(it.title, room, f"{it.code}  ")
    lines = [paint("head", head[0]), *head[1:]]
    if it.facts:
        lines += paragraph(it.facts, room, " " * (columns(it.code) + 2))
    for title, text in (("what", it.what), ("why", it.why)):
        lines += ["", *paragraph(text, room, f"{title:<10} ")]
    for title, style, example in (("wrong", "bad", it.bad), ("right", "good", it.good)):
        lines += ["", paint(style, title), *_example(example, room)]
    return [*lines, "", *paragraph(it.reference, room, "read on    ")]


def _example(text: str, room: int) -> list[str]:
    """An example as it is written, four columns in; folded only where it cannot fit."""
    lines = clean_lines(text.rstrip("\n"))
    return ["    " + part if part else "" for line in lines for part in fold(line, room - 4)]


def _unknown(code: str) -> None:
    meant = near(code)
    hint = f" Did you mean {' or '.join(meant)}?" if meant else ""
    complain("\n".join(fold(f"Error: there is no code `{ascii(code)[1:-1]}`.{hint}", width())))
    complain("`bartizan explain` lists all codes.")
