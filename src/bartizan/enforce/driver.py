"""Two drivers, one sync and one async: they fulfil effects until the decision parks or ends."""

from collections.abc import Callable
from inspect import isawaitable
from typing import Any

from bartizan.enforce.decision import Decision
from bartizan.enforce.effects import Body, Count, Effect, GiveBack, Inside
from bartizan.model.decision import Outcome
from bartizan.stores.port import Store

Read = Callable[[int], Any]
"""Reads the body up to a limit; under the async driver it may be a coroutine function."""


def advance(
    decision: Decision, store: Store, read: Read | None = None, answer: Any = None
) -> Outcome | None:
    """Go on until the decision is parked between its acts (``None``) or has ended.

    ``store`` counts; ``read`` is there in act two, where the framework has a body to read.
    """
    steps = decision.steps
    try:
        effect = steps.send(answer)
        while type(effect) is not Inside:
            try:
                if type(effect) is Count:
                    answer = store.reserve(effect.hits)
                else:
                    answer = _rarer(effect, store, read)
            except Exception as error:
                effect = steps.throw(error)
            else:
                effect = steps.send(answer)
    except StopIteration as end:
        decision.outcome = end.value
    return decision.outcome


async def aadvance(
    decision: Decision, store: Store, read: Read | None = None, answer: Any = None
) -> Outcome | None:
    """The same, awaiting a body that is awaitable."""
    steps = decision.steps
    try:
        effect = steps.send(answer)
        while type(effect) is not Inside:
            try:
                if type(effect) is Count:
                    answer = store.reserve(effect.hits)
                else:
                    answer = _rarer(effect, store, read)
                    if isawaitable(answer):
                        answer = await answer
            except Exception as error:
                effect = steps.throw(error)
            else:
                effect = steps.send(answer)
    except StopIteration as end:
        decision.outcome = end.value
    return decision.outcome


def _rarer(effect: Effect, store: Store, read: Read | None) -> Any:
    """Answer what few requests ask for."""
    if type(effect) is GiveBack:
        return store.give_back(effect.hits, effect.at)
    if type(effect) is Body and read is not None:
        return read(effect.limit)
    raise TypeError(f"nobody fulfils {effect!r} here")
