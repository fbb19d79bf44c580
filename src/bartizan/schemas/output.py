"""Only declared fields leave, whatever the view returns (OWASP API3:2023, excessive data).

A declaration becomes a chain of msgspec structs when it is bound: declared fields are kept as
the bytes that the view wrote, all others are skipped while decoding. An answer that has nothing
else in it leaves unchanged, byte for byte.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final

import msgspec
from msgspec import UNSET, Raw, UnsetType, defstruct

from bartizan.policy import words
from bartizan.policy.rules import Output

Keep = Callable[[bytes], tuple[bytes, int]]

Tree = dict[str, "Tree"]
"""Declared fields; one whose own fields are declared too holds them, ``[]`` behind lists."""

LIST: Final = "[]"

_encode = msgspec.json.Encoder().encode


class Unreadable(Exception):  # noqa: N818  (it says what the answer is)
    """The answer is no JSON, or not of the shape that ``at`` and ``fields`` describe."""


def keep(output: Output) -> Keep:
    """Compile a declaration. Raises ``ValueError`` or ``WordFault`` where it cannot be read.

    The filter takes the body of an answer and returns what may leave, and 1 where something was
    withheld, else 0. An absent field stays absent and ``null`` stays ``null``. A field declared
    with fields of its own is cut down to those; one without leaves whole. With ``at =
    "results[]"`` nothing beside ``results`` leaves; whoever wants the page count too says
    ``fields = ["count", "results[].id"]``. The filter raises :class:`Unreadable`.
    """
    words.where(output.at)
    for field in output.fields:
        words.field(field)
    if not output.fields:
        raise ValueError("no field may leave: name at least one")
    exact = msgspec.json.Decoder(_answer(output, forbid=True)).decode
    lenient = msgspec.json.Decoder(_answer(output, forbid=False)).decode

    def kept(body: bytes) -> tuple[bytes, int]:
        try:
            exact(body)
        except msgspec.ValidationError:
            pass
        except Exception as fault:
            raise Unreadable from fault
        else:
            return body, 0
        try:
            return _encode(lenient(body)), 1
        except Exception as fault:
            raise Unreadable from fault

    return kept


# ------------------------------------------------------------------ the types


def _answer(output: Output, *, forbid: bool) -> Any:
    """The type of a whole answer: what ``at`` names must be there."""
    made = _type(_tree(output.fields), forbid=forbid)
    for step in reversed(tuple(_steps(output.at))):
        if step == LIST:
            made = list[made] | None  # type: ignore[valid-type]
        else:
            made = _struct([("f", made)], {"f": step}, forbid) | None
    return made


def _type(tree: Tree, *, forbid: bool) -> Any:
    """The type that keeps exactly this tree; ``null`` may stand for any object or list."""
    if not tree:
        return Raw
    if LIST in tree:
        if len(tree) > 1:
            raise ValueError("a field is either an object or a list: name[] or name, not both")
        return list[_type(tree[LIST], forbid=forbid)] | None  # type: ignore[misc]
    attributes = {f"f{number}": name for number, name in enumerate(tree)}
    fields = [
        (attribute, _type(tree[name], forbid=forbid) | UnsetType, UNSET)
        for attribute, name in attributes.items()
    ]
    return _struct(fields, attributes, forbid) | None


def _struct(fields: list[Any], names: dict[str, str], forbid: bool) -> Any:
    """A struct with neutral attribute names, so that a field may be called anything."""
    return defstruct("Kept", fields, rename=names, forbid_unknown_fields=forbid, gc=False)


def _tree(fields: Iterable[str]) -> Tree:
    """All declared paths in one tree."""
    root: Tree = {}
    for field in fields:
        node = root
        for step in _steps(field):
            node = node.setdefault(step, {})
    return root


def _steps(path: str) -> Iterable[str]:
    """``lines[].sku`` as ``lines``, ``[]``, ``sku``."""
    for part in path.split("."):
        name = part.removesuffix(LIST)
        if name:
            yield name
        if part != name:
            yield LIST
