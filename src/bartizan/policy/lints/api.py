"""Lints about the API as a whole: who is believed, what is counted, what is written down."""

import datetime as dt
from collections.abc import Iterator

from bartizan.policy.lints.remark import LintKind, Remark, by_line, line
from bartizan.policy.rules import Operation, Policy


def _proxies(policy: Policy, _: dt.date) -> Iterator[Remark]:
    for network in policy.api.proxies:
        narrow = 28 if network.version == 4 else 124
        if network.prefixlen < narrow:
            place = line(policy, policy.api.places, "proxies")
            yield f"every address of {network} may say whom it speaks for", place


PROXIES = LintKind(
    code="P401",
    title="wide proxy range",
    severity="warning",
    advice="list the proxies' own addresses",
    why="Whoever sits in the range of the proxies can pose as any client: limits, deny lists and "
    "logs then hold what an attacker wrote. A neighbour in the same cloud network is enough.",
    bad='[api]\nproxies = ["10.0.0.0/8"]\n',
    good='[api]\nproxies = ["10.0.3.7", "10.0.3.8"]\n',
    reference="RFC 7239 section 8.1; CWE-348",
    find=_proxies,
)


def _hosts(policy: Policy, _: dt.date) -> Iterator[Remark]:
    if "*" in policy.api.hosts:
        yield "any Host header is accepted", line(policy, policy.api.places, "hosts")
    own = [o for o in _at_large(policy) if "*" in o.hosts and o.hosts != policy.api.hosts]
    for names, place in by_line(own, "hosts"):
        yield f"{names}: any Host header is accepted", place


def _at_large(policy: Policy) -> Iterator[Operation]:
    """Operations that are not kept to networks of their own."""
    return (o for o in policy.operations if not o.networks and not o.decoy)


HOSTS = LintKind(
    code="P402",
    title="any host",
    severity="warning",
    advice="list the names that the API is reached by",
    why="The application builds links, password mails and cache keys out of the Host header. "
    "Where any host is accepted, a stranger chooses where they lead.",
    bad='[api]\nhosts = ["*"]\n',
    good='[api]\nhosts = ["api.example.com"]\n',
    reference="RFC 9110 section 7.2; OWASP WSTG-INPV-17",
    find=_hosts,
)


def _https_off(policy: Policy, _: dt.date) -> Iterator[Remark]:
    yield from _https(policy, "off", "plain http is served")


def _https_redirect(policy: Policy, _: dt.date) -> Iterator[Remark]:
    yield from _https(policy, "redirect", "plain http is answered with a redirect")


def _https(policy: Policy, how: str, sentence: str) -> Iterator[Remark]:
    if policy.api.https == how:
        yield sentence, line(policy, policy.api.places, "https")
    own = [o for o in _at_large(policy) if o.https == how and o.https != policy.api.https]
    for names, place in by_line(own, "https"):
        yield f"{names}: {sentence}", place


HTTPS_OFF = LintKind(
    code="P403",
    title="no https",
    severity="warning",
    advice='write https = "required", and say at the one operation that needs it otherwise',
    why="Everybody on the way reads and changes what is sent in clear, tokens among it.",
    bad='[api]\nhttps = "off"\n',
    good='[api]\nhttps = "required"\n',
    reference="RFC 6750 section 5.3; RFC 9325; CWE-319",
    find=_https_off,
)

HTTPS_REDIRECT = LintKind(
    code="P404",
    title="https by redirect",
    severity="info",
    advice='write https = "required" where no person types the address',
    why="A client that begins in clear is answered kindly and goes on beginning in clear. Programs "
    "do not read redirects, they follow them: a mistake in their settings never shows.",
    bad='[api]\nhttps = "redirect"\n',
    good='[api]\nhttps = "required"\n',
    reference="RFC 6797 section 7.2; CWE-319",
    find=_https_redirect,
)


def _cors(policy: Policy, _: dt.date) -> Iterator[Remark]:
    if policy.api.cors is not None and "*" in policy.api.cors.origins:
        place = line(policy, policy.api.places, "cors")
        yield "the page of any origin may read the answers", place


CORS = LintKind(
    code="P405",
    title="any origin",
    severity="warning",
    advice="list the origins of your own pages, or leave `cors` out",
    why="Every page that a person visits may ask this API from within that person's network, and "
    "read what it says.",
    bad='[api]\ncors = { origins = ["*"] }\n',
    good='[api]\ncors = { origins = ["https://app.example.com"] }\n',
    reference="Fetch standard, CORS protocol; CWE-942",
    find=_cors,
)


