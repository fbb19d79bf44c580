"""The back office: a page for the people of the shop, with a guard of its own (HTTP Basic).

The policy passes it on (``[pass."/admin/"]``): hosts, networks and https still hold for it.
"""

import hmac

from flask import Blueprint, Response, current_app, render_template_string, request
from models import Order, db
from sqlalchemy import func, select

backoffice = Blueprint("backoffice", __name__, url_prefix="/api/admin")

PAGE = """<!doctype html><title>Back office</title>
<h1>Orders</h1>
<ul>{% for state, number in states %}<li>{{ state }}: {{ number }}</li>{% endfor %}</ul>
"""


@backoffice.before_request
def known() -> Response | None:
    """Ask for the password of the office; where none is configured, nobody has it."""
    password = current_app.config.get("OFFICE_PASSWORD") or ""
    given = (request.authorization.password if request.authorization else None) or ""
    if password and hmac.compare_digest(given.encode(), password.encode()):
        return None
    return Response("", 401, {"WWW-Authenticate": 'Basic realm="office"'})


@backoffice.get("/")
def office() -> str:
    """How many orders there are of each state."""
    states = db.session.execute(select(Order.state, func.count()).group_by(Order.state))
    return render_template_string(PAGE, states=states.all())
