"""All servers that are known, in the order in which they are looked for.

Who stands inside another comes first: uvicorn may be a worker of gunicorn, and Django's
development server calls us through wsgiref.
"""

from typing import Final

from bartizan.servers.development import RUNSERVER, WERKZEUG, WSGIREF
from bartizan.servers.facts import Interface, Server
from bartizan.servers.frames import Caller, of
from bartizan.servers.granian import GRANIAN_ASGI, GRANIAN_WSGI
from bartizan.servers.gunicorn import GUNICORN, GUNICORN_ASGI
from bartizan.servers.hypercorn import HYPERCORN, HYPERCORN_WSGI
from bartizan.servers.uvicorn import UVICORN, UVICORN_HTTPTOOLS
from bartizan.servers.waitress import WAITRESS

SERVERS: Final = (
    UVICORN_HTTPTOOLS,
    UVICORN,
    GUNICORN,
    GUNICORN_ASGI,
    GRANIAN_WSGI,
    GRANIAN_ASGI,
    WAITRESS,
    HYPERCORN,
    HYPERCORN_WSGI,
    WERKZEUG,
    RUNSERVER,
    WSGIREF,
)


def recognised(callers: tuple[Caller, ...], interface: Interface | None = None) -> Server | None:
    """The server whose modules are calling us, through this interface or loading us for any."""
    for server in SERVERS:
        if interface in (None, server.interface) and of(callers, *server.modules):
            return server
    return None
