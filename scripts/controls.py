"""One page for each control, from its module: what it is, its place, its words, its reasons."""

import importlib
import inspect
import re
from collections.abc import Iterator
from typing import Final

from bartizan.cli.explanations import Explanation, every
from bartizan.enforce import plan, table
from bartizan.model.reasons import REASONS, Reason
from bartizan.policy.coverage import ROWS, Row
from scripts.fields import markdown

MADE: Final = "This page is made from the source by `make docs`.\n"

ACTS: Final = {"agreement": "two", "input": "two"}
"""The act in which a control speaks; all others speak in act one, or after the view."""

TABLES: Final = {
    "api": ("[api]", "api"),
    "identity": ("[identity.NAME]", "identityname"),
    "entry": ("an operation, a group or the defaults", "an-operation"),
    "pass": ("[pass]", "pass"),
}
"""Where a rule is written: what people call it, and its heading on the page of the language."""

WHY: Final = {
    "spelling": "two readings of one request are an attack",
    "client": "everything else counts by this address",
    "flood": "scanning and guessing are never free",
    "host": "an answer under a foreign name can be kept and shown by a foreign cache",
    "https": "a credential seen in clear is refused and reported",
    "cors": "a preflight carries no credentials",
    "operation": "what is not declared does not exist",
    "size": "before anything is read",
    "rate 8": "before the cost of a signature",
    "rate 10": "now it is known who asks",
    "authenticate": "failures are counted against the client",
    "scopes": "what the credential permits",
    "roles": "who the subject is",
    "agreement": "the framework's own router must have meant the same operation",
    "input": "the body exists only here; it is read once, bounded",
    "output": "before compression and validators see hidden fields",
    "errors": "no trace of an exception leaves",
    "headers": "the policy is the one who says",
}
"""Why a control stands where it stands."""

ALSO: Final = {"cors": ("answered",)}
"""How a control ends a request without refusing it."""

INDEX: Final = """\
# Controls

A control enforces what a rule of the policy asks for. They speak in this order; the order is
security ([why](../../concepts/order.md)). A control that fails is a 500 and an event, never a pass.
"""

ORDER: Final = """\
# The order of refusals

Order is security: whoever refuses first decides what a stranger learns and what an attack costs.
Matching comes before all rows and refuses nothing. The table stands in `enforce/table.py`, on one
screen.
"""

ORDER_FOOT: Final = """\
Cheap refusals come first, and those that tell least. Nothing is parsed before its size is known, no
signature is checked for a client that asks too often, and no body is read for somebody who may not
call. Row 12 parks the decision; what follows happens [inside the framework](two-acts.md). Between
rows 14 and 18 the view runs. Rows 13 and 15 to 17 belong to sessions, accounts, objects and payload
signals, which this version does not have.

An operation is a route template and a method, never a raw path: walking through ids spends one
bucket. Codes and statuses of each row: [reasons](../reference/reasons.md).
"""

CONTROLS: Final = tuple(dict.fromkeys((*(row.control for row in table.ORDER), *plan.LAST)))
"""All controls, in the order in which they first speak."""


def reasons(control: str) -> list[Reason]:
    """What it refuses with."""
    return [reason for reason in REASONS.values() if reason.control == control]


def numbers(control: str) -> str:
    """Its rows in the table of refusals."""
    found = [str(row.number) for row in table.ORDER if row.control == control] or ["18"]
    return f"Row{'s' * (len(found) > 1)} {' and '.join(found)}"


def act(control: str) -> str:
    """When it speaks."""
    return "after the view" if control in plan.LAST else f"act {ACTS.get(control, 'one')}"


def rows(folder: str) -> Iterator[str]:
    """The table of refusals; ``folder`` leads to the pages of the controls."""
    yield "| row | act | control | refuses with | why here |"
    yield "|---|---|---|---|---|"
    numbered = [(row.number, row.control) for row in table.ORDER]
    for number, control in (*numbered, *((18, control) for control in plan.LAST)):
        here = [one.status for one in reasons(control) if int(one.code[1:-2]) == number]
        statuses = [*ALSO.get(control, ()), *map(str, dict.fromkeys(here))]
        why = WHY.get(f"{control} {number}") or WHY[control]
        link = f"[{control}]({folder}{control}.md)"
        yield f"| {number} | {act(control)} | {link} | {', '.join(statuses) or '-'} | {why} |"


def index() -> str:
    """The page of all controls."""
    return "\n".join([INDEX, *rows(""), "", MADE])


def order() -> str:
    """The page about the order of refusals."""
    return "\n".join([ORDER, *rows("../reference/controls/"), "", ORDER_FOOT, MADE])


def page(control: str) -> str:
    """The page of one control."""
    module = importlib.import_module(f"bartizan.enforce.controls.{control}")
    title, _, rest = (inspect.getdoc(module) or "").partition("\n")
    head = re.sub(r"^Rows? [\d, and]+: ", "", title)
    explained = {one.code: one for one in every()}
    lines = [
        f"# {control}\n",
        markdown(f"{head[:1].upper()}{head[1:]}"),
        markdown(rest) + "\n",
        f"{numbers(control)} of [the table of refusals](index.md), {act(control)}. "
        f"Source: `enforce/controls/{control}.py`.\n",
        *_rules(control),
        *(line for reason in reasons(control) for line in _reason(reason, explained[reason.code])),
        MADE,
    ]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines))


def _rules(control: str) -> Iterator[str]:
    """What a policy can say about it."""
    fed = [row for row in ROWS if row.control == control]
    if not fed:
        yield "No key of the policy changes it: it always holds.\n"
        return
    yield "## What a policy says\n"
    yield "| rule | where | app | gateway | probe | detector |"
    yield "|---|---|---|---|---|---|"
    yield from map(_rule, fed)
    yield "\n`-`: not in this version.\n"


def _rule(row: Row) -> str:
    name, anchor = TABLES[row.table]
    key = f"`{row.key}`" if row.key and row.key not in ("operations", "parameters") else ""
    where = f"{key} in [{name}](../policy.md#{anchor})" if key else "always"
    return f"| {row.title} | {where} | {row.app} | {row.gateway} | {row.probe} | {row.detector} |"


def _reason(reason: Reason, said: Explanation) -> Iterator[str]:
    yield f"## {reason.code} {reason.name}\n"
    problem = f"[`{reason.problem}`](../problems.md)"
    yield f"Answers {reason.status}, problem {problem}: “{reason.title}”\n"
    yield f"{said.what} {said.why} [More](../codes.md#{reason.code.lower()})\n"
