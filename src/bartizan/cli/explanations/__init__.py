"""Every code that Bartizan can give, explained in five parts.

Codes of the loader and of the lints are explained where they are made (``policy/codes.py``,
``policy/lints/``); those of decisions, of the start and of routes in the TOML files beside this
one. Documentation pages are made from the same texts.
"""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from msgspec import Struct

from bartizan.model.notices import NOTICES
from bartizan.model.reasons import REASONS
from bartizan.policy.codes import CODES
from bartizan.policy.lint import LINTS
from bartizan.policy.nearest import distance, nearest

FOLDER: Final = Path(__file__).parent

DECISIONS: Final = ("outside.toml", "operation.toml", "identity.toml", "inside.toml")
"""The D codes, in the order of the table of refusals."""

START: Final = ("start.toml", "routes.toml", "neighbours.toml")
"""P5xx: what stops a start beside the policy's own text. R2xx: routes. R3xx: other packages."""

LOG: Final = ("log.toml",)
"""W codes: what the log says about itself."""


class Explanation(Struct, frozen=True):
    """What there is to say about one code."""

    code: str
    """As it is given: ``D1101``."""
    title: str
    """What is the case, in a few words."""
    what: str
    """What it is, in a sentence or two."""
    why: str
    """Why it matters."""
    bad: str
    """An example that triggers it: a piece of a policy, a request, a command."""
    good: str
    """The same as it should be."""
    reference: str
    """Where to read on: a standard, a CWE number, an OWASP page."""
    facts: str = ""
    """For a decision: its reason, status, control and public name."""


def every() -> Iterator[Explanation]:
    """All explanations: policy, lints, start, routes, decisions, the log."""
    for code in CODES.values():
        yield Explanation(code.code, code.title, _sentence(code.title), code.why, code.bad,
                          code.good, code.reference)  # fmt: skip
    for lint in LINTS:
        what = f"A {lint.severity} about a policy that loads. What to do: {lint.advice}."
        yield Explanation(lint.code, lint.title, what, lint.why, lint.bad, lint.good,
                          lint.reference)  # fmt: skip
    for code_, text in _texts(START):
        yield Explanation(code=code_, **text)
    for code_, text in _texts(DECISIONS):
        yield _decision(code_, text)
    for code_, text in _texts(LOG):
        yield Explanation(code=code_, **text)


def find(word: str) -> Explanation | None:
    """The explanation of a code, or of a reason or notice by its name."""
    plain = word.strip().strip("[]").lower().replace("-", "_")
    named = REASONS.get(plain) or NOTICES.get(plain)
    code = named.code if named is not None else plain.upper()
    return next((it for it in every() if it.code == code), None)


def near(word: str) -> tuple[str, ...]:
    """Codes and names that were probably meant, three at most."""
    codes = [it.code for it in every()]
    name = nearest(word, (*REASONS, *NOTICES))
    upper = word.upper()
    close = sorted((distance(upper, code), code) for code in codes if code[0] == upper[:1])
    return ((name,) if name else ()) + tuple(code for steps, code in close if steps <= 1)[:3]


def _decision(code: str, text: dict[str, str]) -> Explanation:
    reason = next(reason for reason in REASONS.values() if reason.code == code)
    facts = (
        f"reason {reason.name}, control {reason.control}: {reason.status}, "
        f"urn:bartizan:problem:{reason.problem}"
    )
    return Explanation(code=code, facts=facts, **text)


def _texts(names: tuple[str, ...]) -> Iterator[tuple[str, dict[str, str]]]:
    for name in names:
        yield from tomllib.loads((FOLDER / name).read_text(encoding="utf-8")).items()


def _sentence(title: str) -> str:
    return f"The policy is refused: {title}."
