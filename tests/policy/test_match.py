"""The path grammar and the router, against a naive matcher that tries regular expressions."""

import datetime as dt
import re
import time
import uuid
from typing import get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bartizan.policy.match import (
    DEEPEST,
    KINDS,
    Allowed,
    Found,
    Router,
    TemplateFault,
    parameter_text,
    parse_template,
    shape,
)
from bartizan.policy.rules import Parameter, ParameterKind

# ------------------------------------------------------------------ the naive matcher

PATTERNS: dict[ParameterKind, str] = {
    "int": r"(?:0|[1-9][0-9]{0,18})",
    "uuid": r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
    "date": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "slug": r"[-a-zA-Z0-9_]+",
    "str": r"[^/]+",
    "path": r"[^/]+(?:/[^/]+)*",
}
Route = tuple[str, str]


def naive(routes: list[Route], method: str, path: str) -> tuple[str, dict[str, str]] | set[str]:
    """Every template in order of priority, one regular expression each."""
    methods = set()
    for declared, template in sorted(routes, key=lambda route: priority(route[1])):
        segments = parse_template(template)
        pattern = "".join(
            f"/({PATTERNS[it.kind]})" if isinstance(it, Parameter) else "/" + re.escape(it)
            for it in segments
        )
        match = re.fullmatch(pattern, path, re.DOTALL)
        parameters = [it for it in segments if isinstance(it, Parameter)]
        if match is None or not all(
            real_date(text)
            for it, text in zip(parameters, match.groups(), strict=True)
            if it.kind == "date"
        ):
            continue
        same = {declared, "HEAD"} if declared == "GET" else {declared}
        if method in same:
            names = [it.name for it in parameters]
            return f"{declared} {template}", dict(zip(names, match.groups(), strict=True))
        methods |= same
    return methods - {"WS"}


def priority(template: str) -> list[int]:
    return [
        KINDS.index(it.kind) + 1 if isinstance(it, Parameter) else 0
        for it in parse_template(template)
    ]


def real_date(text: str) -> bool:
    try:
        dt.datetime.strptime(text, "%Y-%m-%d")  # noqa: DTZ007  (a day, not a moment)
    except ValueError:
        return False
    return True


DAY, UUID = "2024-02-29", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"
LITERALS = st.sampled_from(["a", "b", "7", "é", DAY, UUID, "x y"])
TEXTS = st.sampled_from(
    ["a", "b", "7", "07", "é", "٣", "", ".", "x y", "a_b", DAY, "2023-02-29", UUID, UUID.upper()]
) | st.text(max_size=3)
FITTING = {
    "int": "7", "uuid": UUID, "date": DAY, "slug": "a-b", "str": "x y", "path": "a/7",
}  # fmt: skip
METHODS = st.sampled_from(["GET", "POST", "WS", "DELETE"])


@st.composite
def templates(draw: st.DrawFn) -> str:
    words = draw(st.lists(LITERALS | st.sampled_from(KINDS[:-1]), max_size=4))
    parts = [f"{{p{at}:{word}}}" if word in KINDS else word for at, word in enumerate(words)]
    parts += draw(st.sampled_from([[], [""], ["{rest:path}"]])) or ([""] if not parts else [])
    return "/" + "/".join(parts)


@st.composite
def tables(draw: st.DrawFn) -> list[Route]:
    routes = draw(st.lists(st.tuples(METHODS, templates()), max_size=12))
    return list({(method, shape(path)): (method, path) for method, path in routes}.values())


@given(tables(), METHODS | st.just("HEAD"), st.lists(TEXTS, max_size=5), st.data())
def test_like_the_naive_matcher(
    routes: list[Route], method: str, parts: list[str], data: st.DataObject
) -> None:
    router = Router((it[0], it[1], f"{it[0]} {it[1]}") for it in routes)
    if routes and data.draw(st.sampled_from([True, True, False])):  # near one, so that many match
        _, template = data.draw(st.sampled_from(routes))
        parts = [
            data.draw(st.just(FITTING[it.kind]) | TEXTS) if isinstance(it, Parameter) else it
            for it in parse_template(template)
        ]
    path = "/" + "/".join(parts)
    found, expected = router.find(method, path), naive(routes, method, path)
    match found:
        case Found(value, params):
            assert (value, params) == expected
            assert list(params) == list(expected[1])
        case Allowed(methods):
            assert set(methods) == expected
            assert list(methods) == sorted(methods)
        case _:
            assert expected == set()


@given(st.text())
@example("\ud800/\udfff")
@example("")
@example("orders/7")
@example("//orders/7")
@example("/orders//7")
def test_any_text_is_answered(path: str) -> None:
    router = Router(
        [
            ("GET", "/", 0),
            ("GET", "/orders/{id:int}", 1),
            ("GET", "/f/{p:path}", 2),
            ("GET", "/{s:slug}/{t:str}/x", 3),
        ]
    )
    for text in (path, "/" + path, "/f/" + path, "/orders/" + path):
        found = router.find("GET", text)
        assert found is None or text.startswith("/")


# ------------------------------------------------------------------ the router


