"""``bartizan policy``: the policy itself, looked at."""

import click

from bartizan.cli.faulty import refuse, tell
from bartizan.cli.screen import say
from bartizan.policy.faults import PolicyError
from bartizan.policy.load import load
from bartizan.policy.show import show as shown


@click.group(name="policy", subcommand_metavar="VERB ...")
def command() -> None:
    """Look at the policy itself."""


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
