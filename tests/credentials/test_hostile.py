"""No hostile token is accepted, none raises, and each gets the reason that is its own."""

import pytest

from bartizan.credentials.jwt import Verifier
from bartizan.model.reasons import REASONS
from bartizan.model.subject import Subject
from tests.credentials import forge
from tests.credentials.hostile import ENVELOPE, Case
from tests.credentials.hostile_claims import CLAIM_CASES
from tests.credentials.hostile_header import HEADERS

CASES = (*ENVELOPE, *HEADERS, *CLAIM_CASES)


@pytest.fixture(scope="module")
def verifier() -> Verifier:
    return forge.verifier()


@pytest.mark.parametrize(
    "case", CASES, ids=lambda case: case.name.encode("unicode_escape").decode()
)
def test_refused(verifier: Verifier, case: Case) -> None:
    token = case.make()
    assert verifier.verify(token) == case.reason
    assert verifier.remembered(token) is None


def test_the_table_is_long_and_its_names_are_distinct() -> None:
    names = [(case.name, case.reason) for case in CASES]
    assert len(set(names)) == len(names) >= 190


def test_every_reason_belongs_to_authenticate() -> None:
    assert {REASONS[case.reason].control for case in CASES} == {"authenticate"}


@pytest.mark.parametrize(
    "make", [forge.token, forge.from_partner, forge.from_house, forge.from_legacy]
)
def test_the_honest_token_beside_them_is_accepted(verifier: Verifier, make: object) -> None:
    assert callable(make)
    subject = verifier.verify(make())
    assert isinstance(subject, Subject)
    assert (subject.id, subject.tenant, subject.roles) == ("alice", "acme", frozenset({"staff"}))
    assert subject.scopes == frozenset({"orders:read", "orders:write"})
