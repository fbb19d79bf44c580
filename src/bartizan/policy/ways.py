"""How the paths of a route may be written: literal text and gaps, read out of its pattern.

Nothing is decided by what stands here. It proposes sample paths, which the framework's own router
is asked about, and templates, which a first policy is drafted from. What a regular expression
says is taken from the standard library's own reading of it (``re._parser``).
"""

import re
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from importlib import import_module
from itertools import islice, product
from typing import Any, Final

from msgspec import Struct

from bartizan.policy.rules import ParameterKind

_parser: Any = import_module("re._parser")
_compiler: Any = import_module("re._compiler")

SAMPLES: Final[Mapping[ParameterKind, tuple[str, ...]]] = {
    "int": ("7", "12345", "2024", "0"),
    "uuid": ("6ba7b810-9dad-41d1-80b4-00c04fd430c8",),
    "date": ("2026-01-31",),
    "slug": ("abc-d", "abc_d", "abc", "A1", "7", "d41d8cd98f00b204e9800998ecf8427e"),
    "str": ("x.y~", "a b", "abc-d", "abc", "A1", "7", "6ba7b810-9dad-41d1-80b4-00c04fd430c8"),
    "path": ("a/b.c", "a", "a/b/c", "7"),
}
"""Texts of each kind of parameter, from the most to the least peculiar."""

MOST_WAYS: Final = 24
"""Ways that are told apart of one pattern; further alternatives are left out."""

FEW: Final = 4
"""Characters that are written out one by one."""

_TRIED: Final = "".join(map(chr, range(0x20, 0x7F)))
_DIGITS: Final = frozenset("0123456789")
_SLUG: Final = _DIGITS | frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_")
_PREFERRED: Final = ("ab1AB0-_.~", "1203456789aA", "Aa1_-.")
"""Characters that examples are made of, the first that is accepted: three kinds of examples."""
_LONGEST: Final = 64
"""Most repetitions in an example."""


class Gap(Struct, frozen=True):
    """A part of a path that a route fills with a text."""

    name: str
    """What the route calls it; empty where it does not."""
    kind: ParameterKind
    """The narrowest type of the policy that holds all that it accepts."""
    texts: tuple[str, ...]
    """Texts that its pattern accepts; a route may still refuse one."""


Piece = str | Gap
"""Literal text of a path, or a gap."""

Way = tuple[Piece, ...]
"""One way to write a path, from its slash to its end."""


def paths(way: Way, most: int) -> Iterator[str]:
    """Sample paths of one way, the first text of every gap first; ``most`` of them."""
    choices = [(piece,) if isinstance(piece, str) else piece.texts for piece in way]
    longest = max(map(len, choices), default=1)
    together = (  # every gap takes its n-th text: few paths that differ in everything
        "".join(texts[min(number, len(texts) - 1)] for texts in choices)
        for number in range(longest if all(choices) else 0)
    )
    crossed = ("".join(texts) for texts in product(*choices))
    seen: dict[str, None] = {}
    for path in islice((*islice(together, most), *islice(crossed, most)), 2 * most):
        seen.setdefault(path)
    return islice(seen, most)


def gap(name: str, expression: str) -> Gap | None:
    """The gap that a converter's regular expression leaves; ``None`` where none can be read."""
    tree = _read(expression)
    return None if tree is None else _gap(name, tree)


def ways(expression: str) -> tuple[Way, ...]:
    """Every way to write a path that a regular expression accepts; empty where it cannot be read.

    Anchors and assertions say nothing here. What may be left out gives two ways, alternatives
    give one each, and the rest that is not literal are gaps.
    """
    tree = _read(expression)
    if tree is None:
        return ()
    names = {number: name for name, number in tree.state.groupdict.items()}
    groups = {value[0]: value[3] for op, value in _items(tree) if str(op) == "SUBPATTERN"}
    known = Known(names, groups)
    found = dict.fromkeys(map(_joined, islice(_written(tree, known), MOST_WAYS)))
    return tuple(found)


