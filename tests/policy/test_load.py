"""Loading a policy: what it says is what comes out, and everything wrong comes out at once."""

import datetime as dt
import subprocess
import sys
import time
from ipaddress import ip_network
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bartizan.model.reasons import REASONS
from bartizan.policy.codes import complete
from bartizan.policy.faults import Fault, PolicyError
from bartizan.policy.load import load, loads
from bartizan.policy.vocabulary import ALGORITHMS, CONTROLS
from tests.policy.toml_documents import documents

SAMPLES = Path(__file__).parent / "samples"


def faults(text: str) -> list[Fault]:
    with pytest.raises(PolicyError) as error:
        loads(complete(text))
    return list(error.value.faults)


def caret(fault: Fault) -> str:
    """What the caret stands under."""
    start = fault.place.column - 1
    return fault.source[start : start + fault.place.length]


# ------------------------------------------------------------------ samples


def test_the_shop() -> None:
    path = SAMPLES / "drf_shop.toml"
    policy = load(path)
    assert len(path.read_text().splitlines()) <= 120
    assert len(policy.operations) == 50
    assert [one.prefix for one in policy.passes] == ["/api/admin/", "/api/docs/"]
    named = {one.name: one for one in policy.operations}
    products = named["GET /api/catalogue/products/"]
    assert products.public
    assert {query.name for query in products.query} == {"page", "q", "sort"}
    assert named["DELETE /api/catalogue/products/{pk:int}/"].roles == ("staff",)
    assert named["POST /api/catalogue/products/{pk:int}/image/"].body == 2 * 1024 * 1024


def test_the_read_only_api() -> None:
    policy = load(SAMPLES / "public_readonly.toml")
    assert [one.decoy for one in policy.operations].count(True) == 3
    assert all(one.public or one.decoy for one in policy.operations)
    assert policy.identities == {}
    assert [one.answer for one in policy.expects] == [None, 405, 422]


def test_webhooks_and_health() -> None:
    policy = load(SAMPLES / "webhooks_health.toml")
    health = policy.operations[-1]
    assert health.name == "GET /hooks/health"
    assert health.https == "off"
    assert health.networks == (ip_network("10.0.0.0/8"), ip_network("::1/128"))
    payments = policy.identities["payments"]
    assert payments.keys == (f"file:{SAMPLES}/keys/payments.json",)
    assert policy.identities["parcels"].keys == ("env:PARCELS_SECRET",)
    assert policy.api.proxy_unix
    assert policy.api.headers == 8192
    assert [limit.count for limit in policy.operations[0].limits] == [60, 5000]


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.toml")), ids=lambda path: path.stem)
def test_expectations_have_public_paths(sample: Path) -> None:
    policy = load(sample)
    assert policy.expects
    for expect in policy.expects:
        assert expect.path.startswith(policy.api.base + "/")
        assert expect.place.file == str(sample)


def test_a_question_is_split() -> None:
    policy = loads(complete(
        '[api]\nname = "a"\nbase = "/v1"\nhosts = ["*"]\n[[expect]]\nask = "GET /a?b=c%20d&b"\n'
        'as = "ana"\nscopes = ["x"]\ntenant = "t"\nbody = { a = [1, 2.5, "x"] }\n'
        'client = "203.0.113.9"\nhttps = false\nanswer = "permit"\n'
    ))  # fmt: skip
    (expect,) = policy.expects
    assert (expect.method, expect.path, expect.query) == ("GET", "/v1/a", "b=c%20d&b")
    assert (expect.answer, expect.scheme, expect.client) == (None, "http", "203.0.113.9")
    assert (expect.subject, expect.scopes, expect.tenant) == ("ana", ("x",), "t")
    assert expect.body == {"a": [1, 2.5, "x"]}


# ------------------------------------------------------------------ the facts


def test_a_small_policy_has_strict_defaults() -> None:
    policy = loads(complete('[operations."GET /a"]\n'))
    assert policy.api.https == "required"
    assert policy.api.forwarded == "x-forwarded"
    assert policy.api.proxies == ()
    assert not policy.api.proxy_unix
    assert policy.api.cors is None
    (operation,) = policy.operations
    assert operation.identity == ("main",)
    assert operation.body == 65536
    assert not operation.body_declared
    main = policy.identities["main"]
    assert (main.typ, main.leeway, main.lifetime) == ("at+jwt", 0, 86400)


