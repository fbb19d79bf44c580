"""One request under way: what an adapter holds between the two acts."""

from msgspec import Struct

from bartizan.enforce.context import Context, Plan
from bartizan.enforce.engine import Deciding
from bartizan.model.decision import Outcome, Permit
from bartizan.model.problem import Response


class Decision(Struct, eq=False, weakref=True):
    """A decision between its beginning and its event."""

    id: str
    """Opaque id, in the answer and in the event."""
    began: float
    """Seconds since the epoch."""
    ticks: float
    """When it began, by a clock for durations."""
    plan: Plan
    """What holds for this request."""
    context: Context
    """What is known about the request."""
    steps: Deciding
    """The engine's generator."""
    outcome: Outcome | None = None
    """How it ended; ``None`` while it is parked."""
    response: Response | None = None
    """Our own answer, where we give one."""
    withheld: int | None = None
    """1 where fields of the answer were withheld, else 0; ``None`` before it was looked at."""
    recorded: bool = False
    """Whether its event is written, where events are: the head of its answer has left."""
    trace: str = ""
    """Trace id that was current when it was last looked at; empty where none was."""


def permitted(decision: Decision) -> Permit:
    """What the view may believe; raises ``LookupError`` where nothing was permitted."""
    if not isinstance(decision.outcome, Permit):
        raise LookupError("this request has no permit: act two has not spoken, or it refused")
    return decision.outcome
