"""Every question of the corpus, asked of every column that can observe it."""

from pathlib import Path

import pytest

from tests.conformance import tokens
from tests.conformance.asking import ask
from tests.conformance.columns import Column
from tests.conformance.corpus import Corpus, Question, questions
from tests.conformance.registry import COLUMNS

ASKED = [
    pytest.param(column, corpus, question, id=f"{column.name}: {question.name}")
    for column in COLUMNS
    for corpus, question in questions()
    if column.name not in question.skipped
]


@pytest.fixture(scope="session")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the place where policies lie, with the keys that they refer to."""
    directory = tmp_path_factory.mktemp("conformance")
    tokens.publish(directory)
    return directory


@pytest.mark.parametrize(("column", "corpus", "question"), ASKED)
def test_answer(column: Column, corpus: Corpus, question: Question, directory: Path) -> None:
    ask(column, corpus, question, directory)
