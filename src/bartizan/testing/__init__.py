"""For your own tests: a client that speaks as somebody, through the real guard.

``client(app, subject="alice", scopes=["orders:read"])`` gives the Flask or the Django test client
with a real token that the guard really verifies. The key is made for this client alone, lives in
this process, and is gone with the client: no test key works outside it.
"""

import importlib
from collections.abc import Callable, Iterable
from typing import Any, Final

from msgspec import Struct

__all__ = ["ACCENTS", "client"]


class Accent(Struct, frozen=True):
    """One framework's test client."""

    title: str
    """What people call it."""
    module: str
    """The module that makes the client, imported only where it is used."""
    speaks: Callable[[Any], bool]
    """Whether an application is one of this framework."""


ACCENTS: Final = (
    Accent("Flask", "bartizan.testing.flask", lambda app: hasattr(app, "test_client")),
    Accent("Django", "bartizan.testing.django", lambda app: True),
)
"""Every framework, in the order in which an application is offered to them."""


def client(
    app: Any = None,
    *,
    subject: str | None = None,
    scopes: Iterable[str] = (),
    roles: Iterable[str] = (),
    tenant: str | None = None,
    identity: str | None = None,
) -> Any:
    """A test client that speaks as ``subject``, or as nobody where there is none.

    ``app`` is the Flask application; leave it out for the Django project of the settings, or give
    a subclass of Django's test client. ``identity`` names the ``[identity.NAME]`` that vouches,
    where the policy has several. Hosts and scheme are those that the policy asks for.
    """
    if subject is None and (scopes or roles or tenant or identity):
        raise TypeError("say subject=: nobody has no scopes, roles, tenant or identity")
    accent = next(each for each in ACCENTS if each.speaks(app))
    module = importlib.import_module(accent.module)
    return module.client(
        app,
        subject=subject,
        scopes=tuple(scopes),
        roles=tuple(roles),
        tenant=tenant,
        identity=identity,
    )
