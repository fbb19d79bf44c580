"""Requests that reach Flask by other ways than once, through a gate that was closed before."""

import gc
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import Any
from wsgiref.handlers import BaseCGIHandler
from wsgiref.validate import validator

import pytest
from flask import Flask, Response, after_this_request, jsonify, request
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.test import Client, EnvironBuilder, run_wsgi_app

from bartizan.flask import seal
from bartizan.flask.extension import gate_of
from bartizan.testing import client
from tests.flask.shop import guarded, listen

ENTRIES = """
[operations."GET /x"]
public = true
output = { at = "", fields = ["id"] }

[operations."POST /pay"]
"""


class Shop:
    """A shop that knows what was paid."""

    def __init__(self) -> None:
        self.paid = 0

    def build(self, app: Flask) -> None:
        @app.get("/api/x")
        def one() -> Response:
            return jsonify(id=1, secret=2)

        @app.post("/api/pay")
        def pay() -> str:
            self.paid += 1
            return "paid"


def environ(path: str = "/api/x", method: str = "GET", **headers: str) -> dict[str, Any]:
    lines = {name.replace("_", "-"): value for name, value in headers.items()}
    made = EnvironBuilder(path, "https://api.example.com", method=method, headers=lines)
    return {**made.get_environ(), "REMOTE_ADDR": "192.0.2.1"}


