"""The site builds without a warning, asks nobody else for anything, and can be read by programs."""

import re
from pathlib import Path

import pytest

from scripts import site

FETCHED = re.compile(
    r"<(?:script|img|iframe|source)\b[^>]*\bsrc=[\"']?([^\"'\s>]+)"
    r"|<link\b(?=[^>]*\brel=[\"']?(?:stylesheet|preload|icon|preconnect))[^>]*\bhref=[\"']?([^\"'\s>]+)"
)
"""What a browser fetches by itself when it shows a page."""


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("built") / "site"
    site.build(target)
    return target


def test_every_page_is_there_twice(built: Path) -> None:
    for page in site.pages():
        made = built / page.file.removesuffix(".md").removesuffix("index") / "index.html"
        assert made.is_file(), page.file
        assert (built / page.file).read_text() == page.text


def foreign(html: str) -> list[str]:
    fetched = [src or href for src, href in FETCHED.findall(html)]
    return [address for address in fetched if re.match(r"(?:\w+:)?//", address)]


def test_a_page_fetches_nothing_from_elsewhere(built: Path) -> None:
    shown = list(built.rglob("*.html"))
    assert len(shown) > 40
    assert {str(page): found for page in shown if (found := foreign(page.read_text()))} == {}


@pytest.mark.parametrize(
    "html",
    [
        '<script async src="https://cdn.example/x.js">',
        "<script src=//cdn.example/x.js>",
        '<link rel="stylesheet" href="https://fonts.example/css">',
        '<link href="https://fonts.example/css" rel=stylesheet>',
        '<img alt="" src="http://example/x.png">',
    ],
)
def test_one_that_would_is_noticed(html: str) -> None:
    assert len(foreign(html)) == 1


def test_llms_txt_names_every_page_with_a_sentence(built: Path) -> None:
    said = (built / "llms.txt").read_text()
    linked = re.findall(r"^- \[[^]]+\]\(([^)]+)\)(: \S.+)?$", said, re.MULTILINE)
    assert [file for file, _ in linked] == [page.file for page in site.pages()]
    silent = [file for file, about in linked if not about and not file.startswith("adr/")]
    assert silent == []
