"""The mirror where ``flask run`` wants a Flask application."""

from flask import Flask

from tests.servers.apps import mirror

app = Flask(__name__, static_folder=None)
app.wsgi_app = mirror.wsgi  # type: ignore[method-assign]
