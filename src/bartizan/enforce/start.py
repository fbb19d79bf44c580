"""From a policy to a guard: everything that is missing or weak stops the start here.

A broken policy never starts half an application: all faults are found, then one error says them.
"""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from bartizan.credentials.keys import KeyFault, KeyRing, open_ring
from bartizan.enforce.ask import broken
from bartizan.enforce.guard import Guard
from bartizan.enforce.journal import Journal
from bartizan.enforce.plan import shadows
from bartizan.policy.faults import Fault, PolicyError
from bartizan.policy.nearest import nearest
from bartizan.policy.neighbours import Met
from bartizan.policy.neighbours import faults as dangers
from bartizan.policy.routes import Served, Survey, Undecided
from bartizan.policy.rules import Operation, Place, Policy
from bartizan.schemas.form import Form, FormFault, form
from bartizan.stores.opening import StoreFault, open_store
from bartizan.stores.port import Store

Made = TypeVar("Made")

FAMILY = 6
"""Undecided routes of one subtree that are told as one."""


def equip(
    policy: Policy,
    *,
    bind: Mapping[str, Any] | None = None,
    survey: Survey | None = None,
    journal: Journal | None = None,
    store: Store | None = None,
    neighbours: Iterable[Met] = (),
    trace: Callable[[], str] | None = None,
) -> Guard:
    """Open keys, forms and store, prove the expectations, and stand a guard there.

    Raises ``PolicyError`` with every fault: a weak or missing key, a name that is bound to
    nothing, a type that cannot be enforced, an expectation that does not hold, where the
    application was surveyed, routes that nobody decides and entries that nobody serves, and those
    of the ``neighbours`` that undo a rule. ``trace`` says the id of the current trace, or nothing.
    """
    faults: list[Fault] = []
    rings = keys(policy, faults)
    forms = bound_forms(policy, bind or {}, faults)
    if store is None:
        place = policy.stores.places.get("limits")
        opened = partial(open_store, policy.stores.limits)
        store = _collect(faults, opened, StoreFault, "P501", place, policy)
    if survey is not None:
        faults += disagreements(survey)
        faults += unbelievable(policy, survey)
    faults += unheld(policy, forms)
    faults += dangers(neighbours)
    if policy.events.lost == "refuse" and journal is None and not policy.stores.events:
        faults.append(_unwritten(policy))
    if faults or store is None:
        raise PolicyError(faults)
    return Guard(policy, store=store, rings=rings, forms=forms, journal=journal, trace=trace)


def keys(policy: Policy, faults: list[Fault]) -> dict[str, KeyRing]:
    """The keys of every identity."""
    rings: dict[str, KeyRing] = {}
    for name, identity in policy.identities.items():
        place = identity.places.get("keys")
        open_it = partial(open_ring, identity)
        ring = _collect(faults, open_it, KeyFault, "P502", place, policy)
        if ring is not None:
            rings[name] = ring
    return rings


def bound_forms(policy: Policy, bind: Mapping[str, Any], faults: list[Fault]) -> dict[str, Form]:
    """Every input form by the name that the policy gives it; each name bound, each bind used."""
    forms: dict[str, Form] = {}
    for operation in policy.operations:
        name = operation.input
        if not name or name in forms:
            continue
        place = operation.places.get("input")
        if name.startswith("file:"):
            bound: Any = Path(name.removeprefix("file:"))
        elif name in bind:
            bound = bind[name]
        else:
            faults.append(_unbound(operation, name, place))
            continue
        make = partial(form, bound, name)
        made = _collect(faults, make, FormFault, "P503", place, policy)
        if made is not None:
            forms[name] = made
    named = {operation.input for operation in policy.operations}
    faults.extend(
        Fault("P505", f"`{name}` is bound, and the policy never asks for it", _top(policy))
        for name in sorted(bind.keys() - named)
    )
    return forms


def unheld(policy: Policy, forms: Mapping[str, Form]) -> Iterator[Fault]:
    """The expectations that do not hold."""
    for expect in policy.expects:
        why = broken(policy, expect, forms)
        if why:
            yield Fault(
                "P506", why, expect.place,
                consequence="the policy does not say what you expect of it",
            )  # fmt: skip


