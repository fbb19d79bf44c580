"""The merge law: own before group before defaults, and nothing looser in silence."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bartizan.policy.codes import complete
from bartizan.policy.faults import Fault, PolicyError
from bartizan.policy.load import loads
from bartizan.policy.merge import covers
from bartizan.policy.rules import Limit, Operation, Place, Policy

HERE = Place("f", 1, 1)


def one(text: str, name: str | None = None) -> Operation:
    operations = loads(complete(text)).operations
    return next(each for each in operations if name in (None, each.name))


def faults(text: str) -> list[Fault]:
    with pytest.raises(PolicyError) as error:
        loads(complete(text))
    return list(error.value.faults)


def codes(text: str) -> list[str]:
    return [fault.code for fault in faults(text)]


LEVELS = """
[api]
name = "shop"
base = "/api"
hosts = ["api.example.com"]
https = "redirect"

[defaults]
identity = ["main", "anonymous"]
scopes = ["read"]
limits = ["crowd"]
body = "64 KiB"
headers = { X-A = "1", X-B = "1" }
query = { page = "int 1..10" }
cache = "private"

[groups."/orders/"]
operations = ["GET /", "POST /"]
identity = ["main"]
scopes = ["read", "write"]
headers = { x-b = "2", X-C = "2" }
query = { page = "int 1..5", q = "text" }
why = "of the group"

[operations."POST /orders/"]
body = 1000
cache = "no-cache"
headers = { X-C = "" }
shadow = { until = 2030-12-31, controls = ["input"] }
"""


def test_own_over_group_over_defaults() -> None:
    own = one(LEVELS, "POST /api/orders/")
    assert own.identity == ("main",)
    assert own.scopes == ("read", "write")
    assert [limit.name for limit in own.limits] == ["crowd"]
    assert own.body == 1000
    assert own.body_declared
    assert dict(own.headers) == {"X-A": "1", "x-b": "2", "X-C": ""}
    assert [(query.name, query.maximum) for query in own.query] == [("page", 5), ("q", None)]
    assert own.cache == "no-cache"
    assert own.https == "redirect"
    assert own.hosts == ("api.example.com",)
    assert own.why == "of the group"
    assert own.shadow is not None
    assert own.shadow.until == dt.date(2030, 12, 31)


def line_of(text: str, needle: str) -> int:
    return text[: text.index(needle)].count("\n") + 1


def test_every_key_knows_its_line() -> None:
    text = complete(LEVELS)
    own = one(LEVELS, "POST /api/orders/")
    lines = {key: place.line for key, place in own.places.items()}
    assert lines["identity"] == line_of(text, 'identity = ["main"]\n')
    assert lines["limits"] == line_of(text, 'limits = ["crowd"]')
    assert lines["body"] == line_of(text, "body = 1000")
    assert lines["https"] == line_of(text, "https = ")
    assert lines["headers"] == line_of(text, "headers = { X-C")
    assert lines["headers.X-A"] == line_of(text, "headers = { X-A")
    assert lines["headers.x-b"] == line_of(text, "headers = { x-b")
    assert lines["query.q"] == line_of(text, 'query = { page = "int 1..5"')
    assert "public" not in lines
    assert own.place.line == line_of(text, "[operations.")
    assert one(LEVELS, "GET /api/orders/").place.line == line_of(text, '"GET /"')


def test_a_name_is_method_and_public_template() -> None:
    text = '[api]\nname = "a"\nbase = "/v1"\nhosts = ["*"]\n[operations."GET /a/{b:int}"]\n'
    operation = one(text)
    assert operation.name == "GET /v1/a/{b:int}"
    assert operation.template == "/v1/a/{b:int}"
    assert [parameter.name for parameter in operation.parameters] == ["b"]


def test_two_groups_of_one_prefix_are_told_apart_by_a_word() -> None:
    text = """
[groups."/c/ read"]
operations = ["GET /x"]
public = true
[groups."/c/ write"]
operations = ["PUT /x"]
roles = ["staff"]
"""
    policy = loads(complete(text))
    assert [(each.name, each.public) for each in policy.operations] == [
        ("GET /c/x", True),
        ("PUT /c/x", False),
    ]


# ------------------------------------------------------------------ who may


def test_public_drops_what_the_defaults_ask() -> None:
    text = """
