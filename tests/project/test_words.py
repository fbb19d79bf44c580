"""What must not stand in any file, and names that say nothing."""

import ast
import re

import pytest

from tests.project.tree import ROOT, text, tracked

# Written in pieces, so that this file does not find itself.
HOME_OF_SOMEBODY = re.compile(r"(?<![\w.~}>-])/(?:" + "|".join(("work", "root", "home")) + r")/")
REGISTRIES = re.compile(
    r"|".join(
        name + r"\." + ending
        for name, ending in (
            ("pypi", "org"),
            ("pythonhosted", "org"),
            ("npmjs", "(?:org|com)"),
            ("debian", "(?:org|net)"),
            ("crates", "io"),
            ("proxy.golang", "org"),
        )
    )
)
EMPTY_NAMES = {"utils", "util", "helper", "helpers", "manager", "managers", "common", "misc", "lib"}
EMPTY_ENDINGS = (
    "Manager",
    "Handler",
    "Helper",
    "Validator",
    "Principal",
    "Verdict",
    "Util",
    "Utils",
)


@pytest.mark.parametrize("pattern", [HOME_OF_SOMEBODY, REGISTRIES], ids=["machine", "registry"])
def test_no_file_knows_one_machine_or_names_a_registry(pattern: re.Pattern[str]) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in tracked()
        for number, line in enumerate(text(path).splitlines(), 1)
        if pattern.search(line)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("pattern", "line", "found"),
    [
        (HOME_OF_SOMEBODY, 'open("/' + 'root/x")', True),
        (HOME_OF_SOMEBODY, "cd /" + "home/ana", True),
        (HOME_OF_SOMEBODY, "docs/" + "work/plan.md", False),
        (REGISTRIES, "https://files.pythonhosted" + ".org/x", True),
        (REGISTRIES, "deb.debian" + ".org", True),
        (REGISTRIES, "a fresh Debian machine", False),
    ],
)
def test_the_patterns_bite(pattern: re.Pattern[str], line: str, found: bool) -> None:
    assert bool(pattern.search(line)) is found


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [
        str(path.relative_to(ROOT)) for path in tracked("*.py") if path.stem in EMPTY_NAMES
    ] == []


def test_no_class_has_a_name_that_says_nothing() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {node.name}"
        for path in tracked("src/*.py")
        for node in ast.walk(ast.parse(text(path)))
        if isinstance(node, ast.ClassDef) and node.name.endswith(EMPTY_ENDINGS)
    ]
    assert found == []


def test_every_module_says_what_it_is_for() -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in tracked("src/*.py")
        if not ast.get_docstring(ast.parse(text(path)))
    ]
    assert found == []


ABOUT_THE_MARK = {
    "CHANGELOG.md",
    "docs/guides/init.md",
    "docs/guides/introducing.md",
    "src/bartizan/.agents/skills/bartizan/SKILL.md",
    "src/bartizan/policy/marks.py",
    "tests/cli/test_init.py",
    "tests/policy/test_draft.py",
}
"""A first policy asks its questions with that mark: who writes, shows or explains it."""


def test_nothing_is_left_for_later() -> None:
    mark = re.compile(r"\b(?:" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X")) + r")\b")
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in tracked("*.py", "*.md", "*.toml", "Makefile", ".ci/run")
        for number, line in enumerate(text(path).splitlines(), 1)
        if mark.search(line) and str(path.relative_to(ROOT)) not in ABOUT_THE_MARK
    ]
    assert found == []


def test_imports_stand_at_the_top() -> None:
    """A lazy import hides the shape of the house (ruff's and the contracts' eyes included)."""
    found = [
        f"{path.relative_to(ROOT)}:{inner.lineno}"
        for path in tracked("src/*.py")
        for node in ast.walk(ast.parse(text(path)))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    ]
    assert found == []
