"""The view reads what was decided, whatever a client says about charsets."""

from typing import Any

import pytest
from django.http import HttpRequest, JsonResponse
from django.urls import path

from tests.django.project import FACES, Projects, scope, send

OPEN = """
[operations."GET /q"]
public = true
query = { sort = "text 0..40" }
"""


def read(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"view": request.GET.dict(), "decided": request.decision.query})  # type: ignore[attr-defined]


SMUGGLED = "/api/q?sort=x+ACY-admin+AD0-1"
"""``+ACY-`` is ``&`` in UTF-7."""


@pytest.mark.parametrize(
    "parameter", ["charset=utf-7", "CHARSET=cp037", "charset*=us-ascii''utf-7", "charset=hex",
                  "x*=nowhere''y", "a=b; charset=undefined"],
)  # fmt: skip
@pytest.mark.parametrize("face", ["wsgi", "asgi"])
def test_a_charset_gives_the_query_no_second_reading(
    projects: Projects, face: str, parameter: str
) -> None:
    project = projects.make(OPEN, [path("api/q", read)])
    kind = {"Content-Type": f"text/plain; {parameter}"}
    assert project.ask(SMUGGLED, face=face, headers=kind).status == 400
    assert project.reasons == ["header_malformed"]


@pytest.mark.parametrize(
    "parameter", ["charset=UTF8", 'charset="utf-8"', "charset=nowhere", "boundary=x", "a=b"]
)
@pytest.mark.parametrize("face", ["wsgi", "asgi"])
def test_other_content_types_are_read(projects: Projects, face: str, parameter: str) -> None:
    project = projects.make(OPEN, [path("api/q", read)])
    got = project.ask(SMUGGLED, face=face, headers={"Content-Type": f"text/plain; {parameter}"})
    assert got.status == 200
    assert got.json["view"] == got.json["decided"] == {"sort": "x ACY-admin AD0-1"}


def test_a_body_is_bounded_after_the_answer_has_begun(projects: Projects) -> None:
    project = projects.make('[operations."POST /up"]\npublic = true\nbody = "4 B"\n',
                            [path("api/up", read)])  # fmt: skip
    outside: Any = project.face("asgi").app
    received: list[str] = []

    async def early(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 307, "headers": []})
        while True:
            message = await receive()
            received.append(message["type"])
            if message["type"] == "http.disconnect" or not message.get("more_body"):
                break
        await send({"type": "http.response.body", "body": b""})

    outside.app = early
    asked = scope("POST", "/api/up", {"Host": "testserver", "Transfer-Encoding": "chunked"})
    send(outside, asked, [b"abcd", b"efgh", b"ijkl"])
    assert received == ["http.request", "http.disconnect"]


@pytest.mark.parametrize("face", FACES)
def test_no_validator_tells_of_what_was_withheld(projects: Projects, face: str) -> None:
    def tagged(request: HttpRequest) -> JsonResponse:
        return JsonResponse({"id": 1, "secret": 2}, headers={"ETag": '"of both"'})

    entries = OPEN + 'output = { at = "", fields = ["id"] }\n'
    got = projects.make(entries, [path("api/q", tagged)]).ask("/api/q", face=face)
    assert got.json == {"id": 1}
    assert "etag" not in got.headers
