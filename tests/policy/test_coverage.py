"""Every word of the language is a row of the coverage table or a fact: no gap is undeclared."""

from bartizan.model.reasons import REASONS
from bartizan.policy.coverage import FACTS, ROWS, Covered, Row, coverage
from bartizan.policy.rules import Api, Jwt, Operation, Pass, Place, Policy, Stores
from bartizan.policy.vocabulary import API, DEFAULTS, GROUP, IDENTITY, OPERATION, PASS

HERE = Place("bartizan.toml", 1, 1)

NOT_WRITTEN = {
    ("api", "places"),
    ("api", "proxy_unix"),  # `proxies = "unix"`
    ("identity", "name"),
    ("identity", "places"),
    ("entry", "name"),  # of `operations`
    ("entry", "method"),
    ("entry", "template"),
    ("entry", "place"),
    ("entry", "places"),
    ("entry", "body_declared"),
    ("pass", "prefix"),
    ("pass", "place"),
}
"""Fields of the merged values that are no words of the language."""


def policy(*operations: Operation) -> Policy:
    api = Api(
        name="orders", base="", hosts=("api.example.com",), https="required", proxies=(),
        proxy_unix=False, forwarded="x-forwarded", cors=None, flood=None, guesses=None, deny=(),
        target=8192, headers=16384, shadow=None, places={"name": HERE, "hosts": HERE},
    )  # fmt: skip
    main = Jwt("main", "https://id.example/", "orders", ("ES256",), ("env:KEYS",),
               places={"issuer": HERE, "audience": HERE})  # fmt: skip
    return Policy(
        "bartizan.toml", "0" * 12, api, Stores("memory://", ""), {"main": main}, operations, (), ()
    )


def operation(*keys: str, **fields: object) -> Operation:
    values = {"name": "GET /orders", "method": "GET", "template": "/orders", "parameters": ()}
    return Operation(**(values | {"place": HERE, "places": dict.fromkeys(keys, HERE)} | fields))


def test_no_word_is_forgotten() -> None:
    declared = {(row.table, row.key) for row in ROWS} | FACTS
    words = {
        (table, field)
        for table, rule in {"api": Api, "identity": Jwt, "entry": Operation, "pass": Pass}.items()
        for field in rule.__struct_fields__
    }
    assert words - NOT_WRITTEN - declared == set()
    written = {(table, key) for table, key in declared if key}
    assert written - words == {("entry", "operations"), ("identity", "kind")}


def test_every_enforced_key_is_declared() -> None:
    declared = {(row.table, row.key) for row in ROWS if row.key} | FACTS
    declared -= {("entry", "operations"), ("entry", "parameters")}
    sections = {"api": API, "identity": IDENTITY, "entry": OPERATION, "pass": PASS}
    keys = {
        (table, key) for table, section in sections.items() for key in section
        if section[key].enforced
    }  # fmt: skip
    assert keys == declared
    assert {key for key in DEFAULTS | GROUP if (DEFAULTS | GROUP)[key].enforced} - {
        "operations"
    } <= {key for table, key in declared if table == "entry"}


def test_no_word_is_both() -> None:
    assert not {(row.table, row.key) for row in ROWS} & FACTS
    keyed = [(row.table, row.key) for row in ROWS if row.key]
    assert len(keyed) == len(set(keyed))
    assert len({row.title for row in ROWS}) == len(ROWS)


def test_controls_are_those_of_the_table_of_refusals() -> None:
    controls = {reason.control for reason in REASONS.values()} - {"engine"}
    assert controls <= {row.control for row in ROWS} <= controls | {"headers"}


def test_this_version() -> None:
    assert {(row.app, row.gateway, row.probe, row.detector) for row in ROWS} == {
        ("yes", "-", "-", "-")
    }


def rows(*operations: Operation) -> dict[tuple[str, str], int]:
    return {(it.row.table, it.row.title): it.operations for it in coverage(policy(*operations))}


def test_only_rules_in_use() -> None:
    used = rows(operation("identity", "scopes", identity=("main",)), operation("public"))
    assert used[("entry", "scopes")] == 1
    assert used[("entry", "signed in")] == 1
    assert used[("entry", "largest body")] == 2
    assert used[("identity", "who issued the token")] == 1
    assert used[("api", "accepted hosts")] == 2
    assert ("entry", "roles") not in used
    assert ("api", "pages of other origins") not in used
    assert ("identity", "how far clocks may differ") not in used
    assert ("pass", "accepted hosts of a subtree") not in used


def test_built_in_rules_are_always_in_use() -> None:
    titles = {title for _, title in rows(operation())}
    assert {row.title for row in ROWS if row.key == ""} <= titles
    assert isinstance(coverage(policy())[0], Covered)
    assert isinstance(coverage(policy())[0].row, Row)
