"""The policy of the served applications, and its broken, crowded and trusting variants."""

from pathlib import Path

from tests.conformance.tokens import publish

HEAD = """
[api]
name = "orders"
base = "/api"
hosts = ["api.example.com"]
https = "off"
flood = "40/minute per client"
guesses = "5/minute per client"
deny = ["127.66.0.0/16"]
target = 1024
headers = "4 KiB"
cors = { origins = ["https://app.example.com"], credentials = true }
"""

BODY = """
[stores]
limits = "memory://"

[identity.main]
kind = "jwt"
issuer = "https://id.example.com/"
audience = "orders"
algorithms = ["RS256", "ES256"]
keys = "file:jwks.json"
roles = "roles"

[limits]
few = "3/minute per client"
mine = "3/minute per subject"

[defaults]
identity = ["main"]

[operations."GET /orders/{order_id:int}"]
scopes = ["orders:read"]

[operations."POST /orders"]
scopes = ["orders:write"]
input = "NewOrder"
body = "1 KiB"

[operations."GET /reports"]
roles = ["clerk"]

[operations."GET /mine"]
limits = ["mine"]

[operations."GET /seen"]
public = true

[operations."GET /few"]
public = true
limits = ["few"]

[operations."POST /upload"]
public = true
body = "64 KiB"

[operations."GET /secure"]
public = true
https = "required"

[operations."GET /moved"]
public = true
https = "redirect"

[operations."POST /moved"]
public = true
https = "redirect"

[operations."GET /boom"]
public = true

[pass."/elsewhere/"]
why = "not ours: the old pages"
"""

SOCKETS = """
[operations."WS /live"]
public = true
"""

UNDECIDED = '[operations."GET /boom"]\npublic = true\n'
"""What a policy lacks whose application has an undecided route."""

UNKNOWN_KEY = 'hots = ["api.example.com"]\n'


def write(directory: Path, *, head: str = "", without: str = "", sockets: bool = False) -> Path:
    """A policy with its keys beside it; `head` lines go to the end of `[api]`."""
    publish(directory)
    text = HEAD + head + BODY + (SOCKETS if sockets else "")
    if without:
        assert without in text
        text = text.replace(without, "")
    path = directory / "bartizan.toml"
    path.write_text(text, "utf-8")
    return path
