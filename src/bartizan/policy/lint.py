"""All lints in one list: what is legal in a policy and seldom wise.

``bartizan check`` prints what they say, ``bartizan explain P4xx`` what they mean. Adding one more:
write it in ``policy/lints/``, and name it here.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Final

from bartizan.policy.lints import api, identity, operation, shadow
from bartizan.policy.lints.remark import Lint, LintKind
from bartizan.policy.rules import Policy

__all__ = ["LINTS", "Lint", "LintKind", "lint"]

LINTS: Final[tuple[LintKind, ...]] = (
    api.PROXIES,
    api.HOSTS,
    api.HTTPS_OFF,
    api.HTTPS_REDIRECT,
    api.CORS,
    api.FLOOD,
    api.GUESSES,
    api.MEMORY,
    api.EVENTS,
    api.EXPECTS,
    api.PASSES,
    identity.TYP,
    identity.HMAC,
    identity.LIFETIME,
    identity.UNUSED,
    identity.NOBODY,
    operation.OPEN,
    operation.PUBLIC_WRITE,
    operation.UNLIMITED,
    operation.LOGIN,
    operation.NO_INPUT,
    operation.LARGE,
    operation.TEXT,
    operation.WHOSE,
    operation.NETWORKS,
    shadow.ACTIVE,
    shadow.PAST,
)


def lint(policy: Policy, *, today: dt.date | None = None) -> tuple[Lint, ...]:
    """What is to be said about a policy that loads, in the order of ``LINTS``.

    ``today`` is the day (UTC) on which shadows are judged.
    """
    day = today or dt.datetime.now(dt.UTC).date()
    return tuple(_said(policy, day))


def _said(policy: Policy, day: dt.date) -> Iterator[Lint]:
    for kind in LINTS:
        for sentence, place in kind.find(policy, day):
            yield Lint(kind.code, kind.severity, sentence, place, kind.advice)
