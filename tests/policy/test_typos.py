"""Every key of the vocabulary, misspelt by one slip: one fault, at the key, with the right word."""

import random
import string
from pathlib import Path

import pytest

from bartizan.policy.faults import Fault, PolicyError
from bartizan.policy.load import load, loads
from bartizan.policy.vocabulary import SECTIONS

WHOLE = """
[api]
name = "shop"
base = "/api"
hosts = ["api.example.com"]
https = "required"
proxies = ["10.0.3.7"]
forwarded = "forwarded"
cors = { origins = ["https://app.example.com"], credentials = true, headers = ["x-a"], \
expose = ["x-b"], max_age = 60 }
flood = "1000/minute per client"
guesses = "20/minute per client"
deny = ["203.0.113.0/24"]
target = 4096
headers = "16 KiB"
shadow = { until = 2030-12-31, controls = ["rate"] }

[stores]
limits = "memory://"
events = "spool"

[events]
cap = "2 GiB"
key = "env:SHOP_EVENTS_KEY"
network = false
lost = "refuse"

[identity.main]
kind = "jwt"
issuer = "https://id.example.com/"
audience = "shop"
algorithms = ["ES256"]
keys = "env:SHOP_KEYS"
typ = "any"
subject = "uid"
tenant = "org"
scopes = "scp"
roles = "roles"
required = ["jti"]
leeway = 10
lifetime = 3600

[limits]
crowd = "300/minute per client"

[defaults]
identity = ["main"]
scopes = ["a"]
roles = ["staff"]
networks = ["10.0.0.0/8"]
limits = ["crowd"]
body = "64 KiB"
query = { verbose = "bool" }
headers = { X-Robots-Tag = "none" }
cache = "private"
https = "required"
hosts = ["api.example.com"]
shadow = { until = 2030-12-31 }
why = "a note"

[groups."/g/"]
operations = ["GET /{pk:int}"]
public = true
networks = ["10.0.0.0/8"]
limits = ["crowd"]
body = 100
query = { page = "int" }
input = "Form"
params = { pk = "none" }
output = { at = "[]", fields = ["id"] }
headers = { X-A = "b" }
cache = "no-cache"
https = "off"
hosts = ["*"]
shadow = { until = 2030-12-31 }
loosen = "a reason"
why = "a note"

[groups."/h/"]
operations = ["GET /.env"]
decoy = true

[groups."/i/"]
operations = ["GET /j"]
identity = ["main"]
scopes = ["a"]
roles = ["staff"]

[operations."POST /x/{pk:int}"]
identity = ["main"]
scopes = ["a"]
roles = ["staff"]
networks = ["10.0.0.0/8"]
limits = ["crowd"]
body = 100
query = { page = "int" }
input = "Form"
params = { pk = "none" }
output = { at = "[]", fields = ["id"] }
headers = { X-A = "b" }
cache = "no-cache"
https = "off"
hosts = ["*"]
shadow = { until = 2030-12-31 }
example = { path = { pk = 7 }, query = { page = 1 }, body = { a = 1 } }
loosen = "a reason"
why = "a note"

[operations."GET /public"]
public = true

[operations."GET /trap"]
decoy = true

[pass."/admin/"]
why = "a guard of its own"
https = "off"
hosts = ["*"]
networks = ["10.0.0.0/8"]

[[expect]]
ask = "POST /x/7"
as = "ana"
identity = "main"
scopes = ["a"]
roles = ["staff"]
tenant = "t"
body = { a = 1 }
client = "10.0.0.9"
host = "api.example.com"
https = true
answer = 403
by = "scopes"
"""
"""A policy that uses every key that this version enforces, each spelling of a place once."""

SLOTS: list[tuple[str, int, int, str]] = []
"""(section, offset, length, key) of every key of the vocabulary in `WHOLE`."""


