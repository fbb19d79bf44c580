"""What ``check`` says of the servers that are installed: how to start them, what stays hidden."""

import pytest

from bartizan.cli import servers
from bartizan.policy.codes import complete
from bartizan.policy.load import loads
from bartizan.policy.rules import Policy

OPEN = '[operations."GET /orders"]\npublic = true\n'


@pytest.fixture(autouse=True)
def everything_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "_installed", lambda server: True)


def policy(*, proxies: bool = False) -> Policy:
    head = '[api]\nname = "x"\nhosts = ["x.example"]\nhttps = "off"\n' + (
        'proxies = ["10.0.0.1"]\n' if proxies else ""
    )
    return loads(complete(head + OPEN))


def test_flask_is_told_of_wsgi_alone() -> None:
    said = [advice.command for advice in servers.advised("Flask", policy())]
    assert 'gunicorn --workers 1 --threads 8 --forwarded-allow-ips "" ...' in said
    assert "hypercorn --workers 1 wsgi:..." in said
    assert not any("uvicorn" in command or "runserver" in command for command in said)


def test_django_is_told_of_both() -> None:
    said = {advice.name for advice in servers.advised("Django", policy())}
    assert {"gunicorn", "uvicorn-httptools", "granian-wsgi", "granian-asgi", "waitress"} <= said


def test_one_command_is_said_once() -> None:
    said = [advice.command for advice in servers.advised("Django", policy())]
    assert len(set(said)) == len(said)


def test_a_hidden_target_is_named() -> None:
    advice = {it.name: " ".join(it.remains) for it in servers.advised("Django", policy())}
    assert "spelling cannot be seen under granian's WSGI" in advice["granian-wsgi"]
    assert "spelling cannot be seen" not in advice["granian-asgi"] + advice["gunicorn"]
    assert advice["gunicorn"] == ""


def test_names_that_become_one_matter_behind_a_proxy() -> None:
    def said(*, proxies: bool) -> str:
        advised = servers.advised("Flask", policy(proxies=proxies))
        return " ".join(next(it.remains for it in advised if it.name == "granian-wsgi"))

    assert "X_Forwarded_For" in said(proxies=True)
    assert "X_Forwarded_For" not in said(proxies=False)


def test_what_is_not_installed_is_not_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "_installed", lambda server: False)
    assert servers.advised("Django", policy()) == ()
