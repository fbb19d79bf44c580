"""The application's routes held against the policy's operations, in both directions.

Nothing is translated: for every operation a few sample paths are asked of the framework's own
router, so regular expressions, custom converters and included tables count as the framework
itself reads them. Where that leaves a route open, a few paths are made from the route's own
pattern, asked of that router too, and looked up in the policy. A served route that no operation
reaches, and an operation that reaches no route, stop the start (OWASP API9:2023, improper
inventory).
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from itertools import islice, product

from msgspec import Struct

from bartizan.policy.match import Found, Router, parse_template
from bartizan.policy.rules import Operation, Parameter, Policy
from bartizan.policy.ways import SAMPLES, Way, paths
from bartizan.policy.words import METHODS

MOST_SAMPLES = 64
"""Sample paths of one operation at most, and of one way to write a route's path."""


def _no_ways() -> tuple[Way, ...]:
    return ()


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
    ways: Callable[[], tuple[Way, ...]] = _no_ways
    """How its path may be written, mount prefix included, read out of its pattern when asked."""


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
    hidden: tuple[Served, ...] = ()
    """Routes that are never asked: other routes take all their paths first. Where that is wrong
    for some path, no operation agrees with them, and the request is refused (row 12)."""


Resolve = Callable[[str, str], frozenset[Hashable]]
"""Ask the framework's router: method and public path to the keys of the routes that serve it, one
for every host or language in which it reads differently."""


Reached = dict[tuple[Hashable, str], set[str]]
"""Names of operations by route key and method, while they are looked for."""


def survey(policy: Policy, served: Iterable[Served], resolve: Resolve) -> Survey:
    """Hold every route against every operation."""
    routes = {route.key: route for route in served}
    reached: Reached = {}
    for operation in _surveyed(policy):
        for path in (*samples(operation.template), *_example(operation)):
            for key in resolve(operation.method, path):
                if key in routes and _says(routes[key], operation.method):
                    reached.setdefault((key, operation.method), set()).add(operation.name)
    hidden = _look_back(policy, routes.values(), resolve, reached)
    serves = {at: frozenset(names) for at, names in reached.items()}
    return _sorted(policy, tuple(routes.values()), serves, _unserved(policy, reached), hidden)


def _unserved(policy: Policy, reached: Reached) -> tuple[Operation, ...]:
    serving = {name for names in reached.values() for name in names}
    return tuple(one for one in _surveyed(policy) if one.name not in serving)


def _surveyed(policy: Policy) -> Iterator[Operation]:
    return (one for one in policy.operations if not one.decoy and one.method != "WS")


def _example(operation: Operation) -> Iterator[str]:
    """The path of its own example: what nobody could guess of a pattern, its author can say."""
    given = operation.example.path if operation.example is not None else {}
    if given and all(one.name in given for one in operation.parameters):
        segments = parse_template(operation.template)
        yield "/" + "/".join(
            str(given[one.name]) if isinstance(one, Parameter) else one for one in segments
        )


def _look_back(
    policy: Policy, routes: Iterable[Served], resolve: Resolve, reached: Reached
) -> frozenset[Hashable]:
    """Look up paths that a route's own pattern makes, where its methods or any operation with one
    of them found nothing on the other side.

    Adds to ``reached``; returns the keys of routes whose every path another route serves.
    """
    router: Router[str] | None = None
    hidden: set[Hashable] = set()
    wanted = {one.method for one in _unserved(policy, reached)}
    passed = tuple(subtree.prefix for subtree in policy.passes)
    for route in routes:
        left = [one for one in _left(route, reached) if one in METHODS]
        asked = sorted({*left, *(wanted if route.methods is None else wanted & route.methods)})
        if not asked:
            continue
        router = router or Router((o.method, o.template, o.name) for o in _surveyed(policy))
        every = (path for way in route.ways() for path in paths(way, MOST_SAMPLES))
        made = [path for path in every if not path.startswith(passed)]
        answers = {(one, path): resolve(one, path) for one in asked for path in made}
        for (method, path), keys in answers.items():
            found = router.find(method, path) if route.key in keys else None
            if isinstance(found, Found):
                reached.setdefault((route.key, method), set()).add(found.value)
        if answers and all(keys and route.key not in keys for keys in answers.values()):
            hidden.add(route.key)
    return frozenset(hidden)


def _left(route: Served, reached: Reached) -> Iterable[str]:
    """Methods of a route that no operation has reached; where it says none, all or nothing."""
    if route.methods is None:
        return () if any((route.key, one) in reached for one in METHODS) else METHODS
    return (one for one in route.methods if (route.key, one) not in reached)


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
    unasked: frozenset[Hashable],
) -> Survey:
    covered, passed, undecided, hidden = [], [], [], []
    by_key: dict[Hashable, set[str]] = {}
    for (key, _), found in serves.items():
        by_key.setdefault(key, set()).update(found)
    for route in routes:
        names = by_key.get(route.key, set())
        prefix = next((p.prefix for p in policy.passes if route.path.startswith(p.prefix)), None)
        if prefix is not None and not names:
            passed.append((route, prefix))
            continue
        if names:
            covered.append((route, tuple(sorted(names))))
        elif route.key in unasked:
            hidden.append(route)
            continue
        missing = {method for method in _sayable(route) or () if (route.key, method) not in serves}
        if missing or (not names and _sayable(route) != frozenset()):
            undecided.append(Undecided(route, tuple(sorted(missing))))
    return Survey(serves, tuple(covered), tuple(passed), tuple(undecided), unserved, tuple(hidden))


def _sayable(route: Served) -> frozenset[str] | None:
    """The methods of a route that an operation can have; any other one (TRACE) is refused
    whatever a policy says."""
    return None if route.methods is None else route.methods & frozenset(METHODS)
