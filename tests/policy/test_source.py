"""Advice names a line of source: by reading it, whatever it is, and never by running it."""

from pathlib import Path
from types import ModuleType

import pytest

from bartizan.policy.source import LARGEST, files_of, line

TEXT = '"""CORS, in words."""\nimport x\n\nX: int = 1\nY = [\n    "a.b.C",\n]\nx.CORS(\n    1,\n)\n'


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "shop.py"
    path.write_text(TEXT)
    return path


@pytest.mark.parametrize(
    ("written", "at"), [("CORS", (8, 1)), ("X", (4, 1)), ("Y", (5, 1)), ("a.b.C", (6, 5))]
)
def test_calls_settings_and_entries_are_found(
    file: Path, written: str, at: tuple[int, int]
) -> None:
    place = line(written, [str(file)])
    assert (place.file, place.line, place.column) == (str(file), *at)


@pytest.mark.parametrize("text", ["def (", "\0", "x = 1\n" * (LARGEST // 6 + 1)])
def test_what_cannot_be_read_is_passed_over(file: Path, tmp_path: Path, text: str) -> None:
    other = tmp_path / "other.py"
    other.write_text(text)
    missing = str(tmp_path / "missing.py")
    assert line("CORS", [missing, str(other), str(file)]).file == str(file)
    assert (line("CORS", [missing]).file, line("CORS", [missing]).line) == (missing, 1)
    assert line("CORS", []).file == "?"


def test_the_module_goes_before_its_package_and_that_before_the_folder(tmp_path: Path) -> None:
    def module(name: str, file: str) -> ModuleType:
        made = ModuleType(name)
        made.__file__ = str(tmp_path / file)
        return made

    modules = {
        "aside": module("aside", "aside.py"),
        "shop.base": module("shop.base", "shop/base.py"),
        "shop.prod": module("shop.prod", "shop/prod.py"),
        "other": module("other", "venv/site-packages/other.py"),
        "builtin": ModuleType("builtin"),
    }
    found = list(dict.fromkeys(files_of("shop.prod", str(tmp_path), modules)))
    names = [str(Path(each).relative_to(tmp_path)) for each in found]
    assert names == ["shop/prod.py", "shop/base.py", "aside.py"]
