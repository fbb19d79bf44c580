"""The ASGI callable of the Django project: a router that knows lifespan and one websocket."""

import os
from typing import Any

from django.core.asgi import get_asgi_application

from bartizan.django import Bartizan

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.servers.apps.django_settings"
django = get_asgi_application()


async def router(scope: Any, receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        await lifespan(receive, send)
    elif scope["type"] == "websocket":
        await echo(receive, send)
    else:
        await django(scope, receive, send)


async def lifespan(receive: Any, send: Any) -> None:
    while True:
        message = await receive()
        print(f"the application hears {message['type']}", flush=True)
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


async def echo(receive: Any, send: Any) -> None:
    while True:
        message = await receive()
        if message["type"] == "websocket.connect":
            await send({"type": "websocket.accept"})
        elif message["type"] == "websocket.receive":
            await send({"type": "websocket.send", "text": f"heard {message['text']}"})
        else:
            return


application = Bartizan(router, django=django)
plain = Bartizan(django)
unwrapped = django
