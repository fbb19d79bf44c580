"""Every row of the order table, as it arrives on the wire of each server."""

import json
from collections.abc import Callable

import pytest

from tests.servers.launch import Served
from tests.servers.wire import Answer, Connection, once, raw, request, source

Bearer = Callable[..., tuple[str, str]]
JSON = ("Content-Type", "application/json")
ORDER = json.dumps({"item": "tea", "quantity": 2}).encode()


def refused(answer: Answer, status: int, problem: str) -> None:
    """A refusal of ours, whole: what every one of them carries."""
    assert (answer.status, answer.problem) == (status, problem), answer
    assert answer.header("cache-control") == "no-store"
    assert answer.header("x-content-type-options") == "nosniff"
    assert answer.header("bartizan-decision")
    assert answer.header("content-length") == str(len(answer.body))
    assert b"Traceback" not in answer.body


def test_legal_requests_pass(served: Served, bearer: Bearer) -> None:
    reads, writes = bearer(scope="orders:read"), bearer(scope="orders:write", key="es")
    found = once(served.port, "GET", "/api/orders/7", [reads])
    assert (found.status, found.json) == (200, {"id": 7, "who": "alice"}), found
    assert found.header("cache-control") == "no-store"
    made = once(served.port, "POST", "/api/orders", [writes, JSON], ORDER)
    assert (made.status, made.json) == (201, json.loads(ORDER))
    passed = once(served.port, "GET", "/api/elsewhere/page")
    assert (passed.status, passed.body) == (200, b"an old page")


def test_the_view_sees_who_really_asked(served: Served) -> None:
    asker = source()
    answer = once(served.port, "GET", "/api/seen", address=asker)
    assert answer.json == {
        "client": asker, "scheme": "http", "host": "api.example.com",
        "path": "/api/seen", "forwarding": [],
    }  # fmt: skip


SPELLINGS = [
    "/api/%73een", "//api/seen", "/api//seen", "/api/./seen", "/api/x/../seen", "/api/seen%2F",
    "/api/seen;v=1", "/api/se%65n", "/api/seen%00", "/api/%ff", "/api/seen%5c",
    "/api/seen%0d%0aX:1",
]  # fmt: skip


@pytest.mark.parametrize("target", SPELLINGS)
def test_any_other_spelling_is_refused(served: Served, target: str) -> None:
    refused(once(served.port, "GET", target), 400, "bad_request")


def test_a_denied_network_is_refused(served: Served) -> None:
    answer = once(served.port, "GET", "/api/seen", address="127.66.0.9")
    refused(answer, 403, "forbidden")


def test_flood_counts_whatever_is_asked(served: Served) -> None:
    asker = source()
    statuses = [once(served.port, "GET", "/api/no", address=asker).status for _ in range(40)]
    assert set(statuses) == {404}
    answer = once(served.port, "GET", "/api/seen", address=asker)
    refused(answer, 429, "too_many_requests")
    assert 1 <= int(answer.header("retry-after") or 0) <= 60


@pytest.mark.parametrize(
    "host", ["evil.example", "api.example.com.", "api.example.com@evil.example"]
)
def test_a_foreign_host_is_refused(served: Served, host: str) -> None:
    assert once(served.port, "GET", "/api/seen", host=host).status == 400


def test_a_request_of_http_1_0_without_host_is_refused(served: Served) -> None:
    answer = once(served.port, "GET", "/api/seen", host=None, version="HTTP/1.0")
    refused(answer, 400, "bad_request")


def test_https_is_asked_for_where_the_operation_says_so(served: Served, bearer: Bearer) -> None:
    plain = once(served.port, "GET", "/api/secure")
    refused(plain, 403, "https_required")
    exposed = once(served.port, "GET", "/api/secure", [bearer()])
    refused(exposed, 403, "https_required")
    assert b"in clear" in exposed.body
    for answer in (plain, exposed):
        assert answer.header("strict-transport-security")
    assert once(served.port, "GET", "/api/seen").header("strict-transport-security") is None
    assert once(served.port, "GET", "/api/orders/7").header("strict-transport-security") is None


