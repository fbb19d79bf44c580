"""``bartizan policy``: the policy itself, looked at."""

from pathlib import Path

import click

from bartizan.cli.faulty import refuse, tell
from bartizan.cli.screen import say
from bartizan.policy.faults import PolicyError
from bartizan.policy.load import load
from bartizan.policy.schema import NAME, schema_text
from bartizan.policy.show import show as shown


@click.group(name="policy", subcommand_metavar="VERB ...")
def command() -> None:
    """Look at the policy itself, and at its language."""


@command.command(
    short_help="print the merged policy",
    epilog="\b\nExamples:\n  bartizan policy show\n  bartizan policy show bartizan.toml",
)
@click.argument("file", default="bartizan.toml", metavar="[FILE]")
@click.pass_context
def show(ctx: click.Context, file: str) -> None:
    """Print the merged policy: defaults, groups and overlays laid under every operation.

    Behind every value stands the line that says it. What is printed is a policy file again,
    with the same revision.
    """
    try:
        policy = load(file)
    except PolicyError as error:
        tell(error.faults)
        ctx.exit(refuse(file, error.faults))
    say(shown(policy).rstrip("\n"))


@command.command(
    short_help="print the language as a JSON Schema",
    epilog=f"\b\nExamples:\n  bartizan policy schema\n  bartizan policy schema --output {NAME}",
)
@click.option("--output", default="-", metavar="FILE", help="where to write it; - prints it")
def schema(output: str) -> None:
    """Print the policy language as a JSON Schema (draft 7), for editors of TOML.

    The first line of a policy, `#:schema ./bartizan.schema.json`, tells them where it is. The
    file belongs to the version that wrote it: write it anew after an upgrade.
    """
    if output == "-":
        say(schema_text().rstrip("\n"))
        return
    try:
        Path(output).write_text(schema_text(), encoding="utf-8")
    except OSError as error:
        raise click.UsageError(f"{output} cannot be written: {error.strerror}") from None
    say(f'{output} written. First line of a policy beside it: "#:schema ./{Path(output).name}"')