def test_head_is_get() -> None:
    router = Router([("GET", "/orders/{order_id:int}", "order"), ("POST", "/orders", "new")])
    assert router.find("GET", "/orders/7") == Found("order", {"order_id": "7"})
    assert router.find("HEAD", "/orders/7") == Found("order", {"order_id": "7"})
    assert router.find("PUT", "/orders/7") == Allowed(("GET", "HEAD"))
    assert router.find("HEAD", "/orders") == Allowed(("POST",))
    with pytest.raises(ValueError, match="HEAD is GET"):
        Router([("HEAD", "/orders", 1)])


def test_methods_are_case_sensitive_and_so_are_paths() -> None:
    router = Router([("GET", "/orders", 1)])
    assert router.find("get", "/orders") == Allowed(("GET", "HEAD"))
    assert router.find("GET", "/Orders") is None


def test_slashes_count() -> None:
    router = Router([("GET", "/a", 1), ("GET", "/b/", 2), ("GET", "/c/{x:int}/", 3)])
    assert router.find("GET", "/a/") is None
    assert router.find("GET", "/b") is None
    assert router.find("GET", "/c/7") is None
    assert router.find("GET", "/c/7/") == Found(3, {"x": "7"})
    assert router.find("GET", "/c/7//") is None
    assert router.find("GET", "a") is None
    assert router.find("GET", "x/b/") is None
    assert router.find("GET", "") is None


def test_root() -> None:
    router = Router([("GET", "/", "root"), ("GET", "/{rest:path}", "rest")])
    assert router.find("GET", "/") == Found("root", {})
    assert router.find("GET", "/a/b") == Found("rest", {"rest": "a/b"})
    assert router.find("GET", "//") is None


def test_priority_goes_segment_by_segment() -> None:
    order = ["7", "{n:int}", "{u:uuid}", "{d:date}", "{s:slug}", "{t:str}", "{p:path}"]
    router = Router(("GET", "/" + word, word) for word in reversed(order))
    texts = ["7", "8", UUID, DAY, "a-b", "a.b", "a/b"]
    values = [
        found.value for text in texts if isinstance(found := router.find("GET", "/" + text), Found)
    ]
    assert values == order


def test_it_turns_back() -> None:
    router = Router(
        [("GET", "/a/{x:int}/c", 1), ("GET", "/{y:slug}/7/d", 2), ("GET", "/a/{z:str}/{p:path}", 3)]
    )
    assert router.find("GET", "/a/7/d") == Found(3, {"z": "7", "p": "d"})
    assert router.find("GET", "/b/7/d") == Found(2, {"y": "b"})


def test_the_first_with_the_method_is_meant() -> None:
    router = Router([("GET", "/{x:int}", 1), ("POST", "/{y:str}", 2), ("WS", "/{y:str}", 3)])
    assert router.find("POST", "/7") == Found(2, {"y": "7"})
    assert router.find("WS", "/7") == Found(3, {"y": "7"})
    assert router.find("PUT", "/7") == Allowed(("GET", "HEAD", "POST"))
    assert router.find("PUT", "/x") == Allowed(("POST",))


def test_a_websocket_alone_serves_no_method() -> None:
    assert Router([("WS", "/live", 1)]).find("GET", "/live") is None


@pytest.mark.parametrize(
    ("one", "two"), [("/a", "/a"), ("/a/{x:int}", "/a/{y:int}"), ("/{x:path}", "/{y:path}")]
)
def test_twice(one: str, two: str) -> None:
    assert shape(one) == shape(two)
    with pytest.raises(ValueError, match="twice"):
        Router([("GET", one, 1), ("GET", two, 2)])
    Router([("GET", one, 1), ("POST", two, 2)])


def test_no_two_answers_share_their_parameters() -> None:
    router = Router([("GET", "/a", 1), ("GET", "/b/{x:int}", 2)])
    for path in ("/a", "/b/7"):
        one, two = router.find("GET", path), router.find("GET", path)
        assert isinstance(one, Found)
        assert isinstance(two, Found)
        assert one.params is not two.params


def test_hostile_paths_cost_little() -> None:
    kinds = [("GET", f"/{{a:{a}}}/{{b:{b}}}/{{c:{c}}}/end", 0)
             for a in KINDS[:-1] for b in KINDS[:-1] for c in KINDS[:-1]]  # fmt: skip
    router = Router([*kinds, ("GET", "/" + "{x:str}/".replace("x", "y") + "{p:path}", 1)])
    deep = Router([("GET", "".join(f"/{{p{at}:str}}" for at in range(DEEPEST)), 2)])
    paths = ["/a" * 10_000, "/" * 10_000, "/7" * 10_000 + "/", "/7/7/7/no", "/" + "a" * 1_000_000]
    began = time.process_time()
    for path in paths:
        router.find("GET", path)
        router.find("PUT", path)
        deep.find("GET", path)
    assert time.process_time() - began < 1


