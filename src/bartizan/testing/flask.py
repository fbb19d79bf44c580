"""Flask's test client, speaking as somebody."""

from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.wrappers import Response

from bartizan.flask.extension import gate_of
from bartizan.testing.personas import Persona, home, persona


class SpeakingClient(FlaskClient):
    """A test client whose requests carry a fresh token of its persona."""

    home = "https://localhost/"
    persona: Persona | None = None

    def open(self, *args: Any, **kwargs: Any) -> Response:  # type: ignore[override]
        """Like Flask's own, under the host and scheme of the policy."""
        if args and isinstance(args[0], str):
            kwargs.setdefault("base_url", self.home)
        if self.persona is not None:
            self.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {self.persona.token()}"
        return super().open(*args, **kwargs)


def client(app: Flask, *, subject: str | None, **who: Any) -> SpeakingClient:
    """A client of a guarded application; seals it first."""
    guard = gate_of(app).seal()
    made = SpeakingClient(app, app.response_class, use_cookies=True)
    scheme, host = home(guard)
    made.home = f"{scheme}://{host}/"
    if subject is not None:
        made.persona = persona(guard, made, subject=subject, **who)
    return made
