"""Act two and the way back, and everything that could step between them."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, jsonify, make_response, request, stream_with_context
from werkzeug.test import EnvironBuilder, run_wsgi_app

from bartizan.testing import client
from tests.flask.shop import guarded, listen

OPEN = '[operations."GET /x"]\npublic = true\n'
CUT = OPEN + 'output = { at = "items[]", fields = ["id"] }\n'


def view_of(view: Any, *, methods: tuple[str, ...] = ("GET",)) -> Any:
    def build(app: Flask) -> None:
        app.add_url_rule("/api/x", view_func=view, methods=list(methods), endpoint="view")

    return build


def raises() -> str:
    secret = "hunter2"
    raise RuntimeError(f"the database password is {secret}")


@pytest.mark.parametrize("config", [{}, {"DEBUG": True}, {"TESTING": True}])
def test_an_exception_never_shows_a_trace(tmp_path: Path, config: dict[str, bool]) -> None:
    app = guarded(tmp_path, OPEN, view_of(raises), **config)
    events = listen(app)
    answer = client(app).get("/api/x")
    assert (answer.status_code, answer.content_type) == (500, "application/problem+json")
    assert "hunter2" not in answer.text
    assert "Traceback" not in answer.text
    assert [event.reason for event in events] == ["view_failed"]


def test_a_handled_exception_is_the_applications_own(tmp_path: Path) -> None:
    app = guarded(tmp_path, OPEN, view_of(raises))
    app.register_error_handler(RuntimeError, lambda error: ("try later", 503))
    answer = client(app).get("/api/x")
    assert (answer.status_code, answer.text) == (503, "try later")


def test_an_error_page_of_500_is_replaced(tmp_path: Path) -> None:
    """A page for 500 sees the exception; it may print it."""
    app = guarded(tmp_path, OPEN, view_of(raises))
    app.register_error_handler(500, lambda error: (repr(error.original_exception), 500))
    assert "hunter2" not in client(app).get("/api/x").text


def test_a_hook_that_answers_first_is_a_500(tmp_path: Path) -> None:
    app = guarded(tmp_path, OPEN, view_of(lambda: "the view"))
    events = listen(app)
    app.before_request_funcs[None].insert(0, lambda: "cached")
    answer = client(app).get("/api/x")
    assert answer.status_code == 500
    assert "cached" not in answer.text
    assert [event.reason for event in events] == ["unguarded"]


def test_a_middleware_that_answers_first_is_a_500(tmp_path: Path) -> None:
    def build(app: Flask) -> None:
        app.add_url_rule("/api/x", view_func=lambda: "the view")
        inner = app.wsgi_app

        def cache(environ: Any, start_response: Any) -> Any:
            if "HTTP_X_CACHED" in environ:
                start_response("200 OK", [("Content-Type", "text/plain")])
                return [b"cached"]
            return inner(environ, start_response)

        app.wsgi_app = cache

    app = guarded(tmp_path, OPEN, build)
    assert client(app).get("/api/x").text == "the view"
    assert client(app).get("/api/x", headers={"X-Cached": "1"}).status_code == 500


def test_hooks_run_after_act_two(tmp_path: Path) -> None:
    seen: list[str] = []
    entries = '[operations."GET /x"]\nquery = { page = "int 1..9" }\n'
    app = guarded(tmp_path, entries, view_of(lambda: "x"))
    app.before_request(lambda: seen.append(request.path) or None)
    alice = client(app, subject="alice")
    assert alice.get("/api/x?page=99").status_code == 422
    assert seen == []
    assert alice.get("/api/x?page=9").status_code == 200
    assert seen == ["/api/x"]


def test_after_request_cannot_change_a_refusal(tmp_path: Path) -> None:
    app = guarded(tmp_path, OPEN.replace("public = true", ""), view_of(lambda: "x"))

    @app.after_request
    def friendly(response: Response) -> Response:
        response.set_data(b"the administrator is root@example.com")
        response.status_code = 200
        return response

    answer = client(app, subject="alice").get("/api/x?nope=1")
    assert (answer.status_code, answer.content_type) == (422, "application/problem+json")


def test_a_request_that_begins_inside(tmp_path: Path) -> None:
    app = guarded(tmp_path, OPEN.replace("public = true", ""), view_of(lambda: "x"))
    events = listen(app)
    with app.test_request_context("/api/x", base_url="https://api.example.com/"):
        assert app.full_dispatch_request().status_code == 401
    with app.test_request_context("/api/y", base_url="https://api.example.com/"):
        assert app.full_dispatch_request().status_code == 404
    assert [event.reason for event in events] == ["credential_missing", "operation_unknown"]


def test_only_declared_fields_leave(tmp_path: Path) -> None:
    answer = {"items": [{"id": 1, "cost": 2}, {"id": 3, "cost": 4}], "next": None}
    app = guarded(tmp_path, CUT, view_of(lambda: jsonify(answer)))
    events = listen(app)
    got = client(app).get("/api/x")
    assert got.json == {"items": [{"id": 1}, {"id": 3}]}
    assert int(got.headers["Content-Length"]) == len(got.data)
    assert events[0].withheld >= 1


def stream() -> Response:
    return Response(stream_with_context(iter(['{"items": [{"id": 1, "cost": 2}]}'])))


@pytest.mark.parametrize(
    "view",
    [
        lambda: "no JSON",
        lambda: jsonify(["a list"]),
        lambda: Response('{"items": [', content_type="application/json"),
        lambda: Response(b"\x1f\x8b", headers={"Content-Encoding": "gzip"}, mimetype="text/json"),
        stream,
    ],
)
def test_an_answer_that_cannot_be_checked_is_withheld(tmp_path: Path, view: Any) -> None:
    app = guarded(tmp_path, CUT, view_of(view))
    events = listen(app)
    answer = client(app).get("/api/x")
    assert (answer.status_code, events[0].reason) == (500, "output_unenforced")
    assert "cost" not in answer.text


def test_output_is_cut_before_validators(tmp_path: Path) -> None:
    def view() -> Response:
        return jsonify(items=[{"id": 1, "cost": len(request.args)}])

    app = guarded(tmp_path, CUT + 'query = { a = "int 1..9" }\n', view_of(view))

    @app.after_request
    def etag(response: Response) -> Response:
        response.add_etag()
        return response

    tags = {client(app).get(path).headers["ETag"] for path in ("/api/x", "/api/x?a=1")}
    assert len(tags) == 1


def test_a_body_is_read_once_and_stays_readable(tmp_path: Path) -> None:
    entries = '[operations."POST /x"]\npublic = true\ninput = "Any"\n'
    schema = {"type": "object", "properties": {"a": {"type": "integer"}}}

    def view() -> Response:
        return jsonify(
            request.stream.read().decode(), request.get_json(), request.get_data(True, True)
        )

    app = guarded(tmp_path, entries, view_of(view, methods=("POST",)), bind={"Any": schema})
    answer = client(app).post("/api/x", data='{"a":1}', content_type="application/json")
    assert answer.json == ['{"a":1}', {"a": 1}, '{"a":1}']


def test_a_chunked_body_is_bounded_while_it_is_read(tmp_path: Path) -> None:
    entries = '[operations."POST /x"]\npublic = true\nbody = 10\n'

    def view() -> str:
        return str(len(request.get_data()))

    app = guarded(tmp_path, entries, view_of(view, methods=("POST",)))
    assert [_chunked(app, size, ends=True) for size in (10, 11)] == [200, 413]
    assert _chunked(app, 5, ends=False) == 411


def _chunked(app: Flask, size: int, *, ends: bool) -> int:
    builder = EnvironBuilder("/api/x", "https://api.example.com/", method="POST")
    builder.input_stream = BytesIO(b"a" * size)
    environ = builder.get_environ()
    environ.pop("CONTENT_LENGTH", None)
    environ["HTTP_TRANSFER_ENCODING"] = "chunked"
    environ["wsgi.input_terminated"] = ends
    _, status, _ = run_wsgi_app(app, environ)
    return int(status[:3])


def test_forwarding_headers_do_not_get_behind_act_one(tmp_path: Path) -> None:
    def view() -> Response:
        told = {name: value for name, value in request.headers if "orward" in name or "-Ip" in name}
        return jsonify(told=told, client=request.remote_addr, scheme=request.scheme)

    app = guarded(tmp_path, OPEN, view_of(view))
    lies = {"X-Forwarded-For": "192.0.2.9", "Forwarded": "for=192.0.2.9", "X-Real-IP": "1.1.1.1"}
    answer = client(app).get("/api/x", headers=lies | {"X-Forwarded-Host": "evil.example"})
    assert answer.json == {"told": {}, "client": "127.0.0.1", "scheme": "https"}


def test_the_frameworks_own_redirect_and_404_pass(tmp_path: Path) -> None:
    app = guarded(tmp_path, OPEN, view_of(lambda: make_response("gone", 404)))
    assert client(app).get("/api/x").text == "gone"
    assert client(app).get("/api/x/").status_code == 404


def test_head_is_get_and_has_no_body(tmp_path: Path) -> None:
    app = guarded(tmp_path, OPEN, view_of(lambda: "x"))
    answer = client(app).head("/api/x")
    assert (answer.status_code, answer.data) == (200, b"")
    refused = client(app).head("/api/x?nope=1")
    assert (refused.status_code, refused.data) == (422, b"")
