"""A small guarded Django project for these tests, and the four faces that it has to the world."""

import asyncio
import sys
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from io import BytesIO
from pathlib import Path
from types import ModuleType
from typing import Any

import django
from asgiref.sync import async_to_sync
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.core.handlers.wsgi import WSGIHandler
from django.test import AsyncClient, Client, override_settings
from msgspec import Struct, json

from bartizan.django import Bartizan, gate_of
from bartizan.model.event import Event
from bartizan.testing.personas import persona

HEAD = """
[api]
name = "shop"
base = "/api"
hosts = ["testserver"]
https = "off"

[stores]
limits = "memory://"

[identity.main]
kind = "jwt"
issuer = "https://id.example.com/"
audience = "shop"
algorithms = ["ES256"]
keys = "file:keys.pem"
roles = "roles"

[defaults]
identity = ["main"]
"""

OUTSIDE, INSIDE = "bartizan.django.Outside", "bartizan.django.Inside"
FACES = ("client", "wsgi", "async client", "asgi")
"""Ways to ask: Django's two test clients begin inside, the callables are what a server calls."""


def configure() -> None:
    """Configure Django, once in a process."""
    if not settings.configured:
        settings.configure(
            SECRET_KEY="only-for-tests",
            ALLOWED_HOSTS=["*"],
            INSTALLED_APPS=["bartizan.django"],
            MIDDLEWARE=[OUTSIDE, INSIDE],
            ROOT_URLCONF="tests.django.nothing",
            DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
            USE_TZ=True,
        )
        django.setup()


class Got(Struct, frozen=True):
    """An answer, by whichever face it came."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.decode(self.body)

    @property
    def problem(self) -> str:
        """The public name of a refusal."""
        assert self.headers["content-type"] == "application/problem+json", self
        return str(self.json["type"]).removeprefix("urn:bartizan:problem:")


class Journal:
    """Keeps events in memory."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.write = self.events.append

    def keyed(self, text: str) -> str:
        return f"#{text}"


