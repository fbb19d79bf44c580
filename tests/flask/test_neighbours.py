"""Other packages around and in a guarded Flask application: each conflict is real, is told before
the first request, and ends with the line that it names."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, Response, make_response, redirect
from flask_cors import CORS, cross_origin
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager, UserMixin, login_required, login_user
from flask_talisman import Talisman
from werkzeug.debug import DebuggedApplication
from werkzeug.local import LocalProxy
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.middleware.shared_data import SharedDataMiddleware
from werkzeug.test import Client, TestResponse, create_environ, run_wsgi_app
from whitenoise import WhiteNoise

from bartizan.cli.application import FLASK, Application
from bartizan.cli.check_text import remarks
from bartizan.cli.checking import check
from bartizan.flask import Bartizan, seal
from bartizan.flask.extension import gate_of
from bartizan.policy.faults import PolicyError
from bartizan.policy.load import loads
from tests.flask.shop import policy_text

OPEN = '[operations."GET /x"]\npublic = true\n'
LIMITED = '[limits]\nfew = "2/minute per client"\n' + OPEN + 'limits = ["few"]\n'
FILES = '[pass."/files/"]\nwhy = "files for everybody"\n'
PASSED = OPEN + FILES
HOSTS = 'hosts = ["api.example.com"]'

PEER = {"REMOTE_ADDR": "127.0.0.1"}

Build = Callable[[Flask], Any]


def nothing(app: Flask) -> None:
    """Uses no other package."""


def make(
    folder: Path, entries: str, *, above: Build = nothing, below: Build = nothing, api: str = ""
) -> Flask:
    """An application with packages used above and below ``Bartizan(app)``."""
    app = Flask(__name__, static_folder=None)
    app.secret_key = "only-for-tests"

    @app.get("/api/x")
    def x() -> Response:
        return make_response("x")

    above(app)
    text = policy_text(folder, entries).replace(
        HOSTS, f'hosts = ["localhost"]\nhttps = "off"\n{api}'
    )
    Bartizan(app, policy=loads(text, file=str(folder / "bartizan.toml")))
    below(app)
    return app


def told(app: Flask) -> list[tuple[str, str]]:
    """Code and level of everything that is said."""
    gate = gate_of(app)
    return [(it.conflict.code, it.level) for it in gate.neighbours(gate.policy)]


def ask(app: Flask, target: str = "/api/x", **more: Any) -> TestResponse:
    return Client(app).get(target, environ_base=PEER, buffered=True, **more)


def refused(app: Flask) -> set[str]:
    """Codes of the faults with which the start ends."""
    with pytest.raises(PolicyError) as caught:
        seal(app)
    assert ask(app).status_code == 503
    return {fault.code for fault in caught.value.faults}


# ------------------------------------------------------------------ the wrappers


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "a.txt").write_text("file")
    return folder


def mounted(environ: Any, start: Any) -> list[bytes]:
    start("200 OK", [("Content-Type", "text/plain")])
    return [b"file"]


def whitenoise(folder: Path) -> Callable[[Any], Any]:
    return lambda app: WhiteNoise(app, root=str(folder), prefix="/api/files/")


def refreshing(folder: Path) -> Callable[[Any], Any]:
    return lambda app: WhiteNoise(app, root=folder, prefix="/api/files/", autorefresh=True)


def shared(folder: Path) -> Callable[[Any], Any]:
    return lambda app: SharedDataMiddleware(app, {"/api/files": str(folder)})


def dispatching(folder: Path) -> Callable[[Any], Any]:
    return lambda app: DispatcherMiddleware(app, {"/api/files": mounted})


def around(wrap: Callable[[Any], Any]) -> Build:
    def build(app: Flask) -> None:
        app.wsgi_app = wrap(app.wsgi_app)  # type: ignore[method-assign]

    return build


SERVING = pytest.mark.parametrize("kind", [whitenoise, refreshing, shared, dispatching])


@SERVING
def test_what_answers_paths_around_the_guard_stops_the_start(
    tmp_path: Path, files: Path, kind: Any
) -> None:
    denied = 'deny = ["127.0.0.0/8"]'
    wrap = around(kind(files))
    assert "R301" in refused(make(tmp_path, PASSED, below=wrap, api=denied))
    behind_its_back = make(tmp_path, PASSED, api=denied)
    seal(behind_its_back)
    wrap(behind_its_back)
    assert ask(behind_its_back, "/api/files/a.txt").status_code == 200  # whom the policy denies
    followed = make(tmp_path, PASSED, above=wrap, api=denied)
    assert told(followed) == []
    assert ask(followed, "/api/files/a.txt").status_code == 403
    welcome = make(tmp_path, PASSED, above=wrap)
    assert ask(welcome, "/api/files/a.txt").data == b"file"


@SERVING
def test_paths_that_nothing_leaves_to_them_are_named(
    tmp_path: Path, files: Path, kind: Any
) -> None:
    app = make(tmp_path, OPEN, above=around(kind(files)))
    assert told(app) == [("R305", "warning")]
    assert ask(app, "/api/files/a.txt").status_code == 404


def test_a_file_in_the_place_of_an_operation_is_never_its_answer(
    tmp_path: Path, files: Path
) -> None:
    def build(app: Flask) -> None:
        app.add_url_rule("/api/files/a.txt", view_func=lambda: "view")
        around(whitenoise(files))(app)

    entry = OPEN + OPEN.replace("GET /x", "GET /files/a.txt")
    app = make(tmp_path, entry, above=build)
    assert told(app) == [("R305", "warning")]
    assert ask(app, "/api/files/a.txt").status_code == 500


def test_proxy_fix_around_the_guard_stops_the_start(tmp_path: Path) -> None:
    assert refused(make(tmp_path, OPEN, below=around(ProxyFix))) == {"R301"}
    behind_its_back = make(tmp_path, OPEN)
    seal(behind_its_back)
    around(ProxyFix)(behind_its_back)
    through = {"X-Forwarded-For": "192.0.2.7"}
    assert ask(behind_its_back, headers=through).status_code == 400
    assert ask(make(tmp_path, OPEN), headers=through).status_code == 200


def test_proxy_fix_behind_the_guard_finds_nothing(tmp_path: Path) -> None:
    seen: list[Any] = []

    def build(app: Flask) -> None:
        around(
            lambda inner: (
                lambda environ, start: (
                    seen.append((environ["REMOTE_ADDR"], "HTTP_X_FORWARDED_FOR" in environ))
                    or inner(environ, start)
                )
            )
        )(app)
        around(ProxyFix)(app)

    app = make(tmp_path, OPEN, above=build, api='proxies = ["127.0.0.1"]')
    assert told(app) == [("R304", "warning")]
    assert ask(app, headers={"X-Forwarded-For": "192.0.2.7"}).status_code == 200
    assert seen == [("192.0.2.7", False)]  # without it just as well


def test_it_is_found_below_subclasses_functions_and_other_wrappers(tmp_path: Path) -> None:
    class Ours(ProxyFix):
        """A house's own."""

    def counted(inner: Any) -> Any:
        return lambda environ, start: inner(environ, start)

    def build(app: Flask) -> None:
        for wrap in (Ours, counted, lambda app: DispatcherMiddleware(app)):
            around(wrap)(app)

    assert told(make(tmp_path, OPEN, below=build)) == [("R301", "error"), ("R301", "error")]
    assert told(make(tmp_path, OPEN, above=build)) == [("R304", "warning")]


