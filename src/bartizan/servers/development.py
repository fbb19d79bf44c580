"""Servers for the desk of a developer: Flask's, Django's, and the standard library's."""

from typing import Final

from msgspec.structs import replace

from bartizan.servers.facts import Bound, Server, one

_BOUNDS = (
    Bound("request line", 60_000, 70_000, 414),
    Bound("header line", 60_000, 70_000, 431),
    Bound("header lines", 90, 110, 431),
)

WERKZEUG: Final = Server(
    name="flask",
    title="Flask's development server",
    package="werkzeug",
    page="development",
    interface="wsgi",
    modules=("werkzeug.serving",),
    command="flask --app shop run",
    production=False,
    target="raw",
    unseen=("doubled",),
    believes=None,
    underscore="dropped",
    second_host="shown",
    second_type="last",
    two_lengths="last",
    length_and_chunks="shown",
    body="streamed",
    chunked="shown",
    endless=True,
    method="as sent",
    empty="sent",
    http2=False,
    websocket=False,
    lifespan=False,
    multiprocess="told",
    load_fault="ends it",
    bounds=_BOUNDS,
    timeouts=(),
    workers=one,
)

RUNSERVER: Final = replace(
    WERKZEUG,
    name="runserver",
    title="Django's development server",
    package="django",
    modules=("django.core.servers.basehttp",),
    command="python manage.py runserver --noreload",
    target="hidden",
    unseen=("letter", "slash", "case", "bare", "doubled"),
    second_type="first",
    two_lengths="first",
    endless=False,
    multiprocess="never",
)

WSGIREF: Final = replace(
    RUNSERVER,
    name="wsgiref",
    title="wsgiref",
    package="wsgiref",
    modules=("wsgiref.simple_server",),
    command="",
    underscore="merged",
)