def _slots() -> None:
    section = ""
    offset = 0
    heads = {
        "[api]": "[api]", "[stores]": "[stores]", "[events]": "[events]",
        "[identity": "[identity.NAME]",
        "[limits]": "", "[defaults]": "[defaults]", "[groups": "a group",
        "[operations": "an operation", "[pass": "[pass]", "[[expect": "[[expect]]",
    }  # fmt: skip
    for line in WHOLE.splitlines(keepends=True):
        if line.startswith("["):
            section = next(name for head, name in heads.items() if line.startswith(head))
            word = line.strip("[]\n").split(".")[0]
            SLOTS.append(("the file itself", offset + line.index(word), len(word), word))
        elif " = " in line and section:
            word = line.partition(" = ")[0]
            SLOTS.append((section, offset, len(word), word))
            if word in SECTIONS and section != "[identity.NAME]":
                SLOTS.extend(
                    (word, offset + at + 1, len(inner), inner)
                    for inner in SECTIONS[word]
                    if (at := line.find(f" {inner} = ", len(word) + 2)) >= 0
                )
        offset += len(line)


_slots()


def slips(word: str) -> list[str]:
    """All texts that one added, lost, replaced or swapped letter makes of a word."""
    letters = string.ascii_lowercase + "_"
    found = set()
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        found |= {head + letter + tail for letter in letters}
        if tail:
            found |= {head + tail[1:], *(head + letter + tail[1:] for letter in letters)}
        if len(tail) > 1:
            found.add(head + tail[1] + tail[0] + tail[2:])
    return sorted(found - {word, ""})


def misspelt(slot: tuple[str, int, int, str], slip: str) -> str:
    _, offset, length, _ = slot
    return WHOLE[:offset] + slip + WHOLE[offset + length :]


def faults(text: str) -> tuple[Fault, ...]:
    with pytest.raises(PolicyError) as error:
        loads(text)
    return error.value.faults


def test_the_whole_vocabulary_is_here() -> None:
    loads(WHOLE)
    for section, keys in SECTIONS.items():
        known = {key for key, row in keys.items() if row.enforced} - {"extends"}
        used = {key for name, _, _, key in SLOTS if name == section}
        assert known <= used, section


@pytest.mark.parametrize("slot", SLOTS, ids=[f"{one[0]}-{one[3]}-{one[1]}" for one in SLOTS])
def test_one_slip_is_one_fault(slot: tuple[str, int, int, str]) -> None:
    section, offset, _, key = slot
    known = SECTIONS[section]
    line = WHOLE.count("\n", 0, offset) + 1
    column = offset - WHOLE.rfind("\n", 0, offset)
    tried = [slip for slip in slips(key) if slip not in known]
    # Every swap and loss, and a sample of the rest: the same one in every run.
    near = [slip for slip in tried if len(slip) < len(key) or sorted(slip) == sorted(key)]
    tried = near[:6] + random.Random(key).sample(tried, 4)
    right = 0
    for slip in tried:
        (fault,) = faults(misspelt(slot, slip))
        assert fault.code == "P103"
        assert (fault.place.line, fault.place.column) == (line, column)
        assert fault.place.length == len(slip)
        assert fault.consequence
        right += fault.suggestion == key
    assert right >= (0.7 if len(key) <= 3 else 0.9) * len(tried)


def test_suggestions_are_right() -> None:
    right = total = 0
    for slot in SLOTS:
        known = SECTIONS[slot[0]]
        tried = [slip for slip in slips(slot[3]) if slip not in known]
        for slip in random.Random(slot[3]).sample(tried, 4):
            (fault,) = faults(misspelt(slot, slip))
            right += fault.suggestion == slot[3]
            total += 1
    assert right / total >= 0.95


@pytest.mark.parametrize("seed", range(40))
def test_three_slips_are_three_faults(seed: int) -> None:
    dice = random.Random(seed)
    text = WHOLE
    used: set[int] = set()
    slots = sorted(dice.sample(SLOTS, 3), key=lambda one: -one[1])
    for (_, offset, length, key), letter in zip(slots, "zqx", strict=True):
        text = text[:offset] + key + letter + text[offset + length :]
        used.add(WHOLE.count("\n", 0, offset) + 1)
    found = faults(text)
    assert len(found) == 3
    assert {fault.code for fault in found} == {"P103"}
    assert {fault.place.line for fault in found} == used


def test_a_key_of_another_section_says_where_it_belongs(tmp_path: Path) -> None:
    path = tmp_path / "bartizan.toml"
    path.write_text(WHOLE.replace("[defaults]", '[defaults]\nflood = "5/minute per client"'))
    with pytest.raises(PolicyError) as error:
        load(path)
    (fault,) = error.value.faults
    assert fault.message == "unknown key `flood`: it belongs to [api]"
