"""``bartizan check`` on a terminal: target, tables, remarks, errors, and the outcome last."""

from collections.abc import Iterator
from itertools import groupby

from bartizan.cli import deciding
from bartizan.cli.checking import Checked
from bartizan.cli.faulty import counted, ending, placed, short
from bartizan.cli.screen import coloured, paint, width
from bartizan.cli.servers import advised
from bartizan.cli.tables import paragraph, table
from bartizan.policy.coverage import coverage
from bartizan.policy.faults import render
from bartizan.policy.lint import LINTS, Lint
from bartizan.policy.marks import MARK
from bartizan.policy.neighbours import TITLES
from bartizan.policy.routes import Served, Survey
from bartizan.policy.rules import Policy

SAID_ELSEWHERE = ("P441",)
"""Lints that a section of the page says already, and more fully."""


def page(checked: Checked) -> list[str]:
    """The whole page. What needs doing stands next to the prompt."""
    room = width()
    lines = [*_target(checked, room), ""]
    if checked.policy is not None:
        survey = checked.found.survey if checked.found is not None else None
        for part in (
            routes(checked.policy, survey, room),
            rules(checked.policy, room),
            strangers(checked.policy, room),
            servers(checked.application.framework.title, checked.policy, room)
            if checked.application is not None and checked.found is not None
            else [],
            unreached(survey, room),
            unguarded(checked.unguarded, room),
            remarks(checked.lints, room),
        ):
            lines += [*part, ""] if part else []
    for fault in checked.faults:
        lines += [render(placed(fault), colour=coloured(), width=room), ""]
    return [*lines, *_ending(checked)]


def _target(checked: Checked, room: int) -> list[str]:
    policy = checked.policy
    text = short(checked.target)
    if policy is not None:
        text += f"@{policy.revision[:7]}, {counted(len(policy.operations), 'operation')}"
    if checked.application is not None:
        text += f"; {checked.application.title} ({checked.application.framework.title})"
    if checked.found is not None:
        text += f", {counted(_routes(checked.found.survey), 'route')}"
    return paragraph(text, room, "target  ")


# ------------------------------------------------------------------ routes


def routes(policy: Policy, survey: Survey | None, room: int) -> list[str]:
    """Every operation and every route: what is decided, and the line that serves it."""
    rows = [*_decided(policy, survey), *_undecided(survey)]
    if not rows:
        return []
    return table(("operation", "who may", "limits", "in and out"), rows, room)


def _decided(policy: Policy, survey: Survey | None) -> Iterator[tuple[str, ...]]:
    code: dict[str, list[str]] = {}
    for served, names in survey.covered if survey is not None else ():
        for name in names:
            code.setdefault(name, []).append(_where(served))
    unserved = {operation.name for operation in survey.unserved} if survey is not None else set()
    for operation in policy.operations:
        under = code.get(operation.name, [])
        if operation.name in unserved:
            under = ["NO ROUTE serves it"]
        first = [operation.name, *(f"  {line}" for line in under)]
        yield tuple(
            "\n".join(cell)
            for cell in (
                first, deciding.who(operation), deciding.limits(operation),
                deciding.passes(operation),
            )
        )  # fmt: skip
    for subtree in policy.passes:
        yield f"{subtree.prefix}...", "its own guard", "-", "-"


def _undecided(survey: Survey | None) -> Iterator[tuple[str, ...]]:
    for it in survey.undecided if survey is not None else ():
        methods = " ".join(it.methods or sorted(it.served.methods or ())) or "any"
        yield f"{methods} {it.served.path}\n  {_where(it.served)}", "NO ENTRY", "-", "-"


def _where(served: Served) -> str:
    return short(served.where)


def _routes(survey: Survey) -> int:
    known = {route.key for route, _ in (*survey.covered, *survey.passed)}
    known |= {route.key for route in survey.hidden}
    return len(known | {it.served.key for it in survey.undecided})


def decided(survey: Survey) -> tuple[int, int]:
    """How many routes are decided whole, of how many."""
    every = _routes(survey)
    return every - len({it.served.key for it in survey.undecided}), every


# ------------------------------------------------------------------ coverage, strangers, remarks


