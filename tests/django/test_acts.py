"""Both acts through every face: what a view is told, and what refusals say."""

from typing import Any

import msgspec
import pytest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path, re_path
from django.views import View

from tests.django.project import FACES, Projects

ORDERS = """
[operations."GET /orders/{order_id:int}"]
scopes = ["orders:read"]
output = { at = "", fields = ["id", "who"] }

[operations."POST /orders"]
input = "NewOrder"

[operations."DELETE /orders/{order_id:int}"]
roles = ["staff"]

[operations."GET /health"]
public = true
"""


class NewOrder(msgspec.Struct, forbid_unknown_fields=True):
    note: str


class Order(View):
    def get(self, request: Any, order_id: int) -> HttpResponse:
        return JsonResponse({"id": int(order_id), "who": request.subject.id, "margin": 0.4})

    def delete(self, request: HttpRequest, order_id: int) -> HttpResponse:
        return HttpResponse(status=204)


class AsyncOrder(View):
    async def get(self, request: Any, order_id: int) -> HttpResponse:
        return JsonResponse({"id": int(order_id), "who": request.subject.id, "margin": 0.4})

    async def delete(self, request: HttpRequest, order_id: int) -> HttpResponse:
        return HttpResponse(status=204)


def new(request: Any) -> HttpResponse:
    return JsonResponse({"note": request.decision.input.note, "length": len(request.body)})


async def anew(request: Any) -> HttpResponse:
    return new(request)


def health(request: Any) -> HttpResponse:
    return JsonResponse({"subject": request.subject, "client": request.META["REMOTE_ADDR"]})


async def ahealth(request: Any) -> HttpResponse:
    return health(request)


SYNC = [
    path("api/orders", new),
    path("api/orders/<int:order_id>", Order.as_view()),
    path("api/health", health),
]
ASYNC = [
    path("api/orders", anew),
    re_path(
        r"^api/", include(([re_path(r"^orders/(?P<order_id>\d+)$", AsyncOrder.as_view())], "x"))
    ),
    re_path("^api/health$", ahealth),
]

pytestmark = [
    pytest.mark.parametrize("face", FACES),
    pytest.mark.parametrize("views", [SYNC, ASYNC], ids=["sync", "async"]),
]


@pytest.fixture
def make(projects: Projects, views: Any) -> Any:
    return lambda **more: projects.make(ORDERS, views, bind={"NewOrder": NewOrder}, **more)


def test_a_view_gets_its_subject_its_input_and_the_same_bytes(make: Any, face: str) -> None:
    project = make()
    got = project.ask("/api/orders/7", face=face, subject="alice", scopes=("orders:read",))
    assert (got.status, got.json) == (200, {"id": 7, "who": "alice"})
    body = b'{"note": "two cups"}'
    got = project.ask("/api/orders", "POST", face=face, subject="alice", body=body)
    assert got.json == {"note": "two cups", "length": len(body)}
    assert project.ask("/api/health", face=face).json["subject"] is None
    assert project.reasons == ["permit"] * 3


def test_the_answer_carries_our_headers_once(make: Any, face: str) -> None:
    project = make(
        middleware=["django.middleware.security.SecurityMiddleware"],
        SECURE_REFERRER_POLICY="unsafe-url",
    )
    got = project.ask("/api/orders/7", face=face, subject="alice", scopes=("orders:read",))
    assert got.headers["referrer-policy"] == "no-referrer"
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["cache-control"] == "no-store"
    assert {"Authorization", "Cookie"} <= set(got.headers["vary"].split(", "))
    assert got.headers["bartizan-decision"] == project.journal.events[-1].id


def test_refusals_are_problems(make: Any, face: str) -> None:
    project = make()

    def refused(*args: Any, **kwargs: Any) -> tuple[int, str]:
        got = project.ask(*args, face=face, **kwargs)
        assert got.headers["cache-control"] == "no-store"
        return got.status, got.problem

    assert refused("/api/orders/7") == (401, "credential_required")
    assert refused("/api/orders/7", subject="bob") == (403, "insufficient_scope")
    assert refused("/api/orders/7", "DELETE", subject="bob") == (403, "forbidden")
    assert refused("/api/orders/x") == (404, "not_found")
    assert refused("/api/health", "PUT") == (405, "method_not_allowed")
    assert refused("/api/orders", "POST", subject="bob", body=b"{") == (400, "bad_request")
    body = b'{"note": "x", "owner": "eve"}'
    assert refused("/api/orders", "POST", subject="bob", body=body) == (422, "invalid")
    assert refused("/api/orders", "POST", subject="bob", body=b"x" * 70000)[0] == 413
    assert refused("/api/health?debug=1") == (422, "invalid")
    assert project.reasons == [
        "credential_missing", "scope_missing", "role_missing", "operation_unknown",
        "method_unknown", "body_malformed", "body_invalid", "body_too_large", "query_invalid",
    ]  # fmt: skip


def test_a_head_is_a_get(make: Any, face: str) -> None:
    got = make().ask("/api/health", "HEAD", face=face)
    assert got.status == 200


def test_method_override_never_reaches_another_view(make: Any, face: str) -> None:
    """A middleware that obeys ``X-HTTP-Method-Override`` makes GET what was decided a GET."""

    def override(get_response: Any) -> Any:
        def middleware(request: Any) -> Any:
            request.method = request.headers.get("X-HTTP-Method-Override", request.method)
            return get_response(request)

        return middleware

    project = make(middleware=[override])
    asked = {"face": face, "subject": "eve", "scopes": ("orders:read",)}
    plain = project.ask("/api/orders/7", **asked)
    assert plain.status == 200
    got = project.ask("/api/orders/7", **asked, headers={"X-HTTP-Method-Override": "DELETE"})
    assert (got.status, got.problem) == (404, "not_found")
    assert project.reasons[-1] == "route_disagrees"
