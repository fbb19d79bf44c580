"""Each lint speaks about its bad example and is silent about its good twin."""

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

import pytest

from bartizan.policy.lint import LINTS, Lint, LintKind, lint
from bartizan.policy.load import loads
from bartizan.policy.show import key, toml

BASE = """
[api]
name = "orders"
hosts = ["api.example.com"]
[stores]
limits = "memory://"
[identity.main]
kind = "jwt"
issuer = "https://id.example.com/"
audience = "orders"
algorithms = ["ES256"]
keys = ["env:ORDERS_KEYS"]
[operations."GET /orders"]
identity = ["main"]
"""

TODAY = dt.date(2026, 1, 1)


def laid(over: dict[str, Any], under: dict[str, Any]) -> dict[str, Any]:
    """One policy laid over another, table by table."""
    both = dict(under)
    for name, value in over.items():
        below = under.get(name)
        both[name] = laid(value, below) if isinstance(value, dict) and below else value
    return both


def whole(piece: str) -> str:
    """A whole policy around a piece of one."""
    data = laid(tomllib.loads(piece), tomllib.loads(BASE))
    for operation in data["operations"].values():
        if operation.get("public") or operation.get("decoy"):
            operation.pop("identity", None)
        else:
            operation.setdefault("identity", ["main"])
    return toml_text(data)


def toml_text(data: dict[str, Any]) -> str:
    """A policy as text again."""
    return "\n".join(f"{key(name)} = {toml(value)}" for name, value in data.items())


def said(piece: str) -> list[Lint]:
    return list(lint(loads(whole(piece)), today=TODAY))


@pytest.mark.parametrize("kind", LINTS, ids=lambda kind: kind.code)
def test_twins(kind: LintKind) -> None:
    bad = [it for it in said(kind.bad) if it.code == kind.code]
    assert bad, kind.bad
    assert {it.severity for it in bad} == {kind.severity}
    assert kind.code not in {it.code for it in said(kind.good)}


def test_the_list_is_in_order_and_whole() -> None:
    codes = [kind.code for kind in LINTS]
    assert codes == sorted(set(codes))
    for kind in LINTS:
        assert kind.code.startswith("P4")
        assert all([kind.title, kind.advice, kind.why, kind.bad, kind.good, kind.reference])
        assert not kind.advice.endswith(".")
        assert kind.why.endswith(".")


def sentences(code: str, piece: str) -> list[str]:
    return [it.sentence for it in said(piece) if it.code == code]


def test_one_default_is_one_remark() -> None:
    piece = '[defaults]\nbody = "2 MiB"\n' + "".join(
        f'[operations."GET /{name}"]\n' for name in "abcd"
    )
    (sentence,) = sentences("P446", piece)
    assert "and 2 more" in sentence


def test_narrow_proxies_are_fine() -> None:
    good = '[api]\nproxies = ["10.0.3.0/28", "10.0.4.1", "2001:db8::/124", "unix"]'
    assert sentences("P401", good) == []
    wide = '[api]\nproxies = ["10.0.3.0/27", "2001:db8::/123", "10.0.4.1"]'
    assert len(sentences("P401", wide)) == 2


def test_an_operation_is_judged_for_what_it_says_itself() -> None:
    health = '[operations."GET /health"]\npublic = true\nhttps = "off"\nhosts = ["*"]\n'
    assert sentences("P402", health) == ["GET /health: any Host header is accepted"]
    assert sentences("P403", health) == ["GET /health: plain http is served"]
    inside = health + 'networks = ["10.0.0.0/8"]\n'
    assert sentences("P402", inside) == sentences("P403", inside) == []
    assert sentences("P403", '[api]\nhttps = "off"') == ["plain http is served"]


@pytest.mark.parametrize(
    ("path", "guarded"),
    [
        ("/login", True), ("/api/v1/sign-in/", True), ("/oauth/token", True), ("/tokens", True),
        ("/password/reset", True), ("/password-reset", True), ("/users/{u:int}/password", True),
        ("/auth/refresh", True), ("/orders", False), ("/authors", False), ("/blogins", False),
        ("/tokenize", False),
    ],
)  # fmt: skip
def test_what_looks_like_a_login(path: str, guarded: bool) -> None:
    piece = f'[operations."POST {path}"]\n'
    assert bool(sentences("P444", piece)) is guarded


