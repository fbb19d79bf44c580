"""The examples of `bartizan explain` about starts and routes: performed by `bartizan check`."""

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from msgspec import Struct

from bartizan.model.notices import NOTICES
from bartizan.policy.codes import complete
from tests.cli.stage import edit, really
from tests.cli.test_explain import EVERY
from tests.conformance import tokens
from tests.project.tree import ROOT

APP = """
from typing import Any, TypedDict

import msgspec
from flask import Flask

from bartizan.flask import Bartizan


class NewOrder(msgspec.Struct, forbid_unknown_fields=True):
    sku: str


app = Flask(__name__, static_folder=None)
Bartizan(app, bind={"NewOrder": NewOrder})


@app.get("/orders")
def orders(): ...


@app.post("/orders")
def new_order(): ...
"""

POLICY = """
[operations."GET /orders"]

[operations."POST /orders"]
input = "NewOrder"
"""

Change = tuple[str, str]
"""What is replaced in the policy or in the application, by what the explanation says."""


class Case(Struct, frozen=True):
    """How an example is performed: changes of a policy and an application that agree."""

    bad: tuple[Change, ...]
    """What makes the bad example of them."""
    good: tuple[Change, ...] = ()
    """What makes the good one; nothing where they are it already."""
    env: Mapping[str, str] = {}
    """Variables of the bad one."""


def before(place: str, *lines: str) -> Change:
    """Lines put before a place."""
    return place, "\n".join((*lines, "", place))


def behind(place: str, *lines: str) -> Change:
    """Lines put behind a place."""
    return place, "\n".join((place, *lines))


GET, POST = '[operations."GET /orders"]', '[operations."POST /orders"]'
EXPECTED = before(POST, "[[expect]]", 'ask = "GET /orders"', "answer = 401")
EXPORTED = before('@app.get("/orders")', '@app.get("/export")', "def export(): ...", "")
TAKING = (
    behind("from bartizan.flask import Bartizan", "from bartizan.flask import subject"),
    ("def orders(): ...", "def orders():\n    return of(subject.id)"),
)

CASES: Mapping[str, Case] = {
    "P502": Case(
        (("file:jwks.json", "env:SECRET"), ("ES256", "HS256")), env={"SECRET": "changeme"}
    ),
    "P503": Case(
        (("class NewOrder(msgspec.Struct, forbid_unknown_fields=True):\n    sku: str",
          "class NewOrder(TypedDict):\n    extra: dict[str, Any]"),),
    ),
    "P504": Case(((', bind={"NewOrder": NewOrder}', ""),)),
    "P505": Case((('input = "NewOrder"', 'scopes = ["orders:write"]'),)),
    "P506": Case((behind(GET, "public = true"), EXPECTED), (EXPECTED,)),
    "P507": Case(
        (before("[stores]", "[events]", 'lost = "refuse"'),),
        (before("[stores]", "[events]", 'lost = "refuse"'),
         behind("[stores]", 'events = "events"')),
    ),
    "R201": Case(
        (EXPORTED,),
        (EXPORTED, before(POST, '[operations."GET /export"]', 'roles = ["staff"]'),
         behind('audience = "shop"', 'roles = "roles"')),
    ),
    "R202": Case((("GET /orders", "GET /order"),)),
    "R203": Case(
        (behind(GET, 'shadow = { until = 2030-12-31, controls = ["authenticate"] }'), *TAKING),
        (behind(GET, 'shadow = { until = 2030-12-31, controls = ["rate"] }'), *TAKING),
    ),
    "R205": Case((('Bartizan(app, bind={"NewOrder": NewOrder})', ""),)),
}  # fmt: skip

ELSEWHERE: Mapping[str, tuple[str, str]] = {
    "P501": ("tests/stores/test_opening.py", "StoreFault"),
    "R204": ("tests/servers/test_workers.py", "R204"),
    **{code: ("tests/flask/test_neighbours.py", code) for code in ("R301", "R305", "R306")},
    **{code: ("tests/django/test_neighbours.py", code) for code in ("R302", "R303", "R304")},
}
"""What `check` of this application cannot cause: the language has one store, `check` starts no
workers, and other packages are met with settings and wrappers of their own."""

STARTS = {code for code in EVERY if code.startswith(("P5", "R"))}


def test_every_code_is_performed() -> None:
    assert CASES.keys() | ELSEWHERE.keys() == STARTS
    for file, word in ELSEWHERE.values():
        assert word in (ROOT / file).read_text()


def _codes(folder: Path, changes: tuple[Change, ...], env: Mapping[str, str]) -> set[str]:
    """What `check` says about a policy and an application with changes."""
    tokens.publish(folder)
    (folder / "bartizan.toml").write_text(complete(POLICY))
    (folder / "shop.py").write_text(APP)
    for old, new in changes:
        inside = "shop.py" if old in APP else "bartizan.toml"
        edit(folder / inside, old, new)
    ran = really("check", "shop:app", cwd=folder, PYTHONDONTWRITEBYTECODE="1", **env)
    found = set(re.findall(r"^error\[(\w+)\]", ran.out, re.M))
    assert (ran.rc in (1, 2)) == bool(found), ran
    return found


@pytest.mark.parametrize("code", CASES)
def test_the_bad_example_gives_the_code_and_the_good_one_does_not(
    code: str, tmp_path: Path
) -> None:
    case = CASES[code]
    assert code in _codes(tmp_path, case.bad, case.env)
    assert _codes(tmp_path, case.good, {}) == set()


@pytest.mark.parametrize("code", CASES)
def test_what_is_performed_is_what_is_written(code: str) -> None:
    it, case = EVERY[code], CASES[code]
    said = " ".join(f"{it.bad} {it.good}".split())
    usual = f'{APP} {complete(POLICY)} from bartizan.flask import subject roles = "roles"'
    for _, new in (*case.bad, *case.good):
        for line in filter(None, map(str.strip, new.splitlines())):
            assert line in said or line in usual, line


def test_what_the_log_says_of_itself_is_tested_where_it_is_written() -> None:
    tests = "".join(path.read_text() for path in (ROOT / "tests/watch").glob("*.py"))
    for notice in NOTICES.values():
        assert notice.name in tests, notice.code
