"""The pages about servers say what the table says, and every server has its recipe."""

import pytest
from msgspec import structs

from bartizan.servers.facts import Server
from bartizan.servers.spellings import SPELLINGS
from bartizan.servers.table import SERVERS
from scripts import deployment
from tests.project.tree import text

MADE = deployment.pages()
SILENT = {"name", "package", "page", "modules", "production", "workers", "running", "trusted",
          "drops", "command", "interface"}  # fmt: skip
"""Fields that are no row of a table; the command stands in the recipe."""


@pytest.mark.parametrize("page", MADE)
def test_the_page_is_up_to_date(page: str) -> None:
    assert text(deployment.DOCS / page) == MADE[page], "run: make docs"


@pytest.mark.parametrize("server", SERVERS, ids=lambda server: server.name)
def test_the_command_stands_in_the_recipe(server: Server) -> None:
    assert server.command in deployment.written(f"deployment/{server.page}.md")


def test_no_page_is_left_over() -> None:
    there = {f"deployment/{path.name}" for path in (deployment.DOCS / "deployment").glob("*.md")}
    assert there == MADE.keys() - {deployment.OVERVIEW}


def test_every_fact_changes_its_page() -> None:
    """A fact that no page shows would be a fact for nobody."""
    other = {
        "title": "another", "target": "hidden", "unseen": ("letter",), "believes": None,
        "forwarding": "dropped", "underscore": "merged", "second_host": "shown",
        "second_type": "last", "two_lengths": "last", "length_and_chunks": "chunks",
        "body": "buffered", "chunked": "measured", "endless": False, "method": "upper case",
        "empty": "a 500", "http2": True, "websocket": True, "lifespan": True,
        "multiprocess": "always", "load_fault": "is tried again", "bounds": (), "timeouts": (),
    }  # fmt: skip
    assert other.keys() | SILENT == {field.name for field in structs.fields(Server)}
    (before,) = (server for server in SERVERS if server.name == "gunicorn")
    for name, value in other.items():
        if name == "forwarding":
            continue  # said of those alone that do not believe by default
        assert deployment.part(structs.replace(before, **{name: value})) != deployment.part(before)


def test_every_spelling_is_taken_for_another_by_somebody() -> None:
    unseen = {name for server in SERVERS for name in server.unseen}
    assert unseen == {spelling.name for spelling in SPELLINGS}
