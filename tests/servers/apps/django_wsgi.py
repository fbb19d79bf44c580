"""The WSGI callable of the Django project, with the guard around it or in its middleware alone."""

import os

from django.core.wsgi import get_wsgi_application

from bartizan.django import Bartizan

os.environ["DJANGO_SETTINGS_MODULE"] = "tests.servers.apps.django_settings"
bare = get_wsgi_application()
application = Bartizan(bare)