def test_a_debugger_around_the_application_stops_the_start(tmp_path: Path) -> None:
    wrap = around(lambda app: DebuggedApplication(app, evalex=True))
    for side in ({"above": wrap}, {"below": wrap}):
        assert refused(make(tmp_path, OPEN, **side)) == {"R306"}


# ------------------------------------------------------------------ the extensions

ORIGIN = {"Origin": "https://app.example.com"}
CORS_SAYS = 'cors = { origins = ["https://app.example.com"] }'


def test_flask_cors_says_what_the_guard_takes_away(tmp_path: Path) -> None:
    both = make(tmp_path, OPEN, above=CORS)
    assert told(both) == [("R303", "warning")]
    assert "Access-Control-Allow-Origin" not in ask(both, headers=ORIGIN).headers
    alone = make(tmp_path, OPEN, api=CORS_SAYS)
    assert told(alone) == []
    said = ask(alone, headers=ORIGIN).headers.getlist("Access-Control-Allow-Origin")
    assert said == ["https://app.example.com"]


def test_flask_cors_beside_our_own_is_single_on_the_wire(tmp_path: Path) -> None:
    both = make(tmp_path, OPEN, above=lambda app: CORS(app, origins="*"), api=CORS_SAYS)
    assert told(both) == [("R303", "warning")]
    said = ask(both, headers=ORIGIN).headers.getlist("Access-Control-Allow-Origin")
    assert said == ["https://app.example.com"]
    asks = {**ORIGIN, "Access-Control-Request-Method": "GET"}
    answer = Client(both).options("/api/x", headers=asks)
    assert answer.status_code == 204
    assert len(answer.headers.getlist("Access-Control-Allow-Origin")) == 1


