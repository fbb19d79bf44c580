"""Tables: what folds, and where."""

import pytest

from bartizan.cli.tables import fold, paragraph, table

HEAD = ("operation", "who may")
ROWS = [("GET /api/orders/{order_id:int}", "everybody who has the scope orders:read")]


def test_a_word_is_broken_only_where_nothing_else_helps() -> None:
    for width in range(30, 60):
        drawn = "\n".join(table(HEAD, ROWS, width))
        assert "{order_id:int}" in drawn
        assert "orders:read" in drawn
    assert max(map(len, table(HEAD, ROWS, 20))) <= 20


@pytest.mark.parametrize("indent", [None, "    "])
@pytest.mark.parametrize("width", [12, 20, 80])
def test_a_lead_that_leaves_no_room_has_lines_of_its_own(width: int, indent: str | None) -> None:
    lead = f"  {'../' * 40}shop.py:8  "
    lines = paragraph("Flask-CORS sets a header", width, lead, indent)
    assert "".join("".join(lines).split()) == "".join((lead + "Flask-CORSsetsaheader").split())
    assert max(map(len, lines)) <= width


@pytest.mark.parametrize("width", [-3, 0, 1])
def test_a_fold_without_room_ends(width: int) -> None:
    assert fold("abc", width) == ["a", "b", "c"]
