"""The Flask example, made at import: some servers know no factories."""

from app import create_app

app = create_app()
