"""Write the pages of docs/reference that are made from the source: `make docs`."""

from collections import defaultdict
from itertools import groupby
from pathlib import Path
from typing import Final

from bartizan.cli import exits
from bartizan.cli.explanations import Explanation, every
from bartizan.model.event import Event
from bartizan.model.problem import PREFIX
from bartizan.model.reasons import REASONS, Reason
from bartizan.policy.schema import NAME, schema_text
from scripts import controls, deployment, language, neighbours
from scripts.fields import lines, types

PAGES: Final = Path(__file__).resolve().parents[1] / "docs" / "reference"
MADE: Final = controls.MADE

GROUPS: Final = (
    ("P1", "The file and its keys"),
    ("P2", "Values"),
    ("P3", "References and merging"),
    ("P4", "Legal and seldom wise"),
    ("P5", "What the policy needs is not there"),
    ("R2", "Routes"),
    ("R3", "Other packages"),
    ("D", "Decisions"),
    ("W", "The log"),
)
"""Families of codes."""

REASONS_HEAD: Final = """\
# Reasons

Every reason why Bartizan answers in place of the view, in the order of the table of refusals. The
*type* of a problem document (RFC 9457) is `urn:bartizan:problem:` and the public name; several
reasons share one, so that a refusal tells a stranger no more than the public documentation does.
The reason itself stands in the [event](event.md).
"""
CODES_HEAD: Final = """\
# Codes

The same text as `bartizan explain CODE`. P codes are about the policy, R codes about routes and
other packages, D codes about decisions, W codes about the log. In Django's system checks they are
called `bartizan.P103` and so on; about packages they have [ids of their
own](../guides/neighbours.md#django).
"""
EVENT_HEAD: Final = """\
# The event record

One line of JSON for each decision, printable ASCII, at most 4096 bytes;
[Events](../concepts/events.md) says where it lies. A field that holds its default (nothing, 0, a
`count` of 1) is left out. No field can hold a token, a password, a query value, a header or a
body. The record is a [compatibility promise](../compatibility.md).
"""
PROBLEMS_HEAD: Final = """\
# Problem types

A refusal is a problem document (RFC 9457, `application/problem+json`): `type`, `title`, `status`,
the `decision` id (not in a 404, so that absent and forbidden stay alike), and `errors` where the
input is what was wrong: a `pointer` (JSON Pointer into the body, or the name of a query parameter)
and a `detail`. A value that was sent is never repeated. Types are a
[compatibility promise](../compatibility.md).
"""
EXITS_FOOT: Final = """\
The highest of 1 and 2 wins. `bartizan check` of a policy without an application ends with 4:
routes were not compared. Looking at nothing is never success.
"""


def reasons() -> str:
    """All reasons: one table for each control, in the order in which they refuse."""
    page = [
        REASONS_HEAD,
        MADE,
    ]
    for control, group in groupby(REASONS.values(), key=lambda reason: reason.control):
        page += [
            f"## {control}\n",
            "| code | reason | status | public name | what a stranger reads | event |",
            "|---|---|---|---|---|---|",
            *map(_reason, group),
            "",
        ]
    return "\n".join(page)


def _reason(reason: Reason) -> str:
    return (
        f"| [{reason.code}](codes.md#{reason.code.lower()}) | `{reason.name}` | {reason.status} "
        f"| [`{reason.problem}`](problems.md) | {reason.title} | `{reason.event}` |"
    )


def codes() -> str:
    """Every code, with the words of ``bartizan explain``."""
    page = [
        CODES_HEAD,
        MADE,
    ]
    found = list(every())
    for start, title in GROUPS:
        page.append(f"## {start}: {title}\n")
        page += [line for one in found if one.code.startswith(start) for line in _code(one)]
    return "\n".join(page)


def _code(one: Explanation) -> list[str]:
    facts = [f"{one.facts[:1].upper()}{one.facts[1:]}.\n"] if one.facts else []
    return [
        f"### {one.code}\n",
        f"**{one.title[:1].upper()}{one.title[1:]}**\n",
        *facts,
        f"{one.what}\n",
        f"{one.why}\n",
        f"Wrong:\n\n```text\n{one.bad.strip()}\n```\n",
        f"Right:\n\n```text\n{one.good.strip()}\n```\n",
        f"Read on: {_linked(one.reference)}\n",
    ]


def _linked(text: str) -> str:
    return " ".join(f"<{word}>" if word.startswith("https://") else word for word in text.split())


def event() -> str:
    """The record of one decision."""
    said, kinds = lines(Event), types(Event)
    return "\n".join(
        [
            EVENT_HEAD,
            "| field | type | what it is |",
            "|---|---|---|",
            *(f"| `{name}` | `{kinds[name]}` | {said[name]} |" for name in said),
            "",
            MADE,
        ]
    )


def problems() -> str:
    """The public types of problem documents."""
    sharing: dict[str, list[Reason]] = defaultdict(list)
    for reason in REASONS.values():
        sharing[reason.problem].append(reason)
    return "\n".join(
        [
            PROBLEMS_HEAD,
            "| type | status | reasons |",
            "|---|---|---|",
            *(_problem(name, found) for name, found in sorted(sharing.items())),
            "",
            "A redirect to https (308) carries the same document.\n",
            MADE,
        ]
    )


def _problem(name: str, found: list[Reason]) -> str:
    statuses = ", ".join(str(status) for status in sorted({one.status for one in found}))
    links = " ".join(f"[{one.code}](codes.md#{one.code.lower()})" for one in found)
    return f"| `{PREFIX}{name}` | {statuses} | {links} |"


MEANT: Final = {
    exits.HELD: "all that was asked holds",
    exits.BROKEN: "something is broken: a route or an expectation does not agree with the policy",
    exits.WRONG: "wrong usage, or a policy with errors",
    exits.CONSENT: "needs consent: access would become wider (no verb of this version says it)",
    exits.EVIDENCE: "not enough evidence: nothing was looked at, or not everything could be",
    exits.BUG: "a fault of Bartizan's own; `BARTIZAN_DEBUG=1` shows the traceback",
    exits.INTERRUPTED: "interrupted",
}
"""What an exit code means, in a sentence."""


def exit_codes() -> str:
    """The exit codes of every verb."""
    return "\n".join(
        [
            "# Exit codes\n",
            "The same for every verb.\n",
            "| code | meaning |",
            "|---|---|",
            *(f"| {code} | {MEANT[code]} |" for code, _ in exits.MEANINGS),
            "",
            EXITS_FOOT,
            MADE,
        ]
    )


def pages() -> dict[str, str]:
    """Every made page by its path below docs/reference."""
    return {
        "policy.md": language.page(),
        NAME: schema_text(),
        "../concepts/order.md": controls.order(),
        "controls/index.md": controls.index(),
        **{f"controls/{name}.md": controls.page(name) for name in controls.CONTROLS},
        "reasons.md": reasons(),
        "codes.md": codes(),
        "problems.md": problems(),
        "event.md": event(),
        "exit-codes.md": exit_codes(),
        neighbours.PAGE: neighbours.page(),
    }


def main() -> None:
    """Write all pages."""
    (PAGES / "controls").mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (PAGES / name).write_text(text, encoding="utf-8")
    deployment.main()


if __name__ == "__main__":
    main()