def joined(parts: Iterable[tuple[Way, ...]]) -> tuple[Way, ...]:
    """Ways of patterns that stand one behind the other."""
    every = product(*parts)
    return tuple(
        _joined([piece for way in one for piece in way]) for one in islice(every, MOST_WAYS)
    )


def _read(expression: str) -> Any:
    """The reading of an expression, ``None`` where there is none. What it warns of, it has warned
    of when the application was loaded."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return _parser.parse(expression)
        except (re.error, RecursionError, OverflowError):
            return None


def _joined(pieces: Sequence[Piece]) -> Way:
    """Neighbouring literals as one."""
    way: list[Piece] = []
    for piece in pieces:
        if isinstance(piece, str) and way and isinstance(way[-1], str):
            way[-1] += piece
        elif piece != "":
            way.append(piece)
    return tuple(way)


# ------------------------------------------------------------------ patterns

Pieces = tuple[Piece, ...]


class Known(Struct, frozen=True):
    """What the groups of a pattern are."""

    names: Mapping[int, str]
    """Names by number."""
    groups: Mapping[int | None, Any]
    """Patterns by number."""


def _written(tree: Any, known: Known) -> Iterator[Pieces]:
    """The ways of a whole sequence."""
    parts = [tuple(islice(_item(tree, op, value, known), MOST_WAYS)) for op, value in tree]
    for one in product(*parts):
        yield tuple(piece for pieces in one for piece in pieces)


def _item(tree: Any, op: Any, value: Any, known: Known) -> Iterator[Pieces]:
    """The ways of one item of a sequence."""
    kind = str(op)
    if kind == "LITERAL":
        yield (chr(value),)
    elif kind == "SUBPATTERN":
        yield from _group(value[0], value[3], known)
    elif kind == "ATOMIC_GROUP":
        yield from _written(value, known)
    elif kind == "BRANCH":
        for branch in value[1]:
            yield from _written(branch, known)
    elif kind.endswith("_REPEAT"):
        yield from _repeated(tree, (op, value), known)
    elif kind == "IN" and len(value) <= FEW and _literal(value):  # (?:a|b), as it is kept
        yield from ((chr(code),) for _, code in value)
    elif kind in ("IN", "ANY", "NOT_LITERAL"):
        for pieces in _filled("", _alone(tree, (op, value))):  # a lone `.` is meant for no slash
            yield tuple(map(_within_a_segment, pieces))
    elif kind == "GROUPREF":  # the same text once more: a gap that takes the same texts in turn
        yield from _filled(known.names.get(value, ""), known.groups[value])
    else:  # anchors, assertions
        yield ()


def _within_a_segment(piece: Piece) -> Piece:
    if isinstance(piece, Gap) and piece.kind == "path":
        return Gap(piece.name, "str", piece.texts)
    return piece


def _group(number: int | None, inner: Any, known: Known) -> Iterator[Pieces]:
    if number is None or _holds_groups(inner):
        yield from _written(inner, known)
    else:
        yield from _filled(known.names.get(number, ""), inner)


def _filled(name: str, inner: Any) -> Iterator[Pieces]:
    """A gap, and nothing at all where it may stay empty."""
    if _matcher(inner)(""):
        yield ()
    found = _gap(name, inner)
    if found is not None:
        yield (found,)


def _repeated(tree: Any, item: Any, known: Known) -> Iterator[Pieces]:
    low, _, inner = item[1]
    if not _holds_groups(inner) and not _literal(inner):
        yield from _filled("", _alone(tree, item))
        return
    if low == 0:
        yield ()
    for one in _written(inner, known):
        yield one * max(1, min(low, 8))


def _literal(tree: Any) -> bool:
    return all(str(op) == "LITERAL" for op, _ in tree)


def _holds_groups(tree: Any) -> bool:
    return any(str(op) == "SUBPATTERN" and value[0] is not None for op, value in _items(tree))


def _items(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Every item of a pattern, inner ones too."""
    for op, value in tree:
        yield op, value
        for inner in _inner(str(op), value):
            yield from _items(inner)


