"""Lints about operations: what is open, what is unbounded, and whose the objects are."""

import datetime as dt
import re
from collections.abc import Iterator
from typing import Final

from bartizan.policy.lints.remark import LintKind, Remark, by_line
from bartizan.policy.rules import Operation, Policy

WRITES: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
"""Methods that change something (not safe, RFC 9110 section 9.2.1)."""

MEBIBYTE: Final = 1 << 20

GUESSABLE: Final = 30
"""Most requests a minute that one client needs where secrets are entered."""

_SECRETS = re.compile(
    r"(?:^|[/_-])(?:log-?(?:in|on)|sign-?(?:in|up)|register|auth|oauth|tokens?|passwords?|passwd"
    r"|otp|mfa|2fa)(?:[/_.-]|$)",
    re.IGNORECASE,
).search


def _open(operation: Operation) -> bool:
    """Whether a stranger may use it."""
    return not operation.decoy and (operation.public or "anonymous" in operation.identity)


def _opened(policy: Policy, _: dt.date) -> Iterator[Remark]:
    public = [o for o in policy.operations if o.public and not o.decoy]
    anonymous = [o for o in policy.operations if "anonymous" in o.identity]
    for found, how in ((public, "public"), (anonymous, "open to anonymous callers too")):
        if found:
            count = "1 operation is" if len(found) == 1 else f"{len(found)} operations are"
            yield f"{count} {how}: {', '.join(o.name for o in found)}", found[0].place


OPEN = LintKind(
    code="P441",
    title="open to strangers",
    severity="info",
    advice="read the list: is each of them meant for the whole internet?",
    why="These operations are decided, and decided for everybody. The list is short enough to be "
    "read by a person, and that is what it is for.",
    bad='[operations."GET /orders"]\npublic = true\n',
    good='[operations."GET /orders"]\nidentity = ["main"]\n',
    reference="OWASP API2:2023; CWE-306",
    find=_opened,
)


def _public_write(policy: Policy, _: dt.date) -> Iterator[Remark]:
    found = [o for o in policy.operations if _open(o) and o.method in WRITES and not o.why]
    for names, place in by_line(found):
        yield f"{names}: a stranger may change something here", place


PUBLIC_WRITE = LintKind(
    code="P442",
    title="public write",
    severity="warning",
    advice="ask for an identity, or say in `why` what makes it safe",
    why="What strangers can write, machines write: spam, stored scripts, a full disk. Some writes "
    "have to be open (a login, a webhook); a `why` tells the reviewer that somebody thought of it.",
    bad='[operations."POST /orders"]\npublic = true\n',
    good='[operations."POST /orders"]\npublic = true\nwhy = "guests order too"\n',
    reference="OWASP API6:2023; CWE-306",
    find=_public_write,
)


def _unlimited(policy: Policy, _: dt.date) -> Iterator[Remark]:
    found = [
        operation
        for operation in policy.operations
        if operation.method == "POST"
        and _open(operation)
        and not _guesses_secrets(operation)
        and _slowest(operation) is None
    ]
    for names, place in by_line(found, "limits"):
        yield f"{names}: public, and no limit counts the requests of one client", place


def _slowest(operation: Operation) -> float | None:
    """How many requests a minute the strictest limit per client admits, if any."""
    limits = [60 * it.count / it.period for it in operation.limits if "client" in it.per]
    return min(limits, default=None)


UNLIMITED = LintKind(
    code="P443",
    title="unlimited public write",
    severity="warning",
    advice='give it limits of its own: limits = ["10/minute per client"]',
    why="Every call costs you something, a mail, a row, a hash, and costs the caller nothing.",
    bad='[operations."POST /orders"]\npublic = true\nwhy = "guests order too"\n',
    good='[limits]\norder = "10/minute per client"\n\n[operations."POST /orders"]\npublic = true\n'
    'why = "guests order too"\nlimits = ["order"]\n',
    reference="OWASP API4:2023; CWE-770",
    find=_unlimited,
)


def _guesses_secrets(operation: Operation) -> bool:
    """Whether secrets are entered here, to judge by the path."""
    return operation.method in WRITES - {"DELETE"} and _SECRETS(operation.template) is not None


def _login(policy: Policy, _: dt.date) -> Iterator[Remark]:
    found = []
    for operation in policy.operations:
        if not operation.decoy and _guesses_secrets(operation):
            pace = _slowest(operation)
            if pace is None or pace > GUESSABLE:
                found.append(operation)
    for names, place in by_line(found, "limits"):
        yield f"{names}: one client may try more than {GUESSABLE} secrets a minute", place


