"""The merged policy as a policy file again: every rule where it holds, and the line it comes from.

Defaults, groups and overlays are laid under the operations, so what is shown for an operation is
all that holds for it. References to secrets stay references. Loading what is shown gives the same
policy, with the same revision.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from bartizan.policy.rules import (
    Api,
    Cors,
    Events,
    Example,
    Expect,
    Jwt,
    Limit,
    Network,
    Operation,
    Output,
    Parameter,
    Pass,
    Place,
    Policy,
    Query,
    Shadow,
)

Line = tuple[str, str, Place | None]
"""A key, its value as TOML, and where it comes from; ``None`` where it is built in."""

BUILT_IN: Final = "built in"
WIDEST: Final = 96
"""Longest line in columns, comment left out, before a list is broken up."""

_BARE = re.compile(r"[A-Za-z0-9_-]+").fullmatch
_ESCAPED = re.compile(r'[\x00-\x1f\x7f"\\]')


def show(policy: Policy) -> str:
    """The whole policy as TOML, with the origin of each value behind it."""
    parts = [
        f"# {policy.file}, revision {policy.revision}: the merged whole",
        _table("[api]", _api(policy.api)),
        _table("[stores]", _stores(policy)),
        _table("[events]", _events(policy.events)),
        *(_table(f"[identity.{key(it.name)}]", _jwt(it)) for it in policy.identities.values()),
        _table("[limits]", _limits(policy)),
        _table("[defaults]", _defaults(policy)),
        *(_operation(policy, it) for it in policy.operations),
        *(_pass(policy, it) for it in policy.passes),
        *(_table("[[expect]]", _expect(policy, it), it.place) for it in policy.expects),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


# ------------------------------------------------------------------ TOML


def toml(value: Any) -> str:
    """A value as TOML on one line (TOML 1.0); tables become inline tables."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return '"' + _ESCAPED.sub(lambda found: _escape(found[0]), value) + '"'
        case int():
            return str(value)
        case float():
            return repr(value)
        case dt.datetime() | dt.date() | dt.time():
            return value.isoformat()
        case Mapping():
            inner = ", ".join(f"{key(name)} = {toml(item)}" for name, item in value.items())
            return f"{{ {inner} }}" if inner else "{}"
        case _:
            return f"[{', '.join(toml(item) for item in value)}]"


def key(name: str) -> str:
    """A key, quoted where it has to be."""
    return name if _BARE(name) else toml(name)


def _escape(character: str) -> str:
    return "\\" + character if character in '"\\' else f"\\u{ord(character):04X}"


def _table(header: str, lines: Iterable[Line], place: Place | None = None) -> str:
    """A table with its comments in one column; nothing where it has no lines."""
    rows = [(f"{name} = {value}", origin) for name, value, origin in lines]
    if not rows and place is None:
        return ""
    width = max([len(header), *(len(text) for text, _ in rows if len(text) <= WIDEST)])
    head = f"{header:{width}}  # {place}" if place else header
    return "\n".join([head, *(_row(text, origin, width) for text, origin in rows)])


def _row(text: str, origin: Place | None, width: int) -> str:
    return f"{_broken(text):{width}}  # {origin or BUILT_IN}"


def _broken(text: str) -> str:
    """A list of texts that is too long for a line, one item a line."""
    start, bracket, items = text.partition(" = [")
    if len(text) <= WIDEST or not bracket or "{" in text:
        return text
    return f"{start} = [\n    " + items[:-1].replace('", "', '",\n    "') + ",\n]"


# ------------------------------------------------------------------ the tables


def _api(api: Api) -> Iterator[Line]:
    values = {
        "name": api.name,
        "base": api.base,
        "hosts": api.hosts,
        "https": api.https,
        "proxies": _networks(api.proxies) + ["unix"] * api.proxy_unix,
        "forwarded": api.forwarded,
        "cors": api.cors and _cors(api.cors),
        "flood": api.flood and api.flood.text,
        "guesses": api.guesses and api.guesses.text,
        "deny": _networks(api.deny),
        "target": api.target,
        "headers": size(api.headers),
        "shadow": api.shadow and _shadow(api.shadow),
    }
    yield from _lines(values, api.places)


