"""What they call ``shop.wsgi:application``."""

from tests.servers.apps.django_wsgi import application

__all__ = ["application"]
