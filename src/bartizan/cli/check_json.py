"""``bartizan check --format json``: the same facts for programs. ``version`` says which form."""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from bartizan.cli import deciding
from bartizan.cli.check_text import decided
from bartizan.cli.checking import Checked
from bartizan.cli.servers import Advice, advised
from bartizan.policy.coverage import coverage
from bartizan.policy.faults import Fault
from bartizan.policy.routes import Survey
from bartizan.policy.rules import Operation, Place, Policy

VERSION = 1
"""Of this form: fields may be added under one number, never taken away."""


def page(checked: Checked) -> str:
    """One JSON document, ASCII."""
    policy, found = checked.policy, checked.found
    survey = found.survey if found is not None else None
    document: dict[str, Any] = {
        "version": VERSION,
        "outcome": checked.outcome,
        "exit": checked.exit,
        "target": checked.target,
        "revision": policy.revision if policy is not None else None,
        "application": checked.application.title if checked.application is not None else None,
        "framework": (
            checked.application.framework.title if checked.application is not None else None
        ),
        "not_exercised": checked.unexercised,
        "unguarded": checked.unguarded,
        "todo": checked.todos,
        "faults": faults(checked.faults),
        "remarks": [
            {
                "code": it.code,
                "severity": it.severity,
                "message": it.sentence,
                **_place(it.place),
                "fix": it.advice,
            }
            for it in checked.lints
        ],
        "expectations": {
            "held": checked.expected.held,
            "broken": checked.expected.broken,
            "not_exercised": checked.expected.unasked,
        },
        "servers": [
            {"name": it.name, "message": " ".join(it.remains), "command": it.command}
            for it in _servers(checked)
        ],
        "operations": list(_operations(policy, survey)) if policy is not None else [],
        "undecided": list(_undecided(survey)) if survey is not None else [],
        "hidden": [
            {"path": it.path, "view": it.view, "served_by": it.where}
            for it in (survey.hidden if survey is not None else ())
        ],
        "decided": dict(zip(("routes", "of"), decided(survey), strict=True)) if survey else None,
        "coverage": [
            {"rule": it.row.title, "table": it.row.table, "key": it.row.key,
             "operations": it.operations, "app": it.row.app, "gateway": it.row.gateway,
             "probe": it.row.probe, "detector": it.row.detector}
            for it in (coverage(policy) if policy is not None else ())
        ],
    }  # fmt: skip
    return json.dumps(document, indent=2)


def _servers(checked: Checked) -> tuple[Advice, ...]:
    if checked.policy is None or checked.application is None or checked.found is None:
        return ()
    return advised(checked.application.framework.title, checked.policy)


def refusal(wrong: Sequence[Fault], code: int) -> str:
    """A document for a policy that cannot be used at all."""
    head = {"version": VERSION, "outcome": "refused", "exit": code}
    return json.dumps({**head, "faults": faults(wrong)}, indent=2)


def faults(wrong: Sequence[Fault]) -> list[dict[str, Any]]:
    """Faults with their place, and what was probably meant."""
    return [
        {
            "code": fault.code,
            "message": fault.message,
            **_place(fault.place),
            "fix": fault.suggestion,
            "consequence": fault.consequence,
        }
        for fault in wrong
    ]


def _place(place: Place) -> dict[str, Any]:
    return {"file": place.file, "line": place.line, "column": place.column}


def _operations(policy: Policy, survey: Survey | None) -> Iterator[dict[str, Any]]:
    code: dict[str, list[str]] = {}
    for served, names in survey.covered if survey is not None else ():
        for name in names:
            code.setdefault(name, []).append(served.where)
    for operation in policy.operations:
        yield {**_operation(operation), "served_by": code.get(operation.name, [])}


def _operation(operation: Operation) -> dict[str, Any]:
    return {
        "operation": operation.name,
        **_place(operation.place),
        "public": operation.public,
        "decoy": operation.decoy,
        "open_to_strangers": deciding.open_to_strangers(operation),
        "identity": list(operation.identity),
        "scopes": list(operation.scopes),
        "roles": list(operation.roles),
        "networks": list(map(str, operation.networks)),
        "https": operation.https,
        "limits": [limit.text for limit in operation.limits],
        "query": [query.name for query in operation.query],
        "input": operation.input or None,
        "output": list(operation.output.fields) if operation.output is not None else None,
        "shadow": operation.shadow.until.isoformat() if operation.shadow is not None else None,
    }


def _undecided(survey: Survey) -> Iterator[dict[str, Any]]:
    for it in survey.undecided:
        yield {
            "path": it.served.path,
            "methods": list(it.methods or sorted(it.served.methods or ())),
            "view": it.served.view,
            "served_by": it.served.where,
        }
