"""Warm tokens: bounded, without raw tokens, and asked again at every hit."""

import copy
import gc
import os
import pickle
import threading
from types import FunctionType, ModuleType

import msgspec
import pytest

from bartizan.credentials.frozen import Claims, freeze
from bartizan.credentials.jwt import STEPS, Verifier
from bartizan.credentials.keys import KeyRing
from bartizan.credentials.memory import Warm, WarmTokens
from bartizan.model.subject import Subject
from tests.credentials import forge
from tests.credentials.forge import NOW, claiming, ec_key, identity, public_jwk, ring


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now: float = NOW

    def __call__(self) -> float:
        return self.now


def judge(clock: Clock, keys: KeyRing | None = None, leeway: int = 0) -> Verifier:
    """A verifier of one identity."""
    keys = keys or ring(("ES256",), public_jwk("k1", ec_key()))
    return Verifier({"main": identity(leeway=leeway)}, {"main": keys}, clock=clock)


def test_a_token_is_warm_after_it_was_verified() -> None:
    verifier = judge(Clock())
    token = forge.token()
    assert verifier.remembered(token) is None
    subject = verifier.verify(token)
    assert isinstance(subject, Subject)
    assert verifier.remembered(token) is subject


def test_a_hostile_token_is_never_warm() -> None:
    verifier = judge(Clock())
    token = forge.token()
    assert verifier.verify(token[:-4] + "AAAA") == "token_signature"
    assert verifier.remembered(token[:-4] + "AAAA") is None
    verifier.verify(token)
    for other in (token + "=", token[:-1], token + "\ud800", " " + token, token.upper()):
        assert verifier.remembered(other) is None


@pytest.mark.parametrize("leeway", [0, 30])
def test_expiry_is_asked_at_every_hit(leeway: int) -> None:
    clock = Clock()
    verifier = judge(clock, leeway=leeway)
    token = claiming(exp=NOW + 10)
    assert isinstance(verifier.verify(token), Subject)
    clock.now = NOW + 9.9 + leeway
    assert verifier.remembered(token) is not None
    clock.now = NOW + 10 + leeway
    assert verifier.remembered(token) is None
    assert verifier.verify(token) == "token_expired"


def test_a_removed_key_ends_its_warm_tokens() -> None:
    keys = ring(("ES256",), public_jwk("k1", ec_key()), public_jwk("k2", ec_key(number=1)))
    verifier = judge(Clock(), keys)
    token = forge.token()
    verifier.verify(token)
    keys.remove("k1")
    assert verifier.remembered(token) is None
    assert verifier.verify(token) == "token_key"


def test_a_key_removed_during_the_check_leaves_nothing_warm() -> None:
    keys = ring(("ES256",), public_jwk("k1", ec_key()))

    def while_it_is_read(_reading: object) -> None:
        keys.remove("k1")

    steps = (*STEPS, while_it_is_read)
    verifier = Verifier({"main": identity()}, {"main": keys}, clock=lambda: NOW, steps=steps)
    token = forge.token()
    verifier.verify(token)
    assert verifier.remembered(token) is None


def test_an_added_key_asks_for_one_new_check() -> None:
    keys = ring(("ES256",), public_jwk("k1", ec_key()))
    verifier = judge(Clock(), keys)
    token = forge.token()
    verifier.verify(token)
    keys.add(public_jwk("k2", ec_key(number=1)))
    assert verifier.remembered(token) is None
    verifier.verify(token)
    assert verifier.remembered(token) is not None


def warm(keys: KeyRing) -> Warm:
    return Warm(Subject("main", "alice"), NOW + 10, keys, keys.generation)


