"""Three mistakes that look like protection, run; and what the page says of them."""

import re
from importlib.metadata import version

import pytest
from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

from bartizan.demo.mistakes import MISTAKES, Shown, page, run
from tests.project.tree import ROOT

DOCS = ROOT / "docs" / "concepts" / "mistakes.md"


@pytest.fixture(scope="module")
def shown() -> list[Shown]:
    return run()


@pytest.mark.parametrize("number", range(len(MISTAKES)))
def test_theirs_passes_and_ours_holds(shown: list[Shown], number: int) -> None:
    one = shown[number]
    assert one.theirs == one.mistake.passes
    assert one.ours == one.mistake.holds


def test_each_names_library_version_and_warning(shown: list[Shown]) -> None:
    said = "\n".join(page(shown))
    for one in MISTAKES:
        assert f"{one.library} {version(one.library)}" in said
        assert one.docs in said
    assert max(map(len, said.splitlines())) <= 80


def test_the_page_says_the_same() -> None:
    text = re.sub(r"\s+", " ", DOCS.read_text())
    for one in MISTAKES:
        for part in (one.docs, one.code, one.library):
            assert part in text


def test_spelled_right_the_limiter_limits() -> None:
    """The fault is the spelling, not the library."""
    app = Flask(__name__)
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://")

    @app.post("/login")
    @limiter.limit("5/minute")
    def login() -> tuple[str, int]:
        return "wrong password", 401

    assert [app.test_client().post("/login").status_code for _ in range(7)][-1] == 429
