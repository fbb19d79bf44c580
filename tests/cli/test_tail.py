"""``bartizan tail``: what is shown, what is sifted out, and how it follows and ends."""

import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pytest

from bartizan.cli import exits, spooled, watching
from bartizan.model.event import Event
from tests.cli.stage import decision, edit, keep, plain, refusal, run

SHOWN = (
    decision(1),
    refusal(2),
    refusal(3, "token_expired", client="feedbeef12345678", network="198.51.100.0/24"),
    decision(4, shadowed=("rate_client",), operation="GET /api/orders", subject="aa11bb22cc33dd44"),
    decision(5, outcome="log", reason="events_lost", operation="", client="", count=7),
)
NUMBERS = (1, 2, 3, 4, 5)


def shown(*words: str) -> list[str]:
    """The numbers of the events that are shown."""
    ran = run("tail", "--no-follow", "--json", "-n", "99", *words)
    ids = [json.loads(line)["id"] for line in ran.out.splitlines()]
    assert ran.rc == (exits.HELD if ids else exits.EVIDENCE), ran
    return [int(id.rpartition("-")[2]) for id in ids]  # type: ignore[misc]


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ((), NUMBERS),
        (("--refused",), (2, 3)),
        (("--shadowed",), (4,)),
        (("--refused", "--shadowed"), (2, 3, 4)),
        (("--client", "feedbeef"), (3,)),
        (("--client", "FEEDBEEF12345678"), (3,)),
        (("--network", "198.51.100.0/24"), (3,)),
        (("--network", "198.51.100.7"), (3,)),
        (("--operation", "GET /api/orders"), (4,)),
        (("--operation", "get /orders"), (4,)),
        (("--reason", "token_expired"), (3,)),
        (("--reason", "D912"), (3,)),
        (("--reason", "rate_client"), (4,)),
        (("--reason", "events_lost"), (5,)),
        (("--control", "scopes"), (2,)),
        (("--control", "rate"), (4,)),
        (("--subject", "aa11"), (4,)),
        (("--reason", "flood"), ()),
        (("--refused", "--client", "feedbeef", "--control", "scopes"), ()),
    ],
    ids=str,
)
def test_filters(shop: Path, words: tuple[str, ...], numbers: tuple[int, ...]) -> None:
    keep(shop, *SHOWN)
    assert tuple(shown(*words)) == numbers


def test_since(shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(shop, *SHOWN)
    monkeypatch.setattr(spooled.time, "time", lambda: 1764000000.0 + 62)
    assert shown("--since", "1m") == [2, 3, 4, 5]
    assert shown("--since", "1h") == [*NUMBERS]


@pytest.mark.parametrize("words", [(), ("--client", "feedbeef")])
def test_the_last_of_those_that_are_wanted(shop: Path, words: tuple[str, ...]) -> None:
    """However far back: the one that is wanted lies behind a thousand others."""
    keep(shop, *SHOWN, *(decision(number) for number in range(10, 1200)))
    ran = run("tail", "--no-follow", "--json", "-n", "1", *words)
    (line,) = ran.out.splitlines()
    assert json.loads(line)["id"].endswith("000003" if words else "001199")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--reason", "flod"), "Did you mean 'flood'?"),
        (("--control", "scops"), "Did you mean 'scopes'?"),
        (("--client", "ana"), "is no hash"),
        (("--network", "198.51.100"), "is no network of events"),
        (("--network", "198.51.100.0/16"), "is no network of events"),
        (("--since", "yesterday"), "write 30s, 10m, 2h or 7d"),
        (("--since", "0m"), "write 30s"),
        (("--spool", "bartizan.toml"), "cannot be read: Not a directory"),
        (("--policy", "nowhere.toml"), ""),
    ],
)
def test_wrong_usage(shop: Path, words: tuple[str, ...], said: str) -> None:
    ran = run("tail", "--no-follow", *words)
    assert ran.rc == exits.WRONG
    assert said in " ".join((ran.out + ran.err).split())


def test_a_policy_that_keeps_no_events_is_a_sentence(shop: Path) -> None:
    edit(shop / "bartizan.toml", 'events = "events"\n', "\n")
    ran = run("tail", "--no-follow")
    assert ran.rc == exits.WRONG
    assert "keeps no events" in ran.err


@pytest.mark.parametrize("made", [True, False])
def test_looked_at_nothing_is_no_success(shop: Path, made: bool) -> None:
    if made:
        (shop / "events").mkdir()
    for words in (("tail", "--no-follow"), ("top", "--once"), ("why", "k7f3q2zdx9-000001")):
        ran = run(*words)
        assert (ran.rc, ran.out) == (exits.EVIDENCE, "")
        assert "nothing to see in events" in ran.err or "there is no event" in ran.err


def test_raw_lines_are_those_of_the_log(shop: Path) -> None:
    directory = keep(shop, *SHOWN)
    kept = sorted(line for file in directory.glob("*.jsonl") for line in file.read_text().split())
    ran = run("tail", "--no-follow", "--json")
    assert sorted(ran.out.split()) == kept
    assert {msgspec.json.decode(line, type=Event).api for line in ran.out.splitlines()} == {"shop"}


def test_in_flask_it_finds_the_directory_of_the_application(shop: Path) -> None:
    keep(shop, refusal(1))
    (shop / "events").rename(shop / "elsewhere")
    edit(
        shop / "shop.py",
        "Bartizan(app",
        'app.config["BARTIZAN_EVENTS"] = "elsewhere"\nBartizan(app',
    )
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "shop:app", "bartizan", "tail", "--no-follow"],
        cwd=shop, env=plain({}), capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done
    assert "scope_missing" in done.stdout


# ------------------------------------------------------------------ following


@contextmanager
def following(shop: Path, *words: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A tail of its own, read through a pipe."""
    with subprocess.Popen(
        [sys.executable, "-c", "from bartizan.cli import main; main()", "tail", *words],
        cwd=shop, env=plain({}), stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0,
        stdin=subprocess.DEVNULL,
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            process.kill()


def line(process: "subprocess.Popen[bytes]") -> str:
    """The next line; a test that waits for ever is none."""
    assert process.stdout is not None
    ready, _, _ = select.select([process.stdout], [], [], 20)
    assert ready, "nothing came"
    return process.stdout.readline().decode()


def test_it_follows_from_before_the_directory_is_there(shop: Path) -> None:
    with following(shop) as process:
        assert "target  events  (not there yet: waiting)" in line(process)
        while "decision" not in line(process):
            pass
        keep(shop, refusal(1))
        keep(shop, refusal(2, "token_expired"))  # another segment
        read = ""
        while "000002" not in read:
            read += line(process)
        assert "scope_missing" in read


def test_ctrl_c_is_an_interruption(shop: Path) -> None:
    with following(shop, "--json") as process:
        keep(shop, refusal(1))
        line(process)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err.strip()) == (exits.INTERRUPTED, b"", b"interrupted")


def test_it_ends_when_nobody_reads_any_more(shop: Path) -> None:
    """``bartizan tail | head -1``: also where no further event ever comes."""
    keep(shop, refusal(1))
    with following(shop, "--json") as process:
        line(process)
        assert process.stdout is not None
        process.stdout.close()
        assert process.wait(20) == exits.HELD
        assert process.stderr is not None
        assert process.stderr.read() == b""


def test_a_reader_that_goes_is_told_from_one_that_stays() -> None:
    ours, theirs = os.pipe()
    with os.fdopen(theirs, "w") as stream:
        assert watching.wait(0.01, stream)
        os.close(ours)
        began = time.monotonic()
        assert not watching.wait(20, stream)
        assert time.monotonic() - began < 20
