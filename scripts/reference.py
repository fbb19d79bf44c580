"""Write the pages of docs/reference that are made from the source: `make docs`."""

from itertools import groupby
from pathlib import Path

from bartizan.model.reasons import REASONS

PAGES = Path(__file__).resolve().parents[1] / "docs" / "reference"
HEAD = """\
# Reasons

Every reason why Bartizan answers in place of the view, in the order of the table of refusals.
The *type* of a problem document (RFC 9457) is `urn:bartizan:problem:` and the public name; several
reasons share one, so that a refusal tells a stranger no more than the public documentation does.
The reason itself stands in the event. `bartizan explain CODE` says more about one.

This page is made from `model/reasons.py` by `make docs`.
"""


def reasons() -> str:
    """The page of all reasons: one table for each control, in the order in which they refuse."""
    page = [HEAD]
    for control, group in groupby(REASONS.values(), key=lambda reason: reason.control):
        page += [
            f"## {control}\n",
            "| code | reason | status | public name | what a stranger reads |",
        ]
        page.append("|---|---|---|---|---|")
        page += [
            f"| {reason.code} | `{reason.name}` | {reason.status} "
            f"| `{reason.problem}` | {reason.title} |"
            for reason in group
        ]
        page.append("")
    return "\n".join(page)


def main() -> None:
    """Write all pages."""
    (PAGES / "reasons.md").write_text(reasons(), encoding="utf-8")


if __name__ == "__main__":
    main()
