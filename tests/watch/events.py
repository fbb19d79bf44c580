"""Events for the tests of this room."""

from typing import Any

import msgspec
from hypothesis import strategies as st

from bartizan.model.event import Event


def event(**fields: Any) -> Event:
    """An ordinary refusal, with some fields as given."""
    ordinary: dict[str, Any] = {
        "time": 1764000000.25,
        "id": "k7f3q2zdx9-000001",
        "api": "orders",
        "revision": "abcdef012345",
        "event": "authz_fail",
        "outcome": "deny",
        "status": 403,
        "method": "GET",
        "operation": "GET /orders/{order_id:int}",
        "reason": "scope_missing",
        "control": "scopes",
        "line": "bartizan.toml:41",
        "client": "0123456789abcdef",
        "network": "203.0.113.0/24",
        "scopes": ("orders:read",),
    }
    return Event(**(ordinary | fields))


NASTY = (
    "\r\n", "\n{}", "\x1b[31m", "\x9b2J", "\u202e", "\u2066", "\u2028", "\u2029", "\x85", "\x7f",
    "\x00", "\ud800", "\udfff", "\ufeff", '"', "\\", "\u00e9", "\U0001f600", "",
)  # fmt: skip
"""What breaks lines, hides text, drives terminals or is no text at all."""
TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=()), max_size=40),
    st.lists(st.sampled_from(NASTY), max_size=8).map("".join),
)
_KINDS = {
    str: TEXTS,
    int: st.integers(-(2**53) + 1, 2**53 - 1),
    float: st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15),
    tuple[str, ...]: st.lists(TEXTS, max_size=3).map(tuple),
}


def events(texts: st.SearchStrategy[str] = TEXTS) -> st.SearchStrategy[Event]:
    """Any event at all."""
    kinds = _KINDS | {str: texts, tuple[str, ...]: st.lists(texts, max_size=3).map(tuple)}
    return st.builds(
        Event,
        **{each.name: kinds[each.type] for each in msgspec.structs.fields(Event)},
    )
