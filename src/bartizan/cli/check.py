"""``bartizan check``: the policy held against the application that it guards.

What is checked stands in ``checking.py``, how it is shown in ``check_text.py`` and
``check_json.py``.
"""

from importlib import import_module
from typing import Final

import click

from bartizan.cli.application import find
from bartizan.cli.checking import Checked, check, refused
from bartizan.cli.screen import say
from bartizan.policy.faults import PolicyError

SHOW: Final = {"text": "bartizan.cli.check_text", "json": "bartizan.cli.check_json"}
"""The module whose ``page`` shows it; imported when it is asked for."""


@click.command(
    name="check",
    epilog="\b\nExamples:\n  bartizan check shop:app\n  bartizan check --policy bartizan.toml",
)
@click.argument("app", default="", metavar="[APP]")
@click.option("--policy", "file", default="", metavar="FILE", help="the policy to hold against it")
@click.option(
    "--format", "form", type=click.Choice(tuple(SHOW)), default="text", help="how to say it"
)
@click.pass_context
def command(ctx: click.Context, app: str, file: str, form: str) -> None:
    """Hold the policy against the application it guards.

    APP is module:app or module:create_app(); else BARTIZAN_APP, FLASK_APP or
    DJANGO_SETTINGS_MODULE name it. Without an application the policy alone is checked, and
    the exit code is 4: its routes were not compared.
    """
    checked = _checked(ctx, app, file)
    say(import_module(SHOW[form]).page(checked))
    ctx.exit(checked.exit)


def _checked(ctx: click.Context, app: str, file: str) -> Checked:
    try:
        application = find(ctx, app)
    except PolicyError as error:
        return refused(error.faults, app)
    return check(application, file)
