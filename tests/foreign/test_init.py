"""`bartizan init`, then `bartizan check`, on applications that other people wrote."""

import os
import subprocess
import tomllib
from collections import Counter
from pathlib import Path
from typing import Final

import pytest
from msgspec import Struct

from bartizan.policy.load import load
from tests.foreign.apps import HERE, absent

PYTHON: Final = HERE / "venv" / "bin" / "python"

pytestmark = pytest.mark.skipif(absent() != "", reason=absent())


class Sample(Struct, frozen=True):
    """An application as its source has it."""

    name: str
    """What we call it."""
    package: str
    """Directory of its unpacked source."""
    home: str
    """Where it is run, in the source."""
    target: str
    """What the command line is told; empty for Django."""
    settings: str = ""
    """Of Django: a module of settings, written beside."""
    paths: tuple[str, ...] = ()
    """What else stands on the path of imports, from the source."""
    expects: tuple[str, ...] = ()
    """Operations that it has to name."""


SAMPLES: Final = (
    Sample("flaskr", "flask-3.1.3", "examples/tutorial", "flaskr:create_app()",
           expects=("POST /{id:int}/update", "POST /auth/login")),
    Sample("javascript", "flask-3.1.3", "examples/javascript", "js_example:app",
           expects=("POST /add",)),
    Sample("httpbin", "httpbin-0.10.4", ".", "httpbin:app",
           expects=("PATCH /anything/{anything:path}", "GET /status/{codes:str}")),
    Sample("basic", "apiflask-3.1.2", "examples/basic", "app:app", paths=("src",),
           expects=("PATCH /pets/{pet_id:int}", "GET /openapi.json")),
    Sample("views", "apiflask-3.1.2", "examples/cbv", "app:app", paths=("src",),
           expects=("DELETE /pets/{pet_id:int}",)),
    Sample("orm", "apiflask-3.1.2", "examples/orm", "app:app", paths=("src",)),
    Sample("rest-auth", "dj_rest_auth-7.2.0", ".", "",
           "from dj_rest_auth.tests.settings import *\n"
           'ROOT_URLCONF = "dj_rest_auth.tests.urls"\n',
           expects=("POST /rest-registration/", "GET /test-admin/login/",)),
    Sample("captcha", "django_simple_captcha-0.7.0", "testproject", "",
           "from settings import *\n", paths=(".",),
           expects=("GET /captcha/image/{key:slug}/", "GET /captcha/audio/{key:str}")),
    Sample("parler", "django_parler-2.4", ".", "",
           'SECRET_KEY = "x"\nROOT_URLCONF = "parler.tests.testapp.urls"\nUSE_TZ = True\n'
           'INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "parler"]\n'
           'LANGUAGES = [("en", "English"), ("nl", "Dutch")]\n',
           expects=("GET /{language:slug}/password-reset/done/",)),
)  # fmt: skip


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_check_holds_what_init_wrote(sample: Sample, tmp_path: Path) -> None:
    policy = tmp_path / "bartizan.toml"
    (tmp_path / "sample_settings.py").write_text(sample.settings)
    wrote = run(sample, tmp_path, "init", sample.target, "--output", str(policy))
    assert wrote.returncode == 0, wrote.stdout + wrote.stderr
    checked = run(sample, tmp_path, "check", sample.target, "--policy", str(policy))
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "(100 %)" in checked.stdout
    names = named(policy)
    assert max(Counter(names).values()) == 1
    assert set(sample.expects) - set(names) == set()


def run(sample: Sample, beside: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    """A verb, in the application's own environment."""
    source = HERE / "src" / sample.package
    paths = [beside, source / sample.home, *(source / path for path in sample.paths)]
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    django = {"DJANGO_SETTINGS_MODULE": "sample_settings"} if sample.settings else {}
    return subprocess.run(
        [PYTHON, "-c", "from bartizan.cli import main; main()", *(word for word in words if word)],
        cwd=source / sample.home, capture_output=True, text=True, timeout=60, check=False,
        env={**kept, **django, "PYTHONPATH": os.pathsep.join(map(str, paths)),
             "PYTHONDONTWRITEBYTECODE": "1", "COLUMNS": "120"},
        stdin=subprocess.DEVNULL,
    )  # fmt: skip


def named(policy: Path) -> list[str]:
    """Public names of operations, as often as the file says them."""
    written = tomllib.loads(policy.read_text())
    found = list(written.get("operations", {}))
    for key, group in written.get("groups", {}).items():
        prefix = key.partition(" ")[0].rstrip("/")
        found += [one.replace(" /", f" {prefix}/", 1) for one in group["operations"]]
    base = load(policy).api.base
    return [one.replace(" /", f" {base}/", 1) for one in found]
