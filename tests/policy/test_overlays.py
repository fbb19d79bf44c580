"""``extends``: an overlay changes facts, and nothing else."""

from ipaddress import ip_network
from pathlib import Path

import pytest

from bartizan.policy.codes import complete
from bartizan.policy.faults import Fault, PolicyError
from bartizan.policy.load import load

BASE = complete('[operations."GET /a"]\nscopes = ["read"]\n')


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "bartizan.toml").write_text(BASE)
    return tmp_path


def overlay(folder: Path, text: str, name: str = "dev/bartizan.dev.toml") -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    return path


def faults(path: Path) -> list[Fault]:
    with pytest.raises(PolicyError) as error:
        load(path)
    return list(error.value.faults)


FACTS = """extends = "../bartizan.toml"

[api]
hosts = ["localhost:8000"]
https = "off"
proxies = ["127.0.0.1"]
forwarded = "forwarded"

[identity.main]
issuer = "http://localhost:9000/"
audience = "dev"
keys = "file:dev.json"

[stores]
limits = "memory://"
events = "spool"
"""


def test_facts_change_and_rules_stay(folder: Path) -> None:
    path = overlay(folder, FACTS)
    policy = load(path)
    assert policy.file == str(path)
    assert policy.api.hosts == ("localhost:8000",)
    assert policy.api.https == "off"
    assert policy.api.proxies == (ip_network("127.0.0.1/32"),)
    assert policy.api.forwarded == "forwarded"
    assert policy.api.name == "shop"
    main = policy.identities["main"]
    assert (main.issuer, main.audience) == ("http://localhost:9000/", "dev")
    assert main.keys == (f"file:{folder}/dev/dev.json",)
    assert main.algorithms == ("ES256",)
    assert policy.stores.events == f"{folder}/dev/spool"
    (operation,) = policy.operations
    assert operation.scopes == ("read",)
    assert operation.hosts == ("localhost:8000",)
    assert policy.revision != load(folder / "bartizan.toml").revision


def test_places_are_of_the_file_that_says_it(folder: Path) -> None:
    path = overlay(folder, FACTS)
    policy = load(path)
    assert str(policy.api.places["hosts"]) == f"{path}:4"
    name = policy.api.places["name"]
    assert Path(name.file).resolve() == folder / "bartizan.toml"
    assert BASE.split("\n")[name.line - 1].startswith("name")
    (operation,) = policy.operations
    assert operation.places["hosts"].file == str(path)
    assert Path(operation.places["scopes"].file).resolve() == folder / "bartizan.toml"


def test_an_overlay_of_an_overlay(folder: Path) -> None:
    overlay(folder, FACTS)
    top = overlay(
        folder, 'extends = "dev/bartizan.dev.toml"\n[api]\nhosts = ["127.0.0.1:1"]\n', "t.toml"
    )
    policy = load(top)
    assert policy.api.hosts == ("127.0.0.1:1",)
    assert policy.identities["main"].audience == "dev"


def test_faults_of_all_files_at_once(folder: Path) -> None:
    (folder / "bartizan.toml").write_text(BASE + 'nonsense = "x"\n')
    text = 'extends = "../bartizan.toml"\n[api]\nhosts = ["https://x/"]\nhsts = 1\n'
    found = faults(overlay(folder, text))
    assert [(fault.code, Path(fault.place.file).name, fault.place.line) for fault in found] == [
        ("P208", "bartizan.dev.toml", 3),
        ("P103", "bartizan.dev.toml", 4),
        ("P103", "bartizan.toml", BASE.count("\n") + 1),
    ]


@pytest.mark.parametrize(
    ("text", "code", "line", "suggestion"),
    [
        ("[defaults]\nlimits = []", "P308", 2, ""),
        ('[operations."GET /b"]\npublic = true', "P308", 2, ""),
        ('[[expect]]\nask = "GET /a"\nanswer = 401', "P308", 2, ""),
        ('[api]\nflood = "1/day per client"', "P308", 3, ""),
        ("[api]\ndeny = []", "P308", 3, ""),
        ('[identity.main]\nalgorithms = ["RS256"]', "P308", 3, ""),
        ('[identity.mian]\nissuer = "x"', "P308", 2, "main"),
        ('[api]\nhsots = ["x"]', "P103", 3, "hosts"),
        ('[apii]\nhosts = ["x"]', "P103", 2, "api"),
        ("api = 1", "P201", 2, ""),
        ("identity = 1", "P201", 2, ""),
        ("[identity]\nmain = 1", "P201", 3, ""),
        ('[stores]\nlimits = "shared:///run/x"', "P105", 3, "memory://"),
        ('[identity.main]\nkeys = "-----BEGIN PRIVATE KEY-----"', "P214", 3, ""),
    ],
)
def test_what_an_overlay_cannot_say(
    folder: Path, text: str, code: str, line: int, suggestion: str
) -> None:
    path = overlay(folder, f'extends = "../bartizan.toml"\n{text}\n')
    (fault,) = faults(path)
    assert (fault.code, fault.place.line, fault.suggestion) == (code, line, suggestion)
    assert fault.place.file == str(path)


def test_a_file_that_extends_itself(folder: Path) -> None:
    path = overlay(folder, 'extends = "a.toml"\n', "a.toml")
    assert [fault.code for fault in faults(path)] == ["P309"]
    overlay(folder, 'extends = "c.toml"\n', "b.toml")
    overlay(folder, 'extends = "./b.toml"\n', "c.toml")
    (fault,) = faults(folder / "b.toml")
    assert (fault.code, Path(fault.place.file).name) == ("P309", "c.toml")


@pytest.mark.parametrize("value", ['"none.toml"', '"."', '"a\\u0000b"', "1", '""'])
def test_a_file_that_is_not_there(folder: Path, value: str) -> None:
    (fault,) = faults(overlay(folder, f"extends = {value}\n", "a.toml"))
    assert fault.code in ("P309", "P201")
    assert fault.place.line == 1


def test_a_file_that_is_no_toml(folder: Path) -> None:
    overlay(folder, "a = \n", "broken.toml")
    (fault,) = faults(overlay(folder, 'extends = "broken.toml"\n', "a.toml"))
    assert (fault.code, Path(fault.place.file).name) == ("P101", "broken.toml")