# ------------------------------------------------------------------ parameters


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        (
            "int",
            ["0", "7", "10", "9" * 19],
            ["", "00", "07", "-1", "+1", " 7", "7 ", "7\n", "1_0", "1.0", "1e3", "٣", "²",
             "9" * 20],
        ),
        (
            "uuid",
            [UUID, "0" * 8 + "-0000-0000-0000-" + "0" * 12],
            [UUID.upper(), UUID.replace("-", ""), f"{{{UUID}}}", UUID + "\n", UUID[:-1], ""],
        ),
        (
            "date",
            ["2024-02-29", "0001-01-01", "9999-12-31"],
            ["2023-02-29", "0000-01-01", "2024-2-29", "20240229", "2024-W09-4", "2024-02-29\n", "",
             "٢٠٢٤-02-29", "2024-13-01", "2024-02-29T00:00"],
        ),
        ("slug", ["a", "A-b_9", "-", "7"], ["", "é", "a b", "a/b", "a\n", "a.b", "ａ"]),
        ("str", ["a", "é", "a b", ".", "\n"], ["", "/", "a/b"]),
        ("path", ["a", "a/b", "a/b.c/d", "\n"], ["", "/", "/a", "a/", "a//b"]),
    ],
)  # fmt: skip
def test_parameter_text(kind: ParameterKind, right: list[str], wrong: list[str]) -> None:
    assert [text for text in right if not parameter_text(kind, text)] == []
    assert [text for text in wrong if parameter_text(kind, text)] == []


@given(st.integers(0, 10**19 - 1), st.dates(), st.uuids())
def test_every_value_has_one_spelling(number: int, day: dt.date, name: uuid.UUID) -> None:
    assert parameter_text("int", str(number))
    assert parameter_text("date", day.isoformat())
    assert parameter_text("uuid", str(name))


@given(st.sampled_from(KINDS), st.text() | st.text("0123456789-abcdef/"))
def test_parameter_text_like_its_pattern(kind: ParameterKind, text: str) -> None:
    fits = re.fullmatch(PATTERNS[kind], text, re.DOTALL) is not None
    assert parameter_text(kind, text) == (fits and (kind != "date" or real_date(text)))


# ------------------------------------------------------------------ templates


def test_every_kind_has_a_grammar() -> None:
    assert sorted(KINDS) == sorted(get_args(ParameterKind))


def test_parse_template() -> None:
    assert parse_template("/") == ("",)
    assert parse_template("/orders/") == ("orders", "")
    assert parse_template("/a/{x:int}/{y:path}") == (
        "a",
        Parameter("x", "int"),
        Parameter("y", "path"),
    )
    assert parse_template("/käse und/a:b") == ("käse und", "a:b")
    assert shape("/a/{x:int}/{y:path}") == "/a/{:int}/{:path}"
    assert shape("/") == "/"


@pytest.mark.parametrize(
    ("text", "wrong", "says"),
    [
        ("orders", "o", "begins with a slash"),
        ("", "", "begins with a slash"),
        ("/a//b", "/", "empty segment"),
        ("//", "/", "empty segment"),
        ("/a/../b", "..", "dot segment"),
        ("/a/.", ".", "dot segment"),
        ("/a/*", "*", "no wildcards"),
        ("/a?b=1", "?", "`query`"),
        ("/a#b", "#", "`query`"),
        ("/a%20b", "%", "decoded"),
        ("/a\\b", "\\", "ever let in"),
        ("/a;b", ";", "ever let in"),
        ("/a\0", "\0", "ever let in"),
        ("/a\x85", "\x85", "ever let in"),
        ("/<int:pk>", "<int:pk>", "{order_id:int}"),
        ("/:pk", ":pk", "{order_id:int}"),
        ("/{pk}", "{pk}", "say the type of `pk`"),
        ("/{pk:number}", "number", "`number` is no type"),
        ("/{pk:}", "}", "is no type"),
        ("/{:int}", ":", "is a word"),
        ("/{a-b:int}", "a-b", "is a word"),
        ("/{é:int}", "é", "is a word"),
        ("/a{pk:int}", "a{pk:int}", "a whole segment"),
        ("/{pk:int}.json", "{pk:int}.json", "a whole segment"),
        ("/{pk:int", "{pk:int", "a whole segment"),
        ("/pk}", "pk}", "a whole segment"),
        ("/{a:int}/{a:str}", "a", "twice"),
        ("/{a:path}/b", "{a:path}", "stands last"),
        ("/{a:path}/", "{a:path}", "stands last"),
        ("/a" * (DEEPEST + 1), "/a" * (DEEPEST + 1), "at most"),
    ],
)
def test_template_faults(text: str, wrong: str, says: str) -> None:
    with pytest.raises(TemplateFault) as caught:
        parse_template(text)
    fault = caught.value
    assert says in fault.message
    assert text[fault.offset : fault.offset + fault.length] == wrong


@given(st.text() | st.text("/{}:aint<*.").map(lambda text: "/" + text))
def test_a_template_is_read_or_its_fault_has_a_place(text: str) -> None:
    try:
        segments = parse_template(text)
    except TemplateFault as fault:
        ok = 0 <= fault.offset <= len(text) and fault.length >= 1
    else:
        ok = shape(text).count("/") == len(segments)
    assert ok
