"""``bartizan ask --format json``: the same facts for programs."""

import json
from typing import Any

from bartizan.cli.answering import Asked
from bartizan.policy.rules import Place

VERSION = 1
"""Of this form: fields may be added under one number, never taken away."""


def page(asked: Asked) -> str:
    """One JSON document, ASCII."""
    deny, operation = asked.refusal, asked.answered.operation
    return json.dumps(
        {
            "version": VERSION,
            "outcome": asked.word,
            "status": deny.reason.status if deny is not None else None,
            "reason": deny.reason.name if deny is not None else None,
            "code": deny.reason.code if deny is not None else None,
            "control": deny.reason.control if deny is not None else None,
            "type": f"urn:bartizan:problem:{deny.reason.problem}" if deny is not None else None,
            "line": _place(asked.place),
            "operation": operation.name if operation is not None else None,
            "not_exercised": asked.answered.unread or None,
            "violations": [
                {"where": it.where, "rule": it.rule}
                for it in (deny.violations if deny is not None else ())
            ],
            "shadow": [it.reason.name for it in asked.answered.shadowed],
            "rows": [
                {"row": it.number, "control": it.control, "said": it.said} for it in asked.rows()
            ],
        },
        indent=2,
    )


def _place(place: Place | None) -> dict[str, Any] | None:
    return {"file": place.file, "line": place.line} if place is not None else None