@pytest.mark.parametrize(
    ("limit", "enough"),
    [
        ("5/minute per client", True), ("30/minute per client", True),
        ("31/minute per client", False), ("100/hour per client", True),
        ("5/minute per subject", False), ("5/minute per client+operation", True),
    ],
)  # fmt: skip
def test_how_much_a_login_may_be_asked(limit: str, enough: bool) -> None:
    piece = f'[limits]\nfew = "{limit}"\n[operations."POST /login"]\nlimits = ["few"]\n'
    assert (sentences("P444", piece) == []) is enough


def test_decoys_are_left_alone() -> None:
    decoy = '[operations."POST /login"]\ndecoy = true\n'
    codes = {it.code for it in lint(loads(whole(decoy)), today=TODAY)}
    assert not codes & {"P441", "P442", "P443", "P444", "P445", "P448"}


def test_what_need_not_say_whose_it_is() -> None:
    assert sentences("P448", '[operations."GET /days/{day:date}"]\n') == []
    assert sentences("P448", '[operations."GET /o/{o:int}"]\npublic = true\n') == []
    assert len(sentences("P448", '[operations."GET /o/{o:int}/l/{l:uuid}"]\n')) == 2


def test_anonymous_callers_are_listed() -> None:
    piece = '[operations."GET /orders"]\nidentity = ["anonymous", "main"]\n'
    assert sentences("P441", piece) == ["1 operation is open to anonymous callers too: GET /orders"]


def test_public_operations_are_one_list() -> None:
    piece = "".join(f'[operations."GET /{it}"]\npublic = true\n' for it in "abcde")
    (sentence,) = sentences("P441", piece)
    assert sentence == "5 operations are public: GET /a, GET /b, GET /c, GET /d, GET /e"


@pytest.mark.parametrize(
    ("until", "code", "words"),
    [
        ("2026-01-01", "P461", "today is its last day"),
        ("2026-01-31", "P461", "30 days left"),
        ("2025-12-31", "P462", "ended on 2025-12-31"),
    ],
)
def test_shadows_have_an_end(until: str, code: str, words: str) -> None:
    for where in ("api", 'operations."GET /orders"'):
        piece = f"[{where}]\nshadow = {{ until = {until} }}\n"
        (sentence,) = sentences(code, piece)
        assert words in sentence
        assert ("GET /orders" in sentence) is (where != "api")


CORPUS = sorted(Path(__file__).parents[1].glob("conformance/*.toml"))


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_every_remark_has_a_line(path: Path, tmp_path: Path) -> None:
    page = tomllib.loads(path.read_text(encoding="utf-8"))
    for name, text in page.get("files", {}).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    file = str(tmp_path / "bartizan.toml")
    policy = loads(page["policy"], file=file)
    lines = page["policy"].splitlines()
    for remark in lint(policy, today=TODAY):
        assert remark.place.file == file
        assert lines[remark.place.line - 1].strip()
    assert lint(policy, today=TODAY) == lint(policy, today=TODAY)
    assert isinstance(lint(policy), tuple)


@pytest.mark.parametrize(
    ("shadow", "silent"),
    [
        ("shadow = { until = 2026-01-01 }", True),
        ("shadow = { until = 2025-12-31 }", False),
        ('shadow = { until = 2026-01-31, controls = ["rate"] }', False),
    ],
    ids=["all in shadow", "shadow is over", "part of it"],
)
def test_keys_of_nobody_are_named_once_something_is_refused(shadow: str, silent: bool) -> None:
    piece = f'[api]\n{shadow}\n[identity.main]\nkeys = "file:bartizan-keys.json"\n'
    assert [one.code for one in said(piece) if one.code == "P425"] == ([] if silent else ["P425"])
