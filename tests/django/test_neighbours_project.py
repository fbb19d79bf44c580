"""A whole project in a process of its own, with the apps whose checks stay where they are once
registered: what a new project begins with, the debug toolbar, Django REST framework."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

SETTINGS = """
from pathlib import Path
BASE_DIR = Path(__file__).parent
SECRET_KEY = "only-for-tests-" * 5
ALLOWED_HOSTS = ["testserver"]
ROOT_URLCONF = "shop_urls"
STATIC_URL = "/static/"
USE_TZ = True
SESSION_ENGINE = "django.contrib.sessions.backends.signed_cookies"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
INSTALLED_APPS = [
    "bartizan.django", "django.contrib.auth", "django.contrib.contenttypes",
    "django.contrib.sessions", "django.contrib.messages", "django.contrib.staticfiles",
    "rest_framework",
]
MIDDLEWARE = [
    "bartizan.django.Outside",
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "bartizan.django.Inside",
]
"""
TOOLBAR = """
INSTALLED_APPS.append("debug_toolbar")
MIDDLEWARE.insert(1, "debug_toolbar.middleware.DebugToolbarMiddleware")
def everybody(request): return True
DEBUG_TOOLBAR_CONFIG = {"SHOW_TOOLBAR_CALLBACK": everybody, "IS_RUNNING_TESTS": False}
INTERNAL_IPS = ["127.0.0.1"]
"""
URLS = """
from django.http import HttpResponse
from django.urls import include, path
from rest_framework.response import Response
from rest_framework.views import APIView

class Notes(APIView):
    http_method_names = ("get", "post")
    def get(self, request): return Response({"notes": []})
    def post(self, request): return Response({"kept": request.data["note"]}, status=201)

def page(request): return HttpResponse("<html><body>page</body></html>")
def used(request):
    request.session["seen"] = True
    return HttpResponse("seen")

urlpatterns = [path("notes", Notes.as_view()), path("pages/one", page), path("session", used)]
"""
TOOLBAR_URLS = '\nurlpatterns.append(path("__debug__/", include("debug_toolbar.urls")))\n'
POLICY = """
[api]
name = "shop"
hosts = ["testserver"]
https = "off"

[stores]
limits = "memory://"

[operations."GET /notes"]
public = true

[operations."POST /notes"]
public = true
loosen = "a test"

[operations."GET /session"]
public = true

[pass."/pages/"]
why = "pages"

[pass."/static/"]
why = "files"
"""
TOOLBAR_POLICY = '\n[pass."/__debug__/"]\nwhy = "for developers"\n'

ASK = """
import json, os
os.environ["DJANGO_SETTINGS_MODULE"] = "shop_settings"
import django
django.setup()
from django.core.checks import run_checks
from django.test import Client
from rest_framework.test import APIClient

said = {"ids": sorted(it.id for it in run_checks() if it.id[:10] in ("bartizan.E", "bartizan.W"))}
try:
    web, api = Client(), APIClient()
    said["notes"] = api.get("/notes").json()
    said["kept"] = api.post("/notes", {"note": "two"}, format="json").status_code
    said["many"] = api.post("/notes", {"note": "two", "more": 1}, format="json").status_code
    said["seen"] = "sessionid" in web.get("/session").cookies
    said["slash"] = web.get("/session/").status_code
    said["page"] = b"djDebug" in web.get("/pages/one").content
    said["answer"] = b"djDebug" in web.get("/notes", headers={"Accept": "text/html"}).content
except Exception as fault:
    said["fault"] = [each.code for each in fault.faults]
print(json.dumps(said))
"""

CHECK = 'from bartizan.cli import main; import sys; sys.argv[1:] = ["check"]; main()'


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in (("shop_settings.py", SETTINGS), ("shop_urls.py", URLS),
                       ("bartizan.toml", POLICY)):  # fmt: skip
        (tmp_path / name).write_text(text)
    return tmp_path


def add(project: Path, name: str, text: str) -> None:
    file = project / name
    file.write_text(file.read_text() + text)


def run(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "shop_settings", "PYTHONPATH": str(project)}
    return subprocess.run(
        [sys.executable, *words], cwd=project, env=env, capture_output=True, text=True,
        check=False, timeout=60,
    )  # fmt: skip


def ask(project: Path) -> dict[str, Any]:
    ran = run(project, "-c", ASK)
    assert ran.returncode == 0, ran.stderr
    said: dict[str, Any] = json.loads(ran.stdout)
    return said


def test_what_a_new_project_begins_with_is_fine(project: Path) -> None:
    assert ask(project) == {
        "ids": [], "notes": {"notes": []}, "kept": 201, "many": 201, "seen": True, "slash": 404,
        "page": False, "answer": False,
    }  # fmt: skip


def test_a_toolbar_stops_the_start_in_production_and_serves_developers(project: Path) -> None:
    add(project, "shop_settings.py", TOOLBAR)
    add(project, "shop_urls.py", TOOLBAR_URLS)
    add(project, "bartizan.toml", TOOLBAR_POLICY)
    shown = ask(project)
    assert (shown["ids"], shown["fault"]) == (["bartizan.E006"], ["R306"])
    add(project, "shop_settings.py", "DEBUG = True\n")
    followed = ask(project)
    assert followed["ids"] == []
    assert "fault" not in followed
    assert followed["page"]


def test_check_names_the_line_and_ends_with_1_only_for_errors(project: Path) -> None:
    entry = '"django.middleware.cache.FetchFromCacheMiddleware",'
    settings = project / "shop_settings.py"
    settings.write_text(
        SETTINGS.replace("\nMIDDLEWARE = [", "\nX_FRAME_OPTIONS = 'SAMEORIGIN'\nMIDDLEWARE = [")
    )
    warned = run(project, "-c", CHECK)
    number = 1 + settings.read_text().splitlines().index("X_FRAME_OPTIONS = 'SAMEORIGIN'")
    assert warned.returncode == 0, warned.stdout + warned.stderr
    assert "warning[R303] one thing decided in two places" in warned.stdout
    assert f"shop_settings.py:{number}" in warned.stdout
    security = '    "django.middleware.security'
    lines = settings.read_text().replace(security, f"    {entry}\n{security}")
    settings.write_text(lines)
    refused = run(project, "-c", CHECK)
    number = 1 + settings.read_text().splitlines().index(f"    {entry}")
    assert refused.returncode == 1
    assert "error[R302]" in refused.stdout
    assert f"shop_settings.py:{number}:5" in refused.stdout
