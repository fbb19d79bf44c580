"""The merge law: what an operation says itself, then its group, then the defaults.

Lists replace, tables merge key by key, and every value that holds knows its line. A rule is
never weakened in silence: what is looser than the level above it needs ``loosen = "why"``.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from msgspec import Struct

from bartizan.policy.match import Segment
from bartizan.policy.reading import Leaf, Table
from bartizan.policy.rules import (
    Api,
    Example,
    Limit,
    Operation,
    Parameter,
    Place,
    Query,
)

TABLES: Final = ("query", "headers", "params")
"""Keys that merge key by key; all others replace."""

KNOWN: Final = ("subject", "tenant")
"""What a limit can count only where somebody is known."""


class Entry(Struct, frozen=True):
    """An operation before merging."""

    method: str
    """Its method."""
    template: str
    """Its public template."""
    segments: tuple[Segment, ...]
    """The template, read."""
    declared: Leaf
    """The key or the item of a group's list that declares it."""
    place: Place
    """Where that stands."""
    levels: tuple[Table, ...]
    """Its own table, its group's, the defaults: those that there are."""

    @property
    def group(self) -> Leaf | None:
        """The group that lists it."""
        return next((level.leaf for level in self.levels if level.kind == "group"), None)

    @property
    def name(self) -> str:
        """The name people are shown."""
        return f"{self.method} {self.template}"


class Access(Struct, frozen=True):
    """Who may: the most specific level that says it decides."""

    public: bool
    """Open to everybody."""
    decoy: bool
    """A trap."""
    depth: int
    """How many levels count for identity, scopes and roles."""


def access(levels: tuple[Table, ...]) -> Access:
    """Who an operation is open to, by the first level that says so."""
    said: set[str] = set()
    for depth, level in enumerate(levels, 1):
        for key in ("decoy", "public"):
            if key in level and key not in said:
                said.add(key)
                if level.get(key):
                    return Access(key == "public", key == "decoy", depth)
        if "identity" in level:
            break
    return Access(False, False, len(levels))


def merged(levels: tuple[Table, ...]) -> tuple[dict[str, Any], dict[str, Place]]:
    """Values and places of all levels, the most specific last and over the others."""
    values: dict[str, Any] = {}
    places: dict[str, Place] = {}
    for level in reversed(levels):
        for key, value in level.values.items():
            if key in TABLES:
                under = values.get(key, {})
                lower = {name.lower() for name in value} if key == "headers" else ()
                kept = {name: one for name, one in under.items() if name.lower() not in lower}
                values[key] = {**kept, **value}
                inside = level.leaves[key]
                for name in value:
                    places[f"{key}.{name}"] = inside.child(name).key_place()
            else:
                values[key] = value
            places[key] = level.leaves[key].key_place()
    return values, places


def merge(entry: Entry, api: Api, limits: Mapping[str, tuple[Limit, ...]]) -> Operation:
    """The operation with everything that holds for it."""
    who = access(entry.levels)
    levels = entry.levels[: who.depth] if who.decoy else entry.levels
    values, places = merged(levels)
    if who.public or who.decoy:
        for key in ("identity", "scopes", "roles"):
            values.pop(key, None)
            places.pop(key, None)
    for key in ("https", "hosts"):
        if key not in places and key in api.places:
            places[key] = api.places[key]
    for key in ("operations", "public", "decoy"):
        values.pop(key, None)
    body = any("body" in level for level in _local(entry)) and values.get("body") != 0
    example = values.pop("example", None)
    query: dict[str, Query] = values.pop("query", {})
    if "params" in values:  # a group says them for all; each operation has its own
        own = {segment.name for segment in entry.segments if isinstance(segment, Parameter)}
        values["params"] = {name: one for name, one in values["params"].items() if name in own}
    return Operation(
        name=entry.name,
        method=entry.method,
        template=entry.template,
        parameters=tuple(one for one in entry.segments if isinstance(one, Parameter)),
        place=entry.place,
        places=places,
        public=who.public,
        decoy=who.decoy,
        limits=tuple(counted(values.pop("limits", ()), limits, who)),
        body_declared="input" in values or body,
        query=tuple(query.values()),
        example=None if example is None else Example(**example),
        https=values.pop("https", api.https),
        hosts=values.pop("hosts", api.hosts),
        **values,
    )


def _local(entry: Entry) -> Iterator[Table]:
    """The levels that speak of this operation, not of all."""
    return (level for level in entry.levels if level.kind != "defaults")


def counted(
    names: tuple[str, ...], limits: Mapping[str, tuple[Limit, ...]], who: Access
) -> Iterator[Limit]:
    """The limits of these names; where nobody is known, those that count somebody do not apply."""
    if who.decoy:
        return
    for name in names:
        for limit in limits.get(name, ()):
            if not (who.public and set(limit.per) & set(KNOWN)):
                yield limit


# ------------------------------------------------------------------ what is looser


def looser(
    level: Table, above: tuple[Table, ...], limits: Mapping[str, tuple[Limit, ...]]
) -> Iterator[tuple[str, str]]:
    """Every key of a level that is looser than what the levels above it say, and how."""
    if access((level,)).public or access((level,)).decoy:
        who = Access(True, False, 1)
    else:
        who = access((level, *above))
    values, _ = merged(above)
    if not who.public and not access(above).public:
        yield from _looser_who(level, values)
    if "limits" in level and "limits" in values:
        own = tuple(counted(level.get("limits"), limits, who))
        for limit in counted(values["limits"], limits, who):
            if not any(covers(one, limit) for one in own):
                yield "limits", f"`{limit.name}` ({limit.text}) no longer holds"
                break
    if "body" in level and level.get("body") > values.get("body", level.get("body")):
        yield "body", f"more than the {values['body']} bytes above it"


def _looser_who(level: Table, above: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key in ("identity", "roles"):
        if key in level and above.get(key):
            more = [name for name in level.get(key) if name not in above[key]]
            if more or not level.get(key):
                yield key, f"{_and(more)} may too" if more else "everybody may"
    if "scopes" in level:
        lost = [name for name in above.get("scopes", ()) if name not in level.get("scopes")]
        if lost:
            yield "scopes", f"{_and(lost)} is no longer asked"


def _and(names: list[str]) -> str:
    return " and ".join(f"`{name}`" for name in names)


def covers(own: Limit, other: Limit) -> bool:
    """Whether a request stream that ``own`` admits is one that ``other`` admits.

    In any window of the other's length there are at most ceil(other / own) windows of our own,
    and a bucket that counts less apart fills sooner. An operation alone has one bucket anyway.
    """
    apart, others = set(own.per) - {"operation"}, set(other.per) - {"operation"}
    return apart <= others and own.count * -(-other.period // own.period) <= other.count
