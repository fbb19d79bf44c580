"""The pytest plugin: one fixture, ``speak``. Importing it costs nothing until it is used."""

from collections.abc import Callable
from typing import Any

import pytest

from bartizan.testing import client


@pytest.fixture
def speak(request: pytest.FixtureRequest) -> Callable[..., Any]:
    """Make clients: ``speak("alice", scopes=["orders:read"])``, ``speak()`` for nobody.

    The application is the fixture ``app`` where there is one (Flask), else the Django project.
    """
    app = _app(request)

    def made(subject: str | None = None, **who: Any) -> Any:
        return client(app, subject=subject, **who)

    return made


def _app(request: pytest.FixtureRequest) -> Any:
    try:
        return request.getfixturevalue("app")
    except pytest.FixtureLookupError:
        return None
