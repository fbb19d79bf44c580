"""Any outline gives a policy that loads, names each operation once and opens nothing."""

import datetime as dt
import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bartizan.policy.draft import DAYS, Draft, draft
from bartizan.policy.load import loads
from bartizan.policy.marks import marked
from bartizan.policy.match import Found, Router
from bartizan.policy.outline import Outline, Route
from bartizan.policy.rules import Policy
from bartizan.policy.ways import Gap, Way

TODAY = dt.date(2030, 1, 31)


def route(*ways: Way | str, methods: str = "GET", **said: object) -> Route:
    written = tuple((way,) if isinstance(way, str) else way for way in ways)
    path = "".join(str(getattr(piece, "name", piece)) for piece in written[0])
    values = {"path": path, "methods": tuple(methods.split()), "ways": written, "where": "x.py:1"}
    return Route(**{**values, **said})


def made(*routes: Route, **said: object) -> tuple[Draft, Policy]:
    outline = Outline(**{"name": "shop", "title": "shop:app", "routes": routes, **said})
    one = draft(outline, TODAY)
    return one, loads(one.text)


ID = Gap("id", "int", ("7",))


def test_the_shadow_lasts_a_while_and_lies_on_everything() -> None:
    _, policy = made(route("/orders"))
    assert policy.api.shadow is not None
    assert policy.api.shadow.until == TODAY + dt.timedelta(days=DAYS)
    assert policy.api.shadow.controls == ()


def test_a_base_is_what_every_path_goes_on_behind() -> None:
    _, policy = made(route("/api/v1/orders"), route("/api/v1/lines"))
    assert policy.api.base == "/api/v1"
    assert [one.name for one in policy.operations] == ["GET /api/v1/orders", "GET /api/v1/lines"]
    assert made(route("/api/v1"), route("/api/v1/lines"))[1].api.base == "/api"
    assert made(route("/api/x"), route("/y"))[1].api.base == ""
    assert made(route("/api/x"))[1].api.base == ""
    static = route(("/files/", Gap("f", "path", ("a",))), subtree="/files/", why="files")
    assert made(route("/api/x"), route("/api/y"), static)[1].api.base == ""


def test_a_family_is_a_group_and_two_of_one_prefix_are_told_apart() -> None:
    drafted, policy = made(
        route("/shop/a", family="one"), route("/shop/b", family="one"),
        route("/shop/c", family="two"), route("/shop/d", family="two"),
        route("/", family="root"), route("/alone", family="small"),
    )  # fmt: skip
    assert drafted.groups == 2
    assert '[groups."/shop/"]  # one' in drafted.text
    assert '[groups."/shop/ two"]  # two' in drafted.text
    assert len(policy.operations) == 6


def test_where_secrets_are_entered_an_operation_stands_alone_and_is_limited() -> None:
    _, policy = made(
        route("/auth/login", methods="GET POST", family="auth"), route("/auth/me", family="auth")
    )
    by_name = {one.name: one for one in policy.operations}
    assert "sign_in" in {limit.name for limit in by_name["POST /auth/login"].limits}
    assert "sign_in" not in {limit.name for limit in by_name["GET /auth/login"].limits}


@pytest.mark.parametrize(
    ("path", "asked"),
    [("/login", True), ("/api/token/refresh", True), ("/healthz", True), ("/docs/", True),
     ("/openapi.json", True), ("/metrics", True), ("/auth/users", False), ("/orders", False),
     ("/reset/done/", True), ("/status/7", False), ("/logins", False)],
)  # fmt: skip
def test_what_is_probably_public_is_asked_and_never_opened(path: str, asked: bool) -> None:
    drafted, policy = made(route(path), route("/other"))
    assert ("# TODO public?" in drafted.text) is asked
    assert not any(one.public for one in policy.operations)


def test_routes_of_one_shape_are_one_operation() -> None:
    drafted, policy = made(
        route(("/users/", Gap("name", "str", ("a",)))),
        route(("/users/", Gap("who", "str", ("a",)), ".json"), methods="GET POST"),
    )
    assert [one.name for one in policy.operations] == [
        "GET /users/{name:str}", "POST /users/{name:str}",
    ]  # fmt: skip
    assert "wider? it stands for /users/who.json" in drafted.text


def test_a_view_that_hides_its_methods_is_asked_about() -> None:
    drafted, _ = made(route("/x", methods="GET POST", hides=True))
    assert drafted.text.count("# TODO methods?") == 1


