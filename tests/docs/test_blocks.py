"""Every code block of every page runs, or stands in one table with the reason why not."""

import re
import socket
from pathlib import Path

import pytest

from tests.docs.blocks import Block, Run, blocks, compare
from tests.project.tree import ROOT, text, tracked

SELF = "runs these tests"
NOT_RUN: dict[tuple[str, str], str] = {
    (
        "README.md",
        "make test     # sets itself up; git, make, python3 and python3-venv are enough",
    ): SELF,
    ("CONTRIBUTING.md", "make test"): SELF,
    ("CONTRIBUTING.md", "make format docs"): SELF,
    ("CONTRIBUTING.md", "[[ask]]"): "a question of the corpus, which tests/conformance/ reads",
    ("docs/guides/introducing.md", "bartizan init shop:app"): "init's own guide runs it",
    ("docs/guides/introducing.md", "bartizan top --once --shadowed"): "needs events",
}
"""Page and first line of every block that is not run, and why."""

NO_PAGE_OF_COMMANDS = {
    "docs/concepts/mistakes.md": "pieces of what `make demo` runs whole",
    **{
        f"docs/deployment/{name}.md": "tests/servers/test_recipes.py runs every line of it"
        for name in ("development", "granian", "gunicorn", "hypercorn", "uvicorn", "waitress")
    },
}
"""Pages that show code and tell nobody to run it here, and where it runs."""

SKILL = "src/bartizan/.agents/skills/bartizan/SKILL.md"
MANY = tracked(
    "README.md",
    "AGENTS.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "docs/*.md",
    SKILL,
)
PAGES = {
    name: list(blocks(name, text(path)))
    for path in MANY
    if (name := str(path.relative_to(ROOT))) not in NO_PAGE_OF_COMMANDS
}
WITH_CODE = {page: found for page, found in PAGES.items() if found}


@pytest.mark.parametrize("page", WITH_CODE)
def test_the_page_runs(page: str, tmp_path: Path) -> None:
    Run(tmp_path).page(WITH_CODE[page])


def test_what_is_not_run_stands_in_the_table() -> None:
    marked = {block.key for found in PAGES.values() for block in found if block.mark == "not run"}
    assert marked == NOT_RUN.keys()


def test_the_screen_of_the_readme_is_the_one_of_the_demo(tmp_path: Path) -> None:
    (shown,) = [one.text for one in PAGES["README.md"] if "HOLE" in one.text]
    printed = Run(tmp_path).command("bartizan demo", 0)
    clock = re.compile(r"in [\d.]+ m?s:")
    compare(clock.sub("in no time:", shown), clock.sub("in no time:", printed))


def block(language: str, code: str, *, mark: str = "", name: str = "") -> Block:
    return Block("page.md", 1, mark, name, language, code, answers=True)


PAGE = """\
Words.

<!-- file: one.py -->
```python
x = 1
```

- in a list:

  ```sh
  echo one
  ```

  ```text
  one
  ```
"""


def test_blocks_are_found() -> None:
    found = list(blocks("page.md", PAGE))
    assert [(one.mark, one.name, one.language, one.text) for one in found] == [
        ("file", "one.py", "python", "x = 1\n"),
        ("", "", "sh", "echo one\n"),
        ("", "", "text", "one\n"),
    ]
    assert [one.line for one in found] == [4, 10, 14]
    assert [one.answers for one in found] == [False, False, True]


@pytest.mark.parametrize(
    "wrong",
    [
        [block("toml", '[operations."GET /"]\nidentity = ["man"]\n')],
        [block("toml", "[api]\nhots = []\n", mark="file", name="bartizan.toml")],
        [block("python", "x = y\n")],
        [block("python", "x = (\n", mark="file", name="x.py")],
        [block("sh", "false\ntrue\n")],
        [block("sh", "true   # exit code 1\n")],
        [block("sh", "echo one\n"), block("text", "two\n")],
        [block("sh", "echo one; echo two\n"), block("text", "two\none\n")],
        [block("ruby", "1\n")],
    ],
    ids=lambda found: found[-1].text.strip()[:20],
)
def test_what_does_not_hold_is_noticed(wrong: list[Block], tmp_path: Path) -> None:
    with pytest.raises(AssertionError):
        Run(tmp_path).page(wrong)


def test_what_holds_is_not() -> None:
    compare("one  two\n...\nthree", "one two\nx\nfour three\n")


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as asked:
        return str(asked.getsockname()[1])


def test_what_is_served_is_there_for_the_page_and_then_gone(tmp_path: Path) -> None:
    port = free_port()
    serve = f"python -m http.server {port} --bind 127.0.0.1\n"
    ask = f"python -c \"import socket; socket.create_connection(('127.0.0.1', {port}))\"\n"
    Run(tmp_path).page([block("sh", serve, mark="serve", name=port), block("sh", ask)])
    with pytest.raises(AssertionError):
        Run(tmp_path).page([block("sh", ask)])


@pytest.mark.parametrize("serve", ["true", "false", "exec python -c 'import nobody'"])
def test_a_server_that_does_not_listen_is_noticed(serve: str, tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="nobody listens"):
        Run(tmp_path).page([block("sh", serve, mark="serve", name=free_port())])


def test_what_agents_read_shows_the_verbs_that_they_need() -> None:
    """With standard input closed, as all blocks: no command may ask a question back."""
    commands = [one.text for one in PAGES[SKILL] if one.language == "sh" and one.mark != "not run"]
    verbs = {
        verb for text in commands for verb in re.findall(r"^bartizan (\w+)", text, re.MULTILINE)
    }
    assert verbs == {"init", "check", "ask", "explain", "policy"}