def again(app: Flask, path: str, method: str) -> None:
    """Put a middleware behind the gate that dispatches every request a second time."""
    seal(app)
    outside: Any = gate_of(app)._outside
    behind = outside.app

    def twice(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        b"".join(behind(environ, lambda *head: lambda data: None))
        return behind({**environ, "PATH_INFO": path, "REQUEST_METHOD": method}, start)

    outside.app = twice


def test_a_decision_is_for_one_route(tmp_path: Path) -> None:
    shop = Shop()
    app = guarded(tmp_path, ENTRIES, shop.build)
    again(app, "/api/pay", "POST")
    body, status, _ = run_wsgi_app(app, environ())
    assert (status, shop.paid) == ("404 Not Found", 0)
    assert b"paid" not in b"".join(body)


def test_a_second_answer_is_cut_like_the_first(tmp_path: Path) -> None:
    app = guarded(tmp_path, ENTRIES, Shop().build)
    again(app, "/api/x", "GET")
    body, status, _ = run_wsgi_app(app, environ())
    assert (status, b"".join(body)) == ("200 OK", b'{"id":1}')


def test_a_refusal_stands_when_it_is_dispatched_again(tmp_path: Path) -> None:
    shop = Shop()
    app = guarded(
        tmp_path, ENTRIES.replace('output = { at = "", fields = ["id"] }', ""), shop.build
    )
    again(app, "/api/pay", "POST")
    asked = {**environ(), "QUERY_STRING": "undeclared=1"}
    _, status, _ = run_wsgi_app(app, asked)
    assert (status[:3], shop.paid) == ("422", 0)


def test_what_begins_inside_closes_the_gate(tmp_path: Path) -> None:
    shop = Shop()
    app = guarded(tmp_path, ENTRIES, shop.build)
    with app.test_request_context("/api/pay", "https://api.example.com", method="POST"):
        assert app.full_dispatch_request().status_code == 401
    assert shop.paid == 0


def test_what_begins_inside_of_a_gate_that_does_not_close_is_a_503(tmp_path: Path) -> None:
    shop = Shop()
    app = guarded(tmp_path, ENTRIES + '[operations."GET /nowhere"]\npublic = true\n', shop.build)
    with app.test_request_context("/api/pay", "https://api.example.com", method="POST"):
        assert app.full_dispatch_request().status_code == 503
    assert shop.paid == 0


def test_a_gate_that_does_not_close_keeps_no_request(tmp_path: Path) -> None:
    app = guarded(tmp_path, '[operations."GET /nowhere"]\npublic = true\n', lambda app: None)
    asks = Client(app)
    for _ in range(20):
        assert asks.get("/api/x").status_code == 503
    gc.collect()
    trace: TracebackType | None = getattr(gate_of(app).fault, "__traceback__", None)
    depth = 0
    while trace is not None:
        depth, trace = depth + 1, trace.tb_next
    assert depth < 10


def test_whatever_stops_the_seal_is_a_503(tmp_path: Path) -> None:
    (tmp_path / "events").write_text("a file, where a directory is needed")
    app = guarded(tmp_path, ENTRIES, Shop().build, BARTIZAN_EVENTS=str(tmp_path / "events"))
    assert Client(app).get("/api/x").status_code == 503


def test_a_second_head_is_looked_at_like_the_first(tmp_path: Path) -> None:
    app = guarded(tmp_path, ENTRIES, Shop().build)
    events = listen(app)
    heads: list[tuple[str, list[tuple[str, str]]]] = []

    def fails(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        start("200 OK", [("Content-Type", "text/plain")])
        error = RuntimeError("the page of an error")
        start("500 Oh", [("X-Powered-By", "x")], (RuntimeError, error, error.__traceback__))
        return [b"secret"]

    outside: Any = gate_of(app)._outside
    outside.app = fails
    answer = app(environ(), lambda *head: heads.append(head[:2]) or (lambda data: None))  # type: ignore[func-returns-value]
    assert b"secret" not in b"".join(answer)
    assert [status for status, _ in heads] == ["500 Internal Server Error"] * 2
    assert len(events) == 1


@pytest.mark.parametrize("name", ["X-Forwarded-For", "X-Forwarded-User", "X-Forwarded-Uri"])
def test_no_forwarding_header_stays(tmp_path: Path, name: str) -> None:
    seen: list[str] = []

    def build(app: Flask) -> None:
        @app.get("/api/h")
        def headers() -> str:
            seen.extend(request.headers.keys())
            return "ok"

    app = guarded(tmp_path, '[operations."GET /h"]\npublic = true\n', build)
    assert client(app).get("/api/h", headers={name: "198.51.100.7"}).status_code == 200
    assert name not in seen


def test_an_address_that_proxy_fix_has_replaced_is_refused(tmp_path: Path) -> None:
    app = guarded(tmp_path, ENTRIES, Shop().build)
    listen(app)  # an order that stops the start, made behind its back
    app.wsgi_app = ProxyFix(app.wsgi_app)  # type: ignore[method-assign]
    assert run_wsgi_app(app, environ())[1] == "200 OK"
    assert run_wsgi_app(app, environ(X_Forwarded_For="198.51.100.7"))[1] == "400 Bad Request"
    assert run_wsgi_app(app, environ(X_Forwarded_Proto="http"))[1] == "400 Bad Request"


def test_an_answer_that_nobody_has_cut_does_not_leave(tmp_path: Path) -> None:
    """Flask lets an application do without every function that comes after a view."""

    def build(app: Flask) -> None:
        Shop().build(app)
        app.process_response = lambda response: response  # type: ignore[method-assign]

    app = guarded(tmp_path, ENTRIES, build)
    answer = client(app).get("/api/x")
    assert (answer.status_code, answer.content_type) == (500, "application/problem+json")


def test_an_answer_is_cut_by_its_own_decision(tmp_path: Path) -> None:
    """Another guarded application answers inside of a view, with the environ of this request."""
    other = guarded(tmp_path, ENTRIES.split("output")[0] + ENTRIES.split("}")[1], Shop().build)

    def build(app: Flask) -> None:
        Shop().build(app)

        def asks() -> Response:
            b"".join(other(request.environ, lambda *head: lambda data: None))
            return jsonify(id=1, secret=2)

        app.view_functions["one"] = asks

    app = guarded(tmp_path, ENTRIES, build)
    answer = client(app).get("/api/x")
    assert (answer.status_code, answer.get_data()) == (200, b'{"id":1}')


@pytest.mark.parametrize(("size", "status"), [(8, 200), (9, 413)])
def test_data_of_http_2_is_bounded_without_any_length(
    tmp_path: Path, size: int, status: int
) -> None:
    def build(app: Flask) -> None:
        @app.post("/api/up")
        def up() -> str:
            return str(len(request.get_data()))

    app = guarded(tmp_path, '[operations."POST /up"]\npublic = true\nbody = "8 B"\n', build)
    asked = environ("/api/up", "POST")
    asked |= {"SERVER_PROTOCOL": "HTTP/2", "wsgi.input_terminated": True,
              "wsgi.input": BytesIO(b"x" * size)}  # fmt: skip
    assert int(run_wsgi_app(app, asked)[1][:3]) == status


def test_no_route_is_moved_into_a_subtree(tmp_path: Path) -> None:
    """A server may take the mount prefix from a header: then a route of ours has two paths."""

    def build(app: Flask) -> None:
        Shop().build(app)
        app.add_url_rule("/api/admin/<path:page>", view_func=lambda page: "admin", endpoint="admin")

    entries = ENTRIES + '[pass."/admin/"]\nwhy = "it has a guard of its own"\n'
    app = guarded(tmp_path, entries, build)
    assert run_wsgi_app(app, environ("/api/admin/x"))[1] == "200 OK"
    for method in ("GET", "OPTIONS"):
        moved = {**environ("/api/x", method), "SCRIPT_NAME": "/api/admin"}
        moved["RAW_URI"] = moved["REQUEST_URI"] = "/api/admin/api/x"
        assert run_wsgi_app(app, moved)[1][:3] == "404"


@pytest.mark.parametrize(("secret", "stays"), [({"secret": 2}, False), ({}, True)])
def test_no_validator_tells_of_what_was_withheld(
    tmp_path: Path, secret: dict[str, int], stays: bool
) -> None:
    def build(app: Flask) -> None:
        Shop().build(app)

        def tagged() -> Response:
            answer = jsonify(id=1, **secret)
            answer.add_etag()
            return answer

        app.view_functions["one"] = tagged

    answer = client(guarded(tmp_path, ENTRIES, build)).get("/api/x")
    assert answer.data.replace(b" ", b"").strip() == b'{"id":1}'
    assert ("ETag" in answer.headers) is stays


def test_what_a_view_has_deferred_sees_what_leaves(tmp_path: Path) -> None:
    """A validator or a compression that a view asks for is made of the answer that was cut."""
    seen: list[bytes] = []

    def build(app: Flask) -> None:
        Shop().build(app)

        def tagged() -> Response:
            @after_this_request
            def tag(response: Response) -> Response:
                seen.append(response.get_data())
                response.add_etag()
                return response

            return jsonify(id=1, secret=2)

        app.view_functions["one"] = tagged

    app = guarded(tmp_path, ENTRIES, build)
    body, status, headers = run_wsgi_app(app, environ())
    assert (status, b"".join(body), seen) == ("200 OK", b'{"id":1}', [b'{"id":1}'])
    assert "ETag" in headers


@pytest.mark.parametrize("inside", [True, False])
def test_act_two_is_the_first_hook_and_no_other_is_passed_over(
    tmp_path: Path, inside: bool
) -> None:
    ran: list[str] = []

    def build(app: Flask) -> None:
        Shop().build(app)
        app.before_request(lambda: ran.append("own"))

    app = guarded(tmp_path, ENTRIES, build)
    app.before_request_funcs[None].insert(0, lambda: ran.append("earlier"))
    if inside:  # the gate is open: the request that begins inside closes it while hooks run
        with app.request_context(environ("/api/pay", "POST")):
            assert app.full_dispatch_request().status_code == 401
        ran.clear()
    body, status, _ = run_wsgi_app(app, environ())
    assert (status, b"".join(body), ran) == ("200 OK", b'{"id":1}', ["earlier", "own"])
    hooks = app.before_request_funcs[None]
    assert hooks[0] == gate_of(app)._inside.before  # type: ignore[union-attr]
    assert gate_of(app).unsealed not in hooks


CATCH_ALL = """
[operations."GET /{rest:path}"]
public = true

[pass."/files/"]
why = "files"
"""


def files(app: Flask) -> None:
    app.add_url_rule("/api/<path:rest>", "rest", lambda rest: f"page {rest}")
    app.add_url_rule("/api/files/<path:name>", "files", lambda name: f"file {name}")


def test_a_subtree_goes_before_an_operation_that_takes_everything(tmp_path: Path) -> None:
    """A prefix is literal text, and literal text goes before parameters: in a page that is one
    application, the files beside it are still files."""
    app = guarded(tmp_path, CATCH_ALL, files)
    assert client(app).get("/api/files/app.js").text == "file app.js"
    assert client(app).get("/api/orders/7").text == "page orders/7"


def test_an_operation_is_never_reached_through_a_subtree(tmp_path: Path) -> None:
    """Where the framework sees it the other way round, nobody answers."""

    def swallowing(app: Flask) -> None:
        app.add_url_rule("/api/<path:rest>", "rest", lambda rest: "the view")

    app = guarded(tmp_path, CATCH_ALL, swallowing)
    assert client(app).get("/api/files/app.js").status_code == 404
    assert client(app).get("/api/orders/7").text == "the view"


def test_no_view_is_reached_by_a_decision_that_was_closed(tmp_path: Path) -> None:
    """Somebody answers before act two, and lets the application work on nevertheless."""
    shop = Shop()
    app = guarded(tmp_path, ENTRIES, shop.build)
    seal(app)
    outside: Any = gate_of(app)._outside
    behind = outside.app

    def redirecting(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        start("302 Found", [("Location", "/api/x")])
        moved = {**environ, "PATH_INFO": "/api/pay", "REQUEST_METHOD": "POST"}
        return [b"".join(behind(moved, lambda *head: lambda data: None))[:0]]

    outside.app = redirecting
    run_wsgi_app(app, environ())
    assert shop.paid == 0


def cgi(app: Any) -> bytes:
    """Each request in a process of its own (RFC 3875), and it is gone afterwards."""
    out = BytesIO()
    handler = BaseCGIHandler(BytesIO(), out, BytesIO(), environ(), False, True)  # many processes
    handler.run(app)
    return out.getvalue()


@pytest.mark.parametrize("around", [lambda app: app, validator])
def test_processes_that_count_nothing_do_not_serve(tmp_path: Path, around: Any) -> None:
    """What calls us is a module of wsgiref, and not its server of one process."""
    app = guarded(tmp_path, ENTRIES, Shop().build)
    seal(app)
    assert cgi(around(app)).startswith(b"Status: 503")


def test_no_second_head_brings_what_nobody_has_cut(tmp_path: Path) -> None:
    """The server iterates already: neither the new head nor the body beneath it leaves."""

    def build(app: Flask) -> None:
        Shop().build(app)
        app.view_functions["one"] = lambda: ("gone", 404)

    app = guarded(tmp_path, ENTRIES, build)
    seal(app)
    outside: Any = gate_of(app)._outside
    behind = outside.app

    def found(environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        behind(environ, start)
        return late(start)

    def late(start: Any) -> Iterable[bytes]:
        why = ValueError()
        start("200 OK", [("Content-Type", "application/json")], (ValueError, why, None))
        yield b'{"secret": 2}'

    outside.app = found
    heads: list[str] = []
    body = app(environ(), lambda status, *_: heads.append(status))
    with pytest.raises(RuntimeError, match="output_unenforced"):
        b"".join(body)
    assert heads == ["404 NOT FOUND"]


@pytest.mark.parametrize("sign", ["gunicorn.socket", "waitress.client_disconnected"])
@pytest.mark.parametrize("software", ["shop", "", None])
def test_a_server_that_hides_its_name_is_believed_no_more(
    tmp_path: Path, sign: str, software: str | None
) -> None:
    """waitress calls itself what ``--ident`` says, and gunicorn is often told to say nothing."""
    app = guarded(tmp_path, ENTRIES, Shop().build)
    said = environ(X_Forwarded_Proto="https") | {sign: None, "SERVER_SOFTWARE": software or ""}
    if software is None:
        del said["SERVER_SOFTWARE"]
    assert run_wsgi_app(app, said)[1][:3] == "403"


def test_an_answer_after_one_within_is_cut_too(tmp_path: Path) -> None:
    """A view has its own request dispatched once more, and then answers itself."""

    def build(app: Flask) -> None:
        Shop().build(app)
        again = [app.full_dispatch_request]

        def one() -> Response:
            while again:
                again.pop()()
            return jsonify(id=1, secret=2)

        app.view_functions["one"] = one

    app = guarded(tmp_path, ENTRIES, build)
    assert b"".join(run_wsgi_app(app, environ())[0]).strip() == b'{"id":1}'
