"""The corpus itself: large enough, without a hole that is not declared."""

from collections import Counter

import msgspec
import pytest

from bartizan.model.reasons import REASONS
from tests.conformance.corpus import COLUMN_NAMES, FINE, GAPS, UNASKED, questions
from tests.conformance.registry import COLUMNS
from tests.conformance.tokens import Recipe, Wallet

QUESTIONS = [question for _, question in questions()]


def test_at_least_300_distinct_questions() -> None:
    """A plain permit that holds no invariant is no question: it shows that the legal path works."""
    asking = [q for q in QUESTIONS if q.law or q.expected.reason not in FINE]
    assert len({question.spelling for question in asking}) >= 300


def test_every_question_is_distinct_and_has_a_name_of_its_own() -> None:
    names = Counter(question.name for question in QUESTIONS)
    assert [name for name, count in names.items() if count > 1] == []
    spellings = Counter((question.file, *question.spelling) for question in QUESTIONS)
    assert [spelling for spelling, count in spellings.items() if count > 1] == []


def test_every_reason_is_asked_or_declared() -> None:
    asked = {question.expected.reason for question in QUESTIONS}
    assert asked - set(REASONS) - set(FINE) == set()
    assert set(REASONS) - asked == set(UNASKED)


@pytest.mark.parametrize("column", COLUMN_NAMES)
def test_every_reason_is_asked_in_every_column_or_a_gap_says_why(column: str) -> None:
    asked = {q.expected.reason for q in QUESTIONS if column not in q.skipped}
    silent = {q.expected.reason for q in QUESTIONS} - asked
    for reason in silent:
        gaps = {gap for q in QUESTIONS if q.expected.reason == reason for gap in q.gaps}
        assert any(column in GAPS[gap].columns for gap in gaps), reason


def test_gaps_are_declared_and_used() -> None:
    named = {gap for question in QUESTIONS for gap in question.gaps}
    assert named == set(GAPS)


def test_no_question_is_left_to_no_column() -> None:
    assert [q.name for q in QUESTIONS if q.skipped == set(COLUMN_NAMES)] == []


def test_the_status_is_the_one_of_the_reason() -> None:
    for question in QUESTIONS:
        reason = REASONS.get(question.expected.reason)
        if reason is not None:
            assert question.expected.status == reason.status, question.name


def test_columns_are_known_and_named_once() -> None:
    names = [column.name for column in COLUMNS]
    assert len(names) == len(set(names))
    assert set(names) <= set(COLUMN_NAMES)


def test_every_token_can_be_minted_and_none_is_another() -> None:
    recipes = [q.wire.token for q in QUESTIONS if isinstance(q.wire.token, Recipe)]
    wallet = Wallet(1_800_000_000)
    tokens = {wallet.take(recipe) for recipe in recipes}
    assert len(tokens) == len({msgspec.json.encode(recipe) for recipe in recipes})