def _flood(policy: Policy, _: dt.date) -> Iterator[Remark]:
    if policy.api.flood is None:
        yield "nothing counts the requests of one client", line(policy, policy.api.places)


FLOOD = LintKind(
    code="P406",
    title="no flood limit",
    severity="warning",
    advice='write flood = "1000/minute per client"',
    why="`flood` counts every request of a client, those that are refused later too. Without it, "
    "scanning for paths and probing of objects are free.",
    bad='[api]\nname = "orders"\n',
    good='[api]\nname = "orders"\nflood = "1000/minute per client"\n',
    reference="OWASP API4:2023; CWE-770",
    find=_flood,
)


def _guesses(policy: Policy, _: dt.date) -> Iterator[Remark]:
    if policy.api.guesses is None and policy.identities:
        yield "nothing counts failed credentials", line(policy, policy.api.places)


GUESSES = LintKind(
    code="P407",
    title="no limit for guesses",
    severity="warning",
    advice='write guesses = "20/minute per client"',
    why="`guesses` counts the credentials of a client that fail. Without it, trying tokens costs "
    "a stranger nothing, and checking their signatures costs you time.",
    bad='[api]\nname = "orders"\n',
    good='[api]\nname = "orders"\nguesses = "20/minute per client"\n',
    reference="OWASP API2:2023; CWE-307",
    find=_guesses,
)


def _memory(policy: Policy, _: dt.date) -> Iterator[Remark]:
    counts = policy.api.flood or policy.api.guesses or any(o.limits for o in policy.operations)
    if counts and policy.stores.limits.startswith("memory:"):
        place = line(policy, policy.stores.places, "limits")
        yield "every limit is per process: with N workers it is N times what is written", place


MEMORY = LintKind(
    code="P408",
    title="limits per process",
    severity="warning",
    advice="run one worker process with threads: once anything is enforced, a second is refused",
    why="Each process has its own memory. Four workers admit four times the limit, and a restart "
    "forgets everything that was counted.",
    bad='[api]\nflood = "1000/minute per client"\n\n[stores]\nlimits = "memory://"\n',
    good='[stores]\nlimits = "memory://"   # and no limit anywhere: nothing is counted\n',
    reference="OWASP API4:2023; CWE-799",
    find=_memory,
)


def _events(policy: Policy, _: dt.date) -> Iterator[Remark]:
    if policy.stores.events == "":
        yield "no decision is written down", line(policy, policy.stores.places)


EVENTS = LintKind(
    code="P409",
    title="no events",
    severity="info",
    advice='name a directory: events = "events"',
    why="Without events nobody can say afterwards who was refused and why, and `bartizan why` has "
    "nothing to read.",
    bad='[stores]\nlimits = "memory://"\n',
    good='[stores]\nlimits = "memory://"\nevents = "events"\n',
    reference="OWASP Top 10 A09:2021; CWE-778",
    find=_events,
)


def _expects(policy: Policy, _: dt.date) -> Iterator[Remark]:
    if not policy.expects:
        yield "the policy has no tests of its own", line(policy, policy.api.places)


EXPECTS = LintKind(
    code="P410",
    title="no expectations",
    severity="info",
    advice="say in [[expect]] what must never change",
    why="A later edit that opens a door looks like any other edit. An expectation stops it before "
    "the application starts.",
    bad='[api]\nname = "orders"\n',
    good='[[expect]]\nask = "GET /orders"\nanswer = 401\n',
    reference="NIST SP 800-53 CM-3(2)",
    find=_expects,
)


def _passes(policy: Policy, _: dt.date) -> Iterator[Remark]:
    for subtree in policy.passes:
        yield f"what is below {subtree.prefix} has a guard of its own: {subtree.why}", subtree.place


PASSES = LintKind(
    code="P411",
    title="a subtree with a guard of its own",
    severity="info",
    advice="keep its own guard tested, and narrow it with `networks` where you can",
    why="Below this prefix only spelling, client, flood, host and https are checked here: who may "
    "do what is decided elsewhere, or nowhere.",
    bad='[pass."/admin/"]\nwhy = "sessions and CSRF of its own"\n',
    good='[api]\nname = "orders"\n',
    reference="OWASP API9:2023",
    find=_passes,
)
