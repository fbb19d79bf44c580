"""The page of the policy language: every table, every key.

Keys and what is lost without them come from ``policy/vocabulary.py``, all other words from
``policy/language.toml``.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from bartizan.policy import vocabulary
from bartizan.policy.queries import KINDS
from bartizan.policy.reading import Key
from bartizan.policy.said import SHARED, intro, said
from scripts.fields import markdown

SAID: Final = said()
"""Section to intro, example and keys."""

HEAD: Final = """\
# The policy language

Every table and every key that a policy can say. A key that is not on this page is an error, and so
is one that this version does not enforce: each table ends with those. *Lost without it* is what
`bartizan check` tells whoever misspells the key.

Kinds of values: a *size* is `"64 KiB"` or a number of bytes; a *limit* is
[`"5/minute per client"`](#limits); a path in a policy is relative to the file that writes it. For
the whole of a policy see [ten minutes with Flask](../start/flask.md).

This page is made from the source by `make docs`.
"""

QUERY: Final = """\
**Query parameters.** `query = {{ page = "int 1..1000" }}`: a type, bounds that are both included
(numbers, or the length of a text), then `required` and `many` where they hold. Types are
{kinds}; `one` is followed by the accepted words. Every other parameter is refused, and so is a
repeated one that is not `many`. Where an entry of an operation says `query`, names are added to
those of its group and of the defaults; so it is with `headers` and `params`.
"""


def page() -> str:
    """The whole page."""
    return "\n".join([HEAD, *(line for name in SAID for line in section(name))])


def section(name: str) -> Iterator[str]:
    """One table of the language."""
    words = SAID[name]
    keys = vocabulary.SECTIONS.get(name, {})
    yield f"## {name[:1].upper() + name[1:]}\n"
    yield intro(SAID, name) + "\n"
    if "example" in words:
        yield f"```toml\n{words['example'].strip()}\n```\n"
    described = keys if name not in SHARED else _own(name)
    if described:
        yield "| key | value | default | what it says | lost without it |"
        yield "|---|---|---|---|---|"
        yield from (_row(name, key, row) for key, row in described.items() if row.enforced)
        yield ""
    if name == "an operation":
        yield QUERY.format(kinds=_listed(KINDS))
    later = [key for key, row in described.items() if not row.enforced]
    if later:
        yield f"Known, and refused by this version: {_listed(later)}.\n"


def _own(name: str) -> dict[str, Key]:
    """Keys of a group or of the defaults that an operation does not have."""
    keys = vocabulary.SECTIONS[name]
    return {key: row for key, row in keys.items() if key not in vocabulary.OPERATION}


def _row(name: str, key: str, row: Key) -> str:
    about = SAID[name]["keys"][key]
    kind = about["type"].replace("ALGORITHMS", _listed(vocabulary.ALGORITHMS))
    lost = row.loss.format(of="it")
    told = f"{_default(about, row)} | {_cell(about['says'])} | {_cell(lost)}"
    return f"| `{key}` | {_cell(kind)} | {told} |"


def _default(about: Mapping[str, Any], row: Key) -> str:
    if row.required:
        return "must be there"
    if "default_says" in about:
        return str(about["default_says"])
    value = about.get("default")
    if value in (None, "", [], {}):
        return "-"
    words = value if isinstance(value, list) else [str(value).lower() if value is False else value]
    return _listed([str(word) for word in words])


def _listed(words: Any) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _cell(text: str) -> str:
    """Text in a cell of a table: no bar of its own."""
    return re.sub(r"(?<!\\)\|", r"\\|", markdown(text))