[limits]
crowd = "300/minute per client"
person = "60/minute per subject"
[defaults]
identity = ["main"]
scopes = ["read"]
limits = ["crowd", "person"]
[operations."GET /a"]
public = true
"""
    operation = one(text)
    assert operation.public
    assert operation.identity == operation.scopes == ()
    assert [limit.name for limit in operation.limits] == ["crowd"]
    assert "identity" not in operation.places


def test_an_identity_of_its_own_closes_one_of_a_public_group() -> None:
    text = """
[groups."/a/"]
operations = ["GET /", "POST /"]
public = true
[operations."POST /a/"]
identity = ["main"]
"""
    assert not one(text, "POST /a/").public
    assert one(text, "GET /a/").public


def test_not_public_falls_back_to_the_defaults() -> None:
    text = """
[groups."/a/"]
operations = ["GET /", "POST /"]
public = true
[operations."POST /a/"]
public = false
"""
    assert one(text, "POST /a/").identity == ("main",)


def test_scopes_in_a_public_group_are_asked_of_nobody() -> None:
    text = """
[groups."/a/"]
operations = ["GET /"]
public = true
[operations."GET /a/"]
scopes = ["read"]
"""
    assert codes(text) == ["P303"]


def test_a_decoy_is_nothing_else() -> None:
    operation = one('[operations."GET /.env"]\ndecoy = true\n')
    assert operation.decoy
    assert not operation.public
    assert operation.identity == ()
    assert operation.limits == ()
    assert codes('[operations."GET /.env"]\ndecoy = true\npublic = true\n') == ["P303"]


def test_nobody_is_an_error() -> None:
    text = '[defaults]\nscopes = ["a"]\n[operations."GET /a"]\n[operations."GET /b"]\n'
    assert codes(text) == ["P302", "P302"]


# ------------------------------------------------------------------ looser

IDENTITIES = "".join(
    f'[identity.{name}]\nkind = "jwt"\nissuer = "i"\naudience = "a"\nalgorithms = ["ES256"]\n'
    f'keys = "file:k"\ntenant = "org"\n'
    for name in ("main", "other")
)
ABOVE = (
    IDENTITIES
    + """
[limits]
crowd = "300/minute per client"
tight = "5/second per client"
slow = "300/hour per client"
half = "150/30 seconds per client"
person = "10/minute per subject"
everyone = "300/minute per operation"
pair = "5/minute per client+subject"
[defaults]
identity = ["main"]
scopes = ["a", "b"]
roles = ["x", "y"]
limits = ["crowd"]
body = 1000
[operations."POST /p"]
"""
)


@pytest.mark.parametrize(
    ("line", "loose"),
    [
        ('identity = ["main"]', False),
        ('identity = ["other"]', True),
        ('identity = ["main", "anonymous"]', True),
        ('scopes = ["a", "b", "c"]', False),
        ('scopes = ["a"]', True),
        ("scopes = []", True),
        ('roles = ["x"]', False),
        ('roles = ["x", "z"]', True),
        ("roles = []", True),
        ('limits = ["crowd", "person"]', False),
        ('limits = ["tight"]', False),
        ('limits = ["slow"]', False),
        ('limits = ["half"]', False),
        ('limits = ["everyone"]', False),
        ('limits = ["person"]', True),
        ('limits = ["pair"]', True),
        ("limits = []", True),
        ("body = 1000", False),
        ("body = 1001", True),
        ("body = 0", False),
        ("public = true", False),
        ('https = "off"', False),
        ('hosts = ["*"]', False),
        ('networks = ["10.0.0.0/8"]', False),
    ],
)
def test_what_is_looser_says_why(line: str, loose: bool) -> None:
    text = ABOVE + line + "\n"
    if not loose:
        loads(complete(text))
        return
    (fault,) = faults(text)
    assert fault.code == "P304"
    assert fault.source == line
    assert "loosen" in fault.message
    assert one(text + 'loosen = "because"\n').loosen == "because"


def test_a_group_is_held_to_the_defaults_and_its_members_to_the_group() -> None:
    text = """