class Projects:
    """Makes projects, and takes their settings back."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._stack = ExitStack()
        public = ec.generate_private_key(ec.SECP256R1()).public_key()
        pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        (directory / "keys.pem").write_bytes(pem)

    def settings(self, **values: Any) -> None:
        """Lay settings over those that are there."""
        self._stack.enter_context(override_settings(**values))

    def make(
        self,
        entries: str,
        urlpatterns: Iterable[Any],
        *,
        head: str = HEAD,
        bind: Mapping[str, Any] | None = None,
        middleware: Iterable[Any] = (),
        **values: Any,
    ) -> "Project":
        """A project with these views behind these entries."""
        (self.directory / "bartizan.toml").write_text(head + entries, "utf-8")
        self.settings(
            ROOT_URLCONF=urlconf(urlpatterns),
            BARTIZAN={"BIND": dict(bind or {})},
            BASE_DIR=self.directory,
            MIDDLEWARE=[OUTSIDE, *map(named, middleware), INSIDE],
            **values,
        )
        return Project()

    def close(self) -> None:
        self._stack.close()


def urlconf(urlpatterns: Iterable[Any], **more: Any) -> ModuleType:
    """A URLconf that nobody else has imported."""
    module = ModuleType("urls")
    vars(module).update(urlpatterns=list(urlpatterns), **more)
    return module


MADE = ModuleType("tests.django.made")
"""Middleware that tests write as functions, where Django can import it from."""


def named(middleware: Any) -> str:
    """A dotted path for a middleware."""
    if isinstance(middleware, str):
        return middleware
    sys.modules[MADE.__name__] = MADE
    name = f"made_{id(middleware)}"
    setattr(MADE, name, middleware)
    return f"{MADE.__name__}.{name}"


class Project:
    """A project under its present settings."""

    def __init__(self) -> None:
        self.tokens: dict[str, str] = {}
        self._faces: dict[str, Any] = {}
        self.journal = Journal()

    def face(self, name: str) -> Any:
        """The handler or callable of a face; each is a chain of middleware of its own."""
        if name not in self._faces:
            made = FACE[name]()
            gate_of(getattr(made, "django", made)).seal(self.journal)
            self._faces[name] = made
        return self._faces[name]

    def token(self, name: str, subject: str, scopes: tuple[str, ...] = (), **who: Any) -> str:
        face = self.face(name)
        guard = gate_of(getattr(face, "django", face)).guard
        who = {"roles": (), "tenant": None, "identity": None, **who}
        return persona(guard, face, subject=subject, scopes=scopes, **who).token()

    def ask(
        self,
        target: str,
        method: str = "GET",
        *,
        face: str = "client",
        subject: str = "",
        scopes: tuple[str, ...] = (),
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        mount: str = "",
        **more: Any,
    ) -> Got:
        """Ask by one face."""
        lines = {"Host": "testserver", **(headers or {})}
        if subject:
            lines["Authorization"] = f"Bearer {self.token(face, subject, scopes)}"
        if body is not None:
            lines |= {"Content-Type": "application/json", **(headers or {})}
        return ASK[face](self.face(face), method, target, lines, body, mount, more)

    @property
    def reasons(self) -> list[str]:
        """How every decision so far has ended."""
        return [event.reason or event.outcome for event in self.journal.events]


class _Inner:
    """A callable with its handler beside it."""

    def __init__(self, handler: Any) -> None:
        self.django = handler
        self.app = Bartizan(handler)


def _client() -> Any:
    return Client(raise_request_exception=False).handler


FACE: Mapping[str, Callable[[], Any]] = {
    "client": _client,
    "wsgi": lambda: _Inner(WSGIHandler()),
    "async client": lambda: AsyncClient(raise_request_exception=False).handler,
    "asgi": lambda: _Inner(ASGIHandler()),
}


def _ask_client(
    handler: Any, method: str, target: str, lines: Any, body: Any, mount: str, more: Any
) -> Got:
    client = Client(raise_request_exception=False)
    client.handler = handler
    kind = lines.pop("Content-Type", "application/octet-stream")
    extra = {f"HTTP_{name.upper().replace('-', '_')}": text for name, text in lines.items()}
    if mount:
        extra["SCRIPT_NAME"] = mount
    answer = client.generic(
        method, target.removeprefix(mount), body or b"", kind, **{**extra, **more}
    )
    return _got(answer, answer.getvalue() if answer.streaming else answer.content)


def _ask_async_client(
    handler: Any, method: str, target: str, lines: Any, body: Any, mount: str, more: Any
) -> Got:
    client = AsyncClient(raise_request_exception=False)
    client.handler = handler
    kind = lines.pop("Content-Type", "application/octet-stream")
    lines.pop("Host")
    extra = {"root_path": mount} if mount else {}

    async def ask() -> Got:
        answer = await client.generic(
            method, target, body or b"", kind, headers=lines, **{**extra, **more}
        )
        parts = [part async for part in answer] if answer.streaming else [answer.content]
        return _got(answer, b"".join(parts))

    return async_to_sync(ask)()


def _got(answer: Any, body: bytes) -> Got:
    headers = {name.lower(): value for name, value in answer.items()}
    return Got(answer.status_code, headers, body)


def environ(
    method: str, target: str, lines: Mapping[str, str], body: bytes | None = None, mount: str = ""
) -> dict[str, Any]:
    """What a server makes of a request."""
    path, _, query = target.partition("?")
    made: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": mount,
        "PATH_INFO": path.removeprefix(mount),
        "RAW_URI": target,
        "QUERY_STRING": query,
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "REMOTE_ADDR": "192.0.2.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(body or b""),
        "wsgi.errors": BytesIO(),
    }
    for name, text in lines.items():
        key = name.upper().replace("-", "_")
        made[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = text
    if body is not None:
        made["CONTENT_LENGTH"] = str(len(body))
    return made


def _ask_wsgi(
    inner: Any, method: str, target: str, lines: Any, body: Any, mount: str, more: Any
) -> Got:
    said: list[Any] = []
    asked = {**environ(method, target, lines, body, mount), **more}
    parts = inner.app(asked, lambda *head: said.append(head))
    whole = b"".join(parts)
    getattr(parts, "close", lambda: None)()
    status, headers = said[-1][:2]
    return Got(int(status[:3]), {name.lower(): text for name, text in headers}, whole)


def scope(method: str, target: str, lines: Mapping[str, str], mount: str = "") -> dict[str, Any]:
    """What a server makes of a request."""
    path, _, query = target.partition("?")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": mount,
        "client": ("192.0.2.1", 50000),
        "server": ("192.0.2.9", 8000),
        "headers": [(name.lower().encode(), text.encode()) for name, text in lines.items()],
    }


def send(app: Any, asked: dict[str, Any], parts: Iterable[bytes]) -> list[dict[str, Any]]:
    """Send a scope and its body to an ASGI callable; what it sent back."""
    whole = list(parts) or [b""]
    last = len(whole) - 1
    queue = [
        {"type": "http.request", "body": part, "more_body": at < last}
        for at, part in enumerate(whole)
    ]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if not queue:
            await asyncio.Event().wait()  # the client stays: a disconnect would cancel the view
        return queue.pop(0)

    async def take(message: dict[str, Any]) -> None:
        sent.append(message)

    async_to_sync(app)(asked, receive, take)
    return sent


def _ask_asgi(
    inner: Any, method: str, target: str, lines: Any, body: Any, mount: str, more: Any
) -> Got:
    if body is not None:
        lines["Content-Length"] = str(len(body))
    sent = send(inner.app, {**scope(method, target, lines, mount), **more}, [body or b""])
    return got(sent)


def got(sent: list[dict[str, Any]]) -> Got:
    """The answer that an ASGI callable sent."""
    headers = {name.decode().lower(): text.decode() for name, text in sent[0].get("headers", ())}
    return Got(sent[0]["status"], headers, b"".join(part.get("body", b"") for part in sent[1:]))


ASK: Mapping[str, Callable[..., Got]] = {
    "client": _ask_client,
    "wsgi": _ask_wsgi,
    "async client": _ask_async_client,
    "asgi": _ask_asgi,
}
