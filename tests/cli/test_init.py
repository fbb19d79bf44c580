"""`bartizan init`: every kind of route is named once, and `check` holds what was written."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from bartizan.policy.load import load
from tests.cli.stage import QUIET, Ran, edit, plain, really, run

APPS = Path(__file__).parent / "init_apps"
FLASK = ("flask_every:create_app()", "flask_hosts:subdomains()", "flask_hosts:tenants()",
         "flask_hosts:hosts()")  # fmt: skip
SETTINGS = {"DJANGO_SETTINGS_MODULE": "every_settings"}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The working directory of a test, with applications that have no policy yet."""
    place = tmp_path / "team"
    shutil.copytree(APPS, place, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.chdir(place)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    for name in QUIET:
        monkeypatch.delenv(name, raising=False)
    before = set(sys.modules)
    yield place
    for name in set(sys.modules) - before:
        if str(place) in str(getattr(sys.modules[name], "__file__", "")):
            del sys.modules[name]


def python(*words: str, cwd: Path, **env: str) -> Ran:
    """A command of this Python, in a process of its own."""
    done = subprocess.run(
        [sys.executable, *words], capture_output=True, text=True, cwd=cwd, timeout=60, check=False,
        env=plain({"PYTHONPATH": os.pathsep.join((str(cwd), *sys.path)), **env}),
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return Ran(done.returncode, done.stdout, done.stderr)


def flask(*words: str, cwd: Path) -> Ran:
    return python("-m", "flask", *words, cwd=cwd)


def names(here: Path) -> list[str]:
    """Every operation, public path and all, as often as the file names it."""
    written = tomllib.loads((here / "bartizan.toml").read_text())
    found = list(written.get("operations", {}))
    for key, group in written.get("groups", {}).items():
        prefix = key.partition(" ")[0].rstrip("/")
        found += [one.replace(" /", f" {prefix}/", 1) for one in group["operations"]]
    loaded = load(here / "bartizan.toml")
    assert len(found) == len(loaded.operations)
    return [one.replace(" /", f" {loaded.api.base}/", 1) for one in found]


def lines(ran: Ran) -> str:
    return " ".join(ran.out.split())


# ------------------------------------------------------------------ init, then check


@pytest.mark.parametrize("app", FLASK)
def test_check_holds_what_init_wrote_for_flask(here: Path, app: str) -> None:
    wrote = run("init", app)
    assert (wrote.rc, wrote.err) == (0, "")
    checked = run("check", app)
    assert checked.rc == 0, checked.out
    assert "(100 %)" in lines(checked)
    assert max(Counter(names(here)).values()) == 1


def test_check_holds_what_init_wrote_for_django(here: Path) -> None:
    wrote = really("init", cwd=here, **SETTINGS)
    assert (wrote.rc, wrote.err) == (0, "")
    assert "INSTALLED_APPS = [" in wrote.out
    checked = really("check", cwd=here, **SETTINGS)
    assert checked.rc == 0, checked.out
    assert "(100 %)" in lines(checked)
    found = names(here)
    assert max(Counter(found).values()) == 1
    expected = {
        "GET /api/items/", "POST /api/items.json", "DELETE /api/items/{pk:str}",
        "POST /api/items/{pk:str}/publish/", "OPTIONS /api/plain/", "PUT /api/listed/",
        "PATCH /shop/orders/{pk:int}/change/", "GET /shop/orders/{pk:int}/", "GET /shop/cart",
        "PUT /required/", "GET /archive/{part:int}/{part_2:int}/", "GET /archive/{part:int}/",
        "GET /older/page", "GET /{language:slug}/news/", "GET /news/", "GET /orders",
        "GET /orders/", "GET /pages/{url:str}/{url_2:str}/", "GET /slug/{name:slug}/{rest:path}",
        "GET /uuid/{key:uuid}", "GET /years/{year:int}/", "GET /articles/{year_slug:slug}",
    }  # fmt: skip
    assert expected - set(found) == set()
    passed = {one.prefix for one in load(here / "bartizan.toml").passes}
    assert passed == {"/admin/", "/staff/", "/de/staff/", "/pt-br/staff/", "/media/"}
    assert not any("staff" in name or "admin" in name for name in found)
    assert "hidden /hidden/<int:other> is never asked" in lines(checked)


def test_the_settings_are_read(here: Path) -> None:
    really("init", cwd=here, **SETTINGS)
    api = load(here / "bartizan.toml").api
    assert api.hosts == ("api.example.com", "localhost:*")
    assert api.https == "redirect"
    text = (here / "bartizan.toml").read_text()
    assert "# TODO behind a proxy (SECURE_PROXY_SSL_HEADER believes it)?" in text
    assert 'body = "2560 KiB"' in text
    assert "APPEND_SLASH" in text


def test_every_kind_of_flask_route(here: Path) -> None:
    run("init", "flask_every:create_app()")
    found = set(names(here))
    assert {
        "GET /", "GET /orders.json", "GET /users/{name:str}", "GET /orders/{order_id:int}",
        "GET /orders/{order_id:str}", "GET /signed/{n:slug}", "GET /price/{price:str}",
        "GET /sheets/{sheet:uuid}", "GET /kind/{colour:str}", "GET /files/{rest:path}",
        "GET /even/{n:int}", "GET /in/{language:slug}/about", "GET /{year_month:slug}",
        "GET /loose", "GET /loose/", "GET /loosely", "GET /loosely/", "POST /trace",
        "OPTIONS /options", 'GET /quo"te/a b', "GET /café/{name:str}", "WS /ws",
        "PUT /api/v1/inner/{pk:int}", "POST /api/v1/inner/new", "POST /api/v1/session/login",
    } - found == set()  # fmt: skip
    policy = load(here / "bartizan.toml")
    assert {one.prefix for one in policy.passes} == {"/static/", "/api/v1/assets/"}
    assert not any(operation.public for operation in policy.operations)
    text = (here / "bartizan.toml").read_text()
    assert 'body = "3 MiB"' in text
    assert "# TODO behind a proxy (ProxyFix believes it)?" in text
    assert "TRACE? there is no word for it" in text
    assert re.search(
        r'public\? who signs in has no credential yet\n\[operations."GET /login"]', text
    )
    assert '[groups."/api/v1/inner/"]  # outer.inner' in text


def test_hosts_are_those_that_the_application_names(here: Path) -> None:
    run("init", "flask_hosts:subdomains()")
    assert load("bartizan.toml").api.hosts == ("example.com", "api.example.com")
    run("init", "flask_hosts:hosts()", "--output", "other.toml")
    (here / "bartizan-keys.json").unlink()
    run("init", "flask_hosts:hosts()", "--output", "other.toml")
    assert "b.example.com:8443" in load("other.toml").api.hosts
    (here / "bartizan-keys.json").unlink()
    run("init", "flask_hosts:tenants()", "--output", "any.toml")
    assert load("any.toml").api.hosts == ("*",)


# ------------------------------------------------------------------ what it writes, and where


def test_nothing_is_refused_and_nobody_can_sign(here: Path) -> None:
    run("init", "flask_every:create_app()")
    policy = load("bartizan.toml")
    assert policy.api.shadow is not None
    assert policy.api.shadow.controls == ()
    (key,) = json.loads((here / "bartizan-keys.json").read_text())["keys"]
    assert set(key) == {"kty", "crv", "alg", "use", "kid", "x", "y"}, "a private half"


def test_two_applications_never_share_a_key(here: Path) -> None:
    run("init", FLASK[1])
    first = (here / "bartizan-keys.json").read_text()
    (here / "bartizan-keys.json").unlink()
    run("init", FLASK[1], "--output", "other.toml")
    assert (here / "bartizan-keys.json").read_text() != first


@pytest.mark.parametrize("there", ["bartizan.toml", "bartizan-keys.json"])
def test_no_file_is_overwritten(here: Path, there: str) -> None:
    (here / there).write_text("mine")
    ran = run("init", FLASK[1])
    assert ran.rc == 2
    assert f"{there} is there already" in " ".join(ran.err.split())
    assert (here / there).read_text() == "mine"
    assert not (here / ({"bartizan.toml", "bartizan-keys.json"} - {there}).pop()).exists()


def test_a_link_to_nowhere_is_not_followed(here: Path, tmp_path: Path) -> None:
    (here / "bartizan.toml").symlink_to(tmp_path / "elsewhere")
    assert run("init", FLASK[1]).rc == 2
    assert not (tmp_path / "elsewhere").exists()


def test_a_schema_that_is_there_stays(here: Path) -> None:
    (here / "bartizan.schema.json").write_text("{}")
    assert run("init", FLASK[1]).rc == 0
    assert (here / "bartizan.schema.json").read_text() == "{}"


def test_editors_find_the_schema(here: Path) -> None:
    run("init", FLASK[0])
    first = (here / "bartizan.toml").read_text().splitlines()[0]
    assert first == "#:schema ./bartizan.schema.json"
    assert json.loads((here / "bartizan.schema.json").read_text())["title"] == "A Bartizan policy"


def test_it_can_be_printed_and_then_nothing_is_written(here: Path) -> None:
    before = sorted(here.iterdir())
    ran = run("init", FLASK[0], "--output", "-")
    assert ran.rc == 0
    assert tomllib.loads(ran.out)["api"]["name"] == "flask_every"
    assert sorted(here.iterdir()) == before


def test_it_may_lie_elsewhere(here: Path) -> None:
    (here / "etc").mkdir()
    ran = run("init", FLASK[0], "--output", "etc/first.toml")
    assert ran.rc == 0
    assert 'Bartizan(app, policy="etc/first.toml")' in ran.out
    assert f"Next   bartizan check '{FLASK[0]}' --policy etc/first.toml" in ran.out
    assert run("check", FLASK[0], "--policy", "etc/first.toml").rc == 0
    missing = run("init", FLASK[0], "--output", "nowhere/first.toml")
    assert missing.rc == 2
    assert "there is no directory nowhere" in " ".join(missing.err.split())


def test_what_comes_next_is_said(here: Path) -> None:
    ran = run("init", FLASK[0])
    told = ran.out.splitlines()
    assert told[0].startswith("target   flask_every:create_app() (Flask), ")
    assert "Next   bartizan check 'flask_every:create_app()'" in told
    assert "         Bartizan(app)" in told
    todos = (here / "bartizan.toml").read_text().count("# TODO")
    assert f"{todos} TODO lines" in lines(ran)
    assert f"{todos} TODO lines" in lines(run("check", FLASK[0]))
    assert json.loads(run("check", FLASK[0], "--format", "json").out)["todo"] == todos


# ------------------------------------------------------------------ what it refuses


def test_an_application_without_routes_is_nothing(here: Path) -> None:
    (here / "none.py").write_text("from flask import Flask\napp = Flask(__name__)\n")
    ran = run("init", "none:app")
    assert ran.rc == 4
    assert ran.out.startswith("nothing  to write: none:app serves no route")
    assert not (here / "bartizan.toml").exists()


def test_an_application_must_be_named(here: Path) -> None:
    ran = run("init")
    assert ran.rc == 2
    assert "name the application" in ran.err


def test_an_application_that_asks_for_its_policy_already(here: Path) -> None:
    (here / "early.py").write_text(
        "from flask import Flask\nfrom bartizan.flask import Bartizan\n"
        "app = Flask(__name__)\nBartizan(app)\n"
    )
    ran = run("init", "early:app")
    assert ran.rc == 2
    assert "Take its guard out until the policy is written" in " ".join(ran.err.split())


LOOKS_AHEAD = """
from flask import Flask
from flask_every import Pattern, say
app = Flask(__name__, static_folder=None)
app.url_map.converters["re"] = Pattern
app.add_url_rule("/orders", "orders", say)
app.add_url_rule("/in/<re('(?=a-city)[^/]+'):city>", "city", say)
"""


def test_a_route_of_which_no_path_is_known_needs_an_example(here: Path) -> None:
    (here / "looks.py").write_text(LOOKS_AHEAD)
    ran = run("init", "looks:app")
    assert ran.rc == 1
    assert "1 route without an entry, named at the end of the file rc 1" in lines(ran)
    text = (here / "bartizan.toml").read_text()
    assert "# TODO no path is known for GET /in/<re('(?=a-city)[^/]+'):city>" in text
    assert run("check", "looks:app").rc == 1
    entry = '[operations."GET /in/{city:str}"]\nexample = { path = { city = "a-city" } }\n'
    (here / "bartizan.toml").write_text(text + entry)
    checked = run("check", "looks:app")
    assert checked.rc == 0, checked.out


# ------------------------------------------------------------------ a missing guard


def test_without_a_guard_shadow_is_no_fault_and_enforcement_is(here: Path) -> None:
    run("init", FLASK[1])
    checked = run("check", FLASK[1])
    assert checked.rc == 0
    assert "no guard no guard stands before this application" in lines(checked)
    text = (here / "bartizan.toml").read_text()
    (here / "bartizan.toml").write_text(re.sub(r"(?m)^shadow = .*\n", "", text))
    enforced = run("check", FLASK[1])
    assert enforced.rc == 1
    assert "error[R205]" in enforced.out


@pytest.mark.parametrize(
    "shadow",
    ['{ until = 2020-01-01 }', '{ until = 9999-12-31, controls = ["rate"] }'],
)  # fmt: skip
def test_a_shadow_that_is_over_or_partial_needs_a_guard(here: Path, shadow: str) -> None:
    run("init", FLASK[1])
    text = (here / "bartizan.toml").read_text()
    changed = re.sub(r"(?m)^shadow = .*$", f"shadow = {shadow}", text)
    (here / "bartizan.toml").write_text(changed)
    assert run("check", FLASK[1]).rc == 1


def test_the_guard_stands_with_one_line(here: Path) -> None:
    run("init", FLASK[1])
    (here / "guarded.py").write_text(
        "from bartizan.flask import Bartizan\nfrom flask_hosts import subdomains\n"
        "app = subdomains()\n\nBartizan(app)\n"
    )
    edit(here / "bartizan.toml", 'events = "bartizan-events"', f'events = "{here}/seen"')
    checked = run("check", "guarded:app")
    assert checked.rc == 0, checked.out
    assert "no guard" not in checked.out


# ------------------------------------------------------------------ at home in both frameworks


def test_flask_has_it_as_a_command(here: Path) -> None:
    ran = flask("--app", "flask_hosts:subdomains", "bartizan", "init", cwd=here)
    assert ran.rc == 0, ran.err
    assert "Next   bartizan check" in ran.out
    assert flask("--app", "flask_hosts:subdomains", "bartizan", "check", cwd=here).rc == 0


def test_django_has_it_as_a_command(here: Path) -> None:
    """With the guard in the settings already, as its lines tell, and no policy yet."""
    file = here / "every_settings.py"
    file.write_text(
        file.read_text()
        + '\nINSTALLED_APPS = [*INSTALLED_APPS, "bartizan.django"]\n'
        + 'MIDDLEWARE = ["bartizan.django.Outside", *MIDDLEWARE, "bartizan.django.Inside"]\n'
    )
    manage = ("-m", "django", "bartizan")
    ran = python(*manage, "init", cwd=here, **SETTINGS)
    assert ran.rc == 0, ran.err
    assert ran.out.startswith("target   every_settings (Django), ")
    checked = python(*manage, "check", cwd=here, **SETTINGS)
    assert checked.rc == 0, checked.out
    assert "no guard" not in checked.out
