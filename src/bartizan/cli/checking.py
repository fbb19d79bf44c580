"""What ``bartizan check`` finds out: one frozen value, made once, shown in any form."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Literal

from msgspec import Struct

from bartizan.cli import exits
from bartizan.cli.application import Application, Found
from bartizan.policy.faults import Fault, PolicyError
from bartizan.policy.lint import Lint, lint
from bartizan.policy.load import load
from bartizan.policy.marks import marked
from bartizan.policy.neighbours import remarks
from bartizan.policy.rules import Place, Policy
from bartizan.policy.summary import veiled_whole

HERE: Final = "bartizan.toml"
"""The policy where nobody names one."""

Outcome = Literal["held", "broken", "refused", "not exercised"]


class Expected(Struct, frozen=True):
    """What became of the policy's own tests."""

    held: int = 0
    """Answered as expected."""
    broken: int = 0
    """Answered otherwise."""
    unasked: int = 0
    """Hang on the form of a body that nobody has bound."""


class Checked(Struct, frozen=True):
    """Everything that was looked at, and what was found."""

    target: str
    """What was looked at: the file, else the application."""
    application: Application | None
    """The application, where one was asked."""
    policy: Policy | None
    """The policy; ``None`` where it cannot be used."""
    found: Found | None
    """What the application said."""
    faults: tuple[Fault, ...]
    """Everything that is wrong."""
    lints: tuple[Lint, ...]
    """Everything that is legal and seldom wise."""
    expected: Expected
    """The policy's own tests."""
    unguarded: str = ""
    """Why no guard stands there, while nothing would be refused by one: all is in shadow."""
    todos: int = 0
    """Lines of the policy that still want a decision."""

    @property
    def exit(self) -> int:
        """The exit code: what is wrong goes before what was not looked at."""
        wrong = exits.of_faults(fault.code for fault in self.faults)
        return wrong or (exits.EVIDENCE if self.unexercised else exits.HELD)

    @property
    def outcome(self) -> Outcome:
        """The exit code in words."""
        words: Mapping[int, Outcome] = {
            exits.HELD: "held", exits.BROKEN: "broken", exits.WRONG: "refused",
        }  # fmt: skip
        return words.get(self.exit, "not exercised")

    @property
    def unexercised(self) -> str:
        """What was not looked at, as a sentence; empty where everything was."""
        if self.policy is not None and not self.policy.operations:
            return "the policy decides nothing: it has no operations"
        if self.found is None:
            return (
                "no application was asked (name it: bartizan check module:app, or set "
                "DJANGO_SETTINGS_MODULE): "
                "routes, keys and bound forms were not compared"
            )
        if self.expected.unasked:
            return f"{self.expected.unasked} expectations hang on a form that is not bound"
        return ""


def refused(faults: Sequence[Fault], target: str) -> Checked:
    """A policy that refused its application before it could be read."""
    shown = faults[0].place.file if faults else target
    return Checked(target or shown, None, None, None, tuple(faults), (), Expected())


def check(application: Application | None, file: str) -> Checked:
    """Hold a policy against an application; the policy alone where there is none."""
    try:
        policy = load(file or HERE) if file or application is None else None
        found = application.read(policy) if application is not None else None
    except PolicyError as error:
        return refused(error.faults, file)
    whole = found.policy if found is not None else policy
    if whole is None:
        raise AssertionError("without an application a policy was loaded")
    faults, expected = _proven(whole, found)
    missing = found.unguarded if found is not None else ""
    veiled = veiled_whole(whole, dt.datetime.now(dt.UTC).date())
    if missing and not veiled:
        faults.insert(0, _unguarded(whole, missing))
    return Checked(
        target=whole.file,
        application=application,
        policy=whole,
        found=found,
        faults=tuple(faults),
        lints=(*lint(whole), *_beside(found)),
        expected=expected,
        unguarded=missing if veiled else "",
        todos=_todos(whole.file),
    )


def _beside(found: Found | None) -> Iterator[Lint]:
    """What is to be said about other packages, beside what stops the start."""
    if found is not None:
        yield from remarks(found.neighbours)


def _todos(file: str) -> int:
    try:
        return marked(Path(file).read_text(encoding="utf-8"))
    except (OSError, ValueError):  # a policy that was never a file
        return 0


def _proven(policy: Policy, found: Found | None) -> tuple[list[Fault], Expected]:
    """Start as the application would, and ask the policy's own tests.

    The engine is imported here, since a policy alone without tests needs none of it.
    """
    faults: list[Fault] = []
    forms: Mapping[str, Any] = {}
    if found is None and not policy.expects:
        return faults, Expected()
    start = import_module("bartizan.enforce.start")
    if found is not None:
        try:
            start.equip(policy, bind=found.bind, survey=found.survey, neighbours=found.neighbours)
        except PolicyError as error:
            faults += error.faults
        forms = start.bound_forms(policy, found.bind, [])
    else:
        faults += start.unheld(policy, forms)
    return faults, _expected(policy, forms)


def _expected(policy: Policy, forms: Mapping[str, Any]) -> Expected:
    ask = import_module("bartizan.enforce.ask")
    held = broken = unasked = 0
    for expect in policy.expects:
        if ask.ask(policy, expect, forms).unread:
            unasked += 1
        elif ask.broken(policy, expect, forms):
            broken += 1
        else:
            held += 1
    return Expected(held, broken, unasked)


def _unguarded(policy: Policy, why: str) -> Fault:
    return Fault(
        "R205",
        why,
        Place(policy.file, 1, 1),
        consequence="nothing of this policy would hold",
    )
