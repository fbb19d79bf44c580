"""One short name for what a policy means: two files that mean the same have the same revision."""

import os
from collections.abc import Mapping
from hashlib import sha256
from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from bartizan.policy.rules import Policy

UNSAID: Final = frozenset({"file", "revision", "place", "places", "text", "why", "loosen"})
"""Fields that say where and why, not what."""

ORDERED: Final = frozenset({"parameters"})
"""Fields whose order means something."""


def revision(policy: Policy) -> Policy:
    """The policy with its revision: 12 hex digits of the SHA-256 over its meaning."""
    folder = str(Path(policy.file).absolute().parent)
    meaning = msgspec.json.encode(_plain(policy, folder), order="deterministic")
    return replace(policy, revision=sha256(meaning).hexdigest()[:12])


def _plain(value: Any, folder: str) -> Any:
    if isinstance(value, Struct):
        return {
            name: _plain(getattr(value, name), folder)
            if name not in ORDERED
            else [_plain(one, folder) for one in getattr(value, name)]
            for name in value.__struct_fields__
            if name not in UNSAID
        }
    if isinstance(value, tuple):
        # What is written as a set of words or rules means the same in every order.
        return sorted((_plain(one, folder) for one in value), key=msgspec.json.encode)
    if isinstance(value, Mapping):
        return {key: _plain(one, folder) for key, one in value.items()}
    if isinstance(value, IPv4Network | IPv6Network):
        return str(value)
    if isinstance(value, str) and value.startswith("file:/"):
        return "file:" + os.path.relpath(value[5:], folder)
    return value
