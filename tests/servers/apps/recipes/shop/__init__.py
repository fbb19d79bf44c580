"""What the commands of docs/deployment call ``shop:app``."""

from tests.servers.apps.flask_app import app

__all__ = ["app"]
