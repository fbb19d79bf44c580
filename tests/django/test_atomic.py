"""``ATOMIC_REQUESTS`` is Django's as before: what a view did is undone where it raises."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path

from tests.django.project import Projects

ENTRIES = '[operations."POST /x"]\npublic = true\n\n[operations."GET /y"]\npublic = true\n'


@pytest.fixture
def atomic() -> Iterator[None]:
    connection.settings_dict["ATOMIC_REQUESTS"] = True
    with connection.cursor() as cursor:
        cursor.execute("create table notes (text)")
    yield
    with connection.cursor() as cursor:
        cursor.execute("drop table notes")
    connection.settings_dict["ATOMIC_REQUESTS"] = False
    connection.connection.close()  # Django's own close() leaves a database in memory open
    connection.connection = None


def count() -> int:
    with connection.cursor() as cursor:
        return int(cursor.execute("select count(*) from notes").fetchone()[0])


@pytest.mark.usefixtures("atomic")
def test_a_view_that_raises_is_rolled_back(projects: Projects) -> None:
    def writes(request: HttpRequest) -> HttpResponse:
        assert connection.in_atomic_block
        with connection.cursor() as cursor:
            cursor.execute("insert into notes values ('x')")
        if "fail" in request.headers:
            raise RuntimeError("no")
        return HttpResponse("written")

    @transaction.non_atomic_requests
    def free(request: Any) -> HttpResponse:
        return HttpResponse(str(connection.in_atomic_block))

    project = projects.make(ENTRIES, [path("api/x", writes), path("api/y", free)])
    assert project.ask("/api/x", "POST", headers={"Fail": "1"}).status == 500
    assert count() == 0
    assert project.ask("/api/x", "POST").status == 200
    assert count() == 1
    assert project.ask("/api/y").body == b"False"
