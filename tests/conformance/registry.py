"""Every column, in one visible list: to add one, a file `column_NAME.py` and a line here."""

from tests.conformance.column_django import ASGI, MIDDLEWARE, WSGI
from tests.conformance.column_engine import ENGINE
from tests.conformance.column_flask import FLASK
from tests.conformance.columns import Column

COLUMNS: tuple[Column, ...] = (ENGINE, FLASK, MIDDLEWARE, WSGI, ASGI)
"""The columns, in the order of the report."""