def test_flask_cors_at_single_views_is_found(tmp_path: Path) -> None:
    def build(app: Flask) -> None:
        app.view_functions["x"] = cross_origin()(app.view_functions["x"])

    assert told(make(tmp_path, OPEN, above=build)) == [("R303", "warning")]


def test_talisman_says_what_the_policy_replaces(tmp_path: Path) -> None:
    def build(app: Flask) -> None:
        Talisman(app, force_https=False, frame_options="SAMEORIGIN")

    for side in ({"above": build}, {"below": build}):
        both = make(tmp_path, OPEN, **side)
        assert told(both) == [("R303", "warning")]
        assert ask(both).headers.getlist("X-Frame-Options") == ["DENY"]
    followed = make(tmp_path, OPEN + 'headers = { X-Frame-Options = "SAMEORIGIN" }\n')
    assert told(followed) == []
    assert ask(followed).headers.getlist("X-Frame-Options") == ["SAMEORIGIN"]


def test_talisman_redirects_what_the_policy_serves(tmp_path: Path) -> None:
    app = make(tmp_path, OPEN, above=Talisman)
    assert told(app) == [("R303", "warning"), ("R303", "warning")]
    assert ask(app).status_code == 302


def limited(app: Flask) -> None:
    Limiter(get_remote_address, app=app, default_limits=["1/minute"], storage_uri="memory://")


def test_flask_limiter_counts_what_the_policy_counts(tmp_path: Path) -> None:
    app = make(tmp_path, LIMITED, above=limited)
    assert told(app) == [("R303", "warning")]
    answers = [ask(app) for _ in range(3)]
    assert [it.status_code for it in answers] == [200, 429, 429]
    theirs, ours = (it.content_type for it in answers[1:])
    assert theirs != ours == "application/problem+json"
    assert told(make(tmp_path, OPEN, above=limited)) == []  # the policy counts nothing


def test_flask_limiter_counts_the_client_that_the_guard_has_decided(tmp_path: Path) -> None:
    app = make(tmp_path, OPEN, above=limited, api='proxies = ["127.0.0.1"]')
    clients = ("192.0.2.1", "192.0.2.2", "192.0.2.1")
    answers = [ask(app, headers={"X-Forwarded-For": who}).status_code for who in clients]
    assert answers == [200, 200, 429]


@pytest.mark.filterwarnings("ignore:datetime.datetime.utcnow:DeprecationWarning")
def test_flask_login_lives_beside_us(tmp_path: Path) -> None:
    class Person(UserMixin):
        id = "alice"

    def build(app: Flask) -> None:
        LoginManager(app).user_loader(lambda name: Person())

        @app.get("/api/enter")
        def enter() -> Any:
            login_user(Person(), remember=True)
            return redirect("/api/own")

        app.add_url_rule("/api/own", "own", login_required(lambda: "own"))

    entries = OPEN + "".join(OPEN.replace("/x", path) for path in ("/enter", "/own"))
    app = make(tmp_path, entries, above=build)
    assert told(app) == []
    person = Client(app)
    assert person.get("/api/own").status_code == 401
    assert person.get("/api/enter").status_code == 302
    assert person.get("/api/own").data == b"own"


