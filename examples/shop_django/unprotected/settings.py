"""The shop's settings without the guard, and with somebody who believes every token."""

from shop.settings import *  # noqa: F403
from shop.settings import INSTALLED_APPS, MIDDLEWARE

ASGI_APPLICATION = "unprotected.asgi.application"
INSTALLED_APPS = [name for name in INSTALLED_APPS if not name.startswith("bartizan.")]
MIDDLEWARE = [
    "unprotected.believing.Believing",
    *(name for name in MIDDLEWARE if not name.startswith("bartizan.")),
]
