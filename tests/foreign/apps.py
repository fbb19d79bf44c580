"""The applications of other people that are observed: one ordered table.

Nothing of theirs lies in this repository. ``scripts/foreign`` fetches and unpacks them, and asks
this file, run as a script, for the lines of the requirements that pin their sources.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from msgspec import Struct

HERE: Final = Path(__file__).resolve().parents[2] / ".foreign"
"""Where ``scripts/foreign`` puts everything."""


def absent() -> str:
    """Why they are not observed here; empty where they are. Their Python is that of ``.foreign``,
    whoever asks: once, by its own, is enough."""
    if not (HERE / ".ready").exists():
        return "NOTHING FOREIGN IS OBSERVED: run `make foreign` first"
    theirs = (HERE / "venv/pyvenv.cfg").read_text()
    ours = "version_info = {}.{}.".format(*sys.version_info)
    return "" if ours in theirs else "they run under another Python"


class App(Struct, frozen=True):
    """An application with its own test-suite, as it comes from its package."""

    name: str
    """What we call it."""
    package: str
    """Name and version of the source, as its directory is called when unpacked."""
    framework: str
    """``flask``, ``django``, or ``asgi``: Django, each request of the suite through ASGI."""
    target: str
    """As ``bartizan init`` is told; of Django the settings. Empty where the suite makes its
    applications as it goes: each then gets its policy before its first request."""
    home: str
    """The directory in the source in which its suite is run."""
    suite: tuple[str, ...]
    """What pytest is told to run there."""
    shows: str
    """What it has that others have not."""
    paths: tuple[str, ...] = (".",)
    """What stands on the path of imports, from ``home``."""
    urlconf: str = ""
    """Under Django the URLconf that its suite switches to, where that is another."""


ONLINE: Final = "--deselect=tests/test_serializers.py::TestSocialLoginSerializer::test_http_error"
"""A test that asks a server of somebody else's: it fails where there is no network."""

APPS: Final = (
    App("flaskr", "flask-3.1.3", "flask", "flaskr:create_app()", "examples/tutorial", ("tests",),
        "a factory, blueprints, sessions, forms, 302 in place of 401"),
    App("flask", "flask-3.1.3", "flask", "", ".",
        ("tests/test_basic.py", "tests/test_blueprints.py", "tests/test_views.py",
         "tests/test_reqctx.py", "tests/test_session_interface.py", "tests/test_signals.py",
         "tests/test_subclassing.py", "tests/test_templating.py", "tests/test_testing.py",
         "tests/test_user_error_handler.py", "tests/test_async.py", "tests/test_appctx.py",
         "tests/test_json.py", "tests/test_request.py"),
        "nested blueprints, MethodView, hooks, signals, exceptions that pass through the client",
        ("src",)),
    App("httpbin", "httpbin-0.10.4", "flask", "httpbin:app", ".", ("tests",),
        "streams, every method, basic and digest credentials, bodies that are no body"),
    App("apiflask", "apiflask-3.1.2", "flask", "", ".", ("tests", "examples"),
        "MethodView, schemas, tokens and keys, SQLAlchemy, pagination", ("src", ".")),
    App("rest-auth", "dj_rest_auth-7.2.0", "django", "tests.settings", "dj_rest_auth",
        ("tests", "--ignore=tests/test_mfa.py", ONLINE),
        "Django REST framework, JWT in cookies, allauth, included URLconfs, regex routes",
        ("..", ".", "tests"), "tests.urls"),
    App("rest-auth-mfa", "dj_rest_auth-7.2.0", "django", "tests.settings", "dj_rest_auth",
        ("tests/test_mfa.py",), "a second URLconf of the same project, with codes by time",
        ("..", ".", "tests"), "dj_rest_auth.tests.mfa_urls"),
    App("captcha", "django_simple_captcha-0.7.0", "django", "settings", "testproject",
        ("../captcha/tests/tests.py",), "regex routes, forms, pictures, files of sound",
        ("..", "."), "captcha.tests.urls"),
    App("rest-auth-asgi", "dj_rest_auth-7.2.0", "asgi", "tests.settings", "dj_rest_auth",
        ("tests", "--ignore=tests/test_mfa.py", ONLINE), "the same, each request through ASGI",
        ("..", ".", "tests"), "tests.urls"),
)  # fmt: skip

ASKED: Final = ("django_parler-2.4",)
"""Sources that ``init`` alone is asked about; the suites of these do not run."""


def pinned(requirements: Path) -> Iterator[str]:
    """The lines of a requirements file, with their hashes, that pin the sources of the table."""
    packages = [app.package for app in APPS]
    wanted = {name.rpartition("-")[0].replace("_", "-") for name in (*packages, *ASKED)}
    taken = False
    for line in requirements.read_text().splitlines():
        if line[:1] not in (" ", "#"):
            taken = line.partition("==")[0] in wanted
        if taken and not line.strip().startswith("#"):
            yield line


if __name__ == "__main__":
    print("\n".join(pinned(Path(sys.argv[1]))))
