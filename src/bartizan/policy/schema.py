"""The policy language as a JSON Schema, for editors: every key, described and closed.

Made from the vocabulary, so it cannot know another language than `load`. It is never stricter:
what `load` accepts, the schema accepts. It sees one file at a time and no names across it; what
agrees with what is judged by ``bartizan check``.

Draft 7, and no references inside: every editor of TOML that reads schemas reads that.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from bartizan.policy import patterns
from bartizan.policy.nested import CLOSED
from bartizan.policy.reading import Form, Key
from bartizan.policy.references import FACTS
from bartizan.policy.said import intro, plain, said, told
from bartizan.policy.values import limits
from bartizan.policy.vocabulary import SECTIONS, TOP

NAME: Final = "bartizan.schema.json"
"""What the file is called that a policy names in its ``#:schema`` line."""

IDENTIFIER: Final = "urn:bartizan:schema:policy"
"""``$id``: a name, no address. Nothing is ever fetched."""

KEYED: Final = {
    "identity": (patterns.NAME, "[identity.NAME]"),
    "groups": (patterns.GROUP, "a group"),
    "operations": (patterns.OPERATION, "an operation"),
    "pass": (patterns.PREFIX, "[pass]"),
}
"""Sections of many tables: what their keys look like, and which table each is."""

OPEN: Final = {"additionalProperties": True}
"""Says nothing about other keys: another part of the schema does."""


def json_schema() -> dict[str, Any]:
    """The schema of a policy file, overlays included, ready for ``json.dumps``."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": IDENTIFIER,
        "title": "A Bartizan policy",
        "description": plain(said()["the file itself"]["intro"]),
        "type": "object",
        "properties": dict(_file(said())),
        **CLOSED,
        "if": {"required": ["extends"], **OPEN},
        "then": _overlay(),
        "else": _whole(),
    }


def schema_text() -> str:
    """The schema as the file that editors read."""
    return json.dumps(json_schema(), indent=1, ensure_ascii=False) + "\n"


def _file(words: Mapping[str, Any]) -> Iterator[tuple[str, Form]]:
    for key, row in TOP.items():
        if not row.enforced:
            continue
        form = _section(words, key) or row.read.form
        yield key, {"description": _described(words, "the file itself", key, row), **form}


def _section(words: Mapping[str, Any], key: str) -> Form:
    """What stands under a key of the file itself; empty where that is no table."""
    if key in KEYED:
        pattern, name = KEYED[key]
        return {"type": "object", "patternProperties": {pattern: _table(words, name)}, **CLOSED}
    if key == "limits":
        one = limits("").form
        return {"type": "object", "patternProperties": {patterns.NAME: one}, **CLOSED}
    if f"[[{key}]]" in SECTIONS:
        return {"type": "array", "items": _table(words, f"[[{key}]]")}
    return _table(words, f"[{key}]") if f"[{key}]" in SECTIONS else {}


def _table(words: Mapping[str, Any], section: str) -> Form:
    """One table of the vocabulary. What must be there is said apart: an overlay has less."""
    keys = SECTIONS[section]
    required = [key for key, row in keys.items() if row.required]
    return {
        "type": "object",
        "description": plain(intro(words, section)),
        "properties": {
            key: _property(words, section, key, row) for key, row in keys.items() if row.enforced
        },
        **({"required": required} if required and section not in _FACTUAL else {}),
        **CLOSED,
    }


_FACTUAL: Final = ("[api]", "[stores]", "[events]", "[identity.NAME]")
"""Tables that overlays write too, with fewer keys."""


def _property(words: Mapping[str, Any], section: str, key: str, row: Key) -> Form:
    inside = row.read.form.get("$ref")
    form = _table(words, inside) if inside else row.read.form
    about = told(words, section, key)
    default = about.get("default")
    found = _example(words, section, key)
    return {
        **form,
        "description": _described(words, section, key, row),
        **({} if default in (None, "", [], {}) else {"default": default}),
        **({} if found is None else {"examples": [found]}),
    }


def _described(words: Mapping[str, Any], section: str, key: str, row: Key) -> str:
    about = plain(told(words, section, key)["says"])
    if section == "the file itself":
        homes = (f"[{key}]", f"[[{key}]]", KEYED.get(key, ("", ""))[1])
        about = next((plain(intro(words, home)) for home in homes if home in words), about)
    of = {"[api]": "the API", "[pass]": "the subtree"}.get(section, "the operation")
    lost = row.loss.format(of=of)
    return f"{about}\n\nWithout it: {lost}." if lost else about


def _example(words: Mapping[str, Any], section: str, key: str) -> Any:
    """A value of the key in the section's own example, where JSON can carry it."""
    text = words[section].get("example", "")
    tree: Any = tomllib.loads(text)
    found = next((table[key] for table in _tables(tree, section, key)), None)
    return found if isinstance(found, str | int | list | dict) else None


def _tables(tree: Any, section: str, key: str) -> Iterator[Mapping[str, Any]]:
    """The tables of an example that are of a section and have a key, in order."""
    under = {"[identity.NAME]": "identity", "a group": "groups", "an operation": "operations"}
    for name, value in tree.items() if isinstance(tree, dict) else ():
        if name in (section, section.strip("[]"), under.get(section)):
            inside = value if isinstance(value, list) else [value, *_values(value)]
            yield from (one for one in inside if isinstance(one, dict) and key in one)
        else:
            yield from _tables(value, section, key)


def _values(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else []


# ------------------------------------------------------------------ a whole policy, an overlay


def _whole() -> Form:
    """A file that extends nothing: these must be there."""
    return {
        "required": [key for key, row in TOP.items() if row.required],
        "properties": {
            "api": {"required": _required("[api]"), **OPEN},
            "stores": {"required": _required("[stores]"), **OPEN},
            "identity": {
                "additionalProperties": {"required": _required("[identity.NAME]"), **OPEN}
            },
        },
        **OPEN,
    }


def _required(section: str) -> list[str]:
    return [key for key, row in SECTIONS[section].items() if row.required]


def _overlay() -> Form:
    """A file that extends another one: facts only."""
    facts = {section: _only(keys) for section, keys in FACTS.items()}
    return {
        "properties": {
            "extends": {},
            **{key: one for key, one in facts.items() if key not in KEYED},
            "identity": {"additionalProperties": facts["identity"]},
        },
        **CLOSED,
    }


def _only(keys: tuple[str, ...]) -> Form:
    return {"type": "object", "properties": {key: {} for key in keys}, **CLOSED}
