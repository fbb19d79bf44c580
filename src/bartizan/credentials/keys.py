"""The keys of one identity: opened at the start, replaceable while requests are served."""

import itertools
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct, field

from bartizan.credentials.algorithms import ALGORITHMS
from bartizan.credentials.jose_json import read_object
from bartizan.credentials.key import (
    Key,
    KeyFault,
    PublicKey,
    from_jwk,
    from_pem,
    from_public,
    from_secret,
    recipe,
)
from bartizan.policy.rules import Jwt

__all__ = ["Key", "KeyFault", "KeyRing", "open_ring"]

MAX_KEYS = 100
"""Most keys of one ring."""

MAX_FILE = 1 << 20
"""Largest accepted key file in bytes."""

_PEM = re.compile(rb"-----BEGIN [A-Z0-9 ]+-----.*?-----END [A-Z0-9 ]+-----", re.DOTALL)

_generations = itertools.count()


class _Table(Struct, frozen=True):
    """What a lookup reads: replaced whole, so that a reader never sees half a change."""

    named: Mapping[str, Key] = field(default_factory=dict)
    """Keys by their id."""
    nameless: Mapping[str, Key] = field(default_factory=dict)
    """Keys without id by algorithm: they serve tokens whose key id nobody here knows."""
    default: Mapping[str, Key] = field(default_factory=dict)
    """By algorithm, the key for tokens that name none."""


class KeyRing:
    """The keys of one identity. There is no lock in it: threads, forks and finalizers may change
    it at any point, and a change is seen by the next lookup.

    One token is checked against one key at most, whatever it says: a forged token costs the
    same however many keys there are.
    """

    __slots__ = ("_held", "_table", "algorithms", "generation", "keys")

    algorithms: tuple[str, ...]
    """What its keys may serve."""
    keys: tuple[Key, ...]
    """All keys, in the order they were added."""
    generation: int
    """Another number after every change, and never an earlier one again. It is written after
    the table, so read it before looking up."""

    def __init__(self, algorithms: Iterable[str], keys: Iterable[Key] = ()) -> None:
        """A ring for keys of these algorithms; raises `KeyFault`."""
        self.algorithms = tuple(algorithms)
        _check_algorithms(self.algorithms)
        self._held = {id(key): self._bind(key) for key in keys}
        self._publish()

    def find(self, kid: str | None, alg: str) -> Key | None:
        """The one key that may have signed a token with this header."""
        table = self._table
        if kid is None:
            return table.default.get(alg)
        return table.named.get(kid) or table.nameless.get(alg)

    def add(self, key: Key | PublicKey | Mapping[str, Any]) -> Key:
        """Add a key, a public key of `cryptography` or a JWK; raises `KeyFault`."""
        bound = self._bind(key)
        _tabulate((*self.keys, bound))
        self._held[id(bound)] = bound
        self._publish()
        return bound

    def remove(self, key: Key | str) -> None:
        """Remove a key, or the key of that id. Its tokens are refused from now on, warm or not."""
        for held in self._held.copy().values():
            if held is key or (isinstance(key, str) and held.kid == key):
                self._held.pop(id(held), None)
        self._publish()

    def _publish(self) -> None:
        """Put a table of the held keys in place; again, if somebody changed them meanwhile."""
        while True:
            held = self._held.copy()
            keys = tuple(held.values())
            self._table = _tabulate(keys)
            self.keys = keys
            self.generation = next(_generations)
            if self._held == held:
                return

    def _bind(self, key: Key | PublicKey | Mapping[str, Any]) -> Key:
        if isinstance(key, Key):
            if key.alg not in self.algorithms:
                raise KeyFault(f"{key.alg} is none of {', '.join(self.algorithms)}")
            return key
        if not isinstance(key, Mapping):
            return from_public(key, self.algorithms)
        bound = from_jwk(key, self.algorithms)
        if bound is None:
            raise KeyFault(f"this JWK is not for verifying {', '.join(self.algorithms)}")
        return bound

    def __repr__(self) -> str:
        return f"KeyRing({', '.join(map(repr, self.keys))})"


def open_ring(identity: Jwt) -> KeyRing:
    """Read the keys of an identity from its ``file:`` and ``env:`` references (RFC 7517, 7468).

    Raises `KeyFault` with a sentence for a key that is missing, unreadable, weak or ambiguous.
    """
    try:
        ring = KeyRing(identity.algorithms)
        for reference in identity.keys:
            for key in _read_reference(reference, ring.algorithms):
                ring.add(key)
        if not ring.keys:
            raise KeyFault(f'keys names no key; write keys = "file:PATH": {_how(ring.algorithms)}')
    except KeyFault as fault:
        raise KeyFault(f"identity {identity.name}: {fault}") from None
    return ring