def test_places_of_facts() -> None:
    text = complete('[operations."GET /a"]\n')
    policy = loads(text)
    lines = text.split("\n")
    for places in (policy.api.places, policy.stores.places, policy.identities["main"].places):
        for key, place in places.items():
            assert lines[place.line - 1].startswith(f"{key} = ")
            assert place.length == len(key)
    crowd = policy.operations[0].limits[0]
    assert lines[crowd.place.line - 1] == 'crowd = "300/minute per client"'
    assert crowd.place.column == 9


def test_deny_lists_come_from_files(tmp_path: Path) -> None:
    (tmp_path / "deny.txt").write_text("# known\n203.0.113.0/24  # a net\n\n2001:db8::/32\n")
    path = tmp_path / "p.toml"
    path.write_text(complete('[api]\nname = "a"\nhosts = ["*"]\ndeny = "file:deny.txt"\n'))
    assert load(path).api.deny == (ip_network("203.0.113.0/24"), ip_network("2001:db8::/32"))


def test_bad_lines_of_a_deny_list_are_faults_there(tmp_path: Path) -> None:
    (tmp_path / "deny.txt").write_text("203.0.113.0/24\n  nonsense # x\n10.0.0.1/8\n")
    path = tmp_path / "p.toml"
    path.write_text(complete('[api]\nname = "a"\nhosts = ["*"]\ndeny = "file:deny.txt"\n'))
    with pytest.raises(PolicyError) as error:
        load(path)
    first, second = error.value.faults
    assert (first.place.file, first.place.line, first.place.column) == (
        str(tmp_path / "deny.txt"), 2, 3,
    )  # fmt: skip
    assert caret(first) == "nonsense"
    assert (second.place.line, second.suggestion) == (3, "10.0.0.0/8")


# ------------------------------------------------------------------ wrong values

