"""An application whose guard looks on: nothing of it knows who asks."""

import os

from flask import Flask

from bartizan.flask import Bartizan, seal

app = Flask(__name__, static_folder=None)
app.config["BARTIZAN_POLICY"] = os.environ["SERVED_POLICY"]


@app.get("/api/page")
def page() -> str:
    return "a page"


Bartizan(app)
if os.environ.get("SERVED_TWIN") == "sealed":
    seal(app)
