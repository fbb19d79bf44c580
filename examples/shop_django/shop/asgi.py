"""The shop for ASGI servers: ``uvicorn --no-proxy-headers shop.asgi:application``."""

import os

from django.core.asgi import get_asgi_application

from bartizan.django import Bartizan

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
application = Bartizan(get_asgi_application())
