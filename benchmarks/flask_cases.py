"""Flask: the WSGI callable, bare and guarded."""

from collections.abc import Iterator

from benchmarks import flask_app, stage
from benchmarks.case import Case
from benchmarks.questions import Tokens
from benchmarks.wsgi_cases import Budget, Served, cases

BUDGET = Budget(acts=10)


def flask_cases(tokens: Tokens, events: str) -> Iterator[Case]:
    """Every case; events are written below the directory ``events``."""
    policy = stage.policy()
    served = Served(
        group="Flask",
        bare=flask_app.bare().wsgi_app,
        guarded=flask_app.guarded(policy).wsgi_app,
        logging=flask_app.guarded(policy, f"{events}/flask").wsgi_app,
        proxied=flask_app.guarded(stage.policy(facts=stage.BEHIND)).wsgi_app,
        flooded=flask_app.guarded(stage.policy(flood=1)).wsgi_app,
    )
    return cases(served, BUDGET, tokens)
