"""What a view may believe about the request that it serves."""

from typing import cast

from flask import request
from werkzeug.local import LocalProxy

from bartizan.enforce.decision import permitted
from bartizan.model.decision import Permit
from bartizan.model.subject import Subject
from bartizan.wsgi import DECISION


def _permit() -> Permit:
    decision = request.environ.get(DECISION)
    if decision is None:
        raise LookupError("no guard stands before this request: was Bartizan(app) called?")
    return permitted(decision)


decision = cast("Permit", LocalProxy(_permit))
"""The permit of this request: ``decision.subject``, ``.path``, ``.query`` and ``.input``."""

subject = cast("Subject", LocalProxy(lambda: _permit().subject))
"""Who is asking; falsy where nobody has signed in (public operations, anonymous callers)."""
