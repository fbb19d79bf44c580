"""Every event says whose request it was, also one that row 1 has refused."""

from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import run_wsgi_app

from tests.flask.shop import guarded, listen

ENTRIES = '[operations."GET /x"]\npublic = true\n'


def build(app: Flask) -> None:
    app.add_url_rule("/api/x", view_func=lambda: "x")


@pytest.mark.parametrize("path", ["/api//x", "/api/%2e/x", "/api/x"])
def test_a_malformed_target_has_a_sender(tmp_path: Path, path: str) -> None:
    app = guarded(tmp_path, ENTRIES, build)
    events = listen(app)
    environ = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": path,
        "RAW_URI": path,
        "QUERY_STRING": "",
        "REMOTE_ADDR": "2001:db8:1:2::3",
        "HTTP_HOST": "api.example.com",
        "SERVER_NAME": "x",
        "SERVER_PORT": "443",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.url_scheme": "https",
    }
    run_wsgi_app(app, environ)
    assert events[0].client == "#2001:db8:1:2::/64"
    assert events[0].network == "2001:db8:1::/48"