[groups."/a/"]
operations = ["GET /"]
scopes = ["one", "two"]
[operations."GET /a/"]
scopes = ["one"]
"""
    (fault,) = faults(text)
    assert (fault.code, "`two`" in fault.message) == ("P304", True)


def limit(count: int, period: int, *per: Any) -> Limit:
    return Limit("l", count, period, per, "", HERE)


@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 9), st.integers(1, 9),
       st.lists(st.integers(0, 40), max_size=30))  # fmt: skip
def test_a_limit_that_covers_admits_nothing_more(
    n: int, p: int, other_n: int, other_p: int, times: list[int]
) -> None:
    own, other = limit(n, p, "client"), limit(other_n, other_p, "client")
    if not covers(own, other):
        return
    admitted: list[int] = []
    for now in sorted(times):
        if sum(now - p < then for then in admitted) < n:
            admitted.append(now)
    assert all(sum(now - other_p < t <= now for t in admitted) <= other_n for now in admitted)


# ------------------------------------------------------------------ twice


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[groups."/"]\noperations = ["GET /a", "GET /a"]\n', ["P305"]),
        ('[groups."/"]\noperations = ["GET /a/b"]\n[groups."/a/"]\noperations = ["GET /b"]\n',
         ["P306"]),
        ('[operations."GET /{a:int}"]\n[operations."GET /{b:int}"]\n', ["P305"]),
        ('[groups."/"]\noperations = ["GET /{a:int}"]\n[operations."GET /{b:int}"]\n', ["P305"]),
        ('[operations."GET /{a:int}"]\n[operations."PUT /{b:int}"]\n', []),
        ('[operations."GET /{a:int}"]\n[operations."GET /{a:slug}"]\n', []),
        ('[pass."/a/"]\nwhy = "w"\n[operations."GET /a/{b:int}"]\n', ["P307"]),
        ('[pass."/a/"]\nwhy = "w"\n[operations."GET /a/"]\n', ["P307"]),
        ('[pass."/a/"]\nwhy = "w"\n[operations."GET /a"]\n', []),
        ('[pass."/a/"]\nwhy = "w"\n[operations."GET /{b:path}"]\n', []),
        ('[pass."/a/"]\nwhy = "w"\n[pass."/a/b/"]\nwhy = "w"\n', ["P307"]),
    ],
)  # fmt: skip
def test_one_request_has_one_entry(text: str, expected: list[str]) -> None:
    if expected:
        assert codes(text) == expected
    else:
        loads(complete(text))


# ------------------------------------------------------------------ what a limit can count


@pytest.mark.parametrize(
    ("per", "who", "good"),
    [
        ("subject", "public = true", False),
        ("client", "public = true", True),
        ("tenant", 'identity = ["main"]', False),
        ("subject", 'identity = ["main"]', True),
    ],
)
def test_a_limit_counts_what_there_is(per: str, who: str, good: bool) -> None:
    text = f'[limits]\nown = "5/minute per {per}"\n[defaults]\n[operations."GET /a"]\n{who}\n'
    text += 'limits = ["own"]\n'
    if good:
        loads(complete(text))
    else:
        assert codes(text) == ["P303"]


# ------------------------------------------------------------------ revision


def revision(text: str) -> str:
    return loads(complete(text), "here/bartizan.toml").revision


def test_the_same_meaning_has_the_same_revision() -> None:
    first = '[operations."GET /a"]\nscopes = ["x", "y"]\n[operations."GET /b"]\n'
    same = (
        '# a note\n[operations."GET /b"]\nwhy = "w"\n[operations."GET /a"]\nscopes = ["y", "x"]\n'
    )
    grouped = (
        '[groups."/"]\noperations = ["GET /b", "GET /a"]\n'
        '[operations."GET /a"]\nscopes = ["x", "y"]\n'
    )
    assert revision(first) == revision(same) == revision(grouped)
    assert loads(complete(first), "elsewhere/x.toml").revision == revision(first)
    assert len(revision(first)) == 12


@pytest.mark.parametrize(
    "text",
    [
        '[operations."GET /a"]\nscopes = ["x"]\n[operations."GET /b"]\n',
        '[operations."GET /a"]\nscopes = ["x", "y"]\n[operations."GET /b"]\npublic = true\n',
        '[operations."GET /a"]\nscopes = ["x", "y"]\n[operations."GET /b"]\nbody = 5\n',
    ],
)
def test_another_meaning_has_another_revision(text: str) -> None:
    first = '[operations."GET /a"]\nscopes = ["x", "y"]\n[operations."GET /b"]\n'
    assert revision(text) != revision(first)


def test_a_policy_is_a_value() -> None:
    text = complete('[operations."GET /a"]\n')
    assert isinstance(loads(text), Policy)
    assert loads(text) == loads(text)
