"""A first policy for an application that is already running: an outline in, TOML text out.

It names every route, changes nothing (all is in shadow for `DAYS`), and marks with `MARK` each
line that a person has to decide about. It guesses nothing in favour of openness: a route that is
probably public is closed and says so.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from textwrap import wrap
from typing import Final

from msgspec import Struct

from bartizan.policy.addresses import parse_host
from bartizan.policy.drafted import Drafted, Subtree, operations, subtrees
from bartizan.policy.marks import KEYS, MARK, marked
from bartizan.policy.outline import Outline
from bartizan.policy.words import UNITS, WordFault

DAYS: Final = 30
"""How long the first shadow lasts."""

BODY: Final = 1 << 20
"""Largest body in bytes where the application does not say."""

_DEFAULT_PORT: Final = re.compile(r":(?:80|443)$").sub
_LOCAL: Final = {host: f"{host}:*" for host in ("localhost", "127.0.0.1", "[::1]")}
"""Hosts of development, which are reached by any port."""


class Draft(Struct, frozen=True):
    """A first policy, and what it is made of."""

    text: str
    """The policy, TOML."""
    operations: int
    """Operations that it names."""
    groups: int
    """Groups that most of them are listed in."""
    subtrees: int
    """Subtrees that are passed to a guard of their own."""
    left: int = 0
    """Routes that no operation reaches."""

    @property
    def todos(self) -> int:
        """Lines that want a decision."""
        return marked(self.text)


def draft(
    outline: Outline,
    today: dt.date,
    *,
    without: frozenset[str] = frozenset(),
    left: tuple[str, ...] = (),
    schema: str = "",
) -> Draft:
    """The first policy of an application.

    ``without`` names operations that are left out, since no route serves them after all;
    ``left`` are routes that no operation reaches; ``schema`` is where editors find the language,
    relative to the file.
    """
    named = operations(outline, without)
    passed = subtrees(outline)
    base = _base([*(one.template for one in named), *(one.prefix[:-1] for one in passed)])
    families = _families(named)
    alone = [one for one in named if not any(one in listed for listed in families.values())]
    parts = (
        _head(outline, today, schema),
        _api(outline, base, today),
        _identity(outline),
        _limits(outline),
        _groups(families, base),
        _alone(alone, base),
        _passes(passed, base),
        (_ask(f"no path is known for {route}: write its entry, with an example") for route in left),
    )
    text = "\n".join(line for part in parts for line in part).rstrip("\n") + "\n"
    return Draft(text, len(named), len(families), len(passed), len(left))


# ------------------------------------------------------------------ the API as a whole


def _head(outline: Outline, today: dt.date, schema: str) -> Iterator[str]:
    if schema:
        yield f"#:schema {schema}"
    yield f"# The first policy of {_plain(outline.title)}, written by `bartizan init` on {today}."
    yield "# It refuses nothing yet: all of it is in shadow, and events say what it would refuse."
    yield f"# Each line with {MARK} wants a person to decide, and is then taken out:"
    yield "#   public?   open to everybody: public = true, and a why where something is written"
    yield "#   whose?    these parameters name somebody's object: the view checks it, or they name"
    yield '#             nobody\'s: params = { NAME = "none" } and a why'
    yield "#   methods?  the view does not say its own: events tell which are used"
    yield "#   wider?    the route takes less than this template, and goes on refusing the rest"
    for note in outline.notes:
        yield from wrap(_plain(note), 96, initial_indent="# ", subsequent_indent="# ")
    yield ""


def _api(outline: Outline, base: str, today: dt.date) -> Iterator[str]:
    yield "[api]"
    yield f"name = {_text(outline.name)}"
    yield f"base = {_text(base)}"
    hosts = _hosts(outline.hosts)
    if hosts == ("*",):
        yield _ask("list the names that it is reached by; `*` accepts any Host header")
    yield f"hosts = {_list(hosts)}"
    if not outline.https:
        yield _ask("is it reached by https only? a proxy that ends it has to stand in `proxies`")
    yield f"https = {_text(outline.https or 'required')}"
    said = f" ({outline.proxies})" if outline.proxies else ""
    yield _ask(f'behind a proxy{said}? list its own addresses, ["10.0.3.7"], or "unix"')
    yield "proxies = []"
    yield 'flood = "1000/minute per client"'
    yield 'guesses = "20/minute per client"'
    until = today + dt.timedelta(days=DAYS)
    yield "# The day after, all of it is enforced. Sooner, one control after the other: name those"
    yield '# that stay in shadow, as in controls = ["rate", "authenticate", "input"].'
    yield f"shadow = {{ until = {until} }}"
    yield ""
    yield "[stores]"
    yield 'limits = "memory://"  # each process counts alone: one worker, once the shadow is over'
    yield 'events = "bartizan-events"  # a directory beside this file'
    yield ""


def _hosts(said: Iterable[str]) -> tuple[str, ...]:
    """Hosts as the policy writes them; any where one of them cannot be written so."""
    hosts = tuple(dict.fromkeys(_DEFAULT_PORT("", host.lower()) for host in said))
    try:
        return tuple(_LOCAL.get(parse_host(host), host) for host in hosts) or ("*",)
    except WordFault:
        return ("*",)


def _identity(outline: Outline) -> Iterator[str]:
    yield "# Who calls it. Nobody can sign with the key in this file: enforced too early, every"
    yield "# call is answered 401, and nothing is open."
    yield _ask("the issuer of your tokens, its audience, algorithms and keys")
    if outline.identity:
        yield f"# It seems to know people by {_plain(outline.identity)}."
    yield "[identity.main]"
    yield 'kind = "jwt"'
    yield 'issuer = "https://id.example.com/"'
    yield f"audience = {_text(outline.name)}"
    yield 'algorithms = ["ES256"]'
    yield f"keys = {_text('file:' + KEYS)}"
    yield ""


def _limits(outline: Outline) -> Iterator[str]:
    yield "[limits]"
    yield 'crowd = "300/minute per client"'
    yield 'person = "1000/minute per subject"'
    yield 'sign_in = "10/minute per client"'
    yield ""
    yield "[defaults]"
    yield 'identity = ["main"]'
    yield 'limits = ["crowd", "person"]'
    if not outline.body:
        yield _ask("the largest body that a caller may send")
    yield f"body = {_text(_size(outline.body or BODY))}"
    yield ""


# ------------------------------------------------------------------ operations


def _families(named: Iterable[Drafted]) -> dict[str, list[Drafted]]:
    """Operations that are listed together. Where secrets are entered, one stands alone."""
    found: dict[str, list[Drafted]] = {}
    for one in named:
        if one.family and not one.sign_in:
            found.setdefault(one.family, []).append(one)
    return {family: members for family, members in found.items() if len(members) > 1}


def _groups(families: dict[str, list[Drafted]], base: str) -> Iterator[str]:
    taken: set[str] = set()
    for family, members in families.items():
        prefix = _common([one.template[len(base) :] for one in members])
        key = f"{prefix}/"
        if key in taken or not prefix:
            key = f"{prefix}/ {family}"
        taken.add(key)
        yield f"[groups.{_text(key)}]  # {_plain(family)}"
        yield "operations = ["
        for asks, one in _once(members):
            yield from (f"    {ask}" for ask in asks)
            yield f"    {_text(f'{one.method} {one.template[len(base + prefix) :]}')},"
        yield "]"
        yield ""


def _alone(alone: Sequence[Drafted], base: str) -> Iterator[str]:
    for asks, one in _once(alone):
        yield from asks
        yield f"[operations.{_text(f'{one.method} {one.template[len(base) :]}')}]"
        if one.sign_in:
            yield 'limits = ["crowd", "person", "sign_in"]'
        yield ""


def _once(members: Iterable[Drafted]) -> Iterator[tuple[list[str], Drafted]]:
    """Operations with what is asked about them; for methods of one template once."""
    last: tuple[str, tuple[str, ...]] = ("", ())
    for one in members:
        new = [ask for ask in one.asks if last[0] != one.template or ask not in last[1]]
        yield [_ask("; ".join(new))] if new else [], one
        last = (one.template, one.asks)


def _passes(passed: Iterable[Subtree], base: str) -> Iterator[str]:
    for one in passed:
        if one.inside:
            more = f" and {len(one.inside) - 1} more" if len(one.inside) > 1 else ""
            inside = f"{one.inside[0]}{more}"
            yield _ask(f"{inside} lies in here and is not decided: move it to another prefix")
        yield f"[pass.{_text(one.prefix[len(base) :])}]"
        yield f"why = {_text(_plain(one.why))}"
        yield ""


# ------------------------------------------------------------------ paths and words


def _base(paths: Sequence[str]) -> str:
    """What every path begins with: whole literal segments, and none of them is all of a path."""
    return _common(paths) if len(set(paths)) > 1 else ""


def _common(paths: Sequence[str]) -> str:
    """``/api/v1``: the literal segments that all paths begin with and go on behind."""
    first, *others = (path.split("/")[:-1] for path in paths)
    common: list[str] = []
    for index, segment in enumerate(first):
        if set("{ ") & set(segment) or any(
            other[index : index + 1] != [segment] for other in others
        ):
            break
        common.append(segment)
    return "/".join(common)


def _ask(text: str) -> str:
    return f"# {MARK} {_plain(text)}"


def _size(number: int) -> str:
    """A size in the largest unit that says it exactly."""
    units = ((name, size) for name, size in reversed(UNITS.items()) if number % size == 0)
    name, size = next(units)
    return f"{min(number // size, 10**12 - 1)} {name}"


def _list(texts: Iterable[str]) -> str:
    return f"[{', '.join(map(_text, texts))}]"


def _text(text: str) -> str:
    """A basic string of TOML."""
    escaped = "".join(
        f"\\u{ord(one):04x}" if one < " " or one == "\x7f" else one
        for one in text.replace("\\", "\\\\").replace('"', '\\"')
    )
    return f'"{escaped}"'


def _plain(text: str) -> str:
    """Text that a comment can hold."""
    return "".join(one if one.isprintable() else " " for one in text)