OPERATION = '[operations."POST /a/{pk:int}"]\n'
API = '[api]\nname = "a"\nhosts = ["*"]\n'
IDENTITY = (
    '[identity.main]\nkind = "jwt"\nissuer = "i"\naudience = "a"\nalgorithms = ["ES256"]\n'
    'keys = "file:k"\n'
)
WRONG = [
    # text, code, what the caret is under, suggestion
    (OPERATION + 'https = "requird"', "P202", '"requird"', "required"),
    (OPERATION + "https = true", "P201", "true", ""),
    (OPERATION + 'public = "true"', "P201", '"true"', "true"),
    (OPERATION + 'scopes = "read"', "P201", '"read"', '["read"]'),
    (OPERATION + "scopes = [1]", "P201", "1", ""),
    (OPERATION + 'scopes = ["a", "a"]', "P305", '"a"', ""),
    (OPERATION + 'limits = ["crowd", "crwd"]', "P301", '"crwd"', "crowd"),
    (OPERATION + 'identity = ["mian"]', "P301", '"mian"', "main"),
    (OPERATION + "identity = []", "P201", "[]", ""),
    (OPERATION + 'identity = ["anonymous"]\nloosen = "x"', "P303", '["anonymous"]', ""),
    (OPERATION + 'networks = ["10.0.0.1/8"]', "P204", '"10.0.0.1/8"', "10.0.0.0/8"),
    (OPERATION + "body = -1", "P206", "-1", ""),
    (OPERATION + 'body = "64 KB"', "P206", "KB", "KiB"),
    (OPERATION + "body = 1.5", "P201", "1.5", ""),
    (OPERATION + "body = true", "P201", "true", ""),
    (OPERATION + 'body = 0\ninput = "Form"', "P303", "body", ""),
    (OPERATION + 'query = { page = "itn 1..5" }', "P207", "itn", "int"),
    (OPERATION + 'query = { page = "int 5..1" }', "P207", "5..1", ""),
    (OPERATION + 'query = { "a b" = "int" }', "P207", '"a b"', ""),
    (OPERATION + 'input = "two words"', "P216", '"two words"', ""),
    (OPERATION + 'input = "file:none.json"', "P310", '"file:none.json"', ""),
    (OPERATION + 'headers = { "X A" = "b" }', "P210", '"X A"', ""),
    (OPERATION + 'headers = { X-A = "a\\r\\nSet-Cookie: b" }', "P210",
     '"a\\r\\nSet-Cookie: b"', ""),
    (OPERATION + 'headers = { Cache-Control = "no-store" }', "P210", "Cache-Control", ""),
    (OPERATION + 'cache = ""', "P210", '""', ""),
    (OPERATION + 'output = { fields = [] }', "P201", "[]", ""),
    (OPERATION + 'output = { at = "x[", fields = ["a"] }', "P215", '"x["', ""),
    (OPERATION + 'output = { fields = ["a", "a.b"] }', "P215", '"a.b"', ""),
    (OPERATION + 'output = { at = "[]" }', "P104", "output", ""),
    (OPERATION + 'params = { pk = "none" }', "P311", "params", ""),
    (OPERATION + 'params = { pl = "none" }\nwhy = "w"', "P311", "pl", "pk"),
    (OPERATION + 'params = { pk = "order" }', "P105", '"order"', ""),
    (OPERATION + "shadow = { until = 2030-12-31T00:00:00 }", "P212", "2030-12-31T00:00:00", ""),
    (OPERATION + 'shadow = { until = "2030-12-31" }', "P212", '"2030-12-31"', "2030-12-31"),
    (OPERATION + 'shadow = { until = 2030-12-31, controls = ["rates"] }', "P202", '"rates"',
     "rate"),
    (OPERATION + "shadow = true", "P201", "true", ""),
    (OPERATION + 'example = { path = { pk = "x" } }', "P211", '"x"', ""),
    (OPERATION + "example = { path = { pk = true } }", "P211", "true", ""),
    (OPERATION + "example = { path = { pk = 1, pl = 2 } }", "P211", "pl", "pk"),
    (OPERATION + "example = { body = {} }", "P211", "example", ""),
    (OPERATION + 'example = { path = { pk = 1 }, query = { a = 1 } }', "P211", "a", ""),
    (OPERATION + 'query = { a = "int 1..5" }\nexample = { path = { pk = 1 }, query = { a = 6 } }',
     "P211", "6", ""),
    (OPERATION + 'query = { a = "int required" }\nexample = { path = { pk = 1 } }', "P211",
     "example", ""),
    (OPERATION + "example = { path = { pk = 1 }, body = { at = 2030-12-31 } }", "P211",
     "2030-12-31", ""),
    (OPERATION + 'object = { pk = "order" }', "P105", "object", ""),
    (OPERATION + 'create = "order"', "P105", "create", ""),
    ('[operations."GTE /a"]', "P205", "GTE", "GET"),
    ('[operations."HEAD /a"]', "P205", "HEAD", "GET"),
    ('[operations."GET /a/{pk:integer}"]', "P205", "integer", ""),
    ('[operations."GET /a/*"]', "P205", "*", ""),
    ('[groups."a/"]\noperations = ["GET /"]', "P205", "a", ""),
    ('[groups."/a"]\noperations = ["GET /"]', "P205", "/a", "/a/"),
    ('[groups."/a/"]\noperations = ["GET b"]', "P205", "b", ""),
    ('[groups."/a/"]\noperations = []', "P201", "[]", ""),
    ('[groups."/a/"]\nwhy = "w"', "P104", '"/a/"', ""),
    ('[groups."/a/"]\noperations = ["GET /"]\nparams = { pk = "none" }\nwhy = "w"', "P311", "pk",
     ""),
    ('[pass."/a"]\nwhy = "w"', "P205", "/a", "/a/"),
    ('[pass."/a/"]', "P104", '"/a/"', ""),
    (API + 'base = "/v1/"', "P205", "/v1/", "/v1"),
    (API + 'https = "on"', "P202", '"on"', ""),
    (API + 'forwarded = "x-forwardd"', "P202", '"x-forwardd"', "x-forwarded"),
    (API + 'proxies = "10.0.0.1"', "P201", '"10.0.0.1"', '["10.0.0.1"]'),
    (API + 'proxies = ["10.0.0.256"]', "P204", '"10.0.0.256"', ""),
    (API + 'flood = "5/minute"', "P203", '"5/minute"', "5/minute per client"),
    (API + 'flood = "5/minute per subject"', "P203", "subject", "client"),
    (API + 'cors = { origins = ["*"], credentials = true }', "P209", '["*"]', ""),
    (API + 'cors = { origins = ["https://a.example/"] }', "P208", '"https://a.example/"',
     "https://a.example"),
    (API + 'deny = "file:none.txt"', "P310", '"file:none.txt"', ""),
    (API + "target = 1", "P206", "1", ""),
    ('[api]\nname = "a"\nhosts = []', "P201", "[]", ""),
    ('[api]\nname = ""\nhosts = ["*"]', "P201", '""', ""),
    ('[stores]\nlimits = "redis://cache"', "P105", '"redis://cache"', "memory://"),
    ('[stores]\nlimits = "memory"', "P202", '"memory"', "memory://"),
    (IDENTITY + 'required = "jti"', "P201", '"jti"', '["jti"]'),
    (IDENTITY + "leeway = 61", "P206", "61", ""),
    (IDENTITY.replace('"jwt"', '"session"'), "P105", '"session"', ""),
    (IDENTITY.replace('"jwt"', '"jwts"'), "P202", '"jwts"', "jwt"),
    (IDENTITY.replace('"ES256"', '"none"'), "P202", '"none"', ""),
    (IDENTITY.replace('"ES256"', '"ES256", "HS256"'), "P303", '["ES256", "HS256"]', ""),
    (IDENTITY.replace('"file:k"', '"discovery"'), "P105", '"discovery"', ""),
    (IDENTITY.replace('"file:k"', '"https://id.example.com/jwks"'), "P105",
     '"https://id.example.com/jwks"', ""),
    (IDENTITY + IDENTITY.replace("main", "anonymous"), "P216", "anonymous", ""),
    ('[limits]\ncrowd = "5/minute per account"', "P105", "account", ""),
    ('[limits]\ncrowd = ["5/minute per client", "9/minutes per client"]', "P203", "minutes",
     "minute"),
    ('[limits]\ncrowd = "5/minute per client"\nflood = "5/minute per client"', "P216", "flood", ""),
    ('[[expect]]\nask = "GET"\nanswer = 401', "P213", '"GET"', ""),
    ('[[expect]]\nask = "GET /a"\nanswer = 200', "P213", "200", "permit"),
    ('[[expect]]\nask = "GET /a"\nanswer = "permitt"', "P213", '"permitt"', "permit"),
    ('[[expect]]\nask = "GET /a"\nanswer = 401\nby = "scopes"', "P213", "401", ""),
    ('[[expect]]\nask = "GET /a"\nanswer = "permit"\nby = "scopes"', "P213", "by", ""),
    ('[[expect]]\nask = "GET /a"\nscopes = ["a"]\nanswer = 401', "P213", "scopes", ""),
    ('[[expect]]\nask = "GET /a"\nas = "ana"\nidentity = "mian"\nanswer = 401', "P301", '"mian"',
     "main"),
    ('[[expect]]\nask = "GET /a"\nclient = "localhost"\nanswer = 401', "P204", '"localhost"', ""),
    ('[[expect]]\nask = "GET /a"', "P104", "expect", ""),
    ("[expect]\nask = 1", "P201", "expect", ""),
    ("defaults = 1\n[[expect]]\nask='GET /'\nanswer=401", "P201", "1", ""),
    ('[resources.order]\nowner = "customer_id"', "P105", "resources", ""),
    ("[gateway]", "P105", "gateway", ""),
]  # fmt: skip


