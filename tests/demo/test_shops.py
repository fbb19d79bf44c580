"""The policy of the examples: the same in both, short, and every word of the language is in it."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bartizan.policy.load import load
from bartizan.policy.vocabulary import (
    API,
    CORS,
    DEFAULTS,
    EVENTS,
    EXAMPLE,
    EXPECT,
    GROUP,
    IDENTITY,
    OPERATION,
    OUTPUT,
    PASS,
    SHADOW,
    STORES,
    TOP,
)  # fmt: skip
from tests.project.tree import ROOT

SHOPS = tuple(ROOT / "examples" / name for name in ("shop_flask", "shop_django"))


def test_both_shops_have_the_same_policy() -> None:
    for name in ("bartizan.toml", "bartizan.dev.toml"):
        assert len({(shop / name).read_bytes() for shop in SHOPS}) == 1


def test_it_is_shorter_than_sixty_lines() -> None:
    assert len((SHOPS[0] / "bartizan.toml").read_text().splitlines()) < 60


def test_it_loads_and_so_do_the_facts_of_a_machine() -> None:
    policy, facts = (load(SHOPS[0] / name) for name in ("bartizan.toml", "bartizan.dev.toml"))
    assert len(policy.operations) == len(facts.operations) == 12
    assert str(facts.api.proxies[0]) == "127.0.0.2/32"


def test_it_uses_every_word_that_is_enforced() -> None:
    raw = tomllib.loads((SHOPS[0] / "bartizan.toml").read_text())
    facts = tomllib.loads((SHOPS[0] / "bartizan.dev.toml").read_text())
    entries = [raw["defaults"], *raw["groups"].values(), *raw["operations"].values()]
    for keys, tables in (
        (TOP, [raw, facts]),
        (API, [raw["api"]]),
        (STORES, [raw["stores"]]),
        (EVENTS, [raw["events"], {"key": "the demo has one machine: a key is made"}]),
        (IDENTITY, list(raw["identity"].values())),
        (CORS, [raw["api"]["cors"]]),
        (SHADOW, inner("shadow", [raw["api"], *entries])),
        (OUTPUT, inner("output", entries)),
        (EXAMPLE, inner("example", entries)),
        (OPERATION | DEFAULTS | GROUP, entries),
        (PASS, list(raw["pass"].values())),
        (EXPECT, raw["expect"]),
    ):
        enforced = {name for name, key in keys.items() if key.enforced}
        assert enforced - {name for table in tables for name in table} == set()


def inner(key: str, tables: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The tables of that name in others."""
    return [table[key] for table in tables if key in table]


def code(shop: Path) -> Iterator[Path]:
    """The Python files of a shop, its tests apart."""
    return (path for path in shop.rglob("*.py") if not path.name.startswith(("test_", "conftest")))


def test_views_do_not_repeat_the_policy() -> None:
    """Nothing in a view verifies, limits or filters: that is the policy's."""
    for shop in SHOPS:
        for path in code(shop):
            for word in ("import jwt", "flask_limiter", "throttle"):
                assert word not in path.read_text(), path
