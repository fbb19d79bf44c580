"""What they call ``shop.asgi:application``."""

from tests.servers.apps.django_asgi import application

__all__ = ["application"]