def _stores(policy: Policy) -> Iterator[Line]:
    values = {"limits": policy.stores.limits, "events": policy.stores.events or None}
    yield from _lines(values, policy.stores.places)


def _events(events: Events) -> Iterator[Line]:
    values = {
        "cap": size(events.cap),
        "key": events.key or None,
        "network": events.network,
        "lost": events.lost,
    }
    yield from _lines(values, events.places)


def _jwt(identity: Jwt) -> Iterator[Line]:
    values: dict[str, Any] = {"kind": "jwt"}
    for name in Jwt.__struct_fields__:
        if name not in ("name", "places"):
            values[name] = getattr(identity, name)
    for name in ("tenant", "roles", "required"):
        values[name] = values[name] or None
    yield from _lines(values, identity.places)


def _limits(policy: Policy) -> Iterator[Line]:
    for name, limits in _named(policy).items():
        words = [limit.text for limit in limits]
        yield key(name), toml(words[0] if len(words) == 1 else words), limits[0].place


def _named(policy: Policy) -> dict[str, list[Limit]]:
    """All limits in use by name, in the order of the file."""
    named: dict[str, set[Limit]] = {}
    for operation in policy.operations:
        for limit in operation.limits:
            named.setdefault(limit.name, set()).add(limit)
    return {
        name: sorted(found, key=lambda limit: (limit.place.line, limit.place.column))
        for name, found in named.items()
    }


def _defaults(policy: Policy) -> Iterator[Line]:
    """The two keys that mean something else at an operation than above it.

    ``body`` declares a body there. Where every operation declares one, the default is as large
    as the largest, so that none is looser than it. ``limits`` that count subjects are refused at a
    public operation, and do not apply to it where they come from above.
    """
    ours = [operation for operation in policy.operations if not operation.decoy]
    if ours and all("body" in operation.places for operation in ours):
        silent = [operation for operation in ours if not _says_body(operation)]
        chosen = silent[0] if silent else max(ours, key=lambda it: it.body)
        yield "body", toml(size(chosen.body)), chosen.places["body"]
    if (place := _shared_limits(policy)) is not None:
        sharing = [it for it in ours if it.places["limits"] == place]
        yield "limits", toml(list(dict.fromkeys(n for it in sharing for n in _names(it)))), place


def _shared_limits(policy: Policy) -> Place | None:
    """The line of the limits that apply to a public operation in part."""
    named = _named(policy)
    for operation in policy.operations:
        for name in _names(operation):
            if sum(limit.name == name for limit in operation.limits) < len(named[name]):
                return operation.places["limits"]
    return None


def _names(operation: Operation) -> tuple[str, ...]:
    return tuple(dict.fromkeys(limit.name for limit in operation.limits))


def _says_body(operation: Operation) -> bool:
    """Whether ``body`` can stand at the operation itself and mean the same."""
    return operation.body_declared or operation.body == 0


def _operation(policy: Policy, operation: Operation) -> str:
    name = f"{operation.method} {operation.template.removeprefix(policy.api.base)}"
    values = {
        "public": operation.public or None,
        "decoy": operation.decoy or None,
        "identity": operation.identity,
        "scopes": operation.scopes,
        "roles": operation.roles,
        "limits": _names(operation),
        "body": size(operation.body),
        "query": {query.name: _query(query) for query in operation.query},
        "params": {it.name: operation.params[it.name] for it in _exempt(operation)},
        "input": operation.input,
        "output": operation.output and _output(operation.output),
        "headers": operation.headers,
        "cache": operation.cache,
        "https": operation.https,
        "hosts": operation.hosts,
        "networks": _networks(operation.networks),
        "shadow": operation.shadow and _shadow(operation.shadow),
        "example": operation.example and _example(operation.example),
        "loosen": operation.loosen,
        "why": operation.why,
    }
    above = policy.api.places
    said = {
        name: value
        for name, value in values.items()
        if name in operation.places and operation.places[name] != above.get(name)
    }
    if not said.get("params"):
        said.pop("params", None)
    if not _says_body(operation):
        said.pop("body", None)
    if operation.places.get("limits") == _shared_limits(policy):
        said.pop("limits", None)
    header = f"[operations.{key(name)}]"
    return _table(header, _lines(said, operation.places), operation.place)


