"""Templates of the policy for the ways in which a route's paths may be written.

A template holds whole segments only. What a route writes more narrowly (``/<name>.json``, a
pattern that goes on behind any number of slashes) becomes a template that is wider, and says so:
the framework itself still refuses what its own pattern does not accept.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from msgspec import Struct

from bartizan.policy.match import DEEPEST, TemplateFault, parse_template
from bartizan.policy.rules import Parameter, ParameterKind
from bartizan.policy.ways import Gap, Piece, Way

DEPTHS: Final = 3
"""To how many depths a pattern is written out that takes any number and ends in a slash."""

_NARROW: Final = frozenset({"int", "uuid", "date", "slug"})
_IN_SLUG = re.compile(r"[-a-zA-Z0-9_]*").fullmatch


class Template(Struct, frozen=True):
    """One template that a way needs."""

    text: str
    """``/orders/{order_id:int}``."""
    wider: bool = False
    """Whether it accepts paths that the route does not."""


def templates(way: Way) -> tuple[Template, ...]:
    """The templates of one way; none where no request can ever have such a path."""
    segments = _segments(way)
    head: list[str] = []
    names: set[str] = set()
    wider = False
    if len(segments) + DEPTHS > DEEPEST:
        return ()
    for index, segment in enumerate(segments):
        rest = segments[index + 1 :]
        spanning = next((one for one in _gaps(segment) if one.kind == "path"), None)
        if spanning is not None:
            return tuple(_spanning(head, spanning, segment, rest, names))
        text, inexact = _segment(segment, names)
        if text is None or (text == "" and rest):
            return ()
        head.append(text)
        wider = wider or inexact
    return (Template(_path(head), wider),)


def parameters(template: str) -> tuple[Parameter, ...]:
    """The parameters of a template, in order."""
    return tuple(one for one in parse_template(template) if isinstance(one, Parameter))


def _segments(way: Way) -> list[list[Piece]]:
    """A way cut at its slashes."""
    segments: list[list[Piece]] = []
    for piece in way:
        first, *more = piece.split("/") if isinstance(piece, str) else (piece,)
        if segments:
            segments[-1].append(first)
        segments += [[one] for one in more]
    return [[piece for piece in segment if piece != ""] for segment in segments]


def _segment(segment: list[Piece], names: set[str]) -> tuple[str | None, bool]:
    """A segment as a template writes it, and whether that is wider; ``None`` for a dot."""
    gaps = _gaps(segment)
    if not gaps:
        return _literal("".join(_literals(segment)), names)
    exact = len(segment) == 1
    kind: ParameterKind = gaps[0].kind if exact else _holding(segment)
    return _parameter("_".join(gap.name for gap in gaps), kind, names), not exact


def _literal(text: str, names: set[str]) -> tuple[str | None, bool]:
    if text in (".", ".."):
        return None, False
    try:
        plain = parse_template(f"/{text}") == (text,)
    except TemplateFault:
        plain = False
    return (text, False) if plain else (_parameter("", "str", names), True)


def _holding(segment: list[Piece]) -> ParameterKind:
    """The type that holds literal text and gaps together."""
    slug = all(gap.kind in _NARROW for gap in _gaps(segment))
    return "slug" if slug and all(map(_IN_SLUG, _literals(segment))) else "str"


def _spanning(
    head: list[str], gap: Gap, segment: list[Piece], rest: list[list[Piece]], names: set[str]
) -> Iterator[Template]:
    """Templates from the segment on in which a gap may hold slashes."""
    closed = not rest[-1] if rest else all(text.endswith("/") for text in gap.texts)
    if not closed:
        wider = bool(rest) or len(segment) > 1
        yield Template(_path([*head, _parameter(gap.name, "path", names)]), wider)
        return
    least = max(len(rest), 1)  # each segment that the route writes out takes one as well
    for depth in range(1, least + DEPTHS):
        head = [*head, _parameter(gap.name, "str", names)]
        if depth >= least:
            yield Template(_path([*head, ""]), wider=True)


def _parameter(wanted: str, kind: ParameterKind, names: set[str]) -> str:
    """A parameter with a name that no other one of its template has."""
    plain = re.sub(r"[^A-Za-z0-9_]", "_", wanted).strip("_") or "part"
    stem = plain if not plain[0].isdigit() else f"_{plain}"
    name, number = stem, 1
    while name in names:
        number += 1
        name = f"{stem}_{number}"
    names.add(name)
    return f"{{{name}:{kind}}}"


def _path(segments: Iterable[str]) -> str:
    return "/" + "/".join(segments)


def _gaps(segment: Iterable[Piece]) -> list[Gap]:
    return [piece for piece in segment if isinstance(piece, Gap)]


def _literals(segment: Iterable[Piece]) -> list[str]:
    return [piece for piece in segment if isinstance(piece, str)]
