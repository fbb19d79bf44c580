"""Where the events are that ``tail``, ``top`` and ``why`` look at: named, or as the policy says."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NoReturn

import click
from msgspec import Struct

from bartizan.cli import exits
from bartizan.cli.application import find
from bartizan.cli.checking import HERE
from bartizan.cli.faulty import refuse, short, tell
from bartizan.cli.screen import complain, width
from bartizan.cli.tables import paragraph
from bartizan.policy.faults import PolicyError
from bartizan.policy.load import load
from bartizan.policy.rules import Policy

_UNITS: Final = {"s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_AGO = re.compile(r"([0-9]{1,6})\s*([smhd])").fullmatch


class Spooled(Struct, frozen=True):
    """A spool, and the policy that named it."""

    directory: Path
    """Where the segments are; it may be missing."""
    policy: Policy | None = None
    """The policy that is at hand; ``None`` where the directory was named and no policy is here."""

    @property
    def title(self) -> str:
        """What is looked at, as people in this directory would write it."""
        return short(str(self.directory))


def located(
    ctx: click.Context, app: str, file: str, spool: str, *, policy: bool = False
) -> Spooled:
    """The spool that is meant. Ends the process with 2 where there is none, or the policy is bad.

    ``policy`` asks for the policy also where the directory is named, as far as there is one.
    """
    if spool and not (app or file) and not (policy and Path(HERE).is_file()):
        return Spooled(Path(spool).absolute())
    try:
        known, events = _said(ctx, app, file)
    except PolicyError as error:
        if spool and not (app or file):
            return Spooled(Path(spool).absolute())
        tell(error.faults)
        ctx.exit(refuse(file or HERE, error.faults))
    if not (spool or events):
        raise click.UsageError(
            f"{short(known.file)} keeps no events: say [stores] events, or name a directory "
            "with --spool",
            ctx,
        )
    return Spooled(Path(spool or events).absolute(), known)


def _said(ctx: click.Context, app: str, file: str) -> tuple[Policy, str]:
    """The policy, and where it or the application's settings keep the events."""
    application = None if file and not app else find(ctx, app)
    if application is None:
        policy = load(file or HERE)
        return policy, policy.stores.events
    return application.log(load(file) if file else None)


def sourced(command: Callable[..., Any]) -> Callable[..., Any]:
    """The options that say where the events are."""
    for option in (
        click.option("--spool", default="", metavar="DIR", help="the directory of events"),
        click.option("--policy", "file", default="", metavar="FILE", help="the policy naming it"),
        click.option("--app", default="", metavar="APP", help="its application: module:app"),
    ):
        command = option(command)
    return command


def ago(_ctx: click.Context, _option: click.Parameter, given: str) -> float:
    """``10m`` as seconds; 0 where nothing was said."""
    found = _AGO(given.strip().lower())
    if given and (found is None or int(found[1]) == 0):
        raise click.BadParameter(f"{given!r} is no time: write 30s, 10m, 2h or 7d")
    return int(found[1]) * _UNITS[found[2]] if found else 0.0


@contextmanager
def readable(where: Spooled) -> Iterator[None]:
    """Look into a spool; one that cannot be read is a sentence and exit code 2."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise click.UsageError(f"{where.title} cannot be read: {reason}") from None


def nothing(ctx: click.Context, where: Spooled, why: str = "") -> NoReturn:
    """Say that nothing was looked at, which is never success: ends the process with 4."""
    missing = "it has no events yet" if where.directory.is_dir() else "there is no such directory"
    said = (
        why
        or f"{missing}; an application that starts makes it, and writes a line for each decision"
    )
    text = f"nothing to see in {where.title}: {said}."
    complain("\n".join(paragraph(text, width(), "", "  ")))
    ctx.exit(exits.EVIDENCE)


def now() -> float:
    """Seconds since the epoch; the one clock of these verbs."""
    return time.time()


def clock(seconds: float, form: str = "%Y-%m-%d %H:%M:%S") -> str:
    """A time of an event, in UTC, whatever stands in it."""
    try:
        return time.strftime(form, time.gmtime(seconds))
    except (OverflowError, ValueError, OSError):
        return "-"
