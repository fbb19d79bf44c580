"""While all is in shadow several workers serve: no count refuses anything, and the log says so."""

import datetime as dt
from pathlib import Path

import pytest

from tests.servers import launch
from tests.servers.launch import serving
from tests.servers.wire import once

APP = "tests.servers.apps.observed:app"
FOUR = (*launch.GUNICORN, "--forwarded-allow-ips", "", "-w", "4", APP)
POLICY = """
[api]
name = "pages"
base = "/api"
hosts = ["api.example.com"]
{api}
[stores]
limits = "memory://"
events = "events"
[limits]
one = "1/minute per client"
[operations."GET /page"]
public = true
limits = ["one"]
{own}
"""
DAYS = "shadow = {{ until = {}{} }}"
LAST = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=30)
GONE = dt.date(2026, 1, 31)


def policy(directory: Path, api: str = "", own: str = "") -> Path:
    path = directory / "bartizan.toml"
    path.write_text(POLICY.format(api=api, own=own))
    return path


@pytest.mark.parametrize("twin", ["", "sealed"])
def test_four_workers_serve_and_the_log_warns(tmp_path: Path, twin: str) -> None:
    observed = policy(tmp_path, DAYS.format(LAST, ""))
    with serving(tmp_path, observed, *FOUR, twin=twin) as served:
        for _ in range(12):
            answer = once(served.port, "GET", "/api/page", address="127.0.0.9")
            assert (answer.status, answer.body) == (200, b"a page")
        assert "R204" in served.said
        assert f"All is in shadow until {LAST}: until then it serves so, later not" in served.said
        written = served.spooled()
    assert len(written) == 12
    assert {event.outcome for event in written} == {"permit"}
    assert {"https_required", "rate_client"} <= {
        reason for event in written for reason in event.shadowed
    }


@pytest.mark.parametrize(
    ("api", "own"),
    [
        (DAYS.format(GONE, ""), ""),
        (DAYS.format(LAST, ', controls = ["flood"]'), ""),
        ("", DAYS.format(LAST, "")),
        (DAYS.format(LAST, ""), DAYS.format(LAST, ', controls = ["input"]')),
    ],
    ids=["ended", "of one control", "of one operation", "narrowed"],
)
def test_any_other_shadow_is_no_excuse(tmp_path: Path, api: str, own: str) -> None:
    with serving(tmp_path, policy(tmp_path, api, own), *FOUR) as served:
        assert once(served.port, "GET", "/api/page").status == 503
        assert "R204" in served.said
