"""Row 14: input (OWASP API3:2023 and API8:2023, CWE-20, CWE-915; ASVS 5 V2.2).

Content coding and type, the body read once through the framework and bounded, strict parsing,
the declared form with unknown fields refused at every depth, then the query.
"""

import re
from collections.abc import Callable
from typing import Any

from bartizan.enforce.context import Context, Scope, Step
from bartizan.enforce.effects import Body, Effect, Said
from bartizan.enforce.plan import Fittings
from bartizan.model.decision import Deny
from bartizan.model.reasons import REASONS
from bartizan.policy.rules import Operation
from bartizan.schemas import query
from bartizan.schemas.form import Form, Invalid, Malformed

_ENCODING = Deny(REASONS["content_encoding"], key="input")
_TYPE = Deny(REASONS["content_type"], key="input")
_BODY_MALFORMED = Deny(REASONS["body_malformed"], key="input")
_TOO_LARGE = Deny(REASONS["body_too_large"], key="body")
_QUERY_MALFORMED = Deny(REASONS["query_malformed"], key="query")

_json = re.compile(r'application/json[ \t]*(?:;[ \t]*charset="?utf-8"?[ \t]*)?\Z', re.I).match
"""JSON is UTF-8 (RFC 8259 section 8.1); a charset may say so, and nothing else."""


def bind(fittings: Fittings, scope: Scope) -> Step | None:
    """The form of the body where the operation declares one, and its query."""
    if not isinstance(scope, Operation) or scope.decoy:
        return None
    asked = _query(query.reader(scope.query), required=any(q.required for q in scope.query))
    if not scope.input:
        return asked
    form, most = fittings.forms[scope.input], scope.body

    def received(context: Context, body: bytes | None) -> Said:
        return _read(context, form, body) or asked(context)

    def step(context: Context) -> Said | Effect:
        return _media(context) or Body(received, most)

    return step


def _media(context: Context) -> Deny | None:
    if not _json(context.request.content_type or ""):
        return _TYPE
    coding = context.request.content_encoding
    return None if coding is None or coding.strip().lower() in ("", "identity") else _ENCODING


def _read(context: Context, form: Form, body: bytes | None) -> Deny | None:
    if body is None:
        return _TOO_LARGE
    value = form.read(body)
    if isinstance(value, Malformed):
        return _BODY_MALFORMED
    if isinstance(value, Invalid):
        return Deny(REASONS["body_invalid"], violations=value.violations, key="input")
    context.input = value
    return None


def _query(
    read: Callable[[str], dict[str, Any] | Malformed | Invalid], *, required: bool
) -> Callable[[Context], Deny | None]:
    def step(context: Context) -> Deny | None:
        text = context.request.query
        if not text and not required:
            return None
        values = read(text)
        if isinstance(values, Malformed):
            return _QUERY_MALFORMED
        if isinstance(values, Invalid):
            return Deny(REASONS["query_invalid"], violations=values.violations, key="query")
        context.query = values
        return None

    return step
