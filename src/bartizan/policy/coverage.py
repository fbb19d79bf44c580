"""The coverage table: for every rule of the language, who enforces it, proves it and watches it.

A rule that somebody does not cover is declared here with a dash; a word of the language that is
neither a rule of this table nor a fact fails the tests. So a gap is known, or it is a bug.
"""

from collections.abc import Iterator
from typing import Final, Literal

from msgspec import Struct

from bartizan.policy.rules import Operation, Pass, Policy

Covers = Literal["yes", "-"]
"""``yes``: in this version. ``-``: not in this version."""

Table = Literal["api", "identity", "entry", "pass"]
"""``entry`` is an operation, a group or the defaults."""


class Row(Struct, frozen=True):
    """One rule, and who covers it."""

    table: Table
    """Where it is written."""
    key: str
    """The word of the language; empty where nothing needs to be written."""
    title: str
    """The rule in a few words."""
    control: str
    """The control that enforces it in the application: a row of the table of refusals."""
    app: Covers = "yes"
    """The application enforces it."""
    gateway: Covers = "-"
    """The edge enforces it."""
    probe: Covers = "-"
    """The audit proves it."""
    detector: Covers = "-"
    """The watch notices who tries it."""


class Covered(Struct, frozen=True):
    """A rule that a policy uses."""

    row: Row
    """The rule."""
    operations: int
    """How many operations it holds for."""


ROWS: Final[tuple[Row, ...]] = (
    # in the order of the table of refusals
    Row("entry", "", "one spelling of every request", "spelling"),
    Row("api", "proxies", "the true client behind proxies", "client"),
    Row("api", "forwarded", "one family of forwarding headers", "client"),
    Row("api", "deny", "networks that are not served", "client"),
    Row("entry", "networks", "client networks of an operation", "client"),
    Row("pass", "networks", "client networks of a subtree", "client"),
    Row("api", "flood", "all requests of a client", "flood"),
    Row("api", "hosts", "accepted hosts", "host"),
    Row("entry", "hosts", "accepted hosts of an operation", "host"),
    Row("pass", "hosts", "accepted hosts of a subtree", "host"),
    Row("api", "https", "no plain http", "https"),
    Row("entry", "https", "no plain http for an operation", "https"),
    Row("pass", "https", "no plain http for a subtree", "https"),
    Row("api", "cors", "pages of other origins", "cors"),
    Row("entry", "operations", "what is not declared is not served", "operation"),
    Row("entry", "parameters", "typed path parameters", "operation"),
    Row("entry", "decoy", "decoys", "operation"),
    Row("api", "target", "longest target", "size"),
    Row("api", "headers", "largest headers", "size"),
    Row("entry", "body", "largest body", "size"),
    Row("entry", "limits", "rate limits", "rate"),
    Row("entry", "identity", "signed in", "authenticate"),
    Row("entry", "public", "open to everybody, no credential read", "authenticate"),
    Row("api", "guesses", "failed credentials of a client", "authenticate"),
    Row("identity", "issuer", "who issued the token", "authenticate"),
    Row("identity", "audience", "whom the token is for", "authenticate"),
    Row("identity", "algorithms", "how the token is signed", "authenticate"),
    Row("identity", "keys", "whose signature it is", "authenticate"),
    Row("identity", "typ", "what the token is", "authenticate"),
    Row("identity", "required", "claims that must be there", "authenticate"),
    Row("identity", "leeway", "how far clocks may differ", "authenticate"),
    Row("identity", "lifetime", "how long a token may live", "authenticate"),
    Row("entry", "scopes", "scopes", "scopes"),
    Row("entry", "roles", "roles", "roles"),
    Row("entry", "", "the framework's route is the operation's", "agreement"),
    Row("entry", "query", "declared query parameters only", "input"),
    Row("entry", "input", "form of the body, declared fields only", "input"),
    Row("entry", "output", "fields that leave", "output"),
    Row("entry", "headers", "headers of the answer", "headers"),
    Row("entry", "cache", "who may keep the answer", "headers"),
    Row("entry", "", "no trace of an error leaves", "errors"),
)
"""All rules. A row without a key holds always."""

FACTS: Final[frozenset[tuple[str, str]]] = frozenset(
    {
        ("api", "name"),
        ("api", "base"),
        ("api", "shadow"),
        ("identity", "kind"),
        ("identity", "subject"),
        ("identity", "tenant"),
        ("identity", "scopes"),
        ("identity", "roles"),
        ("entry", "params"),
        ("entry", "shadow"),
        ("entry", "example"),
        ("entry", "loosen"),
        ("entry", "why"),
        ("pass", "why"),
    }
)
"""Words of the language that ask for nothing: they name, explain, map or exempt."""


def coverage(policy: Policy) -> tuple[Covered, ...]:
    """The rules that this policy uses, in the order of ``ROWS``."""
    return tuple(_covered(policy))


def _covered(policy: Policy) -> Iterator[Covered]:
    for row in ROWS:
        count = _count(row, policy)
        if count is not None:
            yield Covered(row, count)


def _count(row: Row, policy: Policy) -> int | None:
    """How many operations a rule holds for; ``None`` where the policy does not use it."""
    every = policy.operations
    if row.table == "api":
        if row.key == "https":
            return sum(operation.https != "off" for operation in every) or None
        built_in = row.key in ("hosts", "target", "headers")
        return len(every) if built_in or row.key in policy.api.places else None
    if row.table == "pass":
        return 0 if any(_holds(row.key, subtree) for subtree in policy.passes) else None
    if row.table == "identity":
        return _identity(row.key, policy)
    if row.key == "":
        return len(every)
    return sum(_uses(row.key, operation, policy) for operation in every) or None


def _identity(key: str, policy: Policy) -> int | None:
    """Operations whose identities are checked so; ``typ`` and ``lifetime`` always are."""
    names = {
        name
        for name, identity in policy.identities.items()
        if key in ("typ", "lifetime") or key in identity.places
    }
    return sum(not names.isdisjoint(o.identity) for o in policy.operations) if names else None


def _uses(key: str, operation: Operation, policy: Policy) -> bool:
    """Whether an operation says this itself, or by its group or the defaults."""
    if key in ("operations", "body"):
        return True
    if key == "parameters":
        return bool(operation.parameters)
    place = operation.places.get(key)
    said = place is not None and place != policy.api.places.get(key)
    return said and (key != "https" or operation.https != "off")


def _holds(key: str, subtree: Pass) -> bool:
    value = getattr(subtree, key)
    return bool(value) and value != "off"
