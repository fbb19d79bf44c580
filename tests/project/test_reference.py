"""Pages that are made from the source are up to date, and say all that there is to say."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from bartizan.model.reasons import REASONS
from bartizan.policy import rules, vocabulary
from bartizan.policy.codes import complete
from bartizan.policy.load import loads
from bartizan.policy.rules import Expect, Operation, Parameter, Policy
from bartizan.policy.said import SHARED
from scripts import controls, language, reference
from scripts.fields import lines
from tests.project.tree import ROOT, text

SECTIONS = [name for name in vocabulary.SECTIONS if name not in SHARED]
MADE = reference.pages()


@pytest.mark.parametrize("page", MADE)
def test_the_page_is_up_to_date(page: str) -> None:
    assert text(reference.PAGES / page) == MADE[page], "run: make docs"


def test_no_page_is_left_over() -> None:
    there = {str(p.relative_to(reference.PAGES)) for p in reference.PAGES.rglob("*.md")}
    assert there - MADE.keys() == {"index.md"}


def test_every_control_has_a_page_and_every_page_a_control() -> None:
    modules = {p.stem for p in (ROOT / "src/bartizan/enforce/controls").glob("*.py")}
    assert set(controls.CONTROLS) == modules - {"__init__"} == set(vocabulary.CONTROLS)
    assert {reason.control for reason in REASONS.values()} - set(controls.CONTROLS) == {"engine"}


@pytest.mark.parametrize("name", SECTIONS)
def test_every_key_is_described(name: str) -> None:
    enforced = {key for key, row in vocabulary.SECTIONS[name].items() if row.enforced}
    said = language.SAID[name]["keys"]
    assert said.keys() == enforced
    assert [key for key in said if not said[key]["says"].endswith((".", ")"))] == []


def test_every_key_says_what_is_lost_without_it() -> None:
    silent = [
        f"{name} {key}"
        for name, keys in vocabulary.SECTIONS.items()
        for key, row in keys.items()
        if row.enforced and not row.loss
    ]
    assert [key for key in silent if not key.startswith("example ")] == []


SMALL = complete('[operations."GET /orders"]\nidentity = ["main"]\n')
SMALL = SMALL.replace('[defaults]\nidentity = ["main"]\nlimits = ["crowd"]\n', "")


def policy() -> Policy:
    return loads(SMALL)


def defaults(name: str) -> Any:
    """A value of the rule for which nothing was written."""
    place = policy().operations[0].place
    made: dict[str, Any] = {
        "[api]": policy().api,
        "[stores]": policy().stores,
        "[events]": policy().events,
        "[identity.NAME]": policy().identities["main"],
        "an operation": Operation("GET /", "GET", "/", (), place, {}),
        "[pass]": rules.Pass("/admin/", "", place),
        "[[expect]]": Expect("GET", "/", None, place),
        "cors": rules.Cors(()),
        "output": rules.Output("", ()),
        "example": rules.Example(),
        "shadow": rules.Shadow(dt.date.max, (), place),
    }
    return made[name]


@pytest.mark.parametrize("name", [name for name in SECTIONS if name != "the file itself"])
def test_defaults_are_what_the_page_says(name: str) -> None:
    for key, said in language.SAID[name]["keys"].items():
        if "default" in said:
            value = getattr(defaults(name), key)
            plain = list(value) if isinstance(value, tuple) else value
            assert (plain or None) == (said["default"] or None), key


def test_what_has_no_default_on_the_page_has_none() -> None:
    made = policy()
    for key, said in language.SAID["[api]"]["keys"].items():
        if "default" not in said and not vocabulary.API[key].required:
            assert getattr(made.api, key) is None, key


@pytest.mark.parametrize("name", [n for n, said in language.SAID.items() if "example" in said])
def test_examples_are_policies(name: str, tmp_path: Path) -> None:
    loads(complete(language.SAID[name]["example"]), file=str(tmp_path / "bartizan.toml"))


def test_the_lines_of_fields_are_found() -> None:
    assert lines(Parameter) == {
        "name": "Its name.",
        "kind": "Its type; the grammar of each stands in `policy/match.py`.",
    }
