"""How the paths of a route may be written: every sample is accepted by its pattern."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bartizan.policy.draft_paths import templates
from bartizan.policy.match import parse_template
from bartizan.policy.ways import Gap, gap, paths, ways


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (r"^orders/$", ["orders/"]),
        (r"^orders/(?P<pk>[0-9]+)/\Z", ["orders/{pk:int}/"]),
        (r"^orders/([0-9]+)(?:/lines/(\w+))?$",
         ["orders/{part:int}", "orders/{part:int}/lines/{part_2:slug}"]),
        (r"^a(?:b|c)d$", ["abd", "acd"]),
        (r"^x/?$", ["x", "x/"]),
        (r"^(?P<id>[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$", ["{id:uuid}"]),
        (r"^(?P<day>\d{4}-\d{2}-\d{2})$", ["{day:date}"]),
        (r"^(?P<name>[^/]+)$", ["{name:str}"]),
        (r"^(?P<rest>.+)$", ["{rest:path}"]),
        (r"^(?P<rest>.*)$", ["", "{rest:path}"]),
        (r"^v(?P<major>\d+)/x$", ["{major:slug}/x"]),
        (r"^(?P<name>\w+)\.json$", ["{name:str}"]),
        (r"^(?P<rest>.+)/edit$", ["{rest:path}"]),
        (r"^(?P<rest>.+)/$", ["{rest:str}/", "{rest:str}/{rest_2:str}/",
                              "{rest:str}/{rest_2:str}/{rest_3:str}/"]),
        (r"(?i)^x$", ["x"]),
        (r"^(?P<key>\w+).wav$", ["{key:str}"]),
        (r"^[a-z]{2,3}$", ["{part:slug}"]),
        (r"^a{2}b$", ["aab"]),
        (r"^(?P<n>\d+)-(?P=n)$", ["{n_n:slug}"]),
        (r"^(?P<rest>.+)/edit/$", ["{rest:str}/{rest_2:str}/",
                                   "{rest:str}/{rest_2:str}/{rest_3:str}/",
                                   "{rest:str}/{rest_2:str}/{rest_3:str}/{rest_4:str}/"]),
        (r"^(?=x)(?!y)(?P<n>[xy]+)$", ["{n:slug}"]),
        (r"^(?P<outer>a(?P<inner>\d+))$", ["{inner:slug}"]),
        (r"^with space$", ["with space"]),
        (r"^per%cent$", ["{part:str}"]),
        (r"^\.\./x$", []),
        (r"^a//b$", []),
        (r"^(", []),
    ],
)  # fmt: skip
def test_templates_of_a_pattern(expression: str, expected: list[str]) -> None:
    made = [one.text for way in ways(expression) for one in templates(("/", *way))]
    assert made == [f"/{text}" for text in expected]


@pytest.mark.parametrize(
    ("expression", "kind"),
    [(r"\d+", "int"), (r"[^/]+", "str"), (r"[^/].*?", "path"), (r"\d+\.\d+", "str"),
     (r"(?:red|blue)", "slug"), (r"-?\d+", "slug"), (r"[-a-zA-Z0-9_]+", "slug")],
)  # fmt: skip
def test_the_kind_of_a_converter(expression: str, kind: str) -> None:
    found = gap("x", expression)
    assert found is not None
    assert found.kind == kind
    assert all(re.fullmatch(expression, text) for text in found.texts)


def test_what_accepts_nothing_leaves_no_gap() -> None:
    assert gap("x", r"(?!)") is None
    assert gap("x", "(") is None


def test_the_first_paths_differ_in_every_gap() -> None:
    way = ("/", Gap("a", "slug", ("a", "b", "c")), "/", Gap("b", "slug", ("x", "y")))
    assert list(paths(way, 3)) == ["/a/x", "/b/y", "/c/y"]
    assert len(set(paths(way, 64))) == 6
    assert list(paths((), 3)) == [""]


ATOMS = st.sampled_from(
    ["a", "b/", "-", r"\.", r"\d+", r"[a-z]{2}", r"\w*", "[^/]+", "(x|yz)", r"(?P<n{}>\d{{1,3}})",
     "(?:q|r/)?", r"(?P<n{}>[^/.]+)", ".*", r"(?:p/(\d+)/)?", "c{2}", r"[^\W_]", r"\s?"]
)  # fmt: skip


@given(st.lists(ATOMS, max_size=6))
def test_every_path_that_is_made_is_accepted(atoms: list[str]) -> None:
    """Without assertions and references nothing is guessed: a sample that its own pattern refuses
    would be asked of the router for nothing."""
    numbered = (atom.format(number) if "{}" in atom else atom for number, atom in enumerate(atoms))
    expression = "".join(numbered)
    fits = re.compile(expression).fullmatch
    for way in ways(expression):
        for path in paths(way, 8):
            assert fits(path), (expression, way, path)


@given(st.text(max_size=20))
def test_any_text_is_read_or_left(expression: str) -> None:
    for way in ways(expression):
        for one in templates(("/", *way)):
            parse_template(one.text)
