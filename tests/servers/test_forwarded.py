"""Forwarding headers: what the servers believe by default, and that nobody behind us does."""

import os
import socket
from collections.abc import Callable

import pytest

from tests.servers import launch
from tests.servers.launch import Served
from tests.servers.wire import PATIENCE, Answer, Headers, once, read, request, source

Start = Callable[..., Served]
DEFAULTS = {
    "flask-gunicorn": (*launch.GUNICORN, "--threads", "4", launch.FLASK),
    "django-gunicorn": (*launch.GUNICORN, launch.DJANGO_BARE),
    "django-uvicorn": (*launch.UVICORN, launch.DJANGO_ASGI),
}
"""Servers as they come: each believes some header of a peer on loopback."""

SWITCHED_OFF = {
    "flask-gunicorn": (*DEFAULTS["flask-gunicorn"], "--forwarded-allow-ips", ""),
    "django-gunicorn": (*DEFAULTS["django-gunicorn"], "--forwarded-allow-ips", ""),
    "django-uvicorn": (*DEFAULTS["django-uvicorn"], "--no-proxy-headers"),
    "django-uvicorn-nobody": (*DEFAULTS["django-uvicorn"], "--forwarded-allow-ips", ""),
}
LOCAL = "127.0.0.1"
"""The peer that all of these servers believe by default."""

NAMED = {
    "gunicorn": "gunicorn believes forwarding headers of 127.0.0.1, ::1 by itself, for the scheme",
    "uvicorn": "uvicorn believes forwarding headers of 127.0.0.1, ::1 by itself, for the client's",
}

SPOOFS: dict[str, Headers] = {
    "X-Forwarded-For": [("X-Forwarded-For", "203.0.113.9")],
    "X-Forwarded-For with a port": [("X-Forwarded-For", "203.0.113.9:4711")],
    "X-Forwarded-For in IPv6": [("X-Forwarded-For", "[2001:DB8::9]:4711")],
    "X-Forwarded-For of loopback": [("X-Forwarded-For", "127.0.0.1")],
    "X-Forwarded-For twice": [("X-Forwarded-For", "203.0.113.9:80"), ("X-Forwarded-For", "::1")],
    "X-Forwarded-For is empty": [("X-Forwarded-For", "")],
    "X-Forwarded-Proto": [("X-Forwarded-Proto", "https")],
    "X-Forwarded-Proto wss": [("X-Forwarded-Proto", "wss")],
    "X-Forwarded-Ssl": [("X-Forwarded-Ssl", "on")],
    "X-Forwarded-Protocol": [("X-Forwarded-Protocol", "ssl")],
    "X-Forwarded-Proto twice": [("X-Forwarded-Proto", "http"), ("X-Forwarded-Proto", "https")],
    "X-Forwarded-Host": [("X-Forwarded-Host", "evil.example")],
    "X-Forwarded-Port": [("X-Forwarded-Port", "443")],
    "X-Forwarded-Prefix": [("X-Forwarded-Prefix", "/evil")],
    "X-Real-IP": [("X-Real-IP", "203.0.113.9")],
    "Forwarded": [("Forwarded", "for=203.0.113.9;proto=https;host=evil.example")],
}


@pytest.fixture(params=DEFAULTS)
def believing(request: pytest.FixtureRequest, start: Start) -> Served:
    """Every server with its defaults."""
    return start(*DEFAULTS[request.param])


def test_no_spoof_counts(believing: Served) -> None:
    for name, lines in SPOOFS.items():
        answer = once(believing.port, "GET", "/api/seen", lines, address=LOCAL)
        if answer.status != 200:
            assert answer.status == 400, name
            continue
        assert answer.json == {
            "client": LOCAL, "scheme": "http", "host": "api.example.com",
            "path": "/api/seen", "forwarding": [],
        }, name  # fmt: skip
    for name, lines in SPOOFS.items():
        answer = once(believing.port, "GET", "/api/secure", lines, address=LOCAL)
        assert answer.status in (400, 403), name


def test_no_spoof_dodges_a_limit(believing: Served) -> None:
    def ask(spoof: str) -> int:
        lines = [("X-Forwarded-For", spoof), ("Forwarded", f"for={spoof}"), ("X-Real-IP", spoof)]
        return once(believing.port, "GET", "/api/few", lines, address=LOCAL).status

    statuses = [ask(f"203.0.113.{n}") for n in range(4)]
    statuses += [ask(f"203.0.113.{n}:{4000 + n}") for n in range(4)]
    assert statuses.count(200) <= 3
    assert set(statuses) <= {200, 400, 429}
    clients = {event.client for event in believing.spooled() if event.status in (200, 429)}
    assert len(clients) <= 1


