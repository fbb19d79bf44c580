"""What must agree across a policy: names with what they name, entries with each other.

Each law is a function that writes down what breaks it. Where a word was not understood, what
depends on it is not judged a second time: one slip is one fault.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec.structs import replace

from bartizan.model.reasons import REASONS
from bartizan.policy.match import Segment, parameter_text, parse_template
from bartizan.policy.merge import KNOWN, Access, Entry, looser, merged
from bartizan.policy.nearest import nearest
from bartizan.policy.queries import query_fits
from bartizan.policy.reading import Leaf, Table
from bartizan.policy.rules import Jwt, Limit, Operation, Parameter
from bartizan.policy.vocabulary import ANONYMOUS

Limits = Mapping[str, tuple[Limit, ...]]
Identities = Mapping[str, Jwt]

DECOY_KEYS = ("operations", "decoy", "why")
"""All that a decoy may say."""


# ------------------------------------------------------------------ one level


def names_known(level: Table, limits: Limits, identities: Identities) -> None:
    """Limits and identities in lists are defined somewhere."""
    _known(level, "limits", "limits", limits, "`[limits]` has no")
    _known(level, "identity", "identity", (*identities, ANONYMOUS), "there is no identity")


def _known(level: Table, key: str, section: str, known: Iterable[str], message: str) -> None:
    if key not in level or section in level.leaf.book.doubtful:
        return
    for leaf in replace(level.leaves[key], loss=_loss(level, key)).children():
        if isinstance(leaf.value, str) and leaf.value not in known:
            leaf.wrong("P301", f"{message} `{leaf.value}`", nearest(leaf.value, known))


def _loss(level: Table, key: str) -> str:
    of = _of(level.leaf)
    return {
        "limits": f"nothing would have limited {of}",
        "identity": f"nobody could have used {of}",
    }[key]


def _of(leaf: Leaf) -> str:
    return "the operations" if len(leaf.path) < 2 else str(leaf.path[1])


def agrees(level: Table) -> None:
    """One level does not say two things at once."""
    leaf = level.leaf
    if level.get("decoy"):
        for key in level.values:
            if key not in DECOY_KEYS:
                message = f"a decoy answers like nothing at all: `{key}` says nothing here"
                level.leaves[key].wrong("P303", message, at_key=True)
    elif level.get("public"):
        for key in ("identity", "scopes", "roles"):
            if key in level:
                level.leaves[key].wrong(
                    "P303",
                    f"`{key}` is asked of nobody where `public = true`",
                    at_key=True,
                    consequence=f"no credential would have been read for {_of(leaf)}",
                )
    if level.get("identity") == (ANONYMOUS,):
        level.leaves["identity"].wrong("P303", "only `anonymous`: say `public = true`")
    if level.get("body") == 0 and "input" in level:
        level.leaves["body"].wrong("P303", "an operation with `input` takes a body", at_key=True)
    params = level.get("params", {})
    if "none" in params.values() and "why" not in level and leaf.book.sure(*leaf.path):
        level.leaves["params"].wrong(
            "P311",
            'say `why` these parameters name nobody\'s object ("none")',
            at_key=True,
            consequence="nobody would have known that the objects are everybody's",
        )


def strict(level: Table, above: tuple[Table, ...], limits: Limits) -> None:
    """What is looser than the levels above says so."""
    book = level.leaf.book
    sure = all(book.sure(*one.leaf.path) for one in (level, *above))
    if "loosen" in level.leaves or not sure or book.doubtful & {"limits", "defaults"}:
        return
    for key, how in looser(level, above, limits):
        inside = level.leaves[key].path
        if any(broken[: len(inside)] == inside for broken in book.broken):
            continue
        level.leaves[key].wrong(
            "P304",
            f'`{key}` is looser than the entry it replaces: {how}; say `loosen = "why"`',
            at_key=True,
            consequence=f"{_of(level.leaf)} would have been weaker than the rule above it",
        )


# ------------------------------------------------------------------ one operation


def _sure(level: Table) -> bool:
    """Whether a level says all that it says about who may in words that were understood."""
    said = [key for key in ("identity", "public", "decoy") if key in level.leaves]
    return level.leaf.book.sure(*level.leaf.path) and all(key in level for key in said)


def decided(entry: Entry, who: Access, values: Mapping[str, Any]) -> None:
    """Somebody may, and what is asked can be asked."""
    book = entry.declared.book
    if "defaults" in book.doubtful or not all(_sure(level) for level in entry.levels):
        return
    if who.decoy:
        return
    if who.public:
        _nobody_asked(entry, who)
    elif not values.get("identity"):
        entry.declared.wrong(
            "P302",
            "nobody can use this operation: say `identity = [...]`, or `public = true`",
            at_key=entry.levels[0].kind == "operation",
            consequence=f"every request for {entry.name} would have been refused",
        )


def _nobody_asked(entry: Entry, who: Access) -> None:
    """A more specific level asks for scopes where the public one asks nobody."""
    for level in entry.levels[: who.depth - 1]:
        for key in ("scopes", "roles"):
            if key in level:
                message = f"`{key}` is asked of nobody: this operation is public by its group"
                level.leaves[key].wrong("P303", message, at_key=True)


def countable(entry: Entry, who: Access, limits: Limits, identities: Identities) -> None:
    """Every limit of an entry can count what it counts."""
    level = next((one for one in entry.levels if "limits" in one), None)
    if level is None or "identity" in level.leaf.book.doubtful or who.decoy:
        return
    accepted = merged(entry.levels)[0].get("identity", ())
    tenants = any(identities[name].tenant for name in accepted if name in identities)
    for index, name in enumerate(level.get("limits")):
        per = {key for limit in limits.get(name, ()) for key in limit.per}
        leaf = replace(level.leaves["limits"], loss=f"nothing would have limited {entry.name}")
        if index >= len(leaf.value):
            return
        if who.public and level in entry.levels[: who.depth] and per & set(KNOWN):
            message = f"`{name}` counts subjects, and a public operation knows nobody"
            leaf.child(index).wrong("P303", message)
        elif "tenant" in per and not who.public and not tenants:
            message = f"`{name}` counts tenants, and no accepted identity has a `tenant` claim"
            leaf.child(index).wrong("P303", message)


def parameters(entry: Entry) -> None:
    """``params`` speak of parameters that there are."""
    own = entry.levels[0]
    if own.kind != "operation":
        return
    there = [one.name for one in entry.segments if isinstance(one, Parameter)]
    for name in own.get("params", {}):
        if name not in there:
            leaf = own.leaves["params"].child(name)
            message = f"{entry.template} has no parameter `{name}`"
            leaf.wrong("P311", message, nearest(name, there), at_key=True)


def parameters_of_group(group: Table, paths: list[str]) -> None:
    """``params`` of a group speak of parameters of at least one of its operations."""
    there = {
        one.name for path in paths for one in parse_template(path) if isinstance(one, Parameter)
    }
    for name in group.get("params", {}):
        if name not in there and paths:
            leaf = group.leaves["params"].child(name)
            message = f"no operation of this group has a parameter `{name}`"
            leaf.wrong("P311", message, nearest(name, there), at_key=True)


def example(entry: Entry, operation: Operation) -> None:
    """The example is a request that the policy lets in."""
    own = entry.levels[0]
    if operation.example is None or own.kind != "operation":
        return
    leaf = replace(own.leaves["example"], loss=f"no probe would have reached {entry.name}")
    _example_path(leaf, operation)
    rules = {query.name: query for query in operation.query}
    if all("query" in one or "query" not in one.leaves for one in entry.levels):
        for name, value in operation.example.query.items():
            at = leaf.child("query").child(name)
            if name not in rules:
                message = f"`{name}` is no declared query parameter"
                at.wrong("P211", message, nearest(name, rules), at_key=True)
            elif not query_fits(rules[name], value):
                at.wrong("P211", f"`query` does not accept this as `{name}`")
        for name, rule in rules.items():
            if rule.required and name not in operation.example.query:
                leaf.wrong("P211", f"the query parameter `{name}` is required", at_key=True)
    if operation.example.body is not None and operation.body == 0:
        leaf.child("body").wrong("P211", "this operation takes no body", at_key=True)


def _example_path(leaf: Leaf, operation: Operation) -> None:
    assert operation.example is not None  # noqa: S101  (the caller looked)
    given = operation.example.path
    there = {one.name: one for one in operation.parameters}
    for name, value in given.items():
        at = leaf.child("path").child(name)
        if name not in there:
            message = f"the path has no parameter `{name}`"
            at.wrong("P211", message, nearest(name, there), at_key=True)
            continue
        plain = isinstance(value, str | int) and not isinstance(value, bool)
        if not plain or not parameter_text(there[name].kind, str(value)):
            at.wrong("P211", f"this is not the spelling of a parameter of type {there[name].kind}")
    for name in there:
        if name not in given and leaf.book.sure(*leaf.path):
            leaf.wrong("P211", f"the path parameter `{name}` has no value", at_key=True)


# ------------------------------------------------------------------ all of them


def twice(first: Entry, second: Entry, leaf: Leaf) -> None:
    """One request has one entry."""
    if first.template != second.template:
        code, message = "P305", f"this matches the same requests as {first.name}"
    elif first.levels[0].kind == "operation" or first.group == second.group:
        code, message = "P305", f"{second.name} is there twice"
    else:
        code, message = "P306", f"{second.name} is in two groups"
    leaf.wrong(
        code,
        f"{message}: first in line {first.place.line}",
        at_key=second.levels[0].kind == "operation",
        consequence="one of the two would have decided nothing",
    )


def apart(
    entries: Iterable[Entry],
    passes: Mapping[str, tuple[Segment, ...]],
    leaves: Mapping[str, Leaf],
) -> None:
    """A subtree that is not ours holds no operation of ours, and no other subtree."""
    for prefix, segments in passes.items():
        head = segments[:-1]
        for other in passes:
            if other != prefix and other.startswith(prefix):
                leaves[other].wrong("P307", f"this lies inside the subtree {prefix}", at_key=True)
        inside = [
            entry
            for entry in entries
            if entry.segments[: len(head)] == head and len(entry.segments) > len(head)
        ]
        if inside:
            more = f" and {len(inside) - 1} more" if len(inside) > 1 else ""
            leaves[prefix].wrong(
                "P307",
                f"{inside[0].name}{more} lies inside this subtree",
                at_key=True,
                consequence="two guards would have decided the same request",
            )


def question(table: Table, identities: Identities) -> None:
    """A question of ``[[expect]]`` has one asker and one possible answer."""
    leaf = table.leaf
    if "as" not in table and leaf.book.sure(*leaf.path):
        for key in ("identity", "scopes", "roles", "tenant"):
            if key in table:
                message = f"`{key}` without `as` says nothing: nobody is asking"
                table.leaves[key].wrong("P213", message, at_key=True)
    _asker(table, identities)
    by, answer = table.get("by"), table.get("answer")
    if by is None or answer is None:
        return
    statuses = sorted({one.status for one in REASONS.values() if one.control == by})
    if answer == "permit":
        table.leaves["by"].wrong("P213", "a permit is by no control", at_key=True)
    elif answer not in statuses:
        known = " or ".join(map(str, statuses)) or "nothing"
        table.leaves["answer"].wrong("P213", f"`{by}` answers {known}, never {answer}")


def _asker(table: Table, identities: Identities) -> None:
    leaf = table.leaf
    if "as" not in table or "identity" in leaf.book.doubtful:
        return
    named = table.get("identity")
    if named is not None and named not in identities:
        right = nearest(named, identities)
        table.leaves["identity"].wrong("P301", f"there is no identity `{named}`", right)
    elif named is None and len(identities) != 1 and leaf.book.sure(*leaf.path):
        known = " or ".join(identities) or "and the policy has none"
        table.leaves["as"].wrong("P213", f"say by which `identity`: {known}", at_key=True)
