"""Which operation a method and a path mean: the grammar of path templates, and the router.

A template is literal segments and typed parameters that fill a whole segment each:
``/orders/{order_id:int}``. One grammar serves the application, the edge and the proof, so a
parameter has exactly one spelling for each value. Slashes count: ``/orders`` and ``/orders/``
are two paths. Matching is case-sensitive (RFC 3986 section 6.2.2.1).
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Generic, TypeVar

from msgspec import Struct

from bartizan.policy.rules import Parameter, ParameterKind

V = TypeVar("V")

Segment = str | Parameter
"""A literal segment, or a parameter that fills one; the literal ``""`` is a closing slash."""

DEEPEST: Final = 64
"""Most segments of a template."""

_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})").fullmatch
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*").fullmatch
_PARAMETER = re.compile(r"\{([^{}:]*)(?::([^{}]*))?\}").fullmatch


def _int(text: str) -> bool:
    """0 to 9999999999999999999 without sign, leading zeros or digits of other scripts."""
    return text.isdigit() and text.isascii() and (text[0] != "0" or text == "0") and len(text) < 20


def _date(text: str) -> bool:
    """A day of the calendar, as RFC 3339 ``full-date``."""
    match = _DATE(text)
    if match is None:
        return False
    try:
        dt.date(*map(int, match.groups()))
    except ValueError:
        return False
    return True


def _str(text: str) -> bool:
    return text != "" and "/" not in text


Spelling = Callable[[str], object]
SPELLINGS: Final[dict[ParameterKind, Spelling]] = {
    "int": _int,
    "uuid": re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}").fullmatch,  # RFC 9562
    "date": _date,
    "slug": re.compile(r"[-a-zA-Z0-9_]+").fullmatch,
    "str": _str,
    "path": re.compile(r"[^/]+(?:/[^/]+)*+").fullmatch,
}
"""What each kind of parameter accepts, in the order in which a path tries them."""

KINDS: Final[tuple[ParameterKind, ...]] = tuple(SPELLINGS)
"""The kinds in order of priority; a literal segment comes before all of them."""


def parameter_text(kind: ParameterKind, text: str) -> bool:
    """Whether ``text`` is the one canonical spelling of a value of this kind."""
    return bool(SPELLINGS[kind](text))


# ------------------------------------------------------------------ templates


class TemplateFault(Exception):  # noqa: N818  (the word of this house)
    """A template that cannot be read: what is wrong, and where."""

    def __init__(self, message: str, offset: int, length: int = 1) -> None:
        super().__init__(message)
        self.message = message
        """A sentence without a capital or a full stop."""
        self.offset = offset
        """Index of the first wrong character."""
        self.length = length
        """How many characters are wrong."""


def parse_template(text: str) -> tuple[Segment, ...]:
    """Read a template such as ``/orders/{order_id:int}``; raises ``TemplateFault``.

    ``/`` gives ``("",)``, ``/orders/`` gives ``("orders", "")``.
    """
    empty, *words = text.split("/")
    if empty or not words:
        raise TemplateFault("a path begins with a slash", 0)
    if len(words) > DEEPEST:
        raise TemplateFault(f"a path has at most {DEEPEST} segments", 0, len(text))
    segments: list[Segment] = []
    names: set[str] = set()
    offset = 1
    for index, word in enumerate(words):
        last = index == len(words) - 1
        segment = _segment(word, offset, last=last)
        if isinstance(segment, Parameter):
            if segment.name in names:
                raise TemplateFault(
                    f"`{segment.name}` is there twice: every parameter has a name of its own",
                    offset + 1,
                    len(segment.name),
                )
            names.add(segment.name)
        segments.append(segment)
        offset += len(word) + 1
    return tuple(segments)


def _segment(word: str, offset: int, *, last: bool) -> Segment:
    if "{" in word or "}" in word:
        return _parameter(word, offset, last=last)
    if word == "" and not last:
        raise TemplateFault("an empty segment can never be asked for", offset)
    if word in (".", ".."):
        raise TemplateFault("a dot segment can never be asked for", offset, len(word))
    if word.startswith(("<", ":")):
        raise TemplateFault(
            "a parameter is written {name:type}, for example {order_id:int}", offset, len(word)
        )
    for index, character in enumerate(word):
        if why := _unwritable(character):
            raise TemplateFault(why, offset + index)
    return word


def _unwritable(character: str) -> str:
    """Why a literal segment cannot hold this character; empty where it can."""
    if character == "*":
        return "there are no wildcards: {rest:path} takes the rest of a path"
    if character in "?#":
        return "a path ends before `?` and `#`: say parameters of the query in `query`"
    if character == "%":
        return "write the character itself: paths are compared decoded"
    if character in "\\;" or character < " " or "\x7f" <= character <= "\x9f":
        return "no request with this character is ever let in"
    if "\ud800" <= character <= "\udfff":
        return "this is not Unicode text"
    return ""


def _parameter(word: str, offset: int, *, last: bool) -> Parameter:
    match = _PARAMETER(word)
    if match is None:
        raise TemplateFault(
            "a parameter fills a whole segment: /{name:type}/", offset, max(len(word), 1)
        )
    name, kind = match.groups()
    if not _NAME(name):
        raise TemplateFault(
            "the name of a parameter is a word of letters, digits and _",
            offset + 1,
            max(len(name), 1),
        )
    if kind is None:
        raise TemplateFault(
            f"say the type of `{name}`: {{{name}:int}} or one of {' '.join(KINDS)}",
            offset,
            len(word),
        )
    if kind not in SPELLINGS:
        raise TemplateFault(
            f"`{kind}` is no type of a parameter: one of {' '.join(KINDS)}",
            offset + len(name) + 2,
            max(len(kind), 1),
        )
    if kind == "path" and not last:
        raise TemplateFault(
            "a parameter of type path takes the rest: it stands last", offset, len(word)
        )
    return Parameter(name, kind)


def shape(template: str) -> str:
    """The template without the names: two templates of one shape match the same paths."""
    return "".join(
        f"/{{:{segment.kind}}}" if isinstance(segment, Parameter) else f"/{segment}"
        for segment in parse_template(template)
    )


# ------------------------------------------------------------------ the router


class Found(Struct, Generic[V], frozen=True):
    """The operation that a method and a path mean."""

    value: V
    """What was given for it."""
    params: dict[str, str]
    """Text of the path parameters by name, in the order of the template."""


class Allowed(Struct, frozen=True):
    """Something is served here, with other methods: a 405 (RFC 9110 section 15.5.6)."""

    methods: tuple[str, ...]
    """Sorted, for ``Allow``; HEAD stands wherever GET does."""


class _Leaf(Struct, Generic[V], frozen=True):
    value: V
    names: tuple[str, ...]


class _Node(Struct, Generic[V]):
    """What may follow one segment. A tree: each path of segments reaches a node in one way."""

    literals: "dict[str, _Node[V]]" = {}
    typed: "tuple[tuple[Spelling, _Node[V], ParameterKind], ...]" = ()
    leaves: dict[str, _Leaf[V]] = {}
    rest: dict[str, _Leaf[V]] = {}

    def child(self, segment: Segment) -> "_Node[V]":
        """The node behind a segment, made where it is not there yet."""
        if isinstance(segment, str):
            return self.literals.setdefault(segment, _Node())
        for _, node, kind in self.typed:
            if kind == segment.kind:
                return node
        node = _Node[V]()
        branches = (*self.typed, (SPELLINGS[segment.kind], node, segment.kind))
        self.typed = tuple(sorted(branches, key=lambda branch: KINDS.index(branch[2])))
        return node


class Router(Generic[V]):
    """Finds the operation of a method and a path in a tree of segments.

    Literals go before ``int``, ``uuid``, ``date``, ``slug``, ``str`` and ``path``, segment by
    segment from the left; of the templates that match, the first that has the method is meant.
    Cost depends on the depth of the templates, not on their number.
    """

    def __init__(self, routes: Iterable[tuple[str, str, V]]) -> None:
        """Take (method, template, value); raises ``TemplateFault``, and ``ValueError`` for two
        routes that match the same requests and for HEAD, which is GET."""
        self._root = _Node[V]()
        self._literal: dict[str, _Node[V]] = {}
        for method, template, value in routes:
            self._add(method, template, value)

    def _add(self, method: str, template: str, value: V) -> None:
        if method == "HEAD":
            raise ValueError("HEAD is GET: it is never declared apart")
        segments = parse_template(template)
        names = tuple(segment.name for segment in segments if isinstance(segment, Parameter))
        node = self._root
        leaves = node.leaves
        literal = ""
        for depth, segment in enumerate(segments):
            if isinstance(segment, Parameter) and segment.kind == "path":
                leaves = node.rest
                break
            node = node.child(segment)
            leaves = node.leaves
            if isinstance(segment, str) and literal.count("/") == depth:
                literal += "/" + segment
                self._literal[literal] = node
        if method in leaves:
            raise ValueError(f"{method} {template} is declared twice")
        leaves[method] = _Leaf(value, names)
        if method == "GET":
            leaves["HEAD"] = leaves["GET"]

    def find(self, method: str, path: str) -> Found[V] | Allowed | None:
        """The operation, or the methods that would find one, or nothing. Never raises.

        ``path`` is the whole public path, decoded. A websocket's method is ``WS``.
        """
        # The first branch that fits, never turning back: right for nearly every request.
        # What is literal from the left is one look into a table, not a walk.
        node = self._literal.get(path)
        if node is not None:
            leaf = node.leaves.get(method)
            return self._search(method, path) if leaf is None else Found(leaf.value, {})
        head, _, last = path.rpartition("/")
        parts: Sequence[str] = (last,)
        node = self._literal.get(head)
        if node is None:
            head, _, middle = head.rpartition("/")
            parts = (middle, last)
            node = self._literal.get(head)
            if node is None:
                if not path.startswith("/"):
                    return None
                parts = path.split("/")[1:]
                node = self._root
        texts = []
        for part in parts:
            child = node.literals.get(part)
            if child is None:
                for fits, branch, _kind in node.typed:
                    if fits(part):
                        texts.append(part)
                        child = branch
                        break
                else:
                    return self._search(method, path)
            node = child
        leaf = node.leaves.get(method)
        if leaf is None:
            return self._search(method, path)
        names = leaf.names
        if len(names) == 1:
            return Found(leaf.value, {names[0]: texts[0]})
        return Found(leaf.value, dict(zip(names, texts)))  # noqa: B905  (it costs 0.1 µs)

    def _search(self, method: str, path: str) -> Found[V] | Allowed | None:
        """Every branch in order of priority; a node of the tree is visited at most once."""
        parts = path.split("/")[1:]
        methods: set[str] = set()
        pending: list[tuple[_Node[V], int, list[str]]] = [(self._root, 0, [])]
        while pending:
            node, depth, texts = pending.pop()
            if depth < 0:
                leaves = node.rest
            elif depth == len(parts):
                leaves = node.leaves
            else:
                pending.extend(_branches(node, parts, depth, texts))
                continue
            if method in leaves:
                leaf = leaves[method]
                return Found(leaf.value, dict(zip(leaf.names, texts, strict=True)))
            methods.update(leaves)
        methods -= {"WS"}
        return Allowed(tuple(sorted(methods))) if methods else None


def _branches(
    node: _Node[V], parts: list[str], depth: int, texts: list[str]
) -> list[tuple[_Node[V], int, list[str]]]:
    """Where the search may go from here, the last first: ``rest`` is marked by depth -1."""
    part = parts[depth]
    branches = []
    if node.rest and all(parts[depth:]):
        branches.append((node, -1, [*texts, "/".join(parts[depth:])]))
    for fits, branch, _ in reversed(node.typed):
        if fits(part):
            branches.append((branch, depth + 1, [*texts, part]))
    if (literal := node.literals.get(part)) is not None:
        branches.append((literal, depth + 1, texts))
    return branches