def test_no_spoof_opens_a_deny_list_or_a_mount(believing: Served) -> None:
    spoof = [("X-Forwarded-For", LOCAL)]
    answer = once(believing.port, "GET", "/api/seen", spoof, address="127.66.0.1")
    assert answer.status == 403
    mounted = [("SCRIPT_NAME", "/api")]
    for target in ("/api/orders/7", "/api/api/orders/7", "/api/elsewhere/api/orders/7"):
        assert once(believing.port, "GET", target, mounted, address=LOCAL).status in (400, 401, 404)
    elsewhere = [("SCRIPT_NAME", "/api/elsewhere")]
    target = "/api/elsewhere/api/orders/7"
    assert once(believing.port, "GET", target, elsewhere, address=LOCAL).status in (400, 404)


def test_what_the_server_believes_is_named(believing: Served) -> None:
    once(believing.port, "GET", "/api/seen")
    server = "uvicorn" if "Uvicorn running" in believing.said else "gunicorn"
    believing.wait_for(NAMED[server])
    assert believing.said.count(NAMED[server]) == 1


@pytest.mark.parametrize("face", SWITCHED_OFF)
def test_switched_off_there_is_nothing_to_name(start: Start, face: str) -> None:
    served = start(*SWITCHED_OFF[face])
    for lines in SPOOFS.values():
        answer = once(served.port, "GET", "/api/seen", lines, address=LOCAL)
        assert (answer.status, answer.json["client"]) == (200, LOCAL), answer
        assert once(served.port, "GET", "/api/secure", lines, address=LOCAL).status == 403
    assert not any(sentence in served.said for sentence in NAMED.values())


@pytest.mark.parametrize("face", [name for name in SWITCHED_OFF if name != "django-uvicorn-nobody"])
def test_a_proxy_of_the_policy_is_believed_from_the_right(start: Start, face: str) -> None:
    served = start(*SWITCHED_OFF[face], head='proxies = ["127.0.0.1", "127.0.0.2"]\n')

    def client(chain: str, *, peer: str = LOCAL) -> str:
        lines = [("X-Forwarded-For", chain)]
        answer = once(served.port, "GET", "/api/seen", lines, address=peer)
        return str(answer.json["client"])

    assert client("203.0.113.9") == "203.0.113.9"
    assert client("203.0.113.9:4711") == "203.0.113.9"
    assert client("198.51.100.1, 203.0.113.9") == "203.0.113.9"
    assert client("198.51.100.1, 203.0.113.9, 127.0.0.2") == "203.0.113.9"
    stranger = source()
    assert client("203.0.113.9", peer=stranger) == stranger
    spoofed = once(served.port, "GET", "/api/secure", [("X-Forwarded-Proto", "https")])
    assert spoofed.status == 403
    said = [("X-Forwarded-Proto", "https"), ("X-Forwarded-For", "203.0.113.9")]
    told = once(served.port, "GET", "/api/secure", said, address=LOCAL)
    assert (told.status, bool(told.header("strict-transport-security"))) == (200, True)
    seen = once(served.port, "GET", "/api/seen", said, address=LOCAL)
    assert (seen.json["scheme"], seen.json["forwarding"]) == ("https", [])
    broken = once(served.port, "GET", "/api/seen", [("X-Forwarded-For", "x")], address=LOCAL)
    assert (broken.status, broken.problem) == (400, "bad_request")
    limited = [
        once(served.port, "GET", "/api/few", [("X-Forwarded-For", f"9.9.9.9, {n}")], address=LOCAL)
        for n in ("203.0.113.7", "203.0.113.7", "203.0.113.7", "203.0.113.7", "203.0.113.8")
    ]
    assert [answer.status for answer in limited] == [200, 200, 200, 429, 200]


@pytest.mark.parametrize("believes", ["", 'proxies = "unix"\n'], ids=["nobody", "the socket"])
@pytest.mark.parametrize("face", ["flask-gunicorn", "django-gunicorn"])
def test_a_unix_socket_is_believed_where_the_policy_says_so(
    start: Start, face: str, believes: str
) -> None:
    served = start(*SWITCHED_OFF[face], "--bind", "unix:app.sock", head=believes)
    said = [("X-Forwarded-Proto", "https"), ("X-Forwarded-For", "203.0.113.9")]
    secure, seen = (_by_socket(served, path, said) for path in ("/api/secure", "/api/seen"))
    if believes:
        assert secure.status == 200
        assert (seen.json["client"], seen.json["scheme"]) == ("203.0.113.9", "https")
    else:
        assert (secure.status, secure.problem) == (403, "https_required")
        assert (seen.json["client"] or "", seen.json["scheme"]) == ("", "http")
    assert seen.json["forwarding"] == []


def _by_socket(served: Served, target: str, lines: Headers) -> Answer:
    """Ask through the socket in the server's folder, whose path may be too long for an address."""
    folder = os.open(served.log.parent, os.O_RDONLY)
    try:
        with socket.socket(socket.AF_UNIX) as end:
            end.settimeout(PATIENCE)
            end.connect(f"/proc/self/fd/{folder}/app.sock")
            end.sendall(request("GET", target, lines))
            return read(end, "GET")
    finally:
        os.close(folder)