def test_a_redirect_is_for_get_and_head_without_credentials(served: Served, bearer: Bearer) -> None:
    for method in ("GET", "HEAD"):
        answer = once(served.port, method, "/api/moved?page=2")
        assert answer.status == 308
        assert answer.header("location") == "https://api.example.com/api/moved?page=2"
    refused(once(served.port, "POST", "/api/moved"), 403, "https_required")
    refused(once(served.port, "GET", "/api/moved", [bearer()]), 403, "https_required")
    refused(once(served.port, "GET", "/api/moved", [("Cookie", "a=b")]), 403, "https_required")


def test_preflights(served: Served) -> None:
    def ask(origin: str, target: str = "/api/orders/7") -> Answer:
        asked = [("Origin", origin), ("Access-Control-Request-Method", "GET")]
        return once(served.port, "OPTIONS", target, asked)

    granted = ask("https://app.example.com")
    assert (granted.status, granted.body) == (204, b"")
    assert granted.header("access-control-allow-origin") == "https://app.example.com"
    refused(ask("https://evil.example"), 403, "forbidden")
    refused(ask("https://evil.example", "/api/no"), 403, "forbidden")


def test_what_nobody_declared_is_absent(served: Served) -> None:
    refused(once(served.port, "GET", "/api/no"), 404, "not_found")
    answer = once(served.port, "DELETE", "/api/orders/7")
    refused(answer, 405, "method_not_allowed")
    assert answer.header("allow") == "GET, HEAD"
    assert once(served.port, "WS", "/api/seen").status in (400, 405)  # gunicorn knows no such word


def test_sizes(served: Served, bearer: Bearer) -> None:
    refused(once(served.port, "GET", "/api/seen?q=" + "a" * 1100), 414, "uri_too_long")
    large = [("X-Large", "a" * 5000)]
    refused(once(served.port, "GET", "/api/seen", large), 431, "headers_too_large")
    long = [bearer(scope="orders:write"), JSON]
    refused(once(served.port, "POST", "/api/orders", long, b"a" * 1025), 413, "content_too_large")
    refused(once(served.port, "GET", "/api/seen", [], b"a"), 400, "bad_request")


def test_a_limit_per_client(served: Served) -> None:
    asker = source()
    answers = [once(served.port, "GET", "/api/few", address=asker) for _ in range(5)]
    assert [answer.status for answer in answers] == [200, 200, 200, 429, 429]
    refused(answers[-1], 429, "too_many_requests")
    assert 1 <= int(answers[-1].header("retry-after") or 0) <= 60
    assert answers[-1].header("ratelimit-policy") == '"few";q=3;w=60'
    assert (answers[-1].header("ratelimit") or "").startswith('"few";r=0;t=')
    assert once(served.port, "GET", "/api/few").status == 200


def test_a_limit_per_subject_follows_them_to_every_address(served: Served, bearer: Bearer) -> None:
    carol = bearer(sub="carol")
    statuses = [once(served.port, "GET", "/api/mine", [carol]).status for _ in range(4)]
    assert statuses == [200, 200, 200, 429]
    assert once(served.port, "GET", "/api/mine", [bearer(sub="dave")]).status == 200


@pytest.mark.parametrize("tamper", ["signature", "payload", "stripped", "two parts", "der"])
def test_a_tampered_token_is_refused(served: Served, bearer: Bearer, tamper: str) -> None:
    answer = once(served.port, "GET", "/api/orders/7", [bearer(tamper=tamper, key="es")])
    refused(answer, 401, "credential_invalid")
    assert answer.header("www-authenticate") == 'Bearer realm="orders", error="invalid_token"'


def test_a_missing_credential_is_asked_for(served: Served) -> None:
    answer = once(served.port, "GET", "/api/orders/7")
    refused(answer, 401, "credential_required")
    assert answer.header("www-authenticate") == 'Bearer realm="orders"'


