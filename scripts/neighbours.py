"""Write docs/guides/neighbours.md from the tables of packages that are known: `make docs`."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from bartizan.django.neighbours import NEIGHBOURS as DJANGO
from bartizan.flask.neighbours import NEIGHBOURS as FLASK
from bartizan.policy.neighbours import ERRORS, Neighbour
from scripts.controls import MADE

PAGE: Final = "../guides/neighbours.md"
HEAD: Final = """\
# Other packages

Bartizan looks at the packages beside it before it serves, and says what they do again, or against
the policy, with the line to delete: in the log of the start, in `bartizan check`, and in Django's
`manage.py check`. A package on the wrong side of the guard, or one that answers in its place, stops
the start. In shadow all of it is information: nothing is refused, nothing is changed.

Only what really happens is said. What is not in these tables is not looked at.
"""
FLASK_HEAD: Final = """\
## Flask

Wrap `app.wsgi_app` first and say `Bartizan(app)` last, so that the guard is outermost. Extensions
register hooks in any order: the guard's own hook is put before all of them.
"""
DJANGO_HEAD: Final = """\
## Django

`bartizan.django.Outside` is the first entry of `MIDDLEWARE` and `bartizan.django.Inside` the last
(`bartizan.E002`, `bartizan.E003`). Between them the order is free: act two speaks before any other
entry sees a view, and an answer is cut before any other entry looks at it.
"""
FOOT: Final = """\
## What cannot be seen

- A wrapper around the callable that a server is given (`ProxyFix(app)`, `WhiteNoise(application)`)
  stands in no setting. A replaced address is then refused at run time (400); files that such a
  wrapper serves are not guarded. In Django wrap what is inside, with a `[pass]` for its prefix:
  `Bartizan(WhiteNoise(handler, …), django=handler)`.
- A wrapper that is put around `app.wsgi_app` after `seal(app)` is seen by `bartizan check` alone.
- `cache_page`, `gzip_page` and limits of single views stand inside the guard: they are the view's.
"""


def page() -> str:
    """The whole guide."""
    return "\n".join([HEAD, FLASK_HEAD, *_tables(FLASK), DJANGO_HEAD, *_tables(DJANGO), FOOT, MADE])


def _tables(neighbours: Iterable[Neighbour[Any]]) -> Iterator[str]:
    known = list(neighbours)
    yield "| package or setting | what to keep, and in which order |"
    yield "|---|---|"
    for each in known:
        yield f"| {each.name} | {_cell(each.keep)} |"
    yield "\n| said | where it | what to do |"
    yield "|---|---|---|"
    for each in known:
        yield from _conflicts(each)
    yield ""


def _conflicts(neighbour: Neighbour[Any]) -> Iterator[str]:
    for it in neighbour.conflicts:
        level = "stops the start" if it.code in ERRORS else "warning"
        own = f"`{it.id}`, " if it.id else ""
        code = f"[{it.code}](../reference/codes.md#{it.code.lower()})"
        case = it.sentence.replace("{}", "…")
        yield f"| {own}{code}: {level} | {neighbour.name} {_cell(case)} | {_cell(it.advice)} |"


_WORDS = re.compile(r"`[^`]*`|\[pass\]|\[api\] \w+")


def _cell(text: str) -> str:
    """A cell of a table; words of the policy are code."""
    coded = _WORDS.sub(lambda found: f"`{found[0].strip('`')}`", text)
    return coded.replace("|", "\\|")
