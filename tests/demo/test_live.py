"""``make demo``, run once as a pipe sees it: on real servers, and gone when it is over."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bartizan.demo import live, wire
from bartizan.demo.attack import ATTACK, LEGAL, Attack
from bartizan.demo.forged import purse
from bartizan.demo.issuer import Issuer
from bartizan.demo.live import Got, Round, unheard
from bartizan.demo.serving import Shop
from bartizan.model.reasons import REASONS


@pytest.fixture(scope="module")
def show() -> tuple[str, float, int]:
    """What it said, how long it took, how it ended."""
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "bartizan.demo.live"],
        env=os.environ | {"NO_COLOR": "1"},
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.stderr == ""
    return done.stdout, time.monotonic() - began, done.returncode


def test_it_ends_well_within_a_minute(show: tuple[str, float, int]) -> None:
    said, seconds, status = show
    assert status == 0, said
    assert seconds < 60


def test_it_asks_everything_and_no_hole_is_left(show: tuple[str, float, int]) -> None:
    said = show[0]
    assert len(ATTACK) >= 25
    rows = re.findall(r"^ +\d+ .{30} ?\d{3} (?:HOLE|-) +\d{3} ", said, re.MULTILINE)
    assert len(rows) == len(ATTACK)
    assert said.count("from all  ok") == len(LEGAL)
    assert re.search(r"\d\d holes -> 0$", said, re.MULTILINE)
    assert max(map(len, said.splitlines())) <= 80


def test_it_counts_the_events_that_it_caused(show: tuple[str, float, int]) -> None:
    said = show[0]
    for reason in {attack.reason for attack in ATTACK} - {""}:
        event = REASONS[reason].event
        assert re.search(rf"^ {event} +{reason} +[1-9]\d* +[1-9]\d*$", said, re.MULTILINE), reason


def test_its_servers_are_gone(show: tuple[str, float, int]) -> None:
    ports = [int(port) for port in re.findall(r":(\d{4,5})", show[0].split("legal")[0])]
    assert len(ports) == 4
    for port in ports:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), 1).close()


def test_its_servers_end_with_it() -> None:
    """Killed in the middle, it takes its children along."""
    with subprocess.Popen(
        [sys.executable, "-m", "bartizan.demo.live"], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        head = [process.stdout.readline() for _ in range(3)]
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert process.returncode == 128 + signal.SIGTERM
    for port in map(int, re.findall(r":(\d{4,5})", "".join(head))):
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port), 1).close()


# ------------------------------------------------------------------ what would be noticed

SHOP = Shop("Flask", 0, 0, Path())
OPEN = Attack("no token", "GET", "/", (401,), "credential_missing")


def test_an_answer_that_is_not_expected_is_not_held() -> None:
    bare = Got(200, True, "")
    assert Round(OPEN, SHOP, bare, Got(401, False, "a")).held
    assert not Round(OPEN, SHOP, bare, Got(200, True, "a")).held
    assert not Round(OPEN, SHOP, bare, Got(404, False, "a")).held


def test_a_refusal_for_another_reason_is_told() -> None:
    one = Round(OPEN, SHOP, Got(200, True, ""), Got(401, False, "a"))
    assert "the event says nothing" in "".join(unheard([one], {"Flask": []}))


def test_the_list_agrees_with_the_table_of_reasons() -> None:
    for attack in ATTACK:
        assert not attack.reason or REASONS[attack.reason].status in attack.status
        assert len(attack.title) <= live.TITLE
        assert not attack.bearer or attack.bearer in purse(Issuer())


def test_requests_go_out_as_they_are_written() -> None:
    sent = wire.request("GET", "/a/%2e%2e//b", "x", [("A", "1"), ("A", "2")], b"")
    assert (
        sent == b"GET /a/%2e%2e//b HTTP/1.1\r\nHost: x\r\nConnection: close\r\nA: 1\r\nA: 2\r\n\r\n"
    )


def test_the_proxy_appends_what_it_knows() -> None:
    spoofed = [("X-Forwarded-For", "127.0.0.1"), ("X-Forwarded-Proto", "https")]
    assert wire.proxied(spoofed, "198.51.100.1", secure=False) == [
        ("X-Forwarded-For", "127.0.0.1, 198.51.100.1"),
        ("X-Forwarded-Proto", "http"),
    ]