def _exempt(operation: Operation) -> Iterator[Parameter]:
    """Its parameters that name no object; a group may say so of more than it has."""
    return (it for it in operation.parameters if it.name in operation.params)


def _pass(policy: Policy, subtree: Pass) -> str:
    values = {
        "why": subtree.why,
        "https": None if subtree.https == policy.api.https else subtree.https,
        "hosts": None if subtree.hosts == policy.api.hosts else subtree.hosts,
        "networks": _networks(subtree.networks) or None,
    }
    header = f"[pass.{key(subtree.prefix.removeprefix(policy.api.base))}]"
    lines = _lines(values, dict.fromkeys(values, subtree.place))
    return _table(header, lines, subtree.place)


def _expect(policy: Policy, expect: Expect) -> Iterator[Line]:
    path = expect.path.removeprefix(policy.api.base)
    values = {
        "ask": f"{expect.method} {path}" + (f"?{expect.query}" if expect.query else ""),
        "as": expect.subject or None,
        "identity": expect.identity or None,
        "scopes": expect.scopes or None,
        "roles": expect.roles or None,
        "tenant": expect.tenant,
        "body": expect.body,
        "client": expect.client,
        "host": expect.host or None,
        "https": None if expect.scheme == "https" else False,
        "answer": "permit" if expect.answer is None else expect.answer,
        "by": expect.by or None,
    }
    yield from _lines(values, dict.fromkeys(values, expect.place))


def _lines(values: Mapping[str, Any], places: Mapping[str, Place]) -> Iterator[Line]:
    """Lines of a table; a value that is not there is no line.

    A table that was merged key by key is shown so too: each of its keys has an origin.
    """
    for name, value in values.items():
        inner = [f"{name}.{word}" for word in value] if isinstance(value, Mapping) else []
        if inner and all(word in places for word in inner):
            for word, one in value.items():
                yield f"{name}.{key(word)}", toml(one), places[f"{name}.{word}"]
        elif value is not None:
            yield name, toml(value), places.get(name)


# ------------------------------------------------------------------ values


def size(count: int) -> str | int:
    """Bytes as the language writes them: ``"64 KiB"``, or a plain number."""
    for unit, power in (("GiB", 30), ("MiB", 20), ("KiB", 10)):
        if count and count % (1 << power) == 0:
            return f"{count >> power} {unit}"
    return count


def _networks(networks: tuple[Network, ...]) -> list[str]:
    return [str(it).removesuffix("/32" if it.version == 4 else "/128") for it in networks]


def _cors(cors: Cors) -> dict[str, Any]:
    default = Cors(cors.origins)
    return {"origins": cors.origins} | {
        name: getattr(cors, name)
        for name in ("credentials", "headers", "expose", "max_age")
        if getattr(cors, name) != getattr(default, name)
    }


def _shadow(shadow: Shadow) -> dict[str, Any]:
    controls = {"controls": shadow.controls} if shadow.controls else {}
    return {"until": shadow.until} | controls


def _query(query: Query) -> str:
    words = [query.kind, *query.choices]
    if query.minimum is not None or query.maximum is not None:
        words.append(f"{_number(query.minimum)}..{_number(query.maximum)}")
    words += ["required"] * query.required + ["many"] * query.many
    return " ".join(words)


def _number(bound: float | None) -> str:
    if bound is None:
        return ""
    return str(int(bound)) if bound == int(bound) else format(Decimal(repr(bound)), "f")


def _output(output: Output) -> dict[str, Any]:
    return ({"at": output.at} if output.at else {}) | {"fields": output.fields}


def _example(example: Example) -> dict[str, Any]:
    parts = {"path": example.path or None, "query": example.query or None, "body": example.body}
    return {name: value for name, value in parts.items() if value is not None}
