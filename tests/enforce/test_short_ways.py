"""The short way of a thing says what the long one does, and what is remembered is bounded."""

import json
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bartizan import wsgi
from bartizan.enforce.controls import spelling
from bartizan.enforce.guard import _beneath
from bartizan.model.decision import Deny, Violation
from bartizan.model.problem import PREFIX, render
from bartizan.model.reasons import REASONS

SHORT = st.text(alphabet="/ab.%;\\~_-é\x00\u2028 :@", max_size=12)


@given(SHORT)
@example("/")
@example("/a/")
@example("//")
@example("/a\n")
@example("/..")
@example("/a/.b")
@example("")
def test_a_path_that_is_plain_has_one_spelling_by_the_long_way_too(path: str) -> None:
    if spelling._plain(path):
        assert spelling._spelt(path, path)
        assert spelling._spelt(None, path)


@given(st.text(alphabet="/ab~:@", max_size=12))
def test_most_paths_are_plain(path: str) -> None:
    assert spelling._plain(path) == (path[:1] == "/" and "//" not in path)


@pytest.mark.parametrize("name", sorted(REASONS))
@pytest.mark.parametrize("violations", [(), (Violation("/a", 'a "number"'),)])
def test_a_document_that_is_remembered_in_part_is_whole(
    name: str, violations: tuple[Violation, ...]
) -> None:
    reason = REASONS[name]
    said = json.loads(render(Deny(reason, violations=violations), 'an "id"').body)
    assert said.pop("decision", "") == ("" if reason.status == 404 else 'an "id"')
    assert said.pop("errors", []) == [{"pointer": v.where, "detail": v.rule} for v in violations]
    assert said == {
        "type": PREFIX + reason.problem, "title": reason.title, "status": reason.status,
    }  # fmt: skip


def test_what_a_refusal_says_itself_is_not_said_twice() -> None:
    fixed = (("Cache-Control", "private"), ("Vary", "Origin"))
    assert _beneath(fixed, ("cache-control",)) == (("Vary", "Origin"),)
    assert _beneath(fixed, ()) == fixed


def environ(**more: Any) -> dict[str, Any]:
    return {"REQUEST_METHOD": "GET", "PATH_INFO": "/x", "wsgi.url_scheme": "http", **more}


def test_keys_that_a_stranger_makes_long_are_not_remembered() -> None:
    wsgi._read.cache_clear()
    for number in range(20):
        said = wsgi.facts(environ(**{f"HTTP_X_{number}_" + "A" * 5000: "1"}))
        assert said.headers_size > 5000
    assert wsgi._read.cache_info().currsize == 0
    wsgi.facts(environ(HTTP_ACCEPT="*/*"))
    assert wsgi._read.cache_info().currsize == 1
    assert wsgi._read.cache_info().maxsize is not None


@pytest.mark.parametrize(
    ("key", "forwarded"),
    [("HTTP_X_FORWARDED_FOR", True), ("HTTP_FORWARDED", True), ("HTTP_X_REAL_IP", True),
     ("HTTP_X_FORWARDED_A" + "A" * 5000, True), ("HTTP_ACCEPT", False)],
)  # fmt: skip
def test_a_forwarding_header_is_seen_whatever_came_before(key: str, forwarded: bool) -> None:
    assert not wsgi.facts(environ()).forwarded
    assert wsgi.facts(environ(**{key: "1"})).forwarded is forwarded


def test_a_header_is_found_by_its_lower_case_name_alone() -> None:
    facts = wsgi.facts(environ(HTTP_X_SHOP="a", HTTP_ACCEPT="b", X_SHOP="c"))
    assert [facts.header(name) for name in ("x-shop", "accept", "shop", "")] == [
        "a",
        "b",
        None,
        None,
    ]
    assert facts.headers_size == len("HTTP_X_SHOP" + "a" + "HTTP_ACCEPT" + "b")
