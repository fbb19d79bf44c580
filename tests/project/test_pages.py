"""The pages people read: short where promised, complete where indexed, no dead links."""

import re
from pathlib import Path

import pytest

from tests.project.tree import ROOT, text, tracked

LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)\s]*))?\)")
FENCED = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
PAGES = tracked("*.md")


def words(markdown: str) -> list[str]:
    """Words as a reader counts them: anything between white space that holds a letter or digit."""
    return [word for word in markdown.split() if re.search(r"\w", word)]


def test_the_readme_is_short() -> None:
    assert len(words(text(ROOT / "README.md"))) <= 600


def test_the_readme_says_its_value_first() -> None:
    first = " ".join(words(text(ROOT / "README.md"))[:100])
    for value in ("policy", "enforce", "prove", "Flask", "Django", "make demo"):
        assert value in first


@pytest.mark.parametrize("part", ["make demo", "make test", "does not", "SECURITY.md", "3.11"])
def test_the_readme_has_its_parts(part: str) -> None:
    assert part in text(ROOT / "README.md")


def test_the_architecture_names_every_room() -> None:
    page = text(ROOT / "ARCHITECTURE.md")
    rooms = {path.relative_to(ROOT / "src/bartizan").parts[0] for path in tracked("src/bartizan/*")}
    names = {room.removesuffix(".py") for room in rooms} - {"__init__", "__main__", "py.typed"}
    assert [name for name in sorted(names) if f"`{name}" not in page] == []
    assert len(page.splitlines()) <= 120


def links(page: Path) -> list[tuple[Path, str]]:
    """Every link of a page that leads into the project: the file, and the heading in it."""
    found = LINK.findall(FENCED.sub("", text(page)))
    return [
        (page.parent / target if target else page, heading)
        for target, heading in found
        if not re.match(r"[a-z]+:", target)
    ]


def headings(page: Path) -> set[str]:
    """The names under which headings can be linked, as site builders make them."""
    titles = re.findall(r"^#+ (.+)$", FENCED.sub("", text(page)), re.MULTILINE)
    return {
        re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", each).strip().lower()) for each in titles
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    dead = [
        f"{target}#{heading}"
        for target, heading in links(page)
        if not target.exists() or (heading and heading not in headings(target))
    ]
    assert dead == []


def test_links_are_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# One, two\n[a](b.md#c) [d](#one-two) [`[e]`](f.md) [g](https://h)\n")
    assert links(page) == [
        (tmp_path / "b.md", "c"), (page, "one-two"), (tmp_path / "f.md", ""),
    ]  # fmt: skip
    assert headings(page) == {"one-two"}


def test_every_page_is_in_the_navigation() -> None:
    navigation = text(ROOT / "mkdocs.yml")
    pages = {str(page.relative_to(ROOT / "docs")) for page in tracked("docs/*.md")}
    assert [page for page in sorted(pages) if page not in navigation] == []
    listed = set(re.findall(r"[\w./-]+\.md", navigation))
    assert listed - pages == set()


def test_every_decision_is_indexed() -> None:
    index = text(ROOT / "docs/adr/index.md")
    records = [path.name for path in tracked("docs/adr/*.md") if path.name != "index.md"]
    assert records
    assert re.findall(r"\((\d{4}-[\w-]+\.md)\)", index) == sorted(records)
    assert [int(name[:4]) for name in sorted(records)] == list(range(1, len(records) + 1))


def test_every_decision_says_what_was_rejected() -> None:
    for path in tracked("docs/adr/0*.md"):
        for part in ("## Context", "## Decision", "## Rejected", "## Consequences"):
            assert part in text(path), f"{path.name}: {part}"


def test_files_that_pages_name_are_there() -> None:
    """``enforce/table.py`` in a page is a file of the source, or of the project."""
    named = {
        (name, str(page.relative_to(ROOT)))
        for page in tracked("*.md")
        if "examples" not in page.parts
        for name in re.findall(r"`([\w/]+/[\w]+\.(?:py|toml))`", text(page))
    }
    assert named
    assert [
        (name, page)
        for name, page in sorted(named)
        if not re.search(r"/(?:x|NAME)\.", name)
        and not any((at / name).exists() for at in (ROOT, ROOT / "src/bartizan"))
    ] == []
