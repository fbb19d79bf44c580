"""``bartizan top``: counts that honour folds, and a screen that leaves no trace."""

import json
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from fcntl import ioctl
from pathlib import Path

import pytest

from bartizan.cli import exits, spooled
from bartizan.cli.tallying import SLICES, Tally, Window
from tests.cli.stage import decision, keep, plain, refusal, run

FOLDED = refusal(
    10, "rate_client", client="feedbeef12345678", network="198.51.100.0/24", count=40,
    last="k7f3q2zdx9-000049", until=1764000049.0,
)  # fmt: skip
EVENTS = (
    decision(1),
    refusal(2),
    decision(3, shadowed=("rate_client", "token_expired", "rate_client")),
    decision(4, outcome="log", reason="events_lost", count=7),
)


def document(*words: str) -> dict[str, object]:
    ran = run("top", "--json", *words)
    assert ran.rc == exits.HELD, ran
    found: dict[str, object] = json.loads(ran.out)
    return found


def tallied(*events: object) -> Tally:
    tally = Tally()
    for event in events:
        tally.add(event)  # type: ignore[arg-type]
    return tally


def test_a_fold_counts_for_all_that_it_stands_for() -> None:
    tally = tallied(*EVENTS, FOLDED)
    assert (tally.decisions, tally.refused, tally.shadowed, tally.notices) == (43, 41, 1, 1)
    assert tally.offenders["feedbeef12345678", "198.51.100.0/24"] == 40
    assert (tally.first, tally.last) == (1764000001.0, 1764000049.0)
    assert tally.would["rate", "rate_client", "GET /api/orders/{order_id:int}"] == 1


def test_sums_are_the_same_in_any_split() -> None:
    whole, parts = tallied(*EVENTS, FOLDED), Tally()
    for event in (FOLDED, *EVENTS):
        parts += tallied(event)
    assert parts.refusals == whole.refusals
    assert (parts.decisions, parts.first, parts.last) == (whole.decisions, whole.first, whole.last)


def test_a_window_slides_and_forgets() -> None:
    window = Window(60.0)
    for second in range(200):
        window.add(refusal(second))
        tally = window.tally(1764000000.0 + second)
        assert min(second + 1, 60) <= tally.refused <= 60 + 60 // SLICES + 1
    assert window.tally(1764000000.0 + 1000).empty
    assert Window(0.0).tally(5.0).empty


def test_the_document(shop: Path) -> None:
    keep(shop, *EVENTS, FOLDED)
    found = document()
    assert found["offenders"] == [
        {"client": "feedbeef12345678", "network": "198.51.100.0/24", "count": 40},
        {"client": "0123456789abcdef", "network": "203.0.113.0/24", "count": 1},
    ]
    assert [row["reason"] for row in found["refusals"]] == ["rate_client", "scope_missing"]  # type: ignore[attr-defined]
    assert document("--control", "scopes")["refused"] == 1
    assert document("--refused")["decisions"] == 41


def test_since(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(shop, *EVENTS, FOLDED)
    monkeypatch.setattr(spooled.time, "time", lambda: 1764000000.0 + 65)
    assert document("--since", "1m")["refused"] == 40


def test_what_the_rows_leave_out_is_told(shop: Path) -> None:
    keep(shop, *(refusal(n, client=f"{n:016x}", network=f"203.0.{n}.0/24") for n in range(1, 30)))
    ran = run("top", "-n", "3")
    assert "26 more" in ran.out
    assert "29 refused, of 29 clients" in ran.out


def test_nothing_that_is_wanted(shop: Path) -> None:
    keep(shop, *EVENTS)
    ran = run("top", "--once", "--reason", "flood")
    assert ran.rc == exits.EVIDENCE
    assert "it has events, and none of them is like that" in " ".join(ran.err.split())


def until(terminal: int, wanted: bytes) -> bytes:
    """What it shows until that stands there; it draws for ever, a test must not wait so long."""
    text, patience = b"", time.monotonic() + 30
    while wanted not in text:
        ready, _, _ = select.select([terminal], [], [], 30)
        assert ready, text
        assert time.monotonic() < patience, text
        text += os.read(terminal, 65536)
    return text


def test_on_a_terminal_it_is_drawn_anew_and_leaves_no_trace(shop: Path) -> None:
    keep(shop, *EVENTS)
    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 12, 80, 0, 0))
    with subprocess.Popen(
        [sys.executable, "-c", "from bartizan.cli import main; main()", "top"],
        cwd=shop, env=plain({"TERM": "xterm-256color"}), stdin=subprocess.DEVNULL,
        stdout=theirs, stderr=theirs,
    ) as process:  # fmt: skip
        os.close(theirs)
        text = until(ours, b"bartizan top --once")  # twelve lines do not hold it all
        keep(shop, FOLDED)
        text += until(ours, b"41 refused")
        process.send_signal(signal.SIGINT)
        try:
            while more := os.read(ours, 65536):
                text += more
        except OSError:  # Linux: the other end is closed
            pass
        assert process.wait(20) == exits.INTERRUPTED
    os.close(ours)
    assert text.startswith(b"\x1b[?1049h")
    assert text.count(b"\x1b[?1049l") == 1
    assert text.index(b"\x1b[?1049l") < text.index(b"interrupted")
    assert b"\x1b[2J" not in text, "clearing the whole screen flickers"
