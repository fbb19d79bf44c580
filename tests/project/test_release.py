"""What is shipped agrees with itself: version, licence, requirements."""

import re
import subprocess
import sys
import zipfile
from importlib.metadata import version
from pathlib import Path

import bartizan
from tests.project.tree import ROOT, pyproject, text, tracked

REQUIREMENTS = (
    "requirements/foreign.txt",
    "requirements/fuzz.txt",
    "requirements/test.txt",
    "requirements/uv.txt",
)


def pins(path: str) -> dict[str, str]:
    """Each requirement's own text: its pin, marker and hashes."""
    found: dict[str, str] = {}
    name = ""
    for line in text(ROOT / path).splitlines():
        if line.startswith("#") or not line.strip():
            continue
        if not line.startswith(" "):
            name = line.rstrip(" \\")
            found[name] = ""
        elif "--hash" in line:
            found[name] += line
    return found


def test_the_version_is_the_same_everywhere() -> None:
    said = pyproject()["project"]["version"]
    assert version("bartizan") == said
    assert getattr(bartizan, "__version__", said) == said
    entries = re.findall(r"^## (\S+)", text(ROOT / "CHANGELOG.md"), re.MULTILINE)
    assert said in entries[:2]


def test_the_licence_is_whole() -> None:
    licence = text(ROOT / "LICENSE")
    assert pyproject()["project"]["license"] == "Apache-2.0"
    assert "Apache License\n" in licence
    assert "END OF TERMS AND CONDITIONS" in licence


def test_all_requirements_are_pinned_and_hashed() -> None:
    assert sorted(map(str, tracked("requirements/*"))) == [str(ROOT / r) for r in REQUIREMENTS]
    for path in REQUIREMENTS:
        assert pins(path)
        for requirement, hashes in pins(path).items():
            assert re.match(r"[a-z0-9._-]+==[\w.!+]+( ; .*)?$", requirement), requirement
            assert "--hash=sha256:" in hashes, requirement


def test_requirements_name_no_index() -> None:
    for path in REQUIREMENTS:
        assert not re.search(r"--(extra-)?index-url|--find-links|https?:", text(ROOT / path))


def test_every_declared_dependency_is_pinned() -> None:
    project, groups = pyproject()["project"], pyproject()["dependency-groups"]
    extras = project["optional-dependencies"]
    declared = {
        re.split(r"[^\w.-]", requirement)[0].lower()
        for one in (project["dependencies"], *extras.values(), *groups.values())
        for requirement in one
    } - {"bartizan"}
    pinned = {name.split("==")[0] for path in REQUIREMENTS for name in pins(path)}
    assert declared - pinned == set()


def test_the_wheel_holds_what_agents_read(tmp_path: Path) -> None:
    """Skills lie where tools look for them inside an installed package."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    assert "bartizan/.agents/skills/bartizan/SKILL.md" in names
    assert "bartizan/py.typed" in names
    assert [name for name in names if name.startswith("bartizan/cli/explanations/")]
    assert not [name for name in names if name.startswith(("tests", "docs", "examples"))]
