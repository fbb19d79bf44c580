"""`bartizan ask`: the answer, its line, and what each row said."""

import json
import re
from pathlib import Path

import pytest

from bartizan.enforce.table import ORDER
from tests.cli.stage import edit, run

ALICE = ("--as", "alice")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("GET /orders/7",), "refused 401 credential_missing by authenticate"),
        (("GET /orders/7", *ALICE), "refused 403 scope_missing by scopes, bartizan.toml:32"),
        (("GET /orders/7", *ALICE, "--scopes", "orders:read"), "permitted bartizan.toml:31"),
        (("GET /orders/7", *ALICE, "--scopes", "a, orders:read"), "permitted"),
        (("GET /orders?page=0", *ALICE, "--scopes", "orders:read"), "422 query_invalid by input"),
        (("DELETE /orders", *ALICE), "405 method_unknown by operation"),
        (("GET /orders", "--http"), "403 https_required by https"),
        (("GET /orders", "--host", "evil.example"), "400 host_unknown by host"),
        (("GET /api/orders",), "404 operation_unknown"),
    ],
)
def test_the_answer_and_its_line(shop: Path, words: tuple[str, ...], said: str) -> None:
    ran = run("ask", *words)
    assert ran.rc == 0
    assert said in " ".join(ran.out.split())
    assert ran.out.rstrip().endswith("rc 0")


def test_every_row_of_the_table_is_shown(shop: Path) -> None:
    out = run("ask", "GET /orders/7", *ALICE).out
    rows = re.findall(r"^ (\d+) +(\w+) +(.+)$", out, re.M)
    assert [(int(number), control) for number, control, _ in rows] == [
        (row.number, row.control) for row in ORDER
    ]
    said = {control: words for _, control, words in rows}
    assert said["scopes"] == "403 scope_missing"
    assert said["operation"] == "declared"
    assert said["input"] == "not reached"


def test_who_writes_the_base_is_told(shop: Path) -> None:
    assert "paths are below /api" in " ".join(run("ask", "GET /api/orders").out.split())


def test_a_body_needs_the_application(shop: Path) -> None:
    words = ("ask", "POST /orders", *ALICE, "--scopes", "orders:write", "--body", '{"sku": 7}')
    alone = run(*words)
    assert alone.rc == 4
    assert "not exercised" in alone.out
    bound = run(*words, "--app", "shop:app")
    assert bound.rc == 0
    assert "422 body_invalid by input" in " ".join(bound.out.split())
    assert "/sku" in bound.out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("GET",), "a method, a space, a path"),
        (("GET /", "--identity", "mian"), "Did you mean 'main'?"),
        (("GET /", "--client", "somewhere"), "is no address"),
        (("GET /", "--body", "{"), "this is no JSON"),
        (("GET /", "--scope", "x"), "Did you mean"),
        (("GET /", "--scopes", "x"), "say --as"),
    ],
)
def test_wrong_usage(shop: Path, words: tuple[str, ...], said: str) -> None:
    ran = run("ask", *words)
    assert (ran.rc, ran.out) == (2, "")
    assert said in " ".join(ran.err.split())


def test_shadow_is_said_and_refuses_nothing(shop: Path) -> None:
    edit(shop / "bartizan.toml", 'scopes = ["orders:read"]\n\n[operations."POST',
         'scopes = ["orders:read"]\nshadow = { until = 9999-12-31, controls = ["scopes"] }\n\n'
         '[operations."POST')  # fmt: skip
    ran = run("ask", "GET /orders/7", *ALICE)
    out = " ".join(ran.out.split())
    assert "in shadow: 403 scope_missing" in out
    assert "permitted" in out


def test_json(shop: Path) -> None:
    said = json.loads(run("ask", "GET /orders/7", *ALICE, "--format", "json").out)
    assert (said["outcome"], said["status"], said["code"]) == ("refused", 403, "D1101")
    assert said["line"] == {"file": "bartizan.toml", "line": 32}


def test_a_broken_policy_answers_nothing(shop: Path) -> None:
    edit(shop / "bartizan.toml", "flood =", "floood =")
    assert run("ask", "GET /orders").rc == 2
    ran = run("ask", "GET /orders", "--format", "json")
    assert ran.rc == json.loads(ran.out)["exit"] == 2


def test_policy_show_is_a_policy_again(shop: Path) -> None:
    ran = run("policy", "show")
    assert ran.rc == 0
    (shop / "shown.toml").write_text(ran.out)
    again = run("policy", "show", "shown.toml")
    assert again.rc == 0
    assert ran.out.split("revision ")[1][:12] == again.out.split("revision ")[1][:12]


def test_policy_show_of_a_broken_policy(shop: Path) -> None:
    edit(shop / "bartizan.toml", "flood =", "floood =")
    ran = run("policy", "show")
    assert ran.rc == 2
    assert "did you mean `flood`?" in ran.out
