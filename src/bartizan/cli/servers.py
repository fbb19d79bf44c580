"""Servers that change a request before the application sees it, as far as that is known."""

from importlib.machinery import PathFinder
from typing import Final

from msgspec import Struct


class Server(Struct, frozen=True):
    """One server that is known to do so."""

    name: str
    """Its package."""
    sentence: str
    """What it does, and what to say to it."""


KNOWN: Final = (
    Server("gunicorn", 'believes forwarding headers from loopback; start it with '
           '--forwarded-allow-ips="" and say `proxies` in the policy'),
    Server("uvicorn", "replaces the client's address on loopback; start it with "
           "--no-proxy-headers and say `proxies` in the policy"),
    Server("granian", "its WSGI hides the raw target: spellings are judged after decoding"),
)  # fmt: skip
"""All that are known. The standard library's wsgiref hides the raw target too."""


def installed() -> tuple[Server, ...]:
    """Those that are installed beside the application, and so may serve it."""
    return tuple(server for server in KNOWN if PathFinder.find_spec(server.name) is not None)