def test_what_lies_in_a_subtree_of_its_own_is_not_named() -> None:
    drafted, policy = made(
        route("/admin/users", subtree="/admin/", why="a guard"), route("/admin/own"),
        route("/admin/doc/", subtree="/admin/doc/", why="another"), route("/orders"),
    )  # fmt: skip
    assert [one.prefix for one in policy.passes] == ["/admin/"]
    assert [one.name for one in policy.operations] == ["GET /orders"]
    assert "# TODO /admin/own lies in here and is not decided" in drafted.text


@pytest.mark.parametrize("subtree", ["/", "", "/{x}/", "/a*/", "/a//", "no/"])
def test_a_subtree_that_cannot_be_said_is_named_route_by_route(subtree: str) -> None:
    _, policy = made(route("/files/a", subtree=subtree, why="files"))
    assert (len(policy.passes), len(policy.operations)) == (0, 1)


def test_hosts_that_cannot_be_written_are_any_host() -> None:
    assert made(route("/x"), hosts=("API.example.com:443", "127.0.0.1"))[1].api.hosts == (
        "api.example.com", "127.0.0.1:*",
    )  # fmt: skip
    drafted, policy = made(route("/x"), hosts=("api.example.com", "not a host"))
    assert policy.api.hosts == ("*",)
    assert "# TODO list the names" in drafted.text


def test_what_is_left_out_and_what_is_left_over() -> None:
    outline = Outline(name="shop", title="shop:app", routes=(route("/a"), route("/b")))
    drafted = draft(outline, TODAY, without=frozenset({"GET /a"}), left=("GET /c at\nx.py:1",))
    assert [one.name for one in loads(drafted.text).operations] == ["GET /b"]
    assert drafted.text.endswith(
        "# TODO no path is known for GET /c at x.py:1: write its entry, with an example\n"
    )
    assert drafted.todos == marked(drafted.text)


# ------------------------------------------------------------------ any outline

WORDS = st.text(min_size=1, max_size=6) | st.sampled_from(
    [
        "a",
        "api",
        "login",
        "%",
        "*",
        "..",
        ".",
        '"',
        "\\",
        "{x}",
        "<x>",
        ":x",
        "é",
        "a b",
        "#",
        "\x00",
    ]
)
KINDS = st.sampled_from(["int", "uuid", "slug", "str", "path", "date"])
GAPS = st.builds(
    Gap, WORDS, KINDS, st.lists(st.text(min_size=1, max_size=4), min_size=1, max_size=3).map(tuple)
)
WAYS = st.lists(WORDS | GAPS | st.just("/"), max_size=6).map(lambda pieces: ("/", *pieces))
METHODS = st.lists(
    st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "X-Y"]),
    max_size=4, unique=True,
).map(tuple)  # fmt: skip
ROUTES = st.builds(
    Route, path=WORDS.map(lambda word: f"/{word}"), methods=METHODS,
    ways=st.lists(WAYS, max_size=3).map(tuple), where=WORDS, family=WORDS | st.just(""),
    subtree=st.just("") | st.sampled_from(["/admin/", "/a/", "/a/b/", "/"]) | WORDS,
    why=st.sampled_from(["a guard", 'of "its" own']), hides=st.booleans(), socket=st.booleans(),
    note=WORDS | st.just(""),
)  # fmt: skip
OUTLINES = st.builds(
    Outline, name=st.sampled_from(["shop", 'qu"ote', "é\n"]), title=WORDS,
    routes=st.lists(ROUTES, max_size=8).map(tuple), hosts=st.lists(WORDS, max_size=2).map(tuple),
    body=st.integers(0, 2**60), https=st.sampled_from(["", "redirect"]),
    proxies=WORDS | st.just(""), identity=WORDS | st.just(""),
    notes=st.lists(WORDS, max_size=2).map(tuple),
)  # fmt: skip


@given(OUTLINES)
def test_any_outline_gives_a_policy_that_loads(outline: Outline) -> None:
    drafted = draft(outline, TODAY, schema="./x.json")
    policy = loads(drafted.text)
    assert len(policy.operations) == drafted.operations
    assert len(policy.passes) == drafted.subtrees
    assert not any(one.public or one.decoy for one in policy.operations)
    raw = tomllib.loads(drafted.text)
    groups = raw.get("groups", {})
    assert len(groups) == drafted.groups
    listed = sum(len(group["operations"]) for group in groups.values())
    assert listed + len(raw.get("operations", {})) == drafted.operations


@given(OUTLINES)
def test_every_operation_means_itself(outline: Outline) -> None:
    """No two entries for one request: the router would refuse them."""
    policy = loads(draft(outline, TODAY).text)
    router = Router((one.method, one.template, one.name) for one in policy.operations)
    for one in policy.operations:
        if not one.parameters:
            found = router.find(one.method, one.template)
            assert isinstance(found, Found)
            assert found.value == one.name
