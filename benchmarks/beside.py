"""The part of the page about the stacks of tutorials."""

from collections.abc import Callable, Iterator

from benchmarks import peers
from benchmarks.race import BARE, OURS, Result
from benchmarks.report import WORDS, Report

BETTER = """\
## Beside the stacks of tutorials

What they do better, first. Flask-Talisman makes nonces for the scripts of pages, and lets each
view say its own headers. Flask-JWT-Extended issues tokens, keeps them in cookies with protection
against CSRF, refreshes and revokes them. Flask-Limiter counts in Redis, Memcached, MongoDB and
more, by four strategies, so its limits hold for a fleet. Django REST framework negotiates content,
writes models, pages, filters, documents itself and can be tried in a browser; simplejwt issues,
rotates and blacklists; its throttles and those of django-ratelimit count in every cache that
Django knows. All of them have served for years, on many more machines than this one.

Here they do one thing: they answer the requests below, in the same run and in turns with ours.
Each is set up as its own documentation does it, with counters in memory, RS256 tokens, limits for
a client and a subject where the package has both, a strict body, and one line of JSON for each
request; ours writes its event. *Django REST framework* has `JSONRenderer` and `JSONParser`
alone, and users from the token without a database. Django's cache is emptied before each batch,
since a throttle keeps every stamp there. The set-up is `benchmarks/flask_stack.py`,
`benchmarks/drf_stack.py` and `benchmarks/ratelimit_stack.py`, the requests are in
`benchmarks/peers.py`.

![What the stacks and ours add to a request](performance-peers.svg)
"""

READING = """\
µs of CPU that are added to the bare application; *×* says how many times ours that is. A refusal
has nothing bare to be held against: there it is all that was needed. Numbers of three digits are
the status of the answer, where the request is refused.
"""

COUNTED = """\
The same in thousands of instructions, the bare application included: these hardly depend on what
else the machine does.
"""


def section(report: Report) -> Iterator[str]:
    """The paragraphs and tables."""
    if not report.races:
        return
    yield BETTER
    groups = dict.fromkeys(result.group for result in report.races)
    for group in groups:
        yield _table(group, _of(report, group), _added)
    yield READING
    if any(time.instructions for result in report.races for time in result.times.values()):
        yield COUNTED
        for group in groups:
            yield _table(group, [r for r in _of(report, group) if r.counts], _thousands)
    yield _workers(report)
    yield _versions()


def _of(report: Report, group: str) -> list[Result]:
    return [result for result in report.races if result.group == group]


def _table(group: str, results: list[Result], cell: Callable[[Result, str], str]) -> str:
    lanes = [BARE, *results[0].peers, OURS]
    head = f"| {group} | " + " | ".join(lanes) + " |\n|---|" + "---:|" * len(lanes) + "\n"
    rows = (
        f"| {result.name} | " + " | ".join(cell(result, lane) for lane in lanes) + " |\n"
        for result in results
    )
    return head + "".join(rows)


def _added(result: Result, lane: str) -> str:
    time = result.times.get(lane)
    if time is None:
        return ""
    if lane == BARE:
        return f"{time.micros:.1f}"
    status = f"{time.status}: " if result.name not in peers.SERVED else ""
    ratio = f" · {result.ratio(lane):.0f}×" if lane != OURS else ""
    return f"{status}{result.added(lane):.1f}{ratio}"


def _thousands(result: Result, lane: str) -> str:
    time = result.times.get(lane)
    return f"{time.instructions / 1000:,.0f}" if time is not None else ""


def _workers(report: Report) -> str:
    rows = "".join(
        f"| {kept.group} | {kept.who} | {kept.added:.1f} | {kept.share:.0%} "
        f"| {'' if kept.budget is None else f'{kept.budget:.0%}'} | {WORDS[kept.held]} |\n"
        for kept in report.kept
    )
    return (
        "## Throughput of a hello world\n\n"
        "One gunicorn worker with one thread, behind a proxy that it trusts. The loader keeps one "
        "connection on loopback and asks one request after the other; the workers take turns. "
        "*Added* is CPU time of the worker beside the bare one, *left* the part of its "
        "throughput. *Nothing but our headers* is the bare worker whose answers carry the headers "
        "of the policy: what the server itself takes to check and to send them.\n\n"
        "| worker | who | added, µs | left | budget | |\n|---|---|---:|---:|---:|---|\n" + rows
    )


def _versions() -> str:
    said = ", ".join(f"{name} {version}" for name, version in peers.versions().items())
    return f"The stacks were {said}.\n"
