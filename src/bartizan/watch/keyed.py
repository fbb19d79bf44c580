"""Keyed hashes: identifiers stand in the log as pseudonyms that only the key's owner can test.

BLAKE2b with a key (RFC 7693 section 2.9). An address has 32 bits: without a key, anybody who
reads the log could try them all.
"""

import os
import secrets
import stat
from hashlib import blake2b
from pathlib import Path
from typing import Final

DIGITS: Final = 16
"""Hex digits of a hash. 64 bits: among a million identifiers two collide with p < 3e-8, and a
name that only has to tell clients apart needs no more."""
KEY: Final = 32
"""Bytes of a key."""
KEY_FILE: Final = "hash.key"
"""Name of the key's file, beside the segments."""
_REMEMBERED: Final = 4096
"""Texts in one generation of the memo."""
_LONG: Final = 256
"""A text of more characters is hashed anew each time, so that the memo stays small."""


class SpoolFault(Exception):  # noqa: N818  (the word of this house)
    """The spool cannot be used. Its text is a sentence for the operator."""


class KeyedHash:
    """``keyed(text)``: 16 hex digits, the same for the same text and key in every process."""

    def __init__(self, key: bytes) -> None:
        self._base = blake2b(digest_size=DIGITS // 2, key=key)
        self._new: dict[str, str] = {}
        self._old: dict[str, str] = {}

    def rekey(self, key: bytes) -> None:
        """Hash with another key from now on."""
        self._base = blake2b(digest_size=DIGITS // 2, key=key)
        self._new, self._old = {}, {}

    def __call__(self, text: str) -> str:
        """The hash of a text. Any text: lone surrogates are hashed as they are."""
        return self._new.get(text) or self._hash(text)

    def _hash(self, text: str) -> str:
        found = self._old.get(text)
        if found is None:
            state = self._base.copy()
            state.update(text.encode("utf-8", "surrogatepass"))
            found = state.hexdigest()
        if len(text) <= _LONG:
            if len(self._new) >= _REMEMBERED:
                # Two threads may both turn the page here: that costs some hashing, no more.
                self._old, self._new = self._new, {}
            self._new[text] = found
        return found


def open_key(directory: str | Path, ours: bytes = b"") -> bytes:
    """The key of a spool: made once, shared by all workers, the same after a restart.

    ``ours`` is put there where none is, else a new one. Raises SpoolFault where it cannot be made,
    or where others could read it.
    """
    path = Path(directory) / KEY_FILE
    try:
        try:
            return _read(path)
        except FileNotFoundError:
            _make(path, ours or secrets.token_bytes(KEY))
        return _read(path)
    except OSError as error:
        raise SpoolFault(
            f"the key of the event spool, {path}, cannot be used: {error.strerror}"
        ) from error


def _read(path: Path) -> bytes:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        facts = os.fstat(handle)
        if not stat.S_ISREG(facts.st_mode) or facts.st_uid not in (os.geteuid(), 0):
            raise SpoolFault(f"{path} must be a file of the user that runs the application")
        if facts.st_mode & 0o077:
            raise SpoolFault(f"{path} is open to other users: chmod 600 {path}")
        key = os.read(handle, KEY + 1)
    finally:
        os.close(handle)
    if len(key) != KEY:
        raise SpoolFault(
            f"{path} does not hold a key of {KEY} bytes; delete it and a new one is made "
            "(hashes in older events will not match)"
        )
    return key


def _make(path: Path, key: bytes) -> None:
    """Write a key beside its place, then link it there: nobody ever sees half a key, and of
    several processes that start at once exactly one wins."""
    draft = path.with_name(f"{KEY_FILE}.{os.getpid()}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(key)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink()
