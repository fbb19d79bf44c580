"""Build the documentation site: `make site`.

It is what zensical makes of ``docs/`` and ``mkdocs.yml``. For readers that are programs the
Markdown of each page lies beside it, and ``llms.txt`` names them all.
"""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml
from msgspec import Struct

ROOT: Final = Path(__file__).resolve().parents[1]
DOCS: Final = ROOT / "docs"
DECISIONS: Final = "Decisions"
LONG: Final = 200
"""Characters of a summary, unless its first sentence is longer."""

HEAD: Final = """\
# Bartizan

> {description}

One TOML file, the policy, says what must hold for an API. `bartizan init` writes a first one for an
application that exists, `bartizan check` holds it against the application, and the guard enforces
it. Every address below is Markdown.
"""


class Page(Struct, frozen=True):
    """One page of the site."""

    part: str
    """The part of the navigation that it stands in; empty at the top."""
    title: str
    """Its title there, else its own first heading."""
    file: str
    """Its path below ``docs/``."""

    @property
    def text(self) -> str:
        """Its Markdown."""
        return (DOCS / self.file).read_text()


def settings() -> dict[str, Any]:
    """What ``mkdocs.yml`` says."""
    said: dict[str, Any] = yaml.safe_load((ROOT / "mkdocs.yml").read_text())
    return said


def pages() -> list[Page]:
    """Every page, in the order of the navigation."""
    return list(_pages(settings()["nav"], ""))


def _pages(entries: list[Any], part: str) -> Iterator[Page]:
    for entry in entries:
        ((title, below),) = entry.items() if isinstance(entry, dict) else (("", entry),)
        if isinstance(below, list):
            yield from _pages(below, part or title)
        else:
            page = Page(part, title, below)
            yield page if title else Page(part, heading(page.text), below)


def heading(markdown: str) -> str:
    """The first heading of a page."""
    found = re.search(r"^# (.+)$", markdown, re.MULTILINE)
    return found[1] if found else ""


def summary(markdown: str) -> str:
    """The first paragraph of a page, as plain text: whole sentences, some 200 characters."""
    prose = re.sub(r"^```.*?^```$", "", markdown, flags=re.MULTILINE | re.DOTALL)
    for block in prose.split("\n\n"):
        if block.strip() and not block.lstrip().startswith(("#", "<!--", "|", "!", "-", ":", "1")):
            words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", " ".join(block.split())).replace(
                "**", ""
            )
            said = ""
            for sentence in re.split(r"(?<=[.:])\s", words):
                if said and len(said) + len(sentence) > LONG:
                    break
                said = f"{said} {sentence}".strip()
            return said.rstrip(":.")
    return ""


def llms() -> str:
    """``llms.txt``: the pages of the site with one sentence each, for readers that are programs."""
    lines = [HEAD.format(description=settings()["site_description"])]
    part = ""
    for page in pages():
        if page.part != part:
            part = page.part
            lines.append(f"\n## {part}\n")
        said = summary(page.text) if part != DECISIONS else ""
        lines.append(f"- [{page.title}]({page.file}){': ' + said if said else ''}")
    return "\n".join(lines) + "\n"


def build(target: Path) -> None:
    """Write the site. Raises ``CalledProcessError`` where a page or a link is not right."""
    work = target.with_name(f"{target.name}.source")
    shutil.rmtree(work, ignore_errors=True)
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(DOCS, work / "docs")
    shutil.copy(ROOT / "mkdocs.yml", work)
    zensical = Path(sys.executable).with_name("zensical")
    subprocess.run([zensical, "build", "--strict"], cwd=work, check=True)
    shutil.move(work / "site", target)
    shutil.rmtree(work)
    for page in pages():
        beside = target / page.file
        beside.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(DOCS / page.file, beside)
    (target / "llms.txt").write_text(llms())


if __name__ == "__main__":
    build(ROOT / "site")
    print("written  site/index.html")
