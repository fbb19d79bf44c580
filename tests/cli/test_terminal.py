"""Terminal manners: the same facts and the same status everywhere, and no line too wide."""

import shutil
from collections import Counter
from collections.abc import Mapping

import pytest

from bartizan.cli.tables import columns
from tests.cli.stage import APPS, Ran, decision, edit, keep, refusal
from tests.cli.terminal import SGR, session

COMMANDS: list[tuple[str, ...]] = [
    ("--help",),
    ("check", "--help"),
    ("ask", "--help"),
    ("check", "shop:app"),
    ("check",),
    ("check", "--policy", "typos.toml"),
    ("check", "--format", "json"),
    ("ask", "GET /orders/7", "--as", "alice"),
    ("ask", "GET"),
    ("explain",),
    ("explain", "D1101"),
    ("explain", "D1191"),
    ("policy", "show", "typos.toml"),
    ("policy",),
    ("chek",),
    ("check", "shp:app"),
    ("tail", "--help"),
    ("top", "--help"),
    ("why", "--help"),
    ("tail", "--no-follow", "-n", "99"),
    ("tail", "--no-follow", "--json"),
    ("tail", "--no-follow", "--reason", "flood"),
    ("top", "--once"),
    ("top", "--once", "--spool", "nowhere"),
    ("why", "k7f3q2zdx9-000002"),
    ("why", "k7f3q2zdx9-000150"),
    ("why", "k7f3q2zdx9-999999"),
    ("why", "nonsense"),
]
"""``policy show`` prints a file, which is never folded: only its errors are looked at."""

MANY = (
    decision(1),
    refusal(2),
    decision(3, shadowed=("rate_client", "token_expired"), operation="GET /api/orders"),
    refusal(4, "method_unknown", operation="", method="other", line=""),
    refusal(5, "credential_malformed",
            operation="PATCH /api/organisations/{organisation:uuid}/members/{id:uuid}/roles"),
    *(refusal(number, "rate_client", client="feedbeef12345678", network="2001:db8:1234::/48")
      for number in range(100, 180)),
)  # fmt: skip
"""What the log of the shop holds: short and long, folded, in shadow."""

ENVIRONMENTS: Mapping[str, tuple[bool, int, dict[str, str]]] = {
    "terminal": (True, 80, {}),
    "NO_COLOR": (True, 80, {"NO_COLOR": "1"}),
    "FORCE_COLOR": (False, 80, {"FORCE_COLOR": "1"}),
    "dumb": (True, 80, {"TERM": "dumb"}),
    "CI": (False, 80, {"CI": "true"}),
    "COLUMNS=60": (False, 60, {"COLUMNS": "60"}),
    "narrow terminal": (True, 60, {}),
    "ASCII": (False, 80, {"PYTHONIOENCODING": "ascii"}),
}
COLOURED = ("terminal", "FORCE_COLOR", "narrow terminal")


@pytest.fixture(scope="module")
def sessions(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Ran]]:
    """Every command in every environment."""
    here = tmp_path_factory.mktemp("terminal") / "shop"
    shutil.copytree(APPS, here, ignore=shutil.ignore_patterns("__pycache__"))
    keep(here, *MANY)
    shutil.copy(here / "bartizan.toml", here / "typos.toml")
    edit(here / "typos.toml", "flood =", "floood =")
    edit(here / "typos.toml", 'name = "shop"', 'name = "shöp — naïve"')
    return {
        name: session(COMMANDS, here, tty, wide, **env)
        for name, (tty, wide, env) in ENVIRONMENTS.items()
    }


def _facts(text: str) -> Counter[str]:
    """What is said, without how it is laid out."""
    return Counter(c for c in SGR.sub("", text) if c.isascii() and c.isalnum())


@pytest.mark.parametrize("name", ENVIRONMENTS)
@pytest.mark.parametrize("number", range(len(COMMANDS)), ids=[" ".join(it) for it in COMMANDS])
def test_manners(sessions: dict[str, list[Ran]], name: str, number: int) -> None:
    ran, usual = sessions[name][number], sessions["CI"][number]
    bare = SGR.sub("", ran.out)
    assert ran.rc == usual.rc
    assert "\x1b" not in bare, "a stray escape sequence"
    assert name in COLOURED or bare == ran.out, "colour where none was asked for"
    wide = ENVIRONMENTS[name][1]
    if not {"json", "--json"} & {*COMMANDS[number]}:
        assert [line for line in bare.splitlines() if columns(line) > wide] == []
    assert _facts(ran.out) == _facts(usual.out)
    assert "Traceback" not in bare
    if name == "ASCII":
        assert bare.isascii()


@pytest.mark.parametrize("name", COLOURED)
def test_colour_repeats_the_words(sessions: dict[str, list[Ran]], name: str) -> None:
    assert any(SGR.search(ran.out) for ran in sessions[name])
