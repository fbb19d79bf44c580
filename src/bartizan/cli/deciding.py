"""What is decided for an operation, in the few words that fit into a table."""

from collections.abc import Iterator

from bartizan.policy.rules import Limit, Operation
from bartizan.policy.show import size

_PERIODS = {1: "second", 60: "minute", 3600: "hour", 86400: "day"}


def who(operation: Operation) -> list[str]:
    """Who may: identities, then what else is asked of them."""
    if operation.decoy:
        return ["nobody (decoy)"]
    said = ["anyone (public)"] if operation.public else [_identities(operation)]
    if operation.scopes:
        said.append(" ".join(("scope", *operation.scopes)))
    if operation.roles:
        said.append("role " + " or ".join(operation.roles))
    said += [f"from {network}" for network in operation.networks]
    if operation.https != "required":
        said.append(f"https {operation.https}")
    if operation.shadow is not None:
        what = ", ".join(operation.shadow.controls) or "everything"
        said.append(f"shadow to {operation.shadow.until}: {what}")
    return said


def open_to_strangers(operation: Operation) -> bool:
    """Whether somebody without a credential may."""
    return not operation.decoy and (operation.public or "anonymous" in operation.identity)


def limits(operation: Operation) -> list[str]:
    """How often, and what is counted apart."""
    return [limit(each) for each in operation.limits] or ["-"]


def limit(it: Limit) -> str:
    """``300/minute client``."""
    period = _PERIODS.get(it.period) or f"{it.period} s"
    return f"{it.count}/{period} {'+'.join(it.per)}"


def passes(operation: Operation) -> list[str]:
    """What comes in and what goes out."""
    return list(_passes(operation)) or ["-"]


def _passes(operation: Operation) -> Iterator[str]:
    if operation.decoy:
        return
    if operation.query:
        yield "?" + " ?".join(query.name for query in operation.query)
    if operation.input:
        yield f"body {operation.input.rpartition('/')[2]}"
    elif operation.body_declared or operation.method in ("POST", "PUT", "PATCH"):
        yield f"any body, {size(operation.body)}" if operation.body else "no body"
    if operation.output is not None:
        count = len(operation.output.fields)
        yield f"gives {count} field{'s' if count > 1 else ''}"


def _identities(operation: Operation) -> str:
    """``main or partner``; anonymous callers come first, since that is what one must not miss."""
    names = [name for name in operation.identity if name != "anonymous"]
    if len(names) < len(operation.identity):
        names.insert(0, "anyone")
    return " or ".join(names)
