"""Tables: what folds, and where."""

from bartizan.cli.tables import table

HEAD = ("operation", "who may")
ROWS = [("GET /api/orders/{order_id:int}", "everybody who has the scope orders:read")]


def test_a_word_is_broken_only_where_nothing_else_helps() -> None:
    for width in range(30, 60):
        drawn = "\n".join(table(HEAD, ROWS, width))
        assert "{order_id:int}" in drawn
        assert "orders:read" in drawn
    assert max(map(len, table(HEAD, ROWS, 20))) <= 20
