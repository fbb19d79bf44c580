"""``bartizan init``: a first policy for an application that is already running.

What it says is drafted in ``policy/draft.py``, from an outline that the adapters give. Here it is
held against the application once, so that what is written is what ``bartizan check`` accepts.
"""

import datetime as dt
import os
import shlex
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import click

from bartizan.cli import exits
from bartizan.cli.application import Application, Unasked, find, quietly
from bartizan.cli.checking import HERE
from bartizan.cli.faulty import counted, ending, short
from bartizan.cli.init_keys import nobodys_keys
from bartizan.cli.screen import say, width
from bartizan.cli.starting import Beginning
from bartizan.cli.tables import paragraph
from bartizan.policy.draft import Draft, draft
from bartizan.policy.faults import PolicyError
from bartizan.policy.load import loads
from bartizan.policy.marks import KEYS, MARK
from bartizan.policy.outline import Outline
from bartizan.policy.schema import NAME as SCHEMA
from bartizan.policy.schema import schema_text


@click.command(
    name="init",
    epilog="\b\nExamples:\n  bartizan init shop:app --output -\n"
    "  bartizan init shop:app --output first.toml",
)
@click.argument("app", default="", metavar="[APP]")
@click.option("--output", default=HERE, metavar="FILE", help="where to write it; - prints it")
@click.pass_context
def command(ctx: click.Context, app: str, output: str) -> None:
    """Write a first policy for an application.

    It names every route, refuses nothing for 30 days (shadow), and asks where a person must
    decide. No file is ever overwritten. APP is named as for `bartizan check`.
    """
    target = None if output == "-" else Path(output)
    if target is not None:
        _free(target)
    application = _found(ctx, app)
    with quietly(application.title):
        module = import_module(application.framework.module)
        beginning: Beginning = module.begin(application.target, application.title)
    made = _drafted(application, beginning.outline, output)
    if not made.operations:
        say(ending("nothing", "warning", _nothing(application), exits.EVIDENCE))
        ctx.exit(exits.EVIDENCE)
    if target is None:
        say(made.text.rstrip("\n"))
        return
    _write(target.with_name(KEYS), nobodys_keys())
    if not target.with_name(SCHEMA).exists():  # one that is there is an editor's already
        _write(target.with_name(SCHEMA), schema_text())
    _write(target, made.text)
    say(list(_told(application, beginning, made, target)))
    ctx.exit(_code(made))


def _found(ctx: click.Context, app: str) -> Application:
    try:
        application = find(ctx, app)
    except PolicyError as error:
        raise Unasked(
            f"the application asks for a policy already, and it is refused: "
            f"{error.faults[0].message}. Take its guard out until the policy is written"
        ) from None
    if application is None:
        raise Unasked(
            "name the application: bartizan init module:app, or 'module:create_app()'; "
            "a Django project by DJANGO_SETTINGS_MODULE"
        )
    return application


def _drafted(application: Application, outline: Outline, output: str) -> Draft:
    """The draft that the application agrees with: operations that no route serves are left out,
    and routes that no operation reaches are said."""
    today = dt.datetime.now(dt.UTC).date()
    line = f"./{SCHEMA}"
    made = draft(outline, today, schema=line)
    if not made.operations:
        return made
    survey = application.read(loads(made.text, output)).survey
    without = frozenset(operation.name for operation in survey.unserved)
    left = [
        f"{' '.join(it.methods or sorted(it.served.methods or ())) or 'any method of'} "
        f"{it.served.path} at {short(it.served.where)}"
        for it in survey.undecided
    ]
    if not without and not left:
        return made
    return draft(outline, today, without=without, left=tuple(left), schema=line)


def _nothing(application: Application) -> str:
    return f"to write: {application.title} serves no route that a policy could decide"


# ------------------------------------------------------------------ files


def _free(target: Path) -> None:
    for file in (target, target.with_name(KEYS)):
        if file.exists() or file.is_symlink():
            raise Unasked(f"{file} is there already, and no file is overwritten: move it away")
    if not target.parent.is_dir():
        raise Unasked(f"there is no directory {target.parent}")


def _write(file: Path, text: str) -> None:
    """Write a new file; one that has appeared meanwhile is left as it is."""
    try:
        with file.open("x", encoding="utf-8") as opened:
            opened.write(text)
    except OSError as error:
        raise Unasked(f"{file} cannot be written: {error.strerror}") from None


# ------------------------------------------------------------------ what is said


def _told(
    application: Application, beginning: Beginning, made: Draft, target: Path
) -> Iterator[str]:
    room = width()
    routes = counted(len(beginning.outline.routes), "route")
    title = f"{application.title} ({application.framework.title}), {routes}"
    yield from paragraph(title, room, "target   ")
    counts = [counted(made.operations, "operation"), counted(made.groups, "group"),
              f"{counted(made.subtrees, 'subtree')} passed on",
              f"{counted(made.todos, f'{MARK} line')}"]  # fmt: skip
    yield from paragraph(f"{target}: {', '.join(counts)}", room, "written  ")
    yield from paragraph(f"{target.with_name(KEYS)}: a key that nobody can sign with", room,
                         "written  ")  # fmt: skip
    yield from paragraph(f"{target.with_name(SCHEMA)}: the language, for editors", room,
                         "written  ")  # fmt: skip
    yield ""
    yield f"Next   {_next(application, target)}"
    yield "       and the guard before it, which refuses nothing yet:"
    for line in beginning.lines(_from(beginning.home, target)):
        yield f"         {line}"
    yield ""
    what = f"all in shadow; decide the {MARK} lines before it ends"
    if made.left:
        what = f"{counted(made.left, 'route')} without an entry, named at the end of the file"
    yield from ending("written", "warning" if made.left else "good", what, _code(made))


def _next(application: Application, target: Path) -> str:
    """The command as a shell takes it: the parentheses of a factory are quoted."""
    words = ["bartizan", "check"]
    if application.target is not None:  # Django's settings are found by check as well
        words.append(application.title)
    if target != Path(HERE):
        words += ["--policy", str(target)]
    return shlex.join(words)


def _code(made: Draft) -> int:
    return exits.BROKEN if made.left else exits.HELD


def _from(home: Path, target: Path) -> str:
    """The policy as the application will look for it."""
    try:
        return Path(os.path.relpath(target.resolve(), home.resolve())).as_posix()
    except ValueError:  # another drive
        return str(target.resolve())
