"""Views looked at without running them: where they stand, and whether they take our subject.

Only code objects are read. What a view hands on to other functions is not followed.
"""

import dis
import functools
import inspect
from collections.abc import Collection, Iterator
from types import CodeType, FunctionType, MethodType
from typing import Any

WORDS = frozenset({"subject", "decision"})
"""What our subject and our permit are called in a view: ``request.subject``, ``subject.id``."""

_HOLDERS = frozenset({"request", "req", "current", "bartizan", "flask"})
"""What the things are called that hold them, beside a view's first argument. A message has a
``subject`` too, and a form a field of that name."""

_METHODS = ("get", "post", "put", "patch", "delete", "head", "options", "dispatch_request")


def takes_subject(view: object, known: Collection[object] = ()) -> bool:
    """Whether the code of a view names our subject or decision, as attribute or as global.

    ``known`` are objects that stand for them under any name (Flask's proxies). Decorators are
    looked through, and all methods of a class are looked at.
    """
    marks = {id(each) for each in known}
    return any(
        any(id(function.__globals__.get(name)) in marks for name in code.co_names) or _reads(code)
        for function in _functions(view)
        for code in _codes(function.__code__)
    )


def where(view: object) -> str:
    """The line of code of a view, through its decorators: ``/srv/shop/views.py:41``."""
    view = getattr(view, "view_class", None) or getattr(view, "cls", None) or view
    if isinstance(view, type):
        view = _first_method(view)
    while isinstance(view, functools.partial):
        view = view.func
    code = getattr(inspect.unwrap(view), "__code__", None) if callable(view) else None
    return f"{code.co_filename}:{code.co_firstlineno}" if code is not None else "?"


def _first_method(view: type) -> Any:
    """A method that the class has of its own, else one that it inherits."""
    own = [vars(view).get(name) for name in _METHODS]
    own += [each for each in vars(view).values() if isinstance(each, FunctionType)]
    own += [getattr(view, name, None) for name in _METHODS]
    return next((each for each in own if each is not None), None)


def _functions(view: object) -> Iterator[FunctionType]:
    """Every Python function that a view is made of."""
    waiting, seen = [view], set()
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, FunctionType):
            yield one
            waiting += [getattr(one, name, None) for name in ("__wrapped__", "view_class", "cls")]
            waiting += [
                cell for cell in map(_content, one.__closure__ or ())
                if isinstance(cell, FunctionType | MethodType | type | functools.partial)
            ]  # fmt: skip
        elif isinstance(one, MethodType):
            waiting.append(one.__func__)
        elif isinstance(one, functools.partial):
            waiting.append(one.func)
        elif isinstance(one, type):
            waiting += [
                getattr(member, "__func__", getattr(member, "fget", member))
                for base in one.__mro__[:-1]
                for member in vars(base).values()
                if isinstance(member, FunctionType | classmethod | staticmethod | property)
            ]
        elif callable(one):
            waiting.append(type(one).__call__)


def _content(cell: Any) -> object:
    try:
        return cell.cell_contents
    except ValueError:  # not filled yet
        return None


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _codes(constant)


def _reads(code: CodeType) -> bool:
    """Whether a code object reads one of the words: as a name, by import, or of a holder."""
    if WORDS.isdisjoint(code.co_names):
        return False
    before: dis.Instruction | None = None
    for step in dis.get_instructions(code):
        named = step.argval in WORDS and step.opname in _READING
        if named and (step.opname not in _OF_ANOTHER or before is None or _holds(before, code)):
            return True
        before = step
    return False


_OF_ANOTHER = ("LOAD_ATTR", "LOAD_METHOD")
_READING = (*_OF_ANOTHER, "LOAD_NAME", "LOAD_GLOBAL", "IMPORT_FROM")


def _holds(step: dis.Instruction, code: CodeType) -> bool:
    """Whether what a step has loaded may be what holds them; of a value that has no name, yes."""
    name = step.argval[-1] if isinstance(step.argval, tuple) else step.argval
    if not step.opname.startswith("LOAD_") or not isinstance(name, str):
        return True
    arguments = [each for each in code.co_varnames[: code.co_argcount] if each != "self"]
    return name in _HOLDERS or name in arguments[:1]
