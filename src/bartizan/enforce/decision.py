"""One request under way: what an adapter holds between the two acts."""

import time

from bartizan.enforce.context import Plan
from bartizan.enforce.engine import Engine
from bartizan.model.decision import Outcome, Permit
from bartizan.model.problem import Response
from bartizan.model.request import Request


class Decision:
    """A decision between its beginning and its event."""

    __slots__ = (
        "began",
        "context",
        "id",
        "outcome",
        "recorded",
        "response",
        "steps",
        "ticks",
        "withheld",
    )

    def __init__(self, engine: Engine, request: Request, decision_id: str, began: float) -> None:
        self.id = decision_id
        """Opaque id, in the answer and in the event."""
        self.began = began
        """Seconds since the epoch."""
        self.ticks = time.perf_counter()
        """When it began, for durations."""
        self.context = engine.begin(request)
        """What is known about the request."""
        self.steps = engine.decide(self.context)
        """The engine's generator."""
        self.outcome: Outcome | None = None
        """How it ended; ``None`` while it is parked."""
        self.response: Response | None = None
        """Our own answer, where we give one."""
        self.withheld: int | None = None
        """1 where fields of the answer were withheld, else 0; ``None`` before it was looked at."""
        self.recorded = False
        """Whether its event is written."""

    @property
    def plan(self) -> Plan:
        """What holds for this request."""
        return self.context.plan


def permitted(decision: Decision) -> Permit:
    """What the view may believe; raises ``LookupError`` where nothing was permitted."""
    if not isinstance(decision.outcome, Permit):
        raise LookupError("this request has no permit: act two has not spoken, or it refused")
    return decision.outcome
