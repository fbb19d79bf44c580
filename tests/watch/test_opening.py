"""From `[events]` to a spool: the secret of a fleet, the cap, what stops the start."""

import errno
import os
from pathlib import Path

import pytest

from bartizan.policy.rules import Events
from bartizan.watch import spool as spooling
from bartizan.watch.keyed import KEY_FILE, SpoolFault
from bartizan.watch.opening import open_spool, secret
from bartizan.watch.reader import read
from tests.watch.events import event
from tests.watch.test_spool import Clock

LONG = "0123456789abcdef0123456789abcdef"


def test_one_secret_gives_one_pseudonym_on_every_machine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVENTS_KEY", LONG)
    (tmp_path / "key").write_text(LONG + "\n")
    spools = [
        open_spool(tmp_path / name, Events(key=key))
        for name, key in (("a", "env:EVENTS_KEY"), ("b", f"file:{tmp_path}/key"))
    ]
    assert len({spool.keyed("203.0.113.7") for spool in spools}) == 1
    for spool in spools:
        spool.write(event())
        assert not (spool.directory / KEY_FILE).exists()
    monkeypatch.setenv("EVENTS_KEY", LONG[:-1] + "x")
    other = open_spool(tmp_path / "a", Events(key="env:EVENTS_KEY"))
    assert other.keyed("203.0.113.7") != spools[0].keyed("203.0.113.7")


@pytest.mark.parametrize("content", ["", "   \n", "short", LONG[:-1], f" {LONG[:-1]} "])
def test_a_short_secret_stops_the_start_and_is_not_repeated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str
) -> None:
    monkeypatch.setenv("EVENTS_KEY", content)
    with pytest.raises(SpoolFault, match="32 at least") as caught:
        open_spool(tmp_path, Events(key="env:EVENTS_KEY", lost="serve"))
    assert not content.strip() or content.strip() not in str(caught.value)


def test_a_secret_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVENTS_KEY", raising=False)
    with pytest.raises(SpoolFault, match="not set"):
        secret("env:EVENTS_KEY")
    with pytest.raises(SpoolFault, match="No such file"):
        secret(f"file:{tmp_path}/none")
    with pytest.raises(SpoolFault, match="Is a directory"):
        secret(f"file:{tmp_path}")


def test_the_cap_of_the_policy_is_the_cap_of_the_spool(tmp_path: Path) -> None:
    assert open_spool(tmp_path, Events(cap=123 * 2**20)).bounds.cap == 123 * 2**20


@pytest.mark.parametrize("lost", ["stop", "refuse"])
def test_a_directory_that_cannot_be_written_stops_the_start(tmp_path: Path, lost: str) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SpoolFault, match="cannot be written"):
        open_spool(tmp_path / "file" / "events", Events(lost=lost))  # type: ignore[arg-type]


@pytest.mark.parametrize("key", ["", "env:EVENTS_KEY"])
def test_where_it_may_start_nevertheless_events_are_written_as_soon_as_they_can_be(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    key: str,
) -> None:
    monkeypatch.setenv("EVENTS_KEY", LONG)
    place = tmp_path / "events"

    def read_only(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    clock = Clock()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "mkdir", read_only)
        spool = spooling.Spool(
            place, key=secret(key) if key else None, patient=True, clock=clock
        )  # fmt: skip
        before = spool.keyed("203.0.113.7")
        for number in range(5):
            spool.write(event(id=f"{number}"))
            clock.now += 1
    assert spool.lost == 5
    assert spool.failing
    assert "Read-only file system" in caplog.text
    clock.now += 1
    spool.write(event(id="mends"))  # its pseudonyms were made with a key that nobody has
    spool.write(event(id="after"))
    after, told = read(place)
    assert (after.id, told.reason, told.count) == ("after", "events_lost", 6)
    assert (spool.keyed("203.0.113.7") == before) is bool(key)
    assert spool.keyed("203.0.113.7") == spooling.Spool(place, key=spool._given).keyed(
        "203.0.113.7"
    )
