"""The same routes, and nobody has put a guard before them."""

from flask import Flask

app = Flask(__name__, static_folder=None)


@app.get("/api/health")
def health() -> dict[str, str]:
    return {}