def _read_reference(reference: str, algorithms: tuple[str, ...]) -> list[Key]:
    content = _content(reference, algorithms)
    try:
        return _read_keys(content, algorithms)
    except KeyFault as fault:
        raise KeyFault(f"{reference}: {fault}") from None


def _content(reference: str, algorithms: tuple[str, ...]) -> bytes:
    kind, _, where = reference.partition(":")
    if kind == "env":
        value = os.environ.get(where)
        if value is None:
            raise KeyFault(f"{reference}: the variable is not set: {_how(algorithms)}")
        return value.encode("utf-8", "surrogateescape")
    if kind != "file":
        raise KeyFault(f'{reference}: a key is named by "file:PATH" or "env:NAME"')
    try:
        with Path(where).open("rb") as file:
            content = file.read(MAX_FILE + 1)
    except (OSError, ValueError) as error:
        what = getattr(error, "strerror", None) or "no such path"
        raise KeyFault(f"{reference}: cannot be read ({what}): {_how(algorithms)}") from None
    if len(content) > MAX_FILE:
        raise KeyFault(f"{reference}: a key file has {MAX_FILE >> 20} MiB at most")
    return content


def _read_keys(content: bytes, algorithms: tuple[str, ...]) -> list[Key]:
    """A JWKS, a JWK, PEM blocks or, where secrets are listed, the secret itself."""
    start = content.lstrip()[:1]
    if start == b"{":
        return _read_jwks(content, algorithms)
    if start == b"-" and b"-----BEGIN" in content:
        return [from_pem(block, algorithms) for block in _PEM.findall(content)] or _no_key()
    if ALGORITHMS[algorithms[0]].family != "oct":
        raise KeyFault(f"holds neither a JWKS nor a PEM public key: {_how(algorithms)}")
    secret = content.removesuffix(b"\n").removesuffix(b"\r")
    if secret != secret.strip():
        raise KeyFault("the secret begins or ends with white space, which no other reader keeps")
    return [from_secret(secret, algorithms)]


def _read_jwks(content: bytes, algorithms: tuple[str, ...]) -> list[Key]:
    document = read_object(content)
    if document is None:
        raise KeyFault("is not strict JSON (duplicate members are refused too)")
    jwks = document.get("keys", [document])
    if not isinstance(jwks, list) or not all(isinstance(jwk, dict) for jwk in jwks):
        raise KeyFault('is no JWKS: {"keys": [{"kty": …}, …]} (RFC 7517)')
    if len(jwks) > MAX_KEYS:
        raise KeyFault(f"holds {len(jwks)} keys; {MAX_KEYS} is the most")
    keys = [key for jwk in jwks if (key := from_jwk(jwk, algorithms)) is not None]
    if not keys:
        raise KeyFault(f"none of its keys verifies {', '.join(algorithms)}")
    return keys


def _no_key() -> list[Key]:
    raise KeyFault("holds the beginning of a PEM block and not its end")


def _check_algorithms(algorithms: tuple[str, ...]) -> None:
    unknown = [name for name in algorithms if name not in ALGORITHMS]
    if unknown or not algorithms:
        known = ", ".join(ALGORITHMS)
        raise KeyFault(f"algorithms must be some of {known}; {unknown or 'nothing'} is not")
    if len({ALGORITHMS[name].family == "oct" for name in algorithms}) > 1:
        raise KeyFault(
            "algorithms mixes shared secrets (HS…) with public keys; make two identities of them"
        )


def _tabulate(keys: tuple[Key, ...]) -> _Table:
    named: dict[str, Key] = {}
    nameless: dict[str, Key] = {}
    for key in keys:
        if key.kid is None:
            if key.alg in nameless:
                raise KeyFault(
                    f"two keys for {key.alg} have no id, so no token can say which it means; "
                    'give both in one JWKS file, each with its "kid"'
                )
            nameless[key.alg] = key
        elif key.kid in named:
            raise KeyFault(f"two keys have the id {key.kid!r}; every kid names one key")
        else:
            named[key.kid] = key
    return _Table(named, nameless, {**_alone(named), **nameless})


def _alone(named: Mapping[str, Key]) -> dict[str, Key]:
    """For each algorithm its key, where it has one only."""
    algs = [key.alg for key in named.values()]
    return {key.alg: key for key in named.values() if algs.count(key.alg) == 1}


def _how(algorithms: tuple[str, ...]) -> str:
    make = recipe(algorithms[0])
    if ALGORITHMS[algorithms[0]].family == "oct":
        return f"make a good one: {make}"
    return f"save the JWK set of your identity provider there, or make a key: {make}"
