"""What is shown is a policy file again, and the same policy."""

import datetime as dt
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bartizan.policy.load import load, loads
from bartizan.policy.revision import revision
from bartizan.policy.rules import Policy
from bartizan.policy.show import key, show, size, toml
from bartizan.policy.words import size as read_size

EVERYTHING = """
[api]
name    = "orders"
base    = "/api"
hosts   = ["api.example.com", "api.example.com:8443"]
https   = "redirect"
proxies = ["10.0.3.7", "2001:db8::/124", "unix"]
forwarded = "forwarded"
cors    = { origins = ["https://app.example.com"], credentials = true, max_age = 60 }
flood   = "1000/minute per client"
guesses = "20/minute per client"
deny    = ["192.0.2.0/24"]
target  = 4096
headers = "8 KiB"

[stores]
limits = "memory://"
events = "events"

[identity.main]
kind = "jwt"
issuer = "https://id.example.com/"
audience = "orders"
algorithms = ["ES256", "RS256"]
keys = ["env:ORDERS_KEYS", "file:keys.json"]
tenant = "org"
roles = "roles"
required = ["jti"]
leeway = 5
lifetime = 3600

[limits]
crowd  = "300/minute per client"
login  = ["5/minute per client", "20/hour per client+operation"]

[defaults]
identity = ["main"]
limits   = ["crowd"]
body     = "16 KiB"
headers  = { X-Robots-Tag = "noindex", "X-Frame-Options" = "" }

[groups."/catalogue/"]
operations = ["POST /products/", "PUT /products/{pk:int}/", "DELETE /products/{pk:int}/"]
roles    = ["staff"]
params   = { pk = "none" }
why      = "catalogue data has no owner"

[operations."POST /catalogue/products/"]
input = "NewProduct"
shadow = { until = 2999-12-31, controls = ["rate", "input"] }

[operations."GET /orders"]
scopes = ["orders:read"]
cache  = "private, max-age=5"
query.page = "int 1..1000"
query.q = "text 0..80 required"
query.state = "one open closed many"
query.price = "number 0.25.."
query."to-day" = "date"
output = { at = "results[]", fields = ["id", "customer.name"] }
example = { query = { page = 1, q = "nails" } }

[operations."POST /orders"]
scopes = ["orders:write"]
body = "32 KiB"
loosen = "orders are long"
example.body = { note = "a \\"quoted\\" \\u0007 note", lines = [{ sku = "a.b" }], price = 1.5 }

[operations."GET /orders/{order_id:int}"]
example = { path = { order_id = 7 } }

[operations."POST /login"]
public = true
limits = ["login"]
input  = "Login"

[operations."GET /health"]
public = true
https = "off"
hosts = ["*"]
networks = ["10.0.0.0/8"]

[operations."GET /backup.zip"]
decoy = true

[pass."/admin/"]
why = "sessions and CSRF of its own"
networks = ["10.0.0.0/8"]

[[expect]]
ask = "GET /orders?page=7"
as = "bob"
scopes = ["orders:read"]
answer = "permit"

[[expect]]
ask = "GET /orders/7"
https = false
client = "192.0.2.7"
answer = 403
by = "client"
"""

SMALL = """
[api]
name = "news"
hosts = ["news.example"]
[stores]
limits = "memory://"
[operations."GET /"]
public = true
"""


MIXED = (
    SMALL
    + """
[operations."GET /mine"]
[operations."GET /kept"]
limits = ["both", "few"]
body = "32 KiB"
[operations."POST /kept"]
body = 0
[operations."GET /trap"]
decoy = true
[limits]
both = ["9/hour per subject", "9/hour per client"]
few = "5/hour per client"
[defaults]
identity = ["main"]
limits = ["both"]
body = "64 KiB"
[identity.main]
kind = "jwt"
issuer = "https://id.example.com/"
audience = "news"
algorithms = ["ES256"]
keys = ["env:NEWS_KEYS"]
"""
)

LARGE = SMALL + '[operations."POST /"]\npublic = true\ninput = "N"\n[defaults]\nbody = "9 MiB"\n'


def meaning(policy: Policy) -> str:
    """The revision, without what a group says of parameters that an operation has not."""
    cut = [
        replace(
            it, params={p.name: it.params[p.name] for p in it.parameters if p.name in it.params}
        )
        for it in policy.operations
    ]
    return revision(replace(policy, operations=tuple(cut))).revision


