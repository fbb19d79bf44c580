"""The application's routes held against the policy's operations, in both directions.

Nothing is translated: for every operation a few sample paths are asked of the framework's own
router, so regular expressions, custom converters and included tables count as the framework
itself reads them. A served route that no operation reaches, and an operation that reaches no
route, stop the start (OWASP API9:2023, improper inventory).
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from itertools import islice, product

from msgspec import Struct

from bartizan.policy.match import parse_template
from bartizan.policy.rules import Operation, Parameter, ParameterKind, Policy

SAMPLES: Mapping[ParameterKind, tuple[str, ...]] = {
    "int": ("7", "12345", "2024", "0"),
    "uuid": ("6ba7b810-9dad-41d1-80b4-00c04fd430c8",),
    "date": ("2026-01-31",),
    "slug": ("abc-d", "abc_d", "abc", "A1", "7", "d41d8cd98f00b204e9800998ecf8427e"),
    "str": ("x.y~", "a b", "abc-d", "abc", "A1", "7", "6ba7b810-9dad-41d1-80b4-00c04fd430c8"),
    "path": ("a/b.c", "a", "a/b/c", "7"),
}
"""Texts of each kind, from the most to the least peculiar."""

MOST_SAMPLES = 64
"""Sample paths of one operation at most."""


class Served(Struct, frozen=True):
    """One route of the application."""

    key: Hashable
    """What tells it apart at run time."""
    path: str
    """Its public path as the framework writes it, mount prefix included."""
    methods: frozenset[str] | None
    """Methods that it says it serves, without HEAD and automatic OPTIONS; ``None`` where the
    view does not say: then the policy's lines are its methods."""
    where: str
    """The line of code that serves it: ``shop/views.py:41``."""
    view: str
    """Name of the view."""
    takes_subject: bool = False
    """Whether its code takes our subject or permit."""


class Undecided(Struct, frozen=True):
    """A route and methods that no entry of the policy decides."""

    served: Served
    """The route."""
    methods: tuple[str, ...]
    """The methods; empty where the whole route is undeclared."""


class Survey(Struct, frozen=True):
    """What holds for what."""

    serves: Mapping[tuple[Hashable, str], frozenset[str]]
    """Names of the operations that each route serves, by route key and method."""
    covered: tuple[tuple[Served, tuple[str, ...]], ...]
    """Every route of ours with the names of its operations."""
    passed: tuple[tuple[Served, str], ...]
    """Routes in a subtree that is not ours, with its prefix."""
    undecided: tuple[Undecided, ...]
    """Routes that no entry decides."""
    unserved: tuple[Operation, ...]
    """Operations that no route serves."""


Resolve = Callable[[str, str], Hashable | None]
"""Ask the framework's router: method and public path to the key of a route."""


def survey(policy: Policy, served: Iterable[Served], resolve: Resolve) -> Survey:
    """Hold every route against every operation."""
    routes = {route.key: route for route in served}
    reached: dict[tuple[Hashable, str], set[str]] = {}
    unserved = []
    for operation in policy.operations:
        if operation.decoy or operation.method == "WS":
            continue
        keys = {resolve(operation.method, path) for path in samples(operation.template)}
        keys = {key for key in keys & routes.keys() if _says(routes[key], operation.method)}
        for key in keys:
            reached.setdefault((key, operation.method), set()).add(operation.name)
        if not keys:
            unserved.append(operation)
    serves = {at: frozenset(names) for at, names in reached.items()}
    return _sorted(policy, tuple(routes.values()), serves, tuple(unserved))


def samples(template: str) -> tuple[str, ...]:
    """Public paths that mean this template, each kind in its different forms."""
    choices = [
        SAMPLES[segment.kind] if isinstance(segment, Parameter) else (segment,)
        for segment in parse_template(template)
    ]
    return tuple("/" + "/".join(texts) for texts in islice(product(*choices), MOST_SAMPLES))


def _says(route: Served, method: str) -> bool:
    return route.methods is None or method in route.methods


def _sorted(
    policy: Policy,
    routes: tuple[Served, ...],
    serves: Mapping[tuple[Hashable, str], frozenset[str]],
    unserved: tuple[Operation, ...],
) -> Survey:
    covered, passed, undecided = [], [], []
    for route in routes:
        names = [name for (key, _), found in serves.items() if key == route.key for name in found]
        prefix = next((p.prefix for p in policy.passes if route.path.startswith(p.prefix)), None)
        if prefix is not None and not names:
            passed.append((route, prefix))
            continue
        if names:
            covered.append((route, tuple(sorted(names))))
        missing = {method for method in route.methods or () if (route.key, method) not in serves}
        if missing or not names:
            undecided.append(Undecided(route, tuple(sorted(missing))))
    return Survey(serves, tuple(covered), tuple(passed), tuple(undecided), unserved)
