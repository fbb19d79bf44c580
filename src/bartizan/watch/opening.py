"""From ``[events]`` of the policy to an open spool."""

import os
from hashlib import blake2b
from pathlib import Path
from typing import Final

from bartizan.policy.rules import Events
from bartizan.watch.keyed import KEY, SpoolFault
from bartizan.watch.spool import Spool

SHORTEST: Final = 32
"""Fewest bytes of a secret: those of a key (NIST SP 800-107 section 5.3.4)."""
LONGEST: Final = 4096
"""Most bytes of a secret that are read."""


def open_spool(directory: str | Path, rules: Events) -> Spool:
    """The spool of a policy. Raises SpoolFault where the secret is missing or weak, or where the
    directory cannot be written and the rules do not say to start nevertheless."""
    key = secret(rules.key) if rules.key else None
    return Spool(directory, cap=rules.cap, key=key, patient=rules.lost == "serve")


def secret(reference: str) -> bytes:
    """The key of the hashes, derived from a secret: the same secret gives the same key on every
    machine. Raises SpoolFault."""
    content = _content(reference).strip()
    if len(content) < SHORTEST:
        raise SpoolFault(
            f"[events] key: {reference} has {len(content)} bytes; a secret has {SHORTEST} at "
            "least: python -c 'import secrets; print(secrets.token_hex(32))'"
        )
    return blake2b(content, digest_size=KEY, person=b"bartizan-events").digest()


def _content(reference: str) -> bytes:
    kind, _, where = reference.partition(":")
    if kind == "env":
        value = os.environ.get(where)
        if value is None:
            raise SpoolFault(f"[events] key: {reference}: the variable is not set")
        return value.encode("utf-8", "surrogateescape")
    try:
        with Path(where).open("rb") as file:
            return file.read(LONGEST)
    except OSError as error:
        raise SpoolFault(f"[events] key: {reference} cannot be read: {error.strerror}") from error
