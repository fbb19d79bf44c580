"""`bartizan explain`: every code that can be given has five parts, and its examples are true."""

import re
import shlex
from pathlib import Path

import pytest
from msgspec import structs

from bartizan.cli.explanations import Explanation, every, find
from bartizan.model.notices import NOTICES
from bartizan.model.reasons import REASONS
from bartizan.policy.codes import CODES, complete
from bartizan.policy.lint import LINTS
from tests.cli.stage import run
from tests.project.tree import ROOT

EVERY = {it.code: it for it in every()}
ASKED = [it for it in EVERY.values() if "$ bartizan ask" in it.bad]
GIVEN = re.compile(r"""["'`\[]([PRDW]\d{3,4})\b""")


def test_every_code_in_the_source_is_explained() -> None:
    sources = [path for path in (ROOT / "src").rglob("*.py") if "explanations" not in str(path)]
    given = {code for path in sources for code in GIVEN.findall(path.read_text(encoding="utf-8"))}
    said = (*REASONS.values(), *NOTICES.values(), *LINTS)
    made = {it.code for it in said} | set(CODES)
    assert given | made <= EVERY.keys(), given - EVERY.keys()
    assert len(list(every())) == len(EVERY), "a code is explained twice"


@pytest.mark.parametrize("it", EVERY.values(), ids=EVERY)
def test_five_parts(it: Explanation) -> None:
    for name in ("title", "what", "why", "bad", "good", "reference"):
        assert getattr(it, name).strip(), name
    assert it.bad != it.good
    assert it.what.endswith(".")
    assert it.why.endswith((".", "?"))


@pytest.mark.parametrize("code", EVERY)
def test_the_page_holds_all_of_it(code: str) -> None:
    ran = run("explain", code)
    assert ran.rc == 0
    said = " ".join(ran.out.split())
    for text in structs.astuple(EVERY[code])[:4]:
        assert " ".join(text.split()) in said
    assert max(map(len, ran.out.splitlines())) <= 80


@pytest.mark.parametrize("it", ASKED, ids=[it.code for it in ASKED])
def test_the_wrong_question_triggers_it_and_the_right_one_does_not(
    it: Explanation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    policy, wrong = _example(it.bad)
    other, right = _example(it.good)
    for text, question, triggered in ((policy, wrong, True), (other or policy, right, False)):
        (tmp_path / "bartizan.toml").write_text(complete(text))
        ran = run(*question)
        assert ran.rc == 0, ran
        assert (f"bartizan explain {it.code}" in " ".join(ran.out.split())) is triggered, ran.out
        assert triggered or "permitted" in ran.out


def _example(text: str) -> tuple[str, list[str]]:
    policy, _, question = text.partition("$ bartizan ")
    return policy.strip() + "\n" if policy.strip() else "", shlex.split(question.strip())


def test_most_decisions_that_can_be_asked_are() -> None:
    assert len(ASKED) >= 15


def test_without_a_code_all_are_listed() -> None:
    out = run("explain").out
    assert set(re.findall(r"^ ([PRDW]\d+) ", out, re.M)) == set(EVERY)


@pytest.mark.parametrize("word", ["token_expired", "D912", "d912", "[D912]", "token-expired"])
def test_names_are_as_good_as_codes(word: str) -> None:
    found = find(word)
    assert found is not None
    assert found.code == "D912"


@pytest.mark.parametrize(
    ("word", "meant"), [("tokn_expired", "token_expired"), ("D1191", "D1101"), ("P130", "P103")]
)
def test_an_unknown_code_is_an_error_with_the_nearest(word: str, meant: str) -> None:
    ran = run("explain", word)
    assert (ran.rc, ran.out) == (2, "")
    assert meant in ran.err


def test_an_unknown_code_cannot_steer_the_terminal() -> None:
    assert "\x1b" not in run("explain", "\x1b[31mD101").err