@pytest.mark.parametrize(("text", "code", "under", "suggestion"), WRONG)
def test_a_wrong_value_is_one_fault_under_its_word(
    text: str, code: str, under: str, suggestion: str
) -> None:
    if text.startswith("defaults"):
        text = text.replace("defaults = 1", "defaults = 1\n#[defaults]")
    (fault,) = faults(text + "\n")
    assert (fault.code, caret(fault), fault.suggestion) == (code, under, suggestion)


def test_all_wrong_things_at_once() -> None:
    found = faults("\n".join(text for text, _, _, _ in (WRONG[0],)) + '\nbody = "64 KB"\n'
                   'scpes = ["a"]\n[operations."GTE /x"]\n[pass."/a"]\nwhy = "w"\n')  # fmt: skip
    assert [fault.code for fault in found] == ["P202", "P206", "P103", "P205", "P205"]
    assert [fault.place.line for fault in found] == sorted(fault.place.line for fault in found)


def test_consequences_name_the_operation() -> None:
    (fault,) = faults('[operations."POST /login"]\npublic = true\nlimts = ["login"]\n')
    assert fault.consequence == "nothing would have limited POST /login"


# ------------------------------------------------------------------ texts that are no policy


@pytest.mark.parametrize(
    ("text", "code", "where", "suggestion"),
    [
        ("a = 1\nhttps = off\n", "P101", (2, 9, 3), '"off"'),
        ("a = True\n", "P101", (1, 5, 4), "true"),
        ("a = \n", "P101", (1, 5, 1), ""),
        ('a = "b\n', "P101", (1, 7, 1), ""),
        ("[api\n", "P101", (1, 5, 1), ""),
        ("a = [1, 2", "P101", (1, 10, 1), ""),
        ("a = 1\r\n\r\nb = = 2\r\n", "P101", (3, 5, 1), ""),
        ("a = 1\na = 2\n", "P102", (2, 1, 1), ""),
        ("[a]\nb = 1\n[c]\n[a]\n", "P102", (4, 2, 1), ""),
        ("a = " + "[" * 3000, "P101", None, ""),
    ],
)
def test_no_toml(text: str, code: str, where: tuple[int, int, int] | None, suggestion: str) -> None:
    with pytest.raises(PolicyError) as error:
        loads(text)
    (fault,) = error.value.faults
    assert (fault.code, fault.suggestion) == (code, suggestion)
    if where:
        assert (fault.place.line, fault.place.column, fault.place.length) == where
    assert str(error.value)