def test_guessing_ends(served: Served, bearer: Bearer) -> None:
    asker, wrong = source(), ("Authorization", "Bearer a.b.c")
    answers = [once(served.port, "GET", "/api/mine", [wrong], address=asker) for _ in range(6)]
    assert [answer.status for answer in answers] == [401] * 5 + [429]
    assert answers[-1].header("retry-after")


def test_scopes_and_roles(served: Served, bearer: Bearer) -> None:
    answer = once(served.port, "GET", "/api/orders/7", [bearer(scope="orders:write")])
    refused(answer, 403, "insufficient_scope")
    assert 'error="insufficient_scope"' in (answer.header("www-authenticate") or "")
    refused(once(served.port, "GET", "/api/reports", [bearer()]), 403, "forbidden")
    clerk = bearer(sub="erin", roles=["clerk"])
    assert once(served.port, "GET", "/api/reports", [clerk]).status == 200


@pytest.mark.parametrize(
    ("kind", "body", "status"),
    [
        ("text/plain", ORDER, 415),
        ("application/json", b"{", 400),
        ("application/json", b'{"item": "a", "item": "b", "quantity": 1}', 400),
        ("application/json", b'{"item": "tea", "quantity": 2, "price": 0}', 422),
        ("application/json", b"\xff", 400),
        ("application/json", b"", 400),
    ],
)
def test_input(served: Served, bearer: Bearer, kind: str, body: bytes, status: int) -> None:
    lines = [bearer(scope="orders:write"), ("Content-Type", kind)]
    answer = once(served.port, "POST", "/api/orders", lines, body)
    assert (answer.status, bool(answer.problem)) == (status, True), answer


def test_a_view_that_fails_tells_nothing(served: Served) -> None:
    answer = once(served.port, "GET", "/api/boom")
    refused(answer, 500, "internal_error")
    assert b"canary" not in answer.body


@pytest.mark.parametrize(
    "target", ["/api/seen", "/api/no", "/api/orders/7", "/api/boom", "/api/x//y"]
)
def test_head_has_no_body(served: Served, target: str) -> None:
    got = once(served.port, "GET", target)
    with raw(served.port, request("HEAD", target, [("Connection", "close")])) as connection:
        said = connection.rest()
    head, _, body = said.partition(b"\r\n\r\n")
    assert int(head.split(b" ")[1]) == got.status
    assert body == b""


def test_an_absolute_target_cannot_name_another_host(served: Served) -> None:
    answer = once(served.port, "GET", "http://evil.example/api/seen")
    assert answer.status == 400, answer
    answer = once(served.port, "GET", "http://evil.example/api/orders/7")
    assert answer.status == 400, answer


def test_two_lines_where_one_may_be(served: Served, bearer: Bearer) -> None:
    two = [bearer(), bearer(sub="mallory")]
    assert once(served.port, "GET", "/api/mine", two).status == 400
    twice = [("Host", "evil.example")]
    assert once(served.port, "GET", "/api/seen", twice).status == 400


def test_a_name_with_an_underscore_is_no_other_header(served: Served, bearer: Bearer) -> None:
    name, text = bearer(scope="orders:read")
    hidden = [("X_Forwarded_For", "203.0.113.9"), (name.replace("o", "_", 1), text)]
    answer = once(served.port, "GET", "/api/orders/7", hidden)
    assert answer.status in (400, 401), answer


def test_one_connection_carries_many_requests(served: Served, bearer: Bearer) -> None:
    if served.log.parent.name.startswith(("flask-sync", "django-sync")):
        return  # this worker closes after every answer, by its own rule
    with Connection(served.port, source()) as connection:
        for _ in range(3):
            assert connection.ask("GET", "/api/no").status == 404
            assert connection.ask("GET", "/api/orders/7").status == 401
            assert connection.ask("HEAD", "/api/seen").status == 200
            assert connection.ask("GET", "/api/boom").status == 500
            found = connection.ask("GET", "/api/orders/7", [bearer(scope="orders:read")])
            assert found.status == 200
