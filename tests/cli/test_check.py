"""`bartizan check`: what it looks at, what it says, how it ends."""

import json
import re
from pathlib import Path

import pytest

from bartizan.cli.check_text import percent
from bartizan.cli.faulty import short
from tests.cli.stage import edit, really, run


def test_all_well(shop: Path) -> None:
    ran = run("check", "shop:app")
    lines = ran.out.splitlines()
    assert ran.rc == 0
    assert re.match(
        r"target  bartizan.toml@[0-9a-f]{7}, 4 operations; shop:app \(Flask\)", lines[0]
    )
    assert " ".join(lines[-2:]).startswith("held  no errors; ")
    assert lines[-1].endswith("rc 0")
    assert "4 of 4 routes decided (100 %)" in ran.out
    assert "expectations: 2 held" in ran.out


@pytest.mark.parametrize("app", ["shop:app", "shop", "shop.py:app", "shop:create_app",
                                 "shop:create_app()", 'shop:create_app("x")'])  # fmt: skip
def test_an_application_may_be_named_in_every_usual_way(shop: Path, app: str) -> None:
    assert run("check", app).rc == 0


@pytest.mark.parametrize("variable", ["BARTIZAN_APP", "FLASK_APP"])
def test_the_environment_may_name_it(shop: Path, variable: str) -> None:
    assert run("check", **{variable: "shop:app"}).rc == 0


def test_every_operation_stands_in_the_table_with_the_line_that_serves_it(shop: Path) -> None:
    out = run("check", "shop:app", COLUMNS="120").out
    assert re.search(r"GET /api/health +anyone \(public\) +300/minute client +-\n +shop.py:32", out)
    assert re.search(r"POST /api/orders +main +300/minute client +body NewOrder", out)
    assert "?page ?q" in out
    assert "gives 2 fields" in out


def test_coverage_says_who_enforces_proves_and_watches(shop: Path) -> None:
    out = run("check").out
    assert re.search(r"rule +for +app +gateway +probe +detector", out)
    assert re.search(r"rate limits +4 +yes +- +- +-", out)


def test_coverage_promises_no_https_where_plain_http_is_served(shop: Path) -> None:
    assert re.search(r"no plain http +3 ", run("check").out)
    edit(shop / "bartizan.toml", "[api]\n", '[api]\nhttps = "off"\n')
    assert "no plain http" not in run("check").out


def test_what_is_open_to_strangers_is_listed(shop: Path) -> None:
    edit(shop / "bartizan.toml", 'input = "NewOrder"',
         'input = "NewOrder"\nidentity = ["main", "anonymous"]\nloosen = "guests"')  # fmt: skip
    edit(shop / "bartizan.toml", 'scopes = ["orders:write"]\n', "")
    out = run("check").out
    assert re.search(r"^public     GET /api/health  bartizan.toml:\d+$", out, re.M)
    assert re.search(r"^anonymous  POST /api/orders  bartizan.toml:\d+$", out, re.M)