def test_an_empty_file_says_what_is_missing() -> None:
    with pytest.raises(PolicyError) as error:
        loads("")
    assert [fault.message for fault in error.value.faults] == [
        "`api` is missing",
        "`stores` is missing",
    ]
    assert "bartizan.toml:1:1" in str(error.value)


@pytest.mark.parametrize("content", [b"a = '\xff'", b"\xff\xfe\x00"])
def test_no_utf8(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "p.toml"
    path.write_bytes(content)
    with pytest.raises(PolicyError, match="UTF-8"):
        load(path)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match="no such file"):
        load(tmp_path / "none.toml")
    with pytest.raises(PolicyError, match="P309"):
        load(tmp_path)


KEYS = st.sampled_from(
    ["api", "stores", "identity", "limits", "defaults", "groups", "operations", "pass", "expect",
     "main", "GET /a", "/a/", "kind", "hosts", "cors", "query", "output", "example", "shadow",
     "params", "ask", "as", "answer", "operations", "public", "body", "headers", "keys"]
)  # fmt: skip
LEAVES = (
    st.none() | st.booleans() | st.integers(-9, 10**19) | st.floats() | st.text(max_size=6)
    | st.dates() | KEYS | st.sampled_from(["jwt", "file:x", "5/minute per client", "*", "none"])
).filter(lambda value: value is not None)  # fmt: skip
TREES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(KEYS | st.text(max_size=5), inner, max_size=4)
    ),
    max_leaves=25,
)


def written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return '"' + "".join(f"\\U{ord(one):08x}" for one in value) + '"'
    if isinstance(value, dict):
        return "{" + ", ".join(f"{written(k)} = {written(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    return value.isoformat() if isinstance(value, dt.date) else repr(value)


def policy_or_faults(text: str) -> str:
    """What a text says: its revision, or its faults drawn."""
    try:
        return loads(text).revision
    except PolicyError as error:
        return str(error)


@given(st.dictionaries(KEYS, TREES, max_size=6), st.booleans())
@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_tree_is_a_policy_or_a_policy_error(tree: dict[str, object], whole: bool) -> None:
    text = "".join(f"{written(key)} = {written(value)}\n" for key, value in tree.items())
    assert policy_or_faults(complete(text) if whole and not tree else text)


@given(documents())
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_document_is_a_policy_error(text: str) -> None:
    with pytest.raises(PolicyError) as error:
        loads(text)
    assert str(error.value)


@given(st.data())
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_mangled_policy_is_a_policy_or_a_policy_error(data: st.DataObject) -> None:
    text = SAMPLES / data.draw(st.sampled_from(["drf_shop.toml", "webhooks_health.toml"]))
    letters = text.read_text()
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(letters)))
        letters = letters[:at] + data.draw(st.text(max_size=3)) + letters[at + 1 :]
    assert policy_or_faults(letters)


# ------------------------------------------------------------------ speed and weight


def big(operations: int) -> str:
    entries = "".join(
        f'[operations."GET /things{i}/{{pk:int}}/parts/{{part:slug}}"]\n'
        f'scopes = ["things:{i}", "read"]\nlimits = ["crowd", "login"]\n'
        'query = { page = "int 1..1000", q = "text 0..80" }\n'
        'output = { at = "results[]", fields = ["id", "name", "total"] }\n'
        'example = { path = { pk = 7, part = "a" }, query = { page = 1 } }\n\n'
        for i in range(operations)
    )
    return complete(entries)


def test_500_operations_load_fast() -> None:
    text = big(500)
    loads(text)
    best = 9.0
    for _ in range(3):
        start = time.process_time()
        assert len(loads(text).operations) == 500
        best = min(best, time.process_time() - start)
    assert best < 0.5


def test_loading_imports_nothing_heavy() -> None:
    code = (
        "import sys, bartizan.policy.load\n"
        "heavy = {'cryptography', 'asyncio', 'click', 'flask', 'django', 'ssl'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


# ------------------------------------------------------------------ tables that must agree


def test_controls_are_those_of_the_reasons() -> None:
    spoken = {reason.control for reason in REASONS.values()} - {"engine"}
    assert spoken <= set(CONTROLS)


def test_algorithms_are_those_of_the_verifier() -> None:
    from bartizan.credentials import algorithms

    assert set(ALGORITHMS) == set(algorithms.ALGORITHMS)
