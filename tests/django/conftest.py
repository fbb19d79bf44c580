"""One Django in this process; every test lays its own settings over it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.django.project import Projects, configure

configure()


@pytest.fixture
def projects(tmp_path: Path) -> Iterator[Projects]:
    """Makes guarded projects; their settings end with the test."""
    made = Projects(tmp_path)
    yield made
    made.close()