# ------------------------------------------------------------------ where, how loud, in shadow


def test_each_is_said_once_in_the_log_with_its_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    app = make(tmp_path, OPEN, above=lambda app: CORS(app))
    with caplog.at_level(logging.INFO, "bartizan"):
        seal(app)
        ask(app)
    said = [it for it in caplog.records if "R303" in it.getMessage()]
    assert [it.levelname for it in said] == ["WARNING"]
    assert f"{__file__}:" in said[0].getMessage()
    number = int(said[0].getMessage().partition(f"{__file__}:")[2].partition(")")[0])
    assert "CORS(" in Path(__file__).read_text().splitlines()[number - 1]


def test_check_says_what_to_do_about_each(tmp_path: Path) -> None:
    app = make(tmp_path, OPEN, above=everything)
    checked = check(Application("shop", FLASK, app), "")
    page = " ".join(" ".join(remarks(checked.lints, 80)).split())
    for it in gate_of(app).neighbours(gate_of(app).policy):
        assert " ".join(it.conflict.advice.split()) in page
    assert [fault.code for fault in checked.faults] == []


def test_without_other_packages_nothing_is_said(tmp_path: Path) -> None:
    assert told(make(tmp_path, OPEN)) == []


def everything(app: Flask) -> None:
    CORS(app, origins="*")
    Talisman(app, force_https=False, frame_options="SAMEORIGIN")
    around(ProxyFix)(app)


def test_in_shadow_all_of_it_is_information_and_no_byte_changes(tmp_path: Path) -> None:
    bare = Flask(__name__, static_folder=None)
    bare.secret_key = "only-for-tests"
    bare.add_url_rule("/api/x", view_func=lambda: make_response("x"))
    everything(bare)
    shadow = "shadow = { until = 2999-01-01 }"
    watched = make(tmp_path, OPEN, below=everything, api=shadow)
    assert {level for _, level in told(watched)} == {"info"}
    assert {code for code, _ in told(watched)} == {"R301", "R303"}
    headers = {**ORIGIN, "X-Forwarded-For": "192.0.2.7", "X-Forwarded-Proto": "https"}
    theirs, ours = ask(bare, headers=headers), ask(watched, headers=headers)
    assert (ours.status, ours.data) == (theirs.status, theirs.data)
    assert sorted(ours.headers) == sorted(theirs.headers)


def test_a_package_that_is_made_otherwise_stops_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def build(app: Flask) -> None:
        app.extensions["limiter"] = {"something else"}
        around(lambda inner: LocalProxy(lambda: inner))(app)
        around(ProxyFix)(app)

    app = make(tmp_path, LIMITED, above=build)
    assert told(app) == [("R304", "warning")]
    assert "Flask-Limiter could not be looked at" in caplog.text
    assert ask(app).status_code == 200


def test_a_guarded_application_mounted_by_another(tmp_path: Path) -> None:
    app = Flask(__name__, static_folder=None)
    app.config["APPLICATION_ROOT"] = "/api"
    app.add_url_rule("/x", view_func=lambda: "x")
    text = policy_text(tmp_path, OPEN).replace(HOSTS, 'hosts = ["localhost"]\nhttps = "off"')
    Bartizan(app, policy=loads(text, file=str(tmp_path / "bartizan.toml")))
    seal(app)
    whole = DispatcherMiddleware(mounted, {"/api": app})
    for target, status in (("/api/x", "200 OK"), ("/api/y", "404 Not Found")):
        assert run_wsgi_app(whole, create_environ(target))[1] == status
    assert b"".join(run_wsgi_app(whole, create_environ("/other"))[0]) == b"file"
