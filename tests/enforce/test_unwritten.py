"""Where no request may go unrecorded: `[events] lost`, before a journal that fails."""

import dataclasses

import msgspec
import pytest

from bartizan.enforce.guard import Guard
from bartizan.enforce.start import equip
from bartizan.model.decision import Deny
from bartizan.model.event import Event
from bartizan.model.request import Request
from bartizan.policy.faults import PolicyError
from bartizan.policy.load import loads

TEXT = """
[api]
name = "orders"
hosts = ["*"]
https = "off"
{api}

[stores]
limits = "memory://"
{stores}

[events]
{events}

[operations."GET /"]
public = true
"""


@dataclasses.dataclass
class Journal:
    failing: bool = False
    events: list[Event] = dataclasses.field(default_factory=list)

    def write(self, event: Event) -> None:
        self.events.append(event)

    def keyed(self, text: str) -> str:
        return text


def guard(journal: Journal, events: str, api: str = "") -> Guard:
    text = TEXT.format(events=events, api=api, stores='events = "spool"')
    return equip(loads(text), journal=journal)


def asked(guard: Guard) -> tuple[int, str]:
    """Status and reason of a request, as the adapters would answer."""
    request = Request(
        *("GET", "/", "/", "", "http", "192.0.2.7", "a", None, None, None, None, False, True),
        *(None, 20, (), False, lambda _: None),
    )
    decision = guard.enter(request)
    if isinstance(decision.outcome, Deny):
        return guard.refuse(decision, decision.outcome).status, decision.outcome.reason.name
    assert decision.outcome is None, "parked for act two"
    guard.leave(decision)
    return 200, ""


@pytest.mark.parametrize("lost", ["serve", "stop"])
def test_otherwise_a_request_is_served_whatever_becomes_of_its_event(lost: str) -> None:
    assert asked(guard(Journal(failing=True), f'lost = "{lost}"')) == (200, "")


def test_refused_while_events_cannot_be_written_and_served_again_after() -> None:
    journal = Journal()
    standing = guard(journal, 'lost = "refuse"')
    assert asked(standing) == (200, "")
    journal.failing = True
    assert asked(standing) == (503, "events_unwritable")
    assert journal.events[-1].reason == "events_unwritable", "each refusal is another attempt"
    journal.failing = False
    assert asked(standing) == (200, "")


def test_in_shadow_it_refuses_nothing() -> None:
    standing = guard(Journal(failing=True), 'lost = "refuse"', "shadow = { until = 2999-01-01 }")
    assert asked(standing) == (200, "")


def test_it_does_not_start_where_nothing_is_written_at_all() -> None:
    policy = loads(TEXT.format(events='lost = "refuse"', api="", stores=""))
    with pytest.raises(PolicyError, match="P507"):
        equip(policy)
    equip(policy, journal=Journal())


@pytest.mark.parametrize("network", ["true", "false"])
def test_networks_can_be_switched_off(network: str) -> None:
    journal = Journal()
    asked(guard(journal, f"network = {network}"))
    assert journal.events[0].network == ("192.0.2.0/24" if network == "true" else "")
    assert journal.events[0].client, "the pseudonym stays"


def test_a_line_says_nothing_that_is_its_default() -> None:
    """A zero that is not the very object of the default would stand in every line."""
    journal = Journal()
    asked(guard(journal, ""))
    said = msgspec.json.decode(msgspec.json.encode(journal.events[0]))
    assert {"id", "outcome", "client"} <= said.keys()
    assert said.keys().isdisjoint({"until", "count", "last", "ids", "trace", "size", "reason"})
