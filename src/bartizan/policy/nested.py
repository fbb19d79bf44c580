"""Readers of tables inside tables: what their keys make together, and tables of free names."""

from collections.abc import Mapping
from typing import Any, Final

from bartizan.model.reasons import REASONS
from bartizan.policy import patterns, queries
from bartizan.policy import values as v
from bartizan.policy.reading import MISSING, Leaf, Reader, Table, looks
from bartizan.policy.rules import Cors, Output, Shadow

# ------------------------------------------------------------------ what keys make together


def cors(leaf: Leaf, table: Table) -> Any:
    """``cors``: every origin and credentials never go together."""
    if "*" in table.values["origins"] and table.get("credentials"):
        return table.leaves["origins"].wrong(
            "P209",
            "`*` and credentials never go together: say the origins",
            consequence="every web page could have acted as whoever looks at it",
        )
    lists = {
        key: tuple(word.lower() for word in table.values[key])
        for key in ("headers", "expose")
        if key in table
    }
    return Cors(**{**table.values, **lists})


def shadow(leaf: Leaf, table: Table) -> Any:
    """``shadow``: it knows its own line, events point at it."""
    return Shadow(table.values["until"], table.get("controls", ()), leaf.key_place())


def output(leaf: Leaf, table: Table) -> Any:
    """``output``: no field is named both whole and in parts."""
    fields = table.values["fields"]
    for index, one in enumerate(fields):
        whole = [other for other in fields if one.startswith((f"{other}.", f"{other}[]."))]
        if whole:
            return (
                leaf.child("fields")
                .child(index)
                .wrong("P215", f"`{one}` cuts nothing: all of `{whole[0]}` leaves")
            )
    return Output(table.get("at", ""), fields)


def example(_leaf: Leaf, table: Table) -> Any:
    """``example``: held against its operation later, when both are whole."""
    return dict(table.values)


@looks(type="object", additionalProperties=True)
def json_table(leaf: Leaf) -> Any:
    """A table of names and JSON values."""
    if not isinstance(leaf.value, dict):
        return leaf.wrong("P201", "this is a table of names and values")
    return v.json(leaf)


# ------------------------------------------------------------------ tables of free names


CLOSED: Final[Mapping[str, Any]] = {"additionalProperties": False}
"""The form of a table that has no other keys."""


def named(read: Reader, name: Reader) -> Reader:
    """A table whose keys are names of the user's."""

    @looks(type="object", patternProperties={name.form["pattern"]: read.form}, **CLOSED)
    def read_all(leaf: Leaf) -> Any:
        if not isinstance(leaf.value, dict):
            return leaf.wrong("P201", "this is a table of names and values")
        found = {}
        for key in leaf.value:
            child = leaf.child(key)
            good = name(child) is not MISSING
            value = read(child)
            if good and value is not MISSING:
                found[key] = value
        return found if len(found) == len(leaf.value) else MISSING

    return read_all


def _key_matching(code: str, pattern: str, wanted: str, looks_like: str = "") -> Reader:
    parse = v.pattern(pattern, wanted)
    return Reader(
        lambda leaf: v.parsed(leaf, code, parse, at_key=True),
        {"type": "string", "pattern": looks_like or pattern},
    )


name_key = _key_matching("P216", patterns.NAME, "a name of letters, digits, - and _")
query_key = _key_matching(
    "P207", r"[^\s&=#\x00-\x1f\x7f]{1,64}", "a parameter's name", patterns.QUERY_NAME
)
header_key = _key_matching("P210", patterns.HEADER_NAME, "a header name (RFC 9110)")


@looks(type="string", pattern=patterns.QUERY)
def query(leaf: Leaf) -> Any:
    """A query parameter: its key is its name."""
    name = str(leaf.path[-1])
    return v.spelled("P207", lambda value: queries.query(name, value), patterns.QUERY)(leaf)


OURS: Final = frozenset(
    {"connection", "content-length", "content-type", "date", "set-cookie", "transfer-encoding"}
    | {"vary", "cache-control", "bartizan-decision", "www-authenticate"}
)
"""Response headers that a policy does not set: the server, the view or another key does."""

_HEADER_VALUE: Final = v.matching("P210", patterns.HEADER_VALUE, "the value of a header (RFC 9110)")


@looks(**_HEADER_VALUE.form)
def header(leaf: Leaf) -> Any:
    """A response header: its key is its name."""
    name = str(leaf.path[-1]).lower()
    if name in OURS or name.startswith("access-control-"):
        key = {"cache-control": "cache"}.get(name, "cors" if name.startswith("access") else "")
        told = f": the key for it is `{key}`" if key else ""
        return leaf.wrong("P210", f"`{name}` is not set here{told}", at_key=True)
    return _HEADER_VALUE(leaf)


@looks(const="none")
def nobodys(leaf: Leaf) -> Any:
    """``"none"``: the parameter names nobody's object."""
    if leaf.value == "none":
        return "none"
    if isinstance(leaf.value, str):
        return leaf.wrong(
            "P105", 'resources are not enforced by this version: only "none" can be said'
        )
    return v.text(leaf)


# ------------------------------------------------------------------ words of one section


@looks(enum=["memory://"])
def store(leaf: Leaf) -> Any:
    """Where counters are kept."""
    if isinstance(leaf.value, str) and leaf.value.startswith(("shared:", "redis:", "rediss:")):
        return leaf.wrong("P105", "this store is not enforced by this version", "memory://")
    return v.one_of(("memory://",))(leaf)


@looks(type="array", items={"type": "string", "pattern": patterns.OPERATION}, **v.SOME)
def operations(leaf: Leaf) -> Any:
    """The operations of a group; each is read when its prefix is known."""
    if not isinstance(leaf.value, list) or not leaf.value:
        return leaf.wrong("P201", 'this is a list of operations: ["GET /products/"]')
    return leaf


ANSWERS: Final = tuple(sorted({reason.status for reason in REASONS.values()}))
"""Every status of a refusal."""


@looks(enum=["permit", *ANSWERS])
def answer(leaf: Leaf) -> Any:
    """What a test of the policy expects."""
    value = leaf.value
    if value == "permit":
        return value
    if isinstance(value, bool) or not isinstance(value, int):
        return leaf.wrong(
            "P213",
            'an answer is the status of a refusal, or "permit"',
            "permit" if isinstance(value, str) else "",
        )
    if value not in ANSWERS:
        known = " ".join(map(str, ANSWERS))
        right = "permit" if 200 <= value < 300 else ""
        return leaf.wrong("P213", f"no refusal answers {value}: {known}", right)
    return value
