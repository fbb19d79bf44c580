"""The shop for WSGI servers: ``gunicorn --forwarded-allow-ips= shop.wsgi:application``."""

import os

from django.core.wsgi import get_wsgi_application

from bartizan.django import Bartizan

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop.settings")
application = Bartizan(get_wsgi_application())
