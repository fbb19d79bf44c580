"""``manage.py check`` says what would stop the start; ``manage.py bartizan`` hands over."""

from typing import Any

import pytest
from django.core import checks
from django.core.management import call_command, get_commands
from django.core.management.base import SystemCheckError
from django.http import HttpRequest, HttpResponse
from django.urls import path

from bartizan.django.checks import check
from bartizan.django.management.commands import bartizan as command
from tests.django.project import HEAD, INSIDE, OUTSIDE, Projects

OPEN = '[operations."GET /x"]\npublic = true\n'


def view(request: HttpRequest) -> HttpResponse:
    return HttpResponse("x")


URLS = [path("api/x", view)]


def ids(level: int = checks.WARNING) -> set[str]:
    return {str(found.id) for found in check() if found.level >= level}


def test_a_sound_project_has_no_errors(projects: Projects) -> None:
    projects.make(OPEN, URLS)
    assert ids(checks.ERROR) == set()
    call_command("check")


def test_every_fault_is_one_message_with_its_line_and_hint(projects: Projects) -> None:
    projects.make(OPEN + "limts = []\nscops = []\n", URLS)
    found = [each for each in check() if each.id == "bartizan.P103"]
    assert len(found) == 2
    assert "Did you mean `limits`?" in str(found[0].hint)
    assert str(found[0]).startswith(str(projects.directory / "bartizan.toml"))
    with pytest.raises(SystemCheckError, match=r"bartizan\.P103"):
        call_command("check")


def test_routes_and_bindings_are_faults_too(projects: Projects) -> None:
    projects.make(OPEN, [*URLS, path("api/y", view)], bind={"Never": dict})
    assert ids(checks.ERROR) == {"bartizan.R201", "bartizan.P505"}


def test_lints_keep_their_severity(projects: Projects) -> None:
    projects.make(OPEN, URLS)
    levels = {each.id: each.level for each in check()}
    assert levels["bartizan.P403"] == checks.WARNING
    assert levels["bartizan.P410"] == checks.INFO


def test_lints_of_one_kind_are_one_message(projects: Projects) -> None:
    """Django says them before every command; `bartizan check` has every line."""
    alike = "".join(f'[operations."POST /{name}"]\npublic = true\n' for name in "abc")
    urls = [*URLS, *(path(f"api/{name}", view) for name in "abc")]
    projects.make(OPEN + alike, urls)
    found = [each for each in check() if each.id == "bartizan.P445"]
    assert [each.msg.partition(" (")[2] for each in found] == ["and 2 more: bartizan check)"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"BARTIZAN": {"POLCY": "x"}}, "bartizan.E001"),
        ({"MIDDLEWARE": [INSIDE]}, "bartizan.E002"),
        ({"MIDDLEWARE": [OUTSIDE]}, "bartizan.E003"),
        ({"INSTALLED_APPS": []}, "bartizan.E004"),
        ({"ALLOWED_HOSTS": ["other.example"]}, "bartizan.W001"),
        ({"SECURE_PROXY_SSL_HEADER": ("HTTP_X_FORWARDED_PROTO", "https")}, "bartizan.W003"),
        ({"USE_X_FORWARDED_HOST": True}, "bartizan.W004"),
        ({"USE_X_FORWARDED_PORT": True}, "bartizan.W005"),
        ({"MIDDLEWARE": [OUTSIDE, "corsheaders.middleware.CorsMiddleware", INSIDE]},
         "bartizan.W006"),
    ],
)  # fmt: skip
def test_what_is_misplaced_or_said_twice_is_named(
    projects: Projects, values: dict[str, Any], expected: str
) -> None:
    projects.make(OPEN, URLS)
    assert expected not in ids()
    projects.settings(**values)
    assert expected in ids()


def test_a_second_redirect_to_https_is_named(projects: Projects) -> None:
    projects.make(OPEN, URLS, head=HEAD.replace('"off"', '"required"'), SECURE_SSL_REDIRECT=True)
    assert "bartizan.W002" in ids()


def test_hosts_that_django_refuses_are_named(projects: Projects) -> None:
    head = HEAD.replace('["testserver"]', '["api.example.com:8443"]')
    projects.make(OPEN, URLS, head=head, ALLOWED_HOSTS=[".example.com"])
    assert "bartizan.W001" not in ids()
    projects.settings(ALLOWED_HOSTS=[], DEBUG=True)
    assert "bartizan.W001" in ids()


def test_the_command_hands_every_word_over(monkeypatch: pytest.MonkeyPatch) -> None:
    handed: list[Any] = []

    class Script:
        def load(self) -> Any:
            return handed.append

    monkeypatch.setattr(command, "entry_points", lambda **named: (Script(),))
    assert get_commands()["bartizan"] == "bartizan.django"
    call_command("bartizan", "ask", "GET /orders/7", "--as", "alice")
    call_command("bartizan")
    assert handed == [["ask", "GET /orders/7", "--as", "alice"], ["--help"]]


def test_the_command_is_the_one_that_is_installed() -> None:
    (script,) = command.entry_points(group="console_scripts", name="bartizan")
    assert script.value == "bartizan.cli:main"
