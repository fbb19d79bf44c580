"""What an attacker looks for between the controls of one guard."""

from pathlib import Path
from typing import Any

import pytest

from bartizan.enforce.controls.rate import _hit
from bartizan.enforce.effects import Route
from bartizan.enforce.engine import Engine
from bartizan.enforce.guard import Guard
from bartizan.enforce.start import equip
from bartizan.enforce.table import ORDER
from bartizan.model.request import Request
from bartizan.model.subject import Subject
from bartizan.policy.faults import PolicyError
from bartizan.policy.load import loads
from bartizan.policy.rules import Limit, Place

HEAD = """
[api]
name = "shop"
hosts = ["api.example.com"]
deny = "file:deny.txt"
cors = { origins = ["https://app.example.com"] }

[stores]
limits = "memory://"
"""


def guard(tmp_path: Path, entries: str, denied: int = 1) -> Guard:
    lines = (f"{20 + n // 256}.{n % 256}.7.0/24" for n in range(denied))
    (tmp_path / "deny.txt").write_text("\n".join(lines))
    return equip(loads(HEAD + entries, str(tmp_path / "bartizan.toml")))


def asked(path: str, method: str = "GET", **headers: str) -> Request:
    lines = {name.replace("_", "-"): value for name, value in headers.items()}
    return Request(
        method=method, path=path, raw_path=path, query="", scheme="https", peer="192.0.2.1",
        host="api.example.com", authorization=None, content_type=None, content_encoding=None,
        length=None, chunked=False, endless=True, origin=lines.get("origin"), headers_size=0,
        repeated=(), peer_rewritten=False, header=lines.get,
    )  # fmt: skip


def answer(guard: Guard, request: Request) -> Any:
    decision = guard.enter(request)
    assert decision.outcome is not None
    return guard.refuse(decision, decision.outcome)  # type: ignore[arg-type]


@pytest.mark.parametrize("origin", ["https://evil.example", "https://app.example.com"])
@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS", "DELETE"])
def test_a_decoy_answers_like_what_is_not_there(tmp_path: Path, method: str, origin: str) -> None:
    made = guard(tmp_path, '[operations."GET /backup.zip"]\ndecoy = true\n')
    lines = {"origin": origin, "access_control_request_method": "GET"}
    trap = answer(made, asked("/backup.zip", method, **lines))
    none = answer(made, asked("/nothing.zip", method, **lines))
    plain = [
        [pair for pair in one.headers if pair[0] != "Bartizan-Decision"] for one in (trap, none)
    ]
    assert (trap.status, plain[0]) == (none.status, plain[1])


@pytest.mark.parametrize(
    ("status", "cached"), [(200, True), (304, True), (400, False), (404, False), (503, False)]
)
def test_an_error_is_not_cached_by_the_word_for_answers(
    tmp_path: Path, status: int, cached: bool
) -> None:
    made = guard(tmp_path, '[operations."GET /x"]\npublic = true\ncache = "public, max-age=60"\n')
    decision = made.enter(asked("/x"))
    made.resume(decision, Route(frozenset({"GET /x"})), lambda limit: b"")
    headers = made.release(decision, status, [("Cache-Control", "public")])
    assert isinstance(headers, list)
    said = [value for name, value in headers if name == "Cache-Control"]
    assert said == (["public, max-age=60"] if cached else ["no-store"])


def test_networks_are_kept_once_however_many_operations_there_are(tmp_path: Path) -> None:
    entries = "".join(f'[operations."GET /x{n}"]\npublic = true\n' for n in range(40))
    made = guard(tmp_path, entries, denied=2000)
    engine = Engine(made.fittings, ORDER)
    looks = set()
    for n in range(40):
        plan = engine.begin(asked(f"/x{n}")).plan
        looks.add(id(_held(dict(plan.rows)["client"], "look")))
    assert len(looks) == 1


def _held(function: Any, name: str) -> Any:
    """What a function holds under this name."""
    held = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    return dict(held)[name].cell_contents


def test_no_two_keys_of_a_limit_are_one(tmp_path: Path) -> None:
    made = guard(tmp_path, '[operations."GET /x"]\npublic = true\n')
    limit = Limit("pair", 5, 60, ("subject", "tenant"), "5/minute", Place("", 1, 1))
    keys = set()
    for who, tenant in (("a", "b|of:main:c"), ("a|of:main:b", "c")):
        context = made.enter(asked("/x")).context
        context.subject = Subject("main", who, frozenset(), frozenset(), tenant)
        keys.add(_hit(limit)(context).key)
    assert len(keys) == 2


@pytest.mark.parametrize(
    ("line", "holds"),
    [
        ('ask = "GET /tpyo"\nanswer = 404', False),
        ('ask = "GET /tpyo"\nanswer = 404\nby = "operation"', True),
        ('ask = "POST /x"\nanswer = 405', True),
        ('ask = "GET /x"\nanswer = "permit"', True),
    ],
)
def test_an_expectation_of_a_path_that_nobody_declares_says_so(
    tmp_path: Path, line: str, holds: bool
) -> None:
    """A slip of the pen in a path is a 404 too, and would hold for ever."""
    entries = f'[operations."GET /x"]\npublic = true\n\n[[expect]]\n{line}\n'
    if holds:
        guard(tmp_path, entries)
        return
    with pytest.raises(PolicyError, match="no operation of this policy"):
        guard(tmp_path, entries)