LOGIN = LintKind(
    code="P444",
    title="unlimited login",
    severity="warning",
    advice='limit it: limits = ["login"] with login = "5/minute per client"',
    why="Passwords, codes and reset tokens are guessed here. The limit of the other operations is "
    "made for people who browse, and is a hundred times too wide.",
    bad='[operations."POST /login"]\npublic = true\nwhy = "the login"\n',
    good='[limits]\nlogin = "5/minute per client"\n\n[operations."POST /login"]\npublic = true\n'
    'why = "the login"\nlimits = ["login"]\n',
    reference="OWASP API2:2023; NIST SP 800-63B section 5.2.2; CWE-307",
    find=_login,
)


def _no_input(policy: Policy, _: dt.date) -> Iterator[Remark]:
    found = [
        operation
        for operation in policy.operations
        if operation.method in WRITES - {"DELETE"}
        and not operation.input
        and not operation.decoy
        and operation.body != 0
    ]
    for names, place in by_line(found):
        yield f"{names}: a body of any form reaches the view", place


NO_INPUT = LintKind(
    code="P445",
    title="write without input",
    severity="warning",
    advice='bind a form: input = "NewOrder"; or accept no body: body = 0',
    why="Unknown fields reach the view, and from there the database: mass assignment.",
    bad='[operations."POST /orders"]\nscopes = ["orders:write"]\n',
    good='[operations."POST /orders"]\nscopes = ["orders:write"]\ninput = "NewOrder"\n',
    reference="OWASP API3:2023; CWE-915; CWE-20",
    find=_no_input,
)


def _large(policy: Policy, _: dt.date) -> Iterator[Remark]:
    found = [o for o in policy.operations if o.body > MEBIBYTE and not o.decoy]
    for names, place in by_line(found, "body"):
        yield f"{names}: bodies of more than 1 MiB are accepted", place


LARGE = LintKind(
    code="P446",
    title="large body",
    severity="warning",
    advice='write what the largest legal body needs: body = "64 KiB"',
    why="A body is read into memory before it is checked: a hundred clients times its size is what "
    "a stranger can make you hold.",
    bad='[operations."POST /orders"]\nbody = "10 MiB"\n',
    good='[operations."POST /orders"]\nbody = "64 KiB"\n',
    reference="OWASP API4:2023; CWE-770",
    find=_large,
)


def _text(policy: Policy, _: dt.date) -> Iterator[Remark]:
    for operation in policy.operations:
        for query in operation.query:
            if query.kind == "text" and query.maximum is None:
                place = operation.places.get("query", operation.place)
                yield f"{operation.name}: `{query.name}` is text of any length", place


TEXT = LintKind(
    code="P447",
    title="unbounded text",
    severity="warning",
    advice='bound it: "text 0..80"',
    why="Every search, pattern and log line that the text reaches costs by its length.",
    bad='[operations."GET /orders"]\nquery = { q = "text" }\n',
    good='[operations."GET /orders"]\nquery = { q = "text 0..80" }\n',
    reference="OWASP API4:2023; CWE-1284",
    find=_text,
)


def _whose(policy: Policy, _: dt.date) -> Iterator[Remark]:
    for operation in policy.operations:
        if operation.public or operation.decoy:
            continue
        for parameter in operation.parameters:
            if parameter.kind in ("date", "path") or parameter.name in operation.params:
                continue
            sentence = f"nobody but the view guards whose `{parameter.name}` is"
            yield f"{operation.name}: {sentence}", operation.place


WHOSE = LintKind(
    code="P448",
    title="an object of nobody",
    severity="warning",
    advice='check it in the view; where it belongs to nobody, say params = { ID = "none" }',
    why="A subject may ask for this operation, and counts up the number in the path. That is the "
    "most frequent hole of APIs, and no rule of this version closes it for you.",
    bad='[operations."GET /orders/{order_id:int}"]\nscopes = ["orders:read"]\n',
    good='[operations."GET /orders/{order_id:int}"]\nparams = { order_id = "none" }\n'
    'why = "orders are published"\n',
    reference="OWASP API1:2023; CWE-639",
    find=_whose,
)


def _networks(policy: Policy, _: dt.date) -> Iterator[Remark]:
    found = [o for o in policy.operations if "networks" in o.places and not o.networks]
    for names, place in by_line(found, "networks"):
        yield f"{names}: an empty list of networks lets in everybody", place


NETWORKS = LintKind(
    code="P449",
    title="no network at all",
    severity="warning",
    advice="list the networks, or take the key out",
    why="It reads like nobody, and means everybody.",
    bad='[operations."GET /orders"]\nnetworks = []\n',
    good='[operations."GET /orders"]\nnetworks = ["10.0.0.0/8"]\n',
    reference="CWE-284",
    find=_networks,
)
