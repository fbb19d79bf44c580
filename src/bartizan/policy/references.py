"""Files that a policy refers to: what it extends, and what must never stand in it.

An overlay (``extends = "bartizan.toml"``) says where this deployment differs in *facts*. Rules
stand in one file only, so that the file that is reviewed is the file that holds.
"""

import os
import re
from pathlib import Path
from typing import Any, Final

from bartizan.policy.faults import Fault, PolicyError
from bartizan.policy.files import why_not
from bartizan.policy.nearest import nearest
from bartizan.policy.reading import NOWHERE, Book, Leaf, Sheet, a_kind, sheet
from bartizan.policy.rules import Place
from bartizan.policy.vocabulary import API, EVENTS, IDENTITY, STORES, TOP

FACTS: Final = {
    "api": ("hosts", "https", "proxies", "forwarded"),
    "identity": ("issuer", "audience", "keys"),
    "stores": tuple(STORES),
    "events": ("cap", "key"),
}
"""What an overlay may change, by section."""

_KNOWN: Final = {"api": API, "stores": STORES, "events": EVENTS}

LARGEST: Final = 4 * 1024 * 1024
"""Largest policy file in bytes."""


def open_sheet(file: str) -> Sheet:
    """Read and parse a file; raises `PolicyError`, and `OSError` where there is none."""
    with Path(file).open("rb") as stream:
        content = stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise PolicyError([Fault("P101", "no policy is larger than 4 MiB", Place(file, 1, 1))])
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        before = content[: error.start].decode()
        line = before.count("\n") + 1
        column = len(before) - before.rfind("\n")
        message = "this is not UTF-8 text"
        raise PolicyError([Fault("P101", message, Place(file, line, column))]) from None
    return sheet(text, file)


def lay(top: Sheet, book: Book) -> Leaf:
    """The policy's root, with overlays laid over the file that they extend."""
    sheets = _chain(top, book)
    root = sheets.pop()
    data: dict[str, Any] = dict(root.data)
    for over in reversed(sheets):
        _over(data, over, book)
    for one in (root, *sheets):
        _secrets(Leaf(one.data, (), one, book))
    return Leaf(data, (), root, book)


def _chain(top: Sheet, book: Book) -> list[Sheet]:
    """The file, what it extends, what that extends, and so on."""
    sheets = [top]
    seen = {os.path.realpath(top.file)}
    while "extends" in sheets[-1].data:
        here = sheets[-1]
        leaf = Leaf(here.data, (), here, book).child("extends", "only the overlay would have held")
        if not isinstance(leaf.value, str):
            leaf.wrong("P201", f"this is {a_kind(leaf.value)}, not the path of a file")
            raise PolicyError(book.faults)
        file = str(Path(here.file).parent / leaf.value)
        try:
            real = os.path.realpath(file)
            if real in seen:
                leaf.wrong("P309", "a file cannot extend itself")
                raise PolicyError(book.faults)
            seen.add(real)
            sheets.append(open_sheet(file))
        except (OSError, ValueError) as error:
            leaf.wrong("P309", f"this file cannot be read: {why_not(error)}")
            raise PolicyError(book.faults) from None
    return sheets


def _over(data: dict[str, Any], over: Sheet, book: Book) -> None:
    """Lay the facts of an overlay over the data; a rule in it is a fault."""
    leaf = Leaf(over.data, (), over, book, NOWHERE)
    for section in over.data:
        child = leaf.child(section)
        if section == "extends":
            continue
        if section not in FACTS:
            _no_fact(child, section, section in TOP, tuple(FACTS))
        elif not isinstance(child.value, dict):
            child.wrong("P201", f"this is {a_kind(child.value)}, not a table")
        elif section == "identity":
            _identities(data, child)
        else:
            known = tuple(_KNOWN[section])
            data[section] = _facts(data.get(section, {}), child, FACTS[section], known)


def _identities(data: dict[str, Any], over: Leaf) -> None:
    known = data.get("identity", {})
    laid = dict(known)
    for name in over.value:
        child = over.child(name)
        if name not in known:
            message = f"an overlay adds no identity: `{name}` is not in the file it extends"
            child.wrong("P308", message, nearest(name, known), at_key=True)
        elif not isinstance(child.value, dict):
            child.wrong("P201", f"this is {a_kind(child.value)}, not a table")
        else:
            laid[name] = _facts(known[name], child, FACTS["identity"], tuple(IDENTITY))
    data["identity"] = laid


def _facts(
    under: Any, over: Leaf, facts: tuple[str, ...], known: tuple[str, ...]
) -> dict[str, Any]:
    laid = dict(under) if isinstance(under, dict) else {}
    for key in over.value:
        child = over.child(key)
        if key in facts:
            laid[key] = child.value
            over.book.overlaid[child.path] = over.sheet
        else:
            _no_fact(child, key, key in known, facts)
    return laid


def _no_fact(leaf: Leaf, key: str, known: bool, facts: tuple[str, ...]) -> None:
    if not known:
        leaf.wrong("P103", f"unknown key `{key}`", nearest(key, facts), at_key=True)
        return
    leaf.wrong(
        "P308",
        f"`{key}` is a rule: an overlay changes facts only ({' '.join(facts)})",
        at_key=True,
        consequence="the file that is reviewed would not have been the file that holds",
    )


_SECRET = re.compile(
    r"-----BEGIN [A-Z0-9 ]+-----"  # PEM (RFC 7468)
    r"|\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*"  # a compact JWS (RFC 7515)
    r"|://[^/\s:@]*:[^/\s@]+@"  # user and password in an address
).search


def _secrets(leaf: Leaf) -> None:
    """A policy is reviewed, copied and shown: no secret stands in it (CWE-798)."""
    value = leaf.value
    if isinstance(value, dict):
        for key in value:
            _secrets(leaf.child(key))
    elif isinstance(value, list):
        for item in leaf.children():
            _secrets(item)
    elif isinstance(value, str) and _SECRET(value):
        leaf.book.doubtful.add(str(leaf.path[0]))
        leaf.wrong(
            "P214",
            'a secret or key stands here: write "env:NAME" or "file:PATH", and replace it',
            consequence="everybody who reads the policy would have had it",
            secret=True,
        )
