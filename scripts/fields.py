"""The line under each field of a struct: what the source itself says about it."""

import ast
import inspect
import textwrap

from msgspec import Struct


def lines(struct: type[Struct]) -> dict[str, str]:
    """Each field's docstring, on one line."""
    (body,) = ast.parse(textwrap.dedent(inspect.getsource(struct))).body
    assert isinstance(body, ast.ClassDef)
    found = {}
    for field, said in zip(body.body, body.body[1:], strict=False):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name):
            found[field.target.id] = _text(said)
    return found


def types(struct: type[Struct]) -> dict[str, str]:
    """Each field's type, as the source writes it."""
    (body,) = ast.parse(textwrap.dedent(inspect.getsource(struct))).body
    assert isinstance(body, ast.ClassDef)
    return {
        field.target.id: ast.unparse(field.annotation)
        for field in body.body
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
    }


def markdown(text: str) -> str:
    """A docstring's text in Markdown: double backticks are single ones there."""
    return text.replace("``", "`")


def _text(node: ast.stmt) -> str:
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return markdown(" ".join(str(node.value.value).split()))
    return ""