def _inner(kind: str, value: Any) -> Iterable[Any]:
    if kind == "SUBPATTERN":
        return (value[3],)
    if kind == "BRANCH":
        inner: Iterable[Any] = value[1]
        return inner
    if kind == "ATOMIC_GROUP":
        return (value,)
    return (value[2],) if kind.endswith("_REPEAT") else ()


# ------------------------------------------------------------------ gaps


def _gap(name: str, tree: Any) -> Gap | None:
    fits = _matcher(tree)
    made = [_example(tree, preferred) for preferred in _PREFERRED]
    usual = [text for texts in SAMPLES.values() for text in texts]
    texts = tuple(text for text in dict.fromkeys((*made, *usual)) if text and fits(text))
    return Gap(name, _kind(_characters(tree), fits), texts) if texts else None


def _kind(characters: frozenset[str], fits: Callable[[str], object]) -> ParameterKind:
    if "/" in characters:
        return "path"
    if characters <= _DIGITS:
        return "int"
    for kind in ("uuid", "date"):
        if characters <= _SLUG and fits(SAMPLES[kind][0]) and not any(map(fits, ("a", "7", "A1"))):
            return "uuid" if kind == "uuid" else "date"
    return "slug" if characters <= _SLUG else "str"


def _alone(tree: Any, item: Any) -> Any:
    """A pattern of one item."""
    return _parser.SubPattern(tree.state, [item])


def _matcher(tree: Any) -> Callable[[str], object]:
    try:
        matcher: Callable[[str], object] = _compiler.compile(tree).fullmatch
    except (re.error, RecursionError, OverflowError, RuntimeError):
        return lambda _text: None  # it refers to a group outside of itself
    return matcher


def _characters(tree: Any) -> frozenset[str]:
    """Every printable ASCII character that may stand somewhere in a text of this pattern."""
    found: set[str] = set()
    for op, value in _items(tree):
        found.update(filter(partial(_accepts, op, value), _TRIED))
    return frozenset(found)


def _accepts(op: Any, value: Any, character: str) -> bool:
    """Whether one item of one character accepts it."""
    kind, code = str(op), ord(character)
    if kind == "LITERAL":
        return bool(value == code)
    if kind == "NOT_LITERAL":
        return bool(value != code)
    if kind == "RANGE":
        return bool(value[0] <= code <= value[1])
    if kind == "CATEGORY":
        return _in_category(str(value), character)
    if kind == "IN":
        negated = any(str(each) == "NEGATE" for each, _ in value)
        return any(_accepts(each, inner, character) for each, inner in value) != negated
    return kind == "ANY"


def _in_category(category: str, character: str) -> bool:
    negated = "NOT_" in category
    if category.endswith("DIGIT"):
        found = character.isdigit()
    elif category.endswith("SPACE"):
        found = character.isspace()
    else:
        found = character.isalnum() or character == "_"
    return found != negated


def _example(tree: Any, preferred: str) -> str:
    """A text that a pattern accepts, unless an assertion of its forbids it."""
    return "".join(_text(op, value, preferred) for op, value in tree)


def _text(op: Any, value: Any, preferred: str) -> str:
    kind = str(op)
    if kind == "LITERAL":
        return chr(value)
    if kind in ("IN", "ANY", "NOT_LITERAL"):
        return next((one for one in preferred + _TRIED if _accepts(op, value, one)), "")
    if kind.endswith("_REPEAT"):
        low, high, inner = value
        return _example(inner, preferred) * int(min(max(low, min(high, 1)), _LONGEST))
    inner_ones = list(_inner(kind, value))
    return _example(inner_ones[0], preferred) if inner_ones else ""
