"""Checks that the corpus asks already: every question of a law, or of a reason."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from tests.conformance import tokens
from tests.conformance.asking import ask
from tests.conformance.corpus import ColumnName, Corpus, Question, questions
from tests.conformance.registry import COLUMNS
from tests.invariants.twins import Check


def law(name: str) -> Check:
    """Every question of a law gets its answer."""
    return _every(lambda question: question.law == name)


def reasons(*names: str) -> Check:
    """Every question whose answer is one of these reasons gets it."""
    return _every(lambda question: question.expected.reason in names)


def _every(chosen: Callable[[Question], bool]) -> Check:
    found = [(corpus, question) for corpus, question in questions() if chosen(question)]
    assert found

    def check(columns: tuple[ColumnName, ...]) -> None:
        for column in COLUMNS:
            if column.name in columns:
                _ask(column.name, found)

    return check


def _ask(name: ColumnName, found: list[tuple[Corpus, Question]]) -> None:
    column = next(column for column in COLUMNS if column.name == name)
    for corpus, question in found:
        if name not in question.skipped:
            ask(column, corpus, question, _directory())


@cache
def _directory() -> Path:
    directory = Path(mkdtemp(prefix="bartizan-invariants-"))
    tokens.publish(directory)
    return directory
