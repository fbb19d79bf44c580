"""The cases of a WSGI application: the same for Flask and for Django."""

from collections.abc import Iterator

from msgspec import Struct

from benchmarks import questions, stage
from benchmarks.case import Case, Run
from benchmarks.question import Application, asking


class Budget(Struct, frozen=True):
    """What was promised of one framework, in microseconds (DESIGN §13)."""

    acts: float
    """Both acts with every control but output and event."""
    event: float = 6.0
    """The event beside it."""
    body: float = 15.0
    """A strict JSON body of 350 bytes beside it."""
    token: float = 12.0
    """A token that was never seen, beside the raw check of its signature."""
    refusal: float = 10.0
    """A refusal of rows 1 to 8, all of it."""

    def output(self, objects: int) -> float:
        """The output filter beside it."""
        return 1 + 0.7 * objects


class Served(Struct, frozen=True):
    """One application in every guise that a bench needs."""

    group: str
    """What it is called in the table."""
    bare: Application
    """Alone."""
    guarded: Application
    """Behind the policy, no events."""
    logging: Application
    """Behind the policy, with events."""
    proxied: Application
    """Behind the policy and a trusted proxy."""
    flooded: Application
    """Behind a policy whose flood limit is one a minute."""


def cases(app: Served, budget: Budget, tokens: questions.Tokens) -> Iterator[Case]:
    """Every case of one application."""
    yield from _gets(app, budget, tokens.warm)
    yield from _outputs(app, budget, tokens.warm)
    yield from _posts(app, budget, tokens.warm)
    yield from _checks(app, budget, tokens)
    yield from _refusals(app, budget, tokens.warm)


def _gets(app: Served, budget: Budget, warm: str) -> Iterator[Case]:
    ask = questions.get("/orders/7", warm)
    bare, ours = asking(app.bare, ask), asking(app.guarded, ask)
    yield Case(app.group, "GET, warm token", bare, ours, budget.acts)
    yield Case(
        app.group, "its event", ours, asking(app.logging, ask), budget.event, "the same without"
    )
    behind = questions.proxied(ask)
    yield Case(
        app.group, "its trusted proxy", ours, asking(app.proxied, behind), None, "the same without"
    )


def _outputs(app: Served, budget: Budget, warm: str) -> Iterator[Case]:
    for path, objects in (("/one", 1), ("/fifty", 50)):
        plain = asking(app.guarded, questions.get(f"{path}/all", warm))
        ours = asking(app.guarded, questions.get(path, warm))
        name = f"output, {objects} object" + "s" * (objects > 1)
        yield Case(app.group, name, plain, ours, budget.output(objects), "the same without")


def _posts(app: Served, budget: Budget, warm: str) -> Iterator[Case]:
    for path, vocabulary in questions.FORMS.items():
        ask = questions.post(path, warm)
        bare, ours = asking(app.bare, ask), asking(app.guarded, ask)
        yield Case(app.group, f"POST, {vocabulary}", bare, ours, budget.acts + budget.body)


def _checks(app: Served, budget: Budget, tokens: questions.Tokens) -> Iterator[Case]:
    ask = questions.get("/orders/7", *tokens.unseen)
    base = _after(asking(app.bare, ask), list(tokens.unseen))
    against = "the bare application and a raw RS256 check"
    ours = asking(app.guarded, ask, checked=False)
    yield Case(app.group, "GET, unseen token", base, ours, budget.token, against, times=20)
    forged = questions.get("/orders/7", tokens.forged, status=401)
    raw = _after(lambda times: None, [tokens.forged])
    ours = asking(app.guarded, forged)
    yield Case(app.group, "forged token, 401", raw, ours, budget.token, "a raw RS256 check")


def _after(run: Run, tokens: list[str]) -> Run:
    """The run, and a raw check of a signature for each request."""
    checks = stage.raw_checks(tokens)

    def both(times: int) -> None:
        run(times)
        for _ in range(times):
            next(checks)

    return both


def _refusals(app: Served, budget: Budget, warm: str) -> Iterator[Case]:
    asked = {name: (app.guarded, ask) for name, ask in questions.refused(warm).items()}
    asked["3 flood, 429"] = (app.flooded, questions.flooding(warm))
    for name, (guarded, ask) in sorted(asked.items()):
        run = asking(guarded, ask)
        yield Case(app.group, f"refusal {name}", None, run, budget.refusal, "nothing")
