"""The line of source where a package is used: read, never run, and only where there is a remark.

It is advice for people: where nothing is found, the first line of the first file is named.
"""

import ast
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Final

from bartizan.policy.rules import Place

MOST: Final = 200
"""So many files are read at most."""
LARGEST: Final = 1_000_000
"""Bytes of a file that is still read."""
INSTALLED: Final = f"{os.sep}site-packages{os.sep}"
"""Below it lies what nobody here has written."""


def line(written: str, files: Iterable[str]) -> Place:
    """Where something is called, assigned, or stands as a text, in the first file that has it.

    ``written`` is the name of a callable (``ProxyFix``), of a setting, or a text of a list.
    """
    named = list(dict.fromkeys(files))[:MOST]
    for file in named:
        for node in ast.walk(_tree(file)):
            if written in _words(node):
                assert isinstance(node, ast.stmt | ast.expr)  # noqa: S101  (it has words)
                return Place(file, node.lineno, node.col_offset + 1, len(written))
    return Place(named[0] if named else "?", 1, 1)


def files_of(name: str, root: str, modules: Mapping[str, ModuleType | None]) -> Iterator[str]:
    """The file of a module, then those of all imported modules of its package, then those below
    ``root`` that nobody has installed."""
    package = name.partition(".")[0] + "."
    known = {
        module: file
        for module, it in modules.items()
        if (file := getattr(it, "__file__", None)) and file.endswith(".py")
    }
    if name in known:
        yield known[name]
    yield from (file for module, file in known.items() if f"{module}.".startswith(package))
    for file in known.values():
        if root and file.startswith(f"{root.rstrip(os.sep)}{os.sep}") and INSTALLED not in file:
            yield file


def _tree(file: str) -> ast.AST:
    try:
        if Path(file).stat().st_size > LARGEST:
            return ast.Module([], [])
        return ast.parse(Path(file).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return ast.Module([], [])


def _words(node: ast.AST) -> tuple[str, ...]:
    """What a piece of source is called, where it is one that uses something."""
    match node:
        case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)):
            return (name,)
        case ast.Assign(targets=targets):
            return tuple(target.id for target in targets if isinstance(target, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            return (name,)
        case ast.Constant(value=str(text)):
            return (text,)
        case _:
            return ()
