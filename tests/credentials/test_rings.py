"""Rings of keys: changed while they are used, shared by threads and forks, silent about secrets."""

import copy
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bartizan.credentials import keys as keys_module
from bartizan.credentials.jwt import Verifier
from bartizan.credentials.key import Key, from_secret, recipe
from bartizan.credentials.keys import KeyFault, KeyRing, open_ring
from tests.credentials.forge import ec_key, identity, public_jwk, ring, rsa_key

GOOD_SECRET = b"kQ9vT2mXz7LrB4wN8cYhJ1sD6fGpA3eU5iOoZxRtVbMnqWlEyHuKjSdCgFaPQ0w1"


def test_secrets_are_never_printed() -> None:
    key = from_secret(GOOD_SECRET, ["HS256"], "k")
    keys = KeyRing(("HS256",), [key])
    shown = [repr(key), str(key), repr(keys), str(keys), repr([key]), f"{key!r}", str(vars_of(key))]
    shown.append(repr(Verifier({"main": identity()}, {"main": keys})))
    assert not [text for text in shown if GOOD_SECRET.decode() in text]
    assert repr(key) == "Key(HS256, kid='k')"


def vars_of(key: Key) -> object:
    """What rich and its tracebacks would show."""
    return list(key.__rich_repr__())


def test_a_ring_changes_while_it_is_used() -> None:
    keys = ring(("ES256",), public_jwk("a", ec_key()))
    before = keys.generation
    added = keys.add(public_jwk("b", ec_key(number=1)))
    assert keys.generation > before
    assert keys.find("b", "ES256") is added
    keys.remove("a")
    assert keys.find("a", "ES256") is None
    keys.remove(added)
    assert keys.keys == ()
    keys.remove("a")  # a second time is no fault


def test_a_ring_takes_public_keys_and_refuses_what_does_not_fit() -> None:
    keys = KeyRing(("ES256",))
    assert keys.add(ec_key().public_key()).alg == "ES256"
    with pytest.raises(KeyFault):
        keys.add(ec_key(number=1).public_key())  # two without id
    with pytest.raises(KeyFault):
        keys.add(rsa_key().public_key())
    with pytest.raises(KeyFault):
        keys.add(from_secret(GOOD_SECRET, ["HS256"]))
    with pytest.raises(KeyFault):
        keys.add(public_jwk("x", ec_key(), use="enc"))
    assert len(keys.keys) == 1


def test_a_refused_key_changes_nothing() -> None:
    keys = ring(("ES256",), public_jwk("a", ec_key()))
    before = (keys.generation, keys.keys)
    with pytest.raises(KeyFault, match="two keys have the id"):
        keys.add(public_jwk("a", ec_key(number=1)))
    assert (keys.generation, keys.keys) == before


def test_threads_lose_no_key() -> None:
    keys = KeyRing(("ES256",))
    jwks = [public_jwk(f"k{number}", ec_key()) for number in range(40)]

    def add(part: list[dict[str, Any]]) -> None:
        for jwk in part:
            keys.add(jwk)

    threads = [threading.Thread(target=add, args=(jwks[start::4],)) for start in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(keys.keys) == 40
    assert all(keys.find(f"k{number}", "ES256") for number in range(40))


def test_a_change_in_the_midst_of_a_change_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a finalizer does it: a test client that goes away takes its key along, at any point."""
    keys = ring(("ES256",), public_jwk("leaving", ec_key()))
    tabulate, waiting = keys_module._tabulate, [lambda: keys.remove("leaving")]

    def interrupted(held: tuple[Key, ...]) -> object:
        table = tabulate(held)
        if len(held) == 2 and len(keys._held) == 2 and waiting:
            waiting.pop()()
        return table

    monkeypatch.setattr(keys_module, "_tabulate", interrupted)
    keys.add(public_jwk("coming", ec_key(number=1)))
    assert [key.kid for key in keys.keys] == ["coming"]
    assert keys.find("leaving", "ES256") is None
    assert not waiting


def test_keys_are_not_copied_by_value() -> None:
    key = from_secret(GOOD_SECRET, ["HS256"])
    assert copy.copy(key) != key


def test_the_recipe_for_a_secret_makes_a_good_one() -> None:
    made = subprocess.run(
        recipe("HS512").replace("python3", sys.executable, 1),
        shell=True, check=True, capture_output=True,
    ).stdout  # fmt: skip
    assert from_secret(made.strip(), ["HS512"]).alg == "HS512"


@pytest.mark.skipif(not shutil.which("openssl"), reason="no openssl command here")
@pytest.mark.parametrize("alg", ["RS256", "ES256", "ES384", "ES512", "EdDSA"])
def test_the_recipes_for_key_pairs_make_good_ones(tmp_path: Path, alg: str) -> None:
    subprocess.run(recipe(alg), shell=True, check=True, cwd=tmp_path, capture_output=True)
    keys = open_ring(identity(algorithms=(alg,), keys=(f"file:{tmp_path}/public.pem",)))
    assert [key.alg for key in keys.keys] == [alg]


@pytest.mark.parametrize("make", [lambda: os.urandom(32), lambda: os.urandom(64).hex().encode()])
def test_random_secrets_are_good(make: Callable[[], bytes]) -> None:
    for _ in range(100):
        from_secret(make(), ["HS256"])