def test_it_is_bounded_by_number_and_by_size() -> None:
    keys = KeyRing(("ES256",))
    tokens = WarmTokens(size=10)
    for number in range(1000):
        tokens.remember(f"token-{number}", warm(keys))
        assert len(tokens) <= 20
    assert tokens.find("token-999", NOW) is not None
    assert tokens.find("token-0", NOW) is None
    large = WarmTokens(size=1000, characters=10_000)
    for number in range(100):
        large.remember(f"{number:01000}", warm(keys))
    assert len(large) <= 24


def test_what_is_used_stays() -> None:
    keys = KeyRing(("ES256",))
    tokens = WarmTokens(size=10)
    tokens.remember("used", warm(keys))
    for number in range(100):
        tokens.remember(f"token-{number}", warm(keys))
        assert tokens.find("used", NOW) is not None


def test_no_raw_token_is_kept() -> None:
    verifier = judge(Clock())
    token = forge.token()
    verifier.verify(token)
    signature = token.rsplit(".", 1)[1]
    seen: set[int] = set()
    waiting: list[object] = [verifier._warm]
    while waiting:
        value = waiting.pop()
        if id(value) in seen or isinstance(value, type | FunctionType | ModuleType):
            continue
        seen.add(id(value))
        if isinstance(value, str):
            assert signature not in value
        if isinstance(value, bytes):
            assert signature.encode() not in value
        waiting += gc.get_referents(value)


def test_the_place_of_a_token_cannot_be_foretold() -> None:
    keys = KeyRing(("ES256",))
    first, second = WarmTokens(), WarmTokens()
    first.remember("token", warm(keys))
    second.remember("token", warm(keys))
    assert not first._young.keys() & second._young.keys()
    assert WarmTokens()._secret == b""  # nothing random before the first token


def test_a_forked_worker_knows_what_its_parent_knew() -> None:
    verifier = judge(Clock())
    token, other = forge.token(), claiming(sub="bob")
    verifier.verify(token)
    child = os.fork()
    if not child:
        warm_there = verifier.remembered(token) is not None
        cold_there = verifier.remembered(other) is None
        good_there = isinstance(verifier.verify(other), Subject)
        os._exit(0 if warm_there and cold_there and good_there else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert verifier.remembered(other) is None


def test_threads_share_it() -> None:
    verifier = judge(Clock())
    tokens = [claiming(sub=f"user-{number}") for number in range(20)]
    wrong: list[object] = []

    def ask() -> None:
        for _ in range(5):
            for number, token in enumerate(tokens):
                subject = verifier.remembered(token) or verifier.verify(token)
                if not isinstance(subject, Subject) or subject.id != f"user-{number}":
                    wrong.append(subject)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_one_request_cannot_change_what_the_next_one_sees() -> None:
    verifier = judge(Clock())
    token = claiming(roles=["staff"], deep={"a": [1]})
    verifier.verify(token)
    subject = verifier.remembered(token)
    assert subject is not None
    claims = subject.claims
    for change in (
        lambda: claims.update(sub="root"),
        lambda: claims.__setitem__("sub", "root"),
        lambda: claims.__delitem__("cnf"),
        lambda: claims.pop("sub"),
        lambda: claims.popitem(),
        lambda: claims.setdefault("x", 1),
        lambda: claims.clear(),
        lambda: claims.__ior__({"sub": "root"}),
        lambda: claims["deep"].update(a=2),
    ):
        with pytest.raises(TypeError, match="read-only"):
            change()
    with pytest.raises(AttributeError):
        claims["roles"].append("admin")
    with pytest.raises(AttributeError):
        claims["deep"]["a"].append(2)


def test_copies_of_claims_are_ordinary() -> None:
    claims = freeze({"a": [1, {"b": [2]}], "s": "x"})
    assert isinstance(claims, Claims)
    plain = {"a": [1, {"b": [2]}], "s": "x"}
    assert copy.deepcopy(claims) == plain
    assert pickle.loads(pickle.dumps(claims)) == plain
    assert msgspec.json.decode(msgspec.json.encode(claims)) == plain
    assert type(copy.copy(claims)) is type(dict(claims)) is dict
