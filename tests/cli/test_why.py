"""``bartizan why``: every reason is told, with its line where that still is the line."""

import json
from pathlib import Path

import pytest

from bartizan.cli import exits
from bartizan.cli.telling import Told, remedies
from bartizan.cli.why_text import sentence
from bartizan.enforce.table import ORDER
from bartizan.model.reasons import REASONS
from tests.cli.stage import decision, edit, keep, refusal, run

ID = "k7f3q2zdx9-000001"


def page(*words: str) -> str:
    ran = run("why", *words)
    assert ran.rc == exits.HELD, ran
    return " ".join(ran.out.split())


def test_a_refusal_and_its_line(shop: Path) -> None:
    keep(shop, refusal(1))
    ran = run("why", ID)
    said = " ".join(ran.out.split())
    assert "was refused with 403 scope_missing by scopes" in said
    assert "--> bartizan.toml:32" in said
    assert '32 | scopes = ["orders:read"]\n   | ^^^^^^' in ran.out
    assert "11 scopes 403 scope_missing 11 roles not reached" in said
    assert "bartizan explain D1101" in said
    assert "Ask the issuer for a token with the scope" in said


@pytest.mark.parametrize("given", [ID.upper(), f" '{ID}' ", f"Bartizan-Decision: {ID}"])
def test_an_id_as_it_is_copied(shop: Path, given: str) -> None:
    keep(shop, refusal(1))
    assert ID in page(given)


def test_a_policy_that_has_changed(shop: Path) -> None:
    keep(shop, refusal(1))
    edit(shop / "bartizan.toml", '"1000/minute per client"', '"999/minute per client"')
    said = page(ID)
    assert "bartizan.toml has changed since" in said
    assert "32 |" not in said


def test_lines_that_have_moved_in_a_policy_that_means_the_same(shop: Path) -> None:
    keep(shop, refusal(1))
    edit(shop / "bartizan.toml", "[api]", "# one line more\n[api]")
    said = page(ID)
    assert "have moved since, it means the same" in said
    assert "32 |" not in said


@pytest.mark.parametrize("spoil", ["missing", "broken"])
def test_without_a_policy_the_event_is_told_alone(shop: Path, spoil: str) -> None:
    keep(shop, refusal(1))
    if spoil == "missing":
        (shop / "bartizan.toml").unlink()
    else:
        edit(shop / "bartizan.toml", "flood =", "floood =")
    said = page(ID, "--spool", "events")
    assert "was refused with 403" in said
    assert "it is not at hand" in said


def test_ids_within_a_fold(shop: Path) -> None:
    keep(shop, refusal(1, "rate_client", count=3, last="k7f3q2zdx9-000005", ids="1,3-4",
                       until=1764000009.0))  # fmt: skip
    assert "one of 3 alike, folded into one line" in page("k7f3q2zdx9-000004")
    assert run("why", "k7f3q2zdx9-000002").rc == exits.EVIDENCE


def test_an_id_that_nobody_knows(shop: Path) -> None:
    keep(shop, refusal(1), refusal(2))
    ran = run("why", "k7f3q2zdx9-000009")
    assert (ran.rc, ran.out) == (exits.EVIDENCE, "")
    said = " ".join(ran.err.split())
    assert (
        "events: there is no event k7f3q2zdx9-000009 among 2 lines of 2025-11-24 16:00:01" in said
    )


@pytest.mark.parametrize(
    "given", ["", "x", "k7f3q2zdx9", "k7f3q2zdx9-", "../../x-1", "k-1\n\x1b[2J"]
)
def test_no_id_at_all(shop: Path, given: str) -> None:
    ran = run("why", given)
    assert ran.rc == exits.WRONG
    assert "is no decision id" in ran.err
    assert "\x1b" not in ran.err


def test_the_document(shop: Path) -> None:
    keep(shop, refusal(1))
    found = json.loads(run("why", ID, "--json").out)
    assert found["line"] == {"file": str(shop / "bartizan.toml"), "line": 32} or (
        found["line"]["file"].endswith("bartizan.toml")
    )
    assert (found["code"], found["policy"]["same"]) == ("D1101", True)
    assert found["event"]["reason"] == "scope_missing"


# ------------------------------------------------------------------ every reason and outcome


@pytest.mark.parametrize("name", REASONS)
def test_every_reason_has_a_sentence_a_row_and_a_remedy(name: str) -> None:
    told = Told(ID, refusal(1, name), None)
    assert f"{REASONS[name].status} {name} by {REASONS[name].control}" in sentence(told)
    assert told.code == REASONS[name].code
    assert told.remedy
    rows = [row.said for row in told.rows()]
    if REASONS[name].control != "engine":
        assert rows.count(f"{REASONS[name].status} {name}") == 1
        assert len(rows) >= len(ORDER)


def test_remedies_are_for_problems_that_there_are() -> None:
    assert remedies().keys() == {reason.problem for reason in REASONS.values()}


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "was permitted, and the view answered 200"),
        ({"outcome": "answer", "status": 204}, "a preflight, and nothing was wrong"),
        ({"outcome": "pass", "operation": "/admin/"}, "was left to the guard of that subtree"),
        ({"outcome": "unspoken", "status": 404}, "answered 404 by the framework itself"),
        ({"status": 0}, "was not answered: the connection broke"),
        ({"outcome": "log", "reason": "events_lost", "count": 7}, "7 events of this worker"),
        ({"outcome": "unheard_of"}, "ended with 200 unheard_of"),
        ({"shadowed": ("rate_client",)}, "But for shadow it would have been refused: rate_client"),
        ({"trace": "0af7651916cd43dd8448eb211c80319c"}, "trace 0af7651916cd43dd"),
    ],
    ids=str,
)
def test_every_outcome_has_a_sentence(shop: Path, fields: dict[str, object], said: str) -> None:
    keep(shop, decision(1, **fields))
    assert said in page(ID)
