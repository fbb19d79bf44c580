"""Three mistakes that look like protection and are none, each beside ours.

Every one is the real library in a spelling that its own documentation warns of; the links say
where. Used as documented, each of these libraries does what it says.
"""

import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import jwt
from flask import Flask, redirect, request
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from msgspec import Struct
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from bartizan.demo.issuer import AUDIENCE, ISSUER, PERSONAS, Issuer, part
from bartizan.demo.terminal import paint
from bartizan.flask import Bartizan, subject
from bartizan.flask.extension import gate_of
from bartizan.policy.faults import PolicyError
from bartizan.policy.load import loads


class Mistake(Struct, frozen=True):
    """One of the three."""

    title: str
    """What it looks like."""
    library: str
    """The distribution whose documentation warns of this spelling."""
    docs: str
    """Where it does."""
    warning: str
    """What it says there, in our words."""
    code: str
    """The spelling."""
    asked: str
    """What is asked."""
    theirs: Callable[[], str]
    """Asks an application spelled like that."""
    ours: Callable[[Path], str]
    """Asks one behind a policy, whose key may lie in the folder."""
    passes: str
    """What the first one answers."""
    holds: str
    """What the second one has to answer."""


class Shown(Struct, frozen=True):
    """One of the three, run."""

    mistake: Mistake
    """Which."""
    theirs: str
    """What the application without a policy answered."""
    ours: str
    """What the one with a policy answered."""

    @property
    def held(self) -> bool:
        """Whether both answered as this page says."""
        return (self.theirs, self.ours) == (self.mistake.passes, self.mistake.holds)


POLICY: Final = """
[api]
name = "mistakes"
hosts = ["localhost"]
https = "redirect"

[stores]
limits = "memory://"

[identity.main]
kind = "jwt"
issuer = "https://id.example.com/"
audience = "shop"
algorithms = ["ES256"]
keys = "file:jwks.json"

[limits]
login = "5/minute per client"

[operations]
"POST /login" = { public = true, https = "off", limits = ["login"] }
"GET /"       = { public = true }
"GET /whoami" = { identity = ["main"], https = "off" }
"""


def bare() -> Flask:
    """Three views, and nobody who guards them."""
    app = Flask(__name__, static_folder=None)
    app.add_url_rule("/", "home", lambda: "welcome")
    return app


def guarded(folder: Path) -> Flask:
    """The same three behind a policy."""
    app = bare()
    app.add_url_rule("/login", "login", lambda: ("wrong password", 401), methods=["POST"])
    app.add_url_rule("/whoami", "whoami", lambda: subject.id)
    (folder / "jwks.json").write_text(Issuer().jwks())
    Bartizan(app, policy=loads(POLICY, str(folder / "bartizan.toml")))
    gate_of(app).seal()
    return app


# ------------------------------------------------------------------ a limiter that never fires


def limited() -> str:
    """A limit whose period is misspelt, on an application without default limits."""
    app = bare()
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://")
    limiter.logger.disabled = True  # it does log an error, and serves on

    @app.post("/login")
    @limiter.limit("5/minuet")
    def login() -> tuple[str, int]:
        return "wrong password", 401

    return _seven(app)


def never_started(folder: Path) -> str:
    """The same word in a policy; then the word spelled right."""
    try:
        loads(POLICY.replace("5/minute", "5/minuet"), str(folder / "bartizan.toml"))
    except PolicyError as error:
        fault = error.faults[0]
        return f"[{fault.code}] did you mean {fault.suggestion}?  then: {_seven(guarded(folder))}"
    return "started"


def _seven(app: Flask) -> str:
    last = [app.test_client().post("/login").status_code for _ in range(7)][-1]
    return f"{last} at the 7th guess"


# ------------------------------------------------------------------ a redirect that is passed


def redirected() -> str:
    """A redirect to https, behind a header that no proxy of ours has written."""
    app = bare()
    app.wsgi_app = ProxyFix(app.wsgi_app, x_proto=1)  # type: ignore[method-assign]

    @app.before_request
    def secure() -> Response | None:
        return None if request.is_secure else redirect(request.url.replace("http", "https", 1))

    return _spoofed(app)


def _spoofed(app: Flask) -> str:
    answer = app.test_client().get("/", headers={"X-Forwarded-Proto": "https"})
    return f"{answer.status_code} over plain http"


# ------------------------------------------------------------------ a token that is not verified


def believed() -> str:
    """An endpoint that reads a token and never verifies it."""
    app = bare()

    @app.get("/whoami")
    def whoami() -> str:
        token = request.headers["Authorization"].removeprefix("Bearer ")
        claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
        return str(claims["sub"])

    return _forged(app)


def _forged(app: Flask) -> str:
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": PERSONAS[0].subject,
        "exp": int(time.time()) + 60,
    }
    token = f"{part({'alg': 'none', 'typ': 'at+jwt'})}.{part(claims)}."
    answer = app.test_client().get("/whoami", headers={"Authorization": f"Bearer {token}"})
    return (
        f"{answer.status_code} {answer.text}"
        if answer.status_code == 200
        else str(answer.status_code)
    )


MISTAKES: Final = (
    Mistake(
        title="a limiter that never fires",
        library="Flask-Limiter",
        docs="https://flask-limiter.readthedocs.io/en/stable/configuration.html",
        warning="a limit that cannot be parsed leaves the route with the default limits, if any",
        code='@limiter.limit("5/minuet")',
        asked="7 wrong passwords",
        theirs=limited,
        ours=never_started,
        passes="401 at the 7th guess",
        holds="[P203] did you mean minute?  then: 429 at the 7th guess",
    ),
    Mistake(
        title="a redirect that a header passes",
        library="Werkzeug",
        docs="https://werkzeug.palletsprojects.com/en/stable/middleware/proxy_fix/",
        warning="only behind a proxy that sets the header: a client can fake it",
        code="ProxyFix(app.wsgi_app, x_proto=1), and no proxy",
        asked="X-Forwarded-Proto: https, in clear",
        theirs=redirected,
        ours=lambda folder: _spoofed(guarded(folder)),
        passes="200 over plain http",
        holds="308 over plain http",
    ),
    Mistake(
        title="a token that nobody verifies",
        library="PyJWT",
        docs="https://pyjwt.readthedocs.io/en/stable/usage.html",
        warning="without the signature, claims cannot be trusted",
        code='jwt.decode(token, options={"verify_signature": False})',
        asked='a token signed "none"',
        theirs=believed,
        ours=lambda folder: _forged(guarded(folder)),
        passes="200 ana",
        holds="401",
    ),
)
"""In the order of the page."""


def run() -> list[Shown]:
    """Ask all six."""
    with tempfile.TemporaryDirectory() as place:
        return [Shown(one, one.theirs(), one.ours(Path(place))) for one in MISTAKES]


def page(shown: list[Shown]) -> Iterator[str]:
    """What happened, beside where it is documented."""
    yield paint("head", "Three mistakes that look like protection; their own documentation warns")
    for number, one in enumerate(shown, 1):
        mistake = one.mistake
        yield f" {number} {mistake.title}, {mistake.library} {version(mistake.library)}"
        yield f"   {mistake.docs}"
        yield f"   {mistake.code}"
        yield f"   {mistake.asked}: {paint('bad', one.theirs)}"
        yield "   ours: " + paint("good" if one.held else "bad", one.ours)
