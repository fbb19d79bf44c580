"""What the policy says of a disk that is full or a directory that cannot be written, seen from
outside: a Flask application, asked."""

import errno
import os
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from bartizan.flask import Bartizan, seal
from bartizan.policy.load import loads
from bartizan.watch.keyed import SpoolFault
from bartizan.watch.reader import read

POLICY = """
[api]
name = "orders"
hosts = ["localhost"]
https = "off"

[stores]
limits = "memory://"
events = "{place}"

[events]
lost = "{lost}"

[operations."GET /"]
public = true
"""


def client(place: Path, lost: str) -> FlaskClient:
    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/", view_func=lambda: "served")
    Bartizan(app, policy=loads(POLICY.format(place=place, lost=lost)))
    seal(app)
    return app.test_client()


@pytest.mark.parametrize("lost", ["stop", "refuse"])
def test_it_does_not_start_where_nothing_can_be_written(tmp_path: Path, lost: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SpoolFault, match="cannot be written"):
        client(tmp_path / "file" / "events", lost)


def test_it_starts_where_the_policy_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert client(tmp_path / "file" / "events", "serve").get("/").data == b"served"


@pytest.mark.parametrize(("lost", "status"), [("serve", 200), ("stop", 200), ("refuse", 503)])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EIO])
def test_a_disk_that_fails_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: str, status: int, number: int
) -> None:
    asked = client(tmp_path, lost)
    assert asked.get("/").status_code == 200
    write = os.write

    def fail(fd: int, data: bytes) -> int:
        if b'"api":"orders"' in data:
            raise OSError(number, os.strerror(number))
        return write(fd, data)

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", fail)
        asked.get("/")  # the one that shows it
        answers = [asked.get("/") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [status] * 3
    if status == 503:
        assert answers[0].json["type"] == "urn:bartizan:problem:unavailable"
        assert asked.get("/").status_code == 503, "its event is the one that can be written again"
    assert asked.get("/").status_code == 200
    told = [event for event in read(tmp_path) if event.outcome == "log"]
    assert [(event.reason, event.count) for event in told] == [("events_lost", 4)]


def test_a_directory_that_vanishes_is_never_an_exception(tmp_path: Path) -> None:
    place = tmp_path / "events"
    asked = client(place, "stop")
    assert asked.get("/").status_code == 200
    for path in place.iterdir():
        path.unlink()
    place.rmdir()
    assert asked.get("/").status_code == 200
    assert asked.get("/none").status_code == 404
