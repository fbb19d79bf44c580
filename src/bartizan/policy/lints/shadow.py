"""Lints about shadow: what is declared and, until a day is over, does not hold."""

import datetime as dt
from collections.abc import Iterator

from bartizan.policy.lints.remark import LintKind, Remark, listed
from bartizan.policy.rules import Policy, Shadow


def _shadows(policy: Policy) -> Iterator[tuple[str, Shadow]]:
    """Each shadow once, with what it lies on."""
    lies: dict[Shadow, list[str]] = {}
    if policy.api.shadow is not None:
        lies[policy.api.shadow] = []
    for operation in policy.operations:
        if operation.shadow is not None and operation.shadow != policy.api.shadow:
            lies.setdefault(operation.shadow, []).append(operation.name)
    for shadow, names in lies.items():
        yield listed(names) or "the whole API", shadow


def _active(policy: Policy, today: dt.date) -> Iterator[Remark]:
    for where, shadow in _shadows(policy):
        left = (shadow.until - today).days
        if left >= 0:
            what = ", ".join(shadow.controls) or "every control"
            days = "today is its last day" if left == 0 else f"{left} days left"
            yield f"{where}: {what} in shadow, so not held ({days})", shadow.place


ACTIVE = LintKind(
    code="P461",
    title="in shadow",
    severity="warning",
    advice="read the events, then take the shadow out",
    why="A rule in shadow refuses nothing: it only writes down what it would have refused. Until "
    "its last day it counts as not held.",
    bad='[operations."GET /orders"]\nshadow = { until = 9999-12-31, controls = ["rate"] }\n',
    good='[operations."GET /orders"]\nscopes = ["orders:read"]\n',
    reference="CWE-693",
    find=_active,
)


def _past(policy: Policy, today: dt.date) -> Iterator[Remark]:
    for where, shadow in _shadows(policy):
        if shadow.until < today:
            yield f"{where}: the shadow ended on {shadow.until}, the rules hold", shadow.place


PAST = LintKind(
    code="P462",
    title="a shadow that is over",
    severity="warning",
    advice="take the line out",
    why="The rules hold since the day after. The line only makes a reader believe otherwise.",
    bad='[operations."GET /orders"]\nshadow = { until = 2020-01-01, controls = ["rate"] }\n',
    good='[operations."GET /orders"]\nscopes = ["orders:read"]\n',
    reference="CWE-1164",
    find=_past,
)