@pytest.mark.parametrize("text", [EVERYTHING, SMALL, MIXED, LARGE])
def test_what_is_shown_loads_as_the_same_policy(text: str) -> None:
    policy = loads(text)
    again = loads(show(policy))
    assert {it.name for it in again.operations} == {it.name for it in policy.operations}
    assert meaning(again) == meaning(policy)
    assert meaning(loads(show(again))) == meaning(policy)


CORPUS = sorted(Path(__file__).parents[1].glob("conformance/*.toml"))


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_policies_of_the_corpus(path: Path, tmp_path: Path) -> None:
    page = tomllib.loads(path.read_text(encoding="utf-8"))
    for name, text in page.get("files", {}).items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    policy = loads(page["policy"], file=str(tmp_path / "bartizan.toml"))
    again = loads(show(policy), file=policy.file)
    assert meaning(again) == meaning(policy)


def test_merged_tables_say_where_each_key_comes_from() -> None:
    text = SMALL + 'headers = { X-One = "o" }\n[defaults]\nheaders = { X-Two = "d" }\n'
    shown = show(loads(text)).splitlines()
    one, two = (next(it for it in shown if it.startswith(f"headers.X-{n}")) for n in ("One", "Two"))
    assert one.endswith(":9")
    assert two.endswith(":11")


def test_every_value_says_where_it_comes_from() -> None:
    shown = show(loads(EVERYTHING, file="shop.toml"))
    lines = shown.splitlines()
    numbered = EVERYTHING.splitlines()
    for words in ('roles = ["staff"]', 'name = "orders"', 'identity = ["main"]'):
        line = next(it for it in lines if it.startswith(words))
        number = int(line.rpartition("shop.toml:")[2])
        assert words.split(" = ")[0] in numbered[number - 1]
    assert any(it.endswith("# built in") for it in lines)
    for line in lines[1:]:
        assert line == "" or "  # " in line or line[:1] in ("[", " ", "]"), line


def test_secrets_stay_references() -> None:
    shown = show(loads(EVERYTHING))
    assert '"env:ORDERS_KEYS"' in shown


def test_long_lists_are_broken_up() -> None:
    many = ", ".join(f'"10.{one}.{two}.0/24"' for one in range(0, 100, 2) for two in range(0, 9, 2))
    policy = loads(SMALL.replace("hosts", f"deny = [{many}]\nhosts"))
    shown = show(policy)
    assert max(map(len, shown.splitlines())) < 120
    assert loads(shown).revision == policy.revision


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text() | st.dates()
    | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
).filter(lambda value: value is not None)  # fmt: skip


def without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_none(it) for name, it in value.items() if it is not None}
    return (
        [without_none(it) for it in value if it is not None] if isinstance(value, list) else value
    )


@given(st.text(st.characters(codec="utf-8")), JSON.map(without_none))
def test_every_value_is_toml(name: str, value: Any) -> None:
    try:
        text = f"{key(name)} = {toml(value)}"
        text.encode()
    except UnicodeEncodeError:
        return
    assert tomllib.loads(text) == {name: value}


def test_moments() -> None:
    for value in (dt.date(2026, 1, 2), dt.time(3, 4), dt.datetime(2026, 1, 2, 3, tzinfo=dt.UTC)):
        assert tomllib.loads(f"x = {toml(value)}") == {"x": value}


@given(st.integers(0, 1 << 40))
def test_size(count: int) -> None:
    text = size(count)
    assert (read_size(text) if isinstance(text, str) else text) == count
    assert isinstance(size(count << 10), str) or count == 0


def test_overlays_are_shown_merged(tmp_path: Path) -> None:
    (tmp_path / "bartizan.toml").write_text(EVERYTHING, encoding="utf-8")
    over = tmp_path / "bartizan.dev.toml"
    over.write_text('extends = "bartizan.toml"\n[api]\nhosts = ["localhost:8000"]\n', "utf-8")
    policy = load(over)
    shown = show(policy)
    assert 'hosts = ["localhost:8000"]' in shown
    assert f"# {over}:3" in shown
    assert f"# {tmp_path / 'bartizan.toml'}:3" in shown
    assert "extends" not in shown
    assert meaning(loads(shown, file=str(over))) == meaning(policy)
