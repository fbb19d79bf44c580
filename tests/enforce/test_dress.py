"""The headers of an answer: what the view says of Vary is kept, whatever else is replaced."""

import pytest

from bartizan.enforce.context import Headers
from bartizan.enforce.guard import dress

FIXED = (("X-Frame-Options", "DENY"), ("Vary", "Origin"))
OURS = Headers(
    fixed=FIXED,
    failed=(*FIXED, ("Cache-Control", "no-store")),
    names=frozenset({"x-frame-options", "vary"}),
    origins={},
)


@pytest.mark.parametrize("status", [200, 404, 500])
def test_vary_is_merged_into_every_answer(status: int) -> None:
    said = dict(dress(OURS, [("Vary", "Accept"), ("Content-Type", "text/plain")], None, status))
    assert said["Vary"] == "Origin, Accept"
    assert said["X-Frame-Options"] == "DENY"
    assert ("Cache-Control" in said) == (status >= 400)