def rules(policy: Policy, room: int) -> list[str]:
    """Rule x app, gateway, probe, detector."""
    rows = [
        (it.row.title, str(it.operations or "-"), it.row.app, it.row.gateway, it.row.probe,
         it.row.detector)
        for it in coverage(policy)
    ]  # fmt: skip
    head = ("rule", "for", "app", "gateway", "probe", "detector")
    note = "for: operations it holds for.  -: not in this version"
    return [*table(head, rows, room), *paragraph(note, room, " ")]


def strangers(policy: Policy, room: int) -> list[str]:
    """The operations that somebody without a credential may use: short enough to be read."""
    names = {
        "public": [o for o in policy.operations if o.public],
        "anonymous": [o for o in policy.operations if "anonymous" in o.identity],
    }
    return [
        line
        for word, found in names.items()
        for number, operation in enumerate(found)
        for line in paragraph(
            f"{operation.name}  {short(str(operation.place))}",
            room,
            f"{word if number == 0 else '':<11}",
        )
    ]


def servers(framework: str, policy: Policy, room: int) -> list[str]:
    """How to start the servers that are installed here, and what they hide even so."""
    lines: list[str] = []
    for number, server in enumerate(advised(framework, policy)):
        head = f"{'server' if number == 0 else '':<11}"
        lines += paragraph(server.command, room, head, " " * 13)
        for sentence in server.remains:
            lines += paragraph(sentence, room, " " * 13)
    return lines


def unreached(survey: Survey | None, room: int) -> list[str]:
    """Routes that no request reaches, since others take all their paths first."""
    return [
        line
        for served in (survey.hidden if survey is not None else ())
        for line in paragraph(
            f"{served.path} is never asked: another route takes its paths  {_where(served)}",
            room,
            "hidden     ",
        )
    ]


def unguarded(why: str, room: int) -> list[str]:
    """That no guard stands there yet, where all of the policy is in shadow anyway."""
    return paragraph(f"{why}; until then there are no events", room, "no guard   ") if why else []


def remarks(lints: tuple[Lint, ...], room: int) -> list[str]:
    """Lints, those of one code and advice together, with what to do said once."""
    titles = {**TITLES, **{kind.code: kind.title for kind in LINTS}}
    told = [it for it in lints if it.code not in SAID_ELSEWHERE]
    lines: list[str] = []
    for (code, advice), group in groupby(told, key=lambda it: (it.code, it.advice)):
        found = list(group)
        head = f"{found[0].severity}[{code}]"
        style = "warning" if found[0].severity == "warning" else "help"
        lines += [paint(style, head) + f" {titles[code]}"]
        for it in found:
            lines += paragraph(it.sentence, room, f"  {short(str(it.place))}  ", "    ")
        lines += paragraph(advice, room, "  = ", "    ")
    return lines


# ------------------------------------------------------------------ the last line

_STYLES = {"held": "good", "broken": "bad", "refused": "bad", "not exercised": "warning"}


def _ending(checked: Checked) -> list[str]:
    parts = [counted(len(checked.faults), "error")]
    if checked.policy is not None:
        warnings = sum(it.severity == "warning" for it in checked.lints)
        parts.append(counted(warnings, "warning"))
    if checked.found is not None:
        done, every = decided(checked.found.survey)
        parts.append(f"{done} of {every} routes decided ({percent(done, every)})")
    parts += _expectations(checked)
    if checked.todos:
        parts.append(counted(checked.todos, f"{MARK} line"))
    if checked.outcome == "not exercised":
        parts.append(checked.unexercised)
    return ending(checked.outcome, _STYLES[checked.outcome], "; ".join(parts), checked.exit)


def _expectations(checked: Checked) -> Iterator[str]:
    expected = checked.expected
    counts = (expected.held, expected.broken, expected.unasked)
    words = ("held", "broken", "not exercised")
    said = [f"{count} {word}" for count, word in zip(counts, words, strict=True) if count]
    if said:
        yield "expectations: " + ", ".join(said)


def percent(part: int, whole: int) -> str:
    """Rounded down: 999 of 1000 are 99 %. Of nothing there is no percentage."""
    return f"{100 * part // whole} %" if whole else "nothing to decide"