def disagreements(survey: Survey) -> Iterator[Fault]:
    """Routes that no entry decides, and entries that no route serves."""
    families = _families(survey)
    for prefix, family in families.items():
        first = family[0].served
        yield Fault(
            "R201",
            f"{len(family)} routes below {prefix} are served, the first by `{first.view}`, and no "
            "entry decides them",
            _code(first),
            consequence="the application does not start until entries decide them, or a [pass] "
            "leaves the subtree to a guard of its own",
        )
    for undecided in survey.undecided:
        if _family(undecided.served.path) not in families:
            yield _undecided(undecided)
    paths = {_shape(undecided.served.path): undecided.served.path for undecided in survey.undecided}
    for operation in survey.unserved:
        meant = paths.get(_meant(operation.template, paths), "")
        yield Fault(
            "R202",
            f"no route of the application serves {operation.name}"
            + (f"; one without an entry is {meant}" if meant else ""),
            operation.place,
            consequence="the entry protects nothing: a typo in it would leave a route open",
        )


def _undecided(undecided: Undecided) -> Fault:
    served = undecided.served
    methods = " ".join(undecided.methods or sorted(served.methods or ())) or "every method"
    return Fault(
        "R201",
        f"{methods} {served.path} is served by `{served.view}` and no entry decides it",
        _code(served),
        consequence="the application does not start until an entry decides it",
    )


def _families(survey: Survey) -> dict[str, list[Undecided]]:
    """Subtrees of which nothing is decided, where one word says more than many: an admin."""
    families: dict[str, list[Undecided]] = {}
    for undecided in survey.undecided:
        families.setdefault(_family(undecided.served.path), []).append(undecided)
    decided = {_family(served.path) for served, _ in survey.covered}
    return {
        prefix: family
        for prefix, family in families.items()
        if len(family) >= FAMILY and prefix not in decided
    }


def _family(path: str) -> str:
    """The subtree of the first segment: ``/admin/``."""
    return "/" + path[1:].partition("/")[0] + "/"


def _shape(path: str) -> str:
    """A path without what its parameters are called, as frameworks and policies write them."""
    return re.sub(r"<[^<>]*>|\{[^{}]*\}", "{}", path)


def _meant(template: str, paths: Iterable[str]) -> str:
    """The shape that a template probably meant: a slip away, or below a base written twice."""
    shape = _shape(template)
    twice = (path for path in paths if path.count("/") > 1 and shape.endswith(path))
    return next(twice, "") or nearest(shape, paths, 2)


def unbelievable(policy: Policy, survey: Survey, now: float | None = None) -> Iterator[Fault]:
    """Views that take our subject although nobody is asked for one: authenticate is in shadow."""
    now = time.time() if now is None else now
    named = {operation.name: operation for operation in policy.operations}
    for served, names in survey.covered:
        for operation in (named[name] for name in names if served.takes_subject):
            end = shadows(policy, operation, ("authenticate",)).get("authenticate", 0.0)
            if end > now and not operation.public:
                place = operation.places.get("shadow") or policy.api.places.get("shadow")
                yield Fault(
                    "R203",
                    f"`{served.view}` takes our subject, and authenticate is in shadow for "
                    f"{operation.name}",
                    place or operation.place,
                    consequence="the view would serve callers that nobody has authenticated",
                )


def _collect(
    faults: list[Fault],
    make: Callable[[], Made],
    expected: type[Exception],
    code: str,
    place: Place | None,
    policy: Policy,
) -> Made | None:
    """What ``make`` makes, or ``None`` and its sentence as a fault."""
    try:
        return make()
    except expected as fault:
        faults.append(Fault(code, str(fault), place or _top(policy)))
        return None


def _unwritten(policy: Policy) -> Fault:
    return Fault(
        "P507",
        "no request may go unrecorded, and no directory is named for events: say "
        '[stores] events = "events"',
        policy.events.places.get("lost") or _top(policy),
        consequence="every request would have gone unrecorded",
    )


def _unbound(operation: Operation, name: str, place: Place | None) -> Fault:
    from_code = f'Bartizan(app, bind={{"{name}": {name}}})'
    return Fault(
        "P504",
        f"`{name}` is bound to nothing: {from_code}",
        place or operation.place,
        consequence=f"the body of {operation.name} would not be looked at",
    )


def _top(policy: Policy) -> Place:
    return Place(policy.file, 1, 1)


def _code(served: Served) -> Place:
    file, _, line = served.where.rpartition(":")
    return Place(file or served.where, int(line) if line.isdigit() else 1, 1)
