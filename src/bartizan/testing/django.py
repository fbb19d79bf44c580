"""Django's test client, speaking as somebody; or a client of yours that is one of its kind."""

from typing import Any

from django.test import AsyncClient, Client

from bartizan.django import gate_of
from bartizan.django.gate import Gate
from bartizan.enforce.guard import Guard
from bartizan.testing.personas import Persona, home, persona


class Speaking:
    """What makes a client speak: host and scheme of the policy, and a fresh token each time.

    To ask over plain http in spite of the policy, say ``**{"wsgi.url_scheme": "http"}``.
    """

    handler: Any
    gate: Gate
    who: dict[str, Any] | None = None
    _guard: Guard | None = None
    _persona: Persona | None = None

    def generic(
        self, method: str, path: str, data: Any = "",
        content_type: str | None = "application/octet-stream", secure: bool = False,
        *, headers: dict[str, str] | None = None, **extra: Any,
    ) -> Any:  # fmt: skip
        """Like Django's own, which all of ``get``, ``post`` … call."""
        scheme, host = home(self.gate.guard)
        said = {"Host": host, **self._credential(), **(headers or {})}
        ours: Any = super()
        secure = secure or scheme == "https"
        return ours.generic(method, path, data, content_type, secure, headers=said, **extra)

    def request(self, **request: Any) -> Any:
        """Like Django's own; its asynchronous client says a host of its own before ours."""
        headers = request.get("headers")
        if headers is not None:
            *_, host = (pair for pair in headers if pair[0] == b"host")
            request["headers"] = [host, *(pair for pair in headers if pair[0] != b"host")]
        ours: Any = super()
        return ours.request(**request)

    def _credential(self) -> dict[str, str]:
        if self.who is None:
            return {}
        guard = self.gate.guard
        if self._persona is None or guard is not self._guard:  # settings have changed: a new one
            self._guard, self._persona = guard, persona(guard, self, **self.who)
        return {"Authorization": f"Bearer {self._persona.token()}"}


def client(kind: Any, *, subject: str | None, **who: Any) -> Any:
    """A client of the project that the settings name, with a guard of its own.

    ``kind`` is the class to speak with (``django.test.Client``, ``AsyncClient``, DRF's
    ``APIClient``); what is no such class, an application among them, means Django's own.
    """
    base = kind if isinstance(kind, type) and issubclass(kind, Client | AsyncClient) else Client
    made: Any = type(f"Speaking{base.__name__}", (Speaking, base), {})()
    made.gate = gate_of(made.handler)
    if subject is not None:
        made.who = {"subject": subject, **who}
        made._credential()
    return made
