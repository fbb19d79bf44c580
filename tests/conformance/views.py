"""What the app of every column answers: it tells what its view was told."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec import Struct

from tests.conformance.corpus import View

FORWARDING = ("forwarded", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-real-ip")
"""Headers that nothing behind the guard may still see."""


class Told(Struct, frozen=True, kw_only=True):
    """What a view could believe."""

    operation: str
    """The operation, as the policy names it."""
    subject: str | None = None
    """Id of the subject."""
    path: Mapping[str, Any] = {}
    """Path parameters as text."""
    query: Mapping[str, Any] = {}
    """Parsed query."""
    input: Any = None
    """The validated body."""
    client: str = ""
    """Address that the framework takes for the client's."""
    scheme: str = ""
    """Scheme that the framework believes."""
    host: str = ""
    """Host that the framework believes."""
    forwarded: tuple[str, ...] = ()
    """Names of the forwarding headers that are still there."""
    read: int | None = None
    """How many bytes of raw body the view read."""


class Spoken(Struct, frozen=True):
    """A view's answer."""

    status: int
    """Status code."""
    headers: tuple[tuple[str, str], ...]
    """Its headers, Content-Type first."""
    body: bytes
    """Its body."""


def speak(view: View, told: Told) -> Spoken:
    """Answer as the corpus says; raises `RuntimeError` where it says so."""
    if view.raises:
        raise RuntimeError(view.raises)
    body = view.json.encode() if view.json else msgspec.json.encode(_plain(told))
    return Spoken(view.status, (("Content-Type", view.type), *view.headers), body)


def _plain(told: Told) -> Any:
    return msgspec.to_builtins(told, enc_hook=_model)


def _model(value: Any) -> Any:
    """Pydantic models are not msgspec's: let them tell their own fields."""
    return value.model_dump(mode="json")
