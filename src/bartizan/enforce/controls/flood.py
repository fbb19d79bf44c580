"""Row 3: flood. Scanning and guessing are never free (OWASP API4:2023, CWE-770).

It counts every request of a client that it admits, whatever later rows say, and not its own
refusals.
"""

from bartizan.enforce.context import Context, Scope, Step
from bartizan.enforce.controls.rate import refuse
from bartizan.enforce.effects import Count, Said
from bartizan.enforce.plan import Fittings
from bartizan.stores.port import Counted, Hit


def bind(fittings: Fittings, scope: Scope) -> Step | None:
    """One limit of ``[api]`` for the whole API, pass subtrees and unknown paths included."""
    limit = fittings.policy.api.flood
    if limit is None:
        return None
    count, period = limit.count, limit.period

    def settle(context: Context, counted: Counted) -> Said:
        return refuse("flood", limit, counted.wait) if counted.refused >= 0 else None

    def step(context: Context) -> Count:
        return Count(settle, (Hit("flood|" + context.client, count, period),))

    return step
