"""Pages that are made from the source are up to date, and policies in pages are policies."""

import re
from pathlib import Path

import pytest

from bartizan.policy.load import loads
from scripts.reference import PAGES, reasons
from tests.project.tree import ROOT, text, tracked

POLICY = re.compile(r"^```toml\n(.*?)^```", re.MULTILINE | re.DOTALL)
WHOLE = [
    pytest.param(block, id=f"{page.relative_to(ROOT)}-{number}")
    for page in tracked("README.md", "docs/*.md")
    for number, block in enumerate(POLICY.findall(text(page)), 1)
    if "[operations" in block and "[api]" in block
]


def test_the_page_of_reasons_is_up_to_date() -> None:
    assert text(PAGES / "reasons.md") == reasons(), "run: make docs"


@pytest.mark.parametrize("block", WHOLE)
def test_a_whole_policy_in_a_page_loads(block: str, tmp_path: Path) -> None:
    assert loads(block, file=str(tmp_path / "bartizan.toml")).operations
