"""`[events]`: how decisions are written down."""

from pathlib import Path

import pytest

from bartizan.policy.codes import complete
from bartizan.policy.faults import PolicyError
from bartizan.policy.load import load, loads
from bartizan.policy.rules import Events
from bartizan.policy.show import show


def said(text: str) -> Events:
    return loads(complete(text)).events


def faults(text: str) -> list[str]:
    with pytest.raises(PolicyError) as caught:
        loads(complete(text))
    return [f"{fault.code} {fault.message}" for fault in caught.value.faults]


def test_without_the_section_everything_is_as_usual() -> None:
    events = said("")
    assert (events.cap, events.key, events.network, events.lost) == (1024**3, "", True, "stop")


def test_each_word(tmp_path: Path) -> None:
    events = said(
        '[events]\ncap = "4 GiB"\nkey = "env:EVENTS_KEY"\nnetwork = false\nlost = "refuse"\n'
    )
    assert (events.cap, events.key, events.network) == (4 * 1024**3, "env:EVENTS_KEY", False)
    assert events.lost == "refuse"
    assert events.places["cap"].line > 0


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('cap = "15 MiB"', "P206"),
        ("cap = 1000", "P206"),
        ('cap = "1 GB"', "P206"),
        ("cap = true", "P201"),
        ('key = "correct horse battery staple"', "P214"),
        ('key = "file:"', "P214"),
        ('key = ["env:A"]', "P201"),
        ('key = "discovery"', "P214"),
        ('network = "off"', "P201"),
        ('lost = "ignore"', "P202"),
        ('lots = "serve"', "P103"),
    ],
)
def test_what_it_refuses(line: str, code: str) -> None:
    assert [fault.split()[0] for fault in faults(f"[events]\n{line}\n")] == [code]


def test_a_secret_is_never_repeated() -> None:
    assert "horse" not in str(faults('[events]\nkey = "correct horse battery staple"\n'))


def test_an_overlay_changes_the_facts_and_not_the_rules(tmp_path: Path) -> None:
    (tmp_path / "bartizan.toml").write_text(complete(""))
    over = tmp_path / "bartizan.dev.toml"
    over.write_text('extends = "bartizan.toml"\n[events]\ncap = "32 MiB"\nkey = "file:k"\n')
    events = load(over).events
    assert (events.cap, events.key) == (32 * 1024**2, f"file:{tmp_path}/k")
    for rule in ("network = false", 'lost = "serve"'):
        over.write_text(f'extends = "bartizan.toml"\n[events]\n{rule}\n')
        with pytest.raises(PolicyError, match="P308"):
            load(over)


def test_what_is_shown_loads_again() -> None:
    for text in ("", '[events]\ncap = "32 MiB"\nnetwork = false\nlost = "serve"\nkey = "env:A"\n'):
        policy = loads(complete(text))
        again = loads(show(policy))
        assert again.revision == policy.revision
        assert again.events.lost == policy.events.lost


def test_it_is_part_of_what_the_policy_means() -> None:
    lines = ("", 'lost = "serve"', "network = false", 'cap = "2 GiB"')
    assert len({loads(complete(f"[events]\n{line}\n")).revision for line in lines}) == 4