def test_a_place_is_written_as_a_person_would(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A package that names ``policy="../bartizan.toml"`` has it beside itself."""
    monkeypatch.chdir(tmp_path)
    assert short(f"{tmp_path}/store/../bartizan.toml:12") == "bartizan.toml:12"
    assert short(f"{tmp_path}/store/views.py:7") == "store/views.py:7"
    assert short("/x/lib/site-packages/flask/app.py") == "flask/app.py"


# ------------------------------------------------------------------ nothing is never success


def test_without_an_application_nothing_was_exercised(shop: Path) -> None:
    ran = run("check")
    assert ran.rc == 4
    assert "not exercised" in ran.out
    told = " ".join(ran.out.split())
    assert "no application was asked" in told
    assert "DJANGO_SETTINGS_MODULE" in told


def test_a_policy_without_operations_is_no_success(shop: Path) -> None:
    text = (shop / "bartizan.toml").read_text()
    (shop / "bartizan.toml").write_text(text[: text.index("[operations")])
    (shop / "empty.py").write_text(
        "from flask import Flask\nfrom bartizan.flask import Bartizan\n"
        "app = Flask(__name__, static_folder=None)\nBartizan(app)\n"
    )
    for words in (("check",), ("check", "empty:app")):
        ran = run(*words)
        assert ran.rc == 4
        assert "the policy decides nothing" in " ".join(ran.out.split())


@pytest.mark.parametrize("content", ["", "\n# nothing\n"])
def test_an_empty_file_is_no_policy(shop: Path, content: str) -> None:
    (shop / "bartizan.toml").write_text(content)
    assert run("check").rc == 2


def test_no_policy_at_all(shop: Path) -> None:
    (shop / "bartizan.toml").unlink()
    ran = run("check")
    assert ran.rc == 2
    assert "P309" in ran.out


def test_percentages_are_rounded_down() -> None:
    assert percent(999, 1000) == "99 %"
    assert percent(1000, 1000) == "100 %"
    assert "%" not in percent(0, 0)
    assert not any(percent(whole - 1, whole) == "100 %" for whole in range(1, 5000))


# ------------------------------------------------------------------ faults


def test_three_typos_are_three_errors(shop: Path) -> None:
    policy = shop / "bartizan.toml"
    edit(policy, "flood =", "floood =")
    edit(policy, 'scopes = ["orders:write"]', 'scops = ["orders:write"]')
    edit(policy, "public = true", "pubic = true")
    ran = run("check", "--policy", "bartizan.toml")
    assert ran.rc == 2
    assert ran.out.count("error[P103]") == 3
    for right in ("flood", "scopes", "public"):
        assert f"did you mean `{right}`?" in ran.out
    assert ran.out.rstrip().endswith("rc 2")


def test_faults_of_the_policy_are_shown_when_the_application_raises_them(shop: Path) -> None:
    edit(shop / "bartizan.toml", "flood =", "floood =")
    ran = run("check", "shop:app")
    assert ran.rc == 2
    assert "did you mean `flood`?" in ran.out


def test_a_new_route_is_named_with_its_line(shop: Path) -> None:
    with (shop / "shop.py").open("a") as file:
        file.write('\n\n@app.delete("/api/orders/<int:order_id>")\ndef gone(order_id): ...\n')
    ran = run("check", "shop:app")
    assert ran.rc == 1
    assert "error[R201]" in ran.out
    assert re.search(r"--> shop.py:\d+:1", ran.out)
    assert '@app.delete("/api/orders/<int:order_id>")' in ran.out
    assert re.search(r"DELETE /api/orders/ +NO ENTRY", ran.out)
    assert "4 of 5 routes decided (80 %)" in " ".join(ran.out.split())


def test_an_entry_without_a_route(shop: Path) -> None:
    edit(shop / "bartizan.toml", '"GET /health"', '"GET /healthy"')
    ran = run("check", "shop:app")
    assert ran.rc == 1
    assert {"R201", "R202"} == set(re.findall(r"error\[(\w+)\]", ran.out))
    assert "NO ROUTE serves it" in ran.out


def test_an_expectation_that_does_not_hold(shop: Path) -> None:
    edit(shop / "bartizan.toml", "answer = 401", "answer = 403")
    for words in (("check",), ("check", "shop:app")):
        ran = run(*words)
        assert ran.rc == 1
        assert "error[P506]" in ran.out
        assert "expectations: 1 held, 1 broken" in " ".join(ran.out.split())


def test_an_expectation_about_a_body_needs_the_application(shop: Path) -> None:
    with (shop / "bartizan.toml").open("a") as file:
        file.write('\n[[expect]]\nask = "POST /orders"\nas = "bob"\nscopes = ["orders:write"]\n'
                   "body = { sku = 7 }\nanswer = 422\n")  # fmt: skip
    assert "2 held, 1 not exercised" in " ".join(run("check").out.split())
    ran = run("check", "shop:app")
    assert ran.rc == 0
    assert "expectations: 3 held" in " ".join(ran.out.split())


def test_the_highest_of_broken_and_wrong_wins(shop: Path) -> None:
    edit(shop / "bartizan.toml", "answer = 401", "answer = 403")
    (shop / "jwks.json").unlink()
    ran = run("check", "shop:app")
    assert set(re.findall(r"error\[(\w+)\]", ran.out)) == {"P502", "P506"}
    assert ran.rc == 2


def test_an_application_without_a_guard(shop: Path) -> None:
    edit(shop / "bartizan.toml", 'input = "NewOrder"', "body = 0")
    ran = run("check", "unguarded:app")
    assert ran.rc == 1
    assert "error[R205]" in ran.out


def test_another_policy_may_be_held_against_it(shop: Path) -> None:
    (shop / "other.toml").write_text((shop / "bartizan.toml").read_text())
    edit(shop / "other.toml", '"GET /health"', '"GET /healthy"')
    assert run("check", "shop:app", "--policy", "other.toml").rc == 1


# ------------------------------------------------------------------ applications that are not there


@pytest.mark.parametrize(
    ("app", "said"),
    [
        ("shp:app", "there is no module `shp`: did you mean `shop`?"),
        ("shop:ap", "`shop` has no `ap`: did you mean `app`?"),
        ("broken:app", "RuntimeError at broken.py:4: no database here"),
        ("json:JSONDecoder", "neither a Flask application nor a Django one"),
        ("json", "json has no `app`"),
        ("json", "A Django project is named by DJANGO_SETTINGS_MODULE alone"),
        ("shop:app(x", "write module:app or module:create_app()"),
    ],
)
def test_what_cannot_be_asked_is_one_sentence(shop: Path, app: str, said: str) -> None:
    ran = run("check", app)
    assert ran.rc == 2
    assert ran.out == ""
    assert said in " ".join(ran.err.split())
    assert "Traceback" not in ran.err


# ------------------------------------------------------------------ for programs


@pytest.mark.parametrize(("words", "rc"), [(("shop:app",), 0), ((), 4)])
def test_json_says_the_same(shop: Path, words: tuple[str, ...], rc: int) -> None:
    ran = run("check", *words, "--format", "json")
    said = json.loads(ran.out)
    assert ran.rc == said["exit"] == rc
    assert said["version"] == 1
    assert [it["operation"] for it in said["operations"]][:1] == ["GET /api/orders"]
    assert said["operations"][0]["served_by"] == ([f"{shop}/shop.py:17"] if words else [])


def test_json_faults_have_a_place_and_a_fix(shop: Path) -> None:
    edit(shop / "bartizan.toml", "flood =", "floood =")
    said = json.loads(run("check", "--format", "json").out)
    (fault,) = said["faults"]
    assert (fault["code"], fault["line"], fault["fix"]) == ("P103", 5, "flood")


def test_what_the_application_prints_does_not_spoil_the_output(shop: Path) -> None:
    edit(shop / "shop.py", "import msgspec", 'print("noise")\nimport msgspec')
    ran = really("check", "shop:app", "--format", "json", cwd=shop)
    assert json.loads(ran.out)["exit"] == ran.rc == 0
    assert "noise" in ran.err


# ------------------------------------------------------------------ Django


URLS = """\
from django.http import JsonResponse
from django.urls import path


def orders(request, order_id=0):
    return JsonResponse({})


urlpatterns = [path("api/orders", orders), path("api/orders/<int:order_id>", orders)]
"""
SETTINGS = """\
from pathlib import Path

BASE_DIR = Path(__file__).parent
SECRET_KEY = "x" * 50
ROOT_URLCONF = "shop_urls"
INSTALLED_APPS = ["bartizan.django"]
MIDDLEWARE = ["bartizan.django.Outside", "bartizan.django.Inside"]
"""
WSGI = """\
import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shop_settings")
from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
"""


@pytest.fixture
def project(shop: Path) -> Path:
    """The same shop as a Django project, without its POST and its health check."""
    text = (shop / "bartizan.toml").read_text()
    start, end = text.index('[operations."POST'), text.index("[[expect]]")
    (shop / "bartizan.toml").write_text(text[:start] + text[end:])
    for name, source in (("urls", URLS), ("settings", SETTINGS), ("wsgi", WSGI)):
        (shop / f"shop_{name}.py").write_text(source)
    return shop


def test_a_django_project_is_found_by_its_settings(project: Path) -> None:
    ran = really("check", cwd=project, DJANGO_SETTINGS_MODULE="shop_settings")
    assert ran.rc == 0
    assert "shop_settings (Django), 2 routes" in " ".join(ran.out.split())
    assert "shop_urls.py:5" in ran.out


def test_a_django_project_that_refuses_to_start_is_looked_at_whole(project: Path) -> None:
    edit(project / "shop_urls.py", "urlpatterns = [", 'urlpatterns = [path("api/new", orders), ')
    ran = really("check", "shop_wsgi:application", cwd=project)
    assert ran.rc == 1
    assert "error[R201]" in ran.out
    assert re.search(r"--> shop_urls.py:\d+", ran.out)
    assert "2 of 3 routes decided (66 %)" in " ".join(ran.out.split())
    assert ran.err == ""


def test_a_django_project_without_our_middleware(project: Path) -> None:
    edit(project / "shop_settings.py", ', "bartizan.django.Inside"', "")
    ran = really("check", cwd=project, DJANGO_SETTINGS_MODULE="shop_settings")
    assert ran.rc == 1
    assert "error[R205] bartizan.django.Inside is not the last entry" in ran.out
