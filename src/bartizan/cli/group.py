"""The verbs: one visible, ordered table. A verb's module is imported when it is called."""

import gc
import os
import sys
from importlib import import_module
from typing import Any, Final, NamedTuple

import click

from bartizan.cli import exits
from bartizan.cli.screen import complain, finish, hush, width
from bartizan.cli.tables import paragraph
from bartizan.policy.nearest import nearest


class Verb(NamedTuple):
    """One verb of the command line."""

    name: str
    """What people type."""
    module: str
    """The module whose ``command`` it is."""
    help: str
    """One line in ``--help``."""


VERBS: Final = (
    Verb("init", "bartizan.cli.init", "write a first policy for an application, in shadow"),
    Verb("check", "bartizan.cli.check", "hold the policy against the application it guards"),
    Verb("ask", "bartizan.cli.ask", "ask the policy: who may do what, and which line says so"),
    Verb("tail", "bartizan.cli.tail", "the last decisions, and those that come"),
    Verb("top", "bartizan.cli.top", "who is refused most, by what, and what shadow would refuse"),
    Verb("why", "bartizan.cli.why", "what became of a decision, and which line says so"),
    Verb("explain", "bartizan.cli.explain", "what a code means, and what to do about it"),
    Verb("policy", "bartizan.cli.policy", "show the merged policy, or the schema of its language"),
    Verb("demo", "bartizan.demo.screen", "the same questions without a policy and with one"),
)


class Verbs(click.Group):
    """A group that knows its commands by name and imports them when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [verb.name for verb in VERBS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        verb = next((verb for verb in VERBS if verb.name == cmd_name), None)
        if verb is None:
            return None
        try:
            command: click.Command = import_module(verb.module).command
        except ModuleNotFoundError as missing:
            raise click.UsageError(_missing(verb, missing), ctx) from None
        option = command.get_help_option(ctx)
        if option is not None:
            option.hidden = True  # whoever reads the page has found it
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args[0] not in self.list_commands(ctx):
            meant = nearest(args[0], self.list_commands(ctx), 3)
            hint = f" Did you mean '{meant}'?" if meant else ""
            raise click.UsageError(f"No such verb '{args[0]}'.{hint}", ctx)
        return super().resolve_command(ctx, args)

    def make_context(self, info_name: Any, args: Any, parent: Any = None, **extra: Any) -> Any:
        extra.setdefault("terminal_width", width())
        return super().make_context(info_name, args, parent, **extra)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write("  Options: --version, -h, --help.\n")
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Verbs"):
            formatter.write_dl([(verb.name, verb.help) for verb in VERBS])

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        cells = [f"{code:<3} {meaning}" for code, meaning in exits.MEANINGS]
        rows = -(-len(cells) // (3 if width() >= 80 else 2))
        with formatter.section("Exit codes"):
            for row in range(rows):
                line = "".join(f"{cell:27}" for cell in cells[row::rows])
                formatter.write(f"  {line.rstrip()}\n")
        formatter.write("\nExamples:\n  bartizan check shop:app\n  bartizan explain D1101\n")

    def main(self, *args: Any, standalone_mode: bool = True, **extra: Any) -> Any:
        """Run a command and end the process with its exit code."""
        run: Any = super().main
        if not standalone_mode:
            return run(*args, standalone_mode=False, **extra)
        code = exits.BUG
        try:
            code = run(*args, standalone_mode=False, **extra) or exits.HELD
        except click.ClickException as wrong:
            complain(_reproach(wrong))
            code = exits.WRONG
        except (BrokenPipeError, SystemExit):  # click says so where nobody reads its help
            hush()
            code = exits.HELD
        except (click.Abort, KeyboardInterrupt):
            complain("interrupted")
            code = exits.INTERRUPTED
        except Exception as bug:
            complain(_confession(bug))
        finish()
        if not gc.isenabled():  # no code of the user's has run
            gc.freeze()
        sys.exit(code)


def _reproach(wrong: click.ClickException) -> str:
    """What was wrong about the call, and how it is used, in lines that fit."""
    if isinstance(wrong, click.exceptions.NoArgsIsHelpError):  # its message is the help
        return wrong.format_message()
    lines: list[str] = []
    ctx = wrong.ctx if isinstance(wrong, click.UsageError) else None
    if ctx is not None:
        lines += [ctx.get_usage(), f"Try '{ctx.command_path} --help' for help.", ""]
    return "\n".join([*lines, *paragraph(wrong.format_message(), width(), "Error: ", "  ")])


def _missing(verb: Verb, missing: ModuleNotFoundError) -> str:
    """What to install for a verb that is not there."""
    if (missing.name or "").startswith("bartizan"):
        return f"`bartizan {verb.name}` is not in this version."
    return f"`bartizan {verb.name}` needs {missing.name}: pip install 'bartizan[{verb.name}]'"


def _confession(bug: Exception) -> str:
    """One sentence about a fault of ours; the traceback only for those who ask for it."""
    traceback = import_module("traceback")
    if os.environ.get("BARTIZAN_DEBUG"):
        return "".join(traceback.format_exception(bug)).rstrip()
    last = traceback.extract_tb(bug.__traceback__)[-1]
    at = f"{last.filename.rpartition('bartizan/')[2]}:{last.lineno}"
    return (
        f"bartizan: this is a fault of Bartizan's own ({type(bug).__name__} at {at}).\n"
        "Please report it with what BARTIZAN_DEBUG=1 shows, secrets taken out."
    )


@click.group(
    cls=Verbs,
    invoke_without_command=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    subcommand_metavar="VERB ...",
    options_metavar="",
)
@click.version_option(version=None, package_name="bartizan", message="bartizan %(version)s")
def bartizan() -> None:
    """One policy for a Flask or Django API: asked, explained, held against the app."""
