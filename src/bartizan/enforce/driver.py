"""Two drivers, one sync and one async: they fulfil effects until the decision parks or ends."""

from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import Any

from bartizan.enforce.decision import Decision
from bartizan.enforce.effects import Effect, Inside
from bartizan.model.decision import Outcome

Fulfil = Callable[[Effect], Any]
"""Answers an effect; under the async driver the answer may be awaitable."""


def advance(decision: Decision, fulfil: Fulfil, answer: Any = None) -> Outcome | None:
    """Go on until the decision is parked between its acts (``None``) or has ended."""
    steps = decision.steps
    try:
        effect = steps.send(answer)
        while type(effect) is not Inside:
            try:
                answer = fulfil(effect)
            except Exception as error:
                effect = steps.throw(error)
            else:
                effect = steps.send(answer)
    except StopIteration as end:
        decision.outcome = end.value
    return decision.outcome


async def aadvance(
    decision: Decision, fulfil: Callable[[Effect], Any | Awaitable[Any]], answer: Any = None
) -> Outcome | None:
    """The same, awaiting what is awaitable."""
    steps = decision.steps
    try:
        effect = steps.send(answer)
        while type(effect) is not Inside:
            try:
                answer = fulfil(effect)
                if isawaitable(answer):
                    answer = await answer
            except Exception as error:
                effect = steps.throw(error)
            else:
                effect = steps.send(answer)
    except StopIteration as end:
        decision.outcome = end.value
    return decision.outcome
