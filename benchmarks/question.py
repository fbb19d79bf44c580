"""What is asked: a request as gunicorn hands it over, and how to ask it many times."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from io import BytesIO
from itertools import cycle
from typing import Any

from msgspec import Struct

from benchmarks import stage
from benchmarks.case import Run

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

HEADERS: Mapping[str, str] = {
    "Host": stage.HOST,
    "User-Agent": "bench/1.0 (a client of the usual length)",
    "Accept": "application/json",
    "Accept-Encoding": "gzip, deflate",
    "Connection": "keep-alive",
}


class Question(Struct, frozen=True):
    """One request."""

    target: str
    """Path under the host."""
    status: int
    """What the guarded application answers: a bench that asks something else says so."""
    method: str = "GET"
    """The method."""
    body: bytes = b""
    """The body; JSON where there is one."""
    tokens: tuple[str, ...] = ()
    """Bearer tokens to ask with, one after the other; none for no credential."""
    headers: Mapping[str, str] = {}
    """Further headers, or other values."""
    client: str = stage.CLIENT
    """Where it comes from."""
    scheme: str = "https"
    """How it comes."""


def asking(app: Application, question: Question, *, checked: bool = True) -> Run:
    """Ask a WSGI callable, and read its whole answer. ``checked`` asks once beforehand and holds
    the status against the question's."""
    environs = _environs(question)

    def run(times: int) -> None:
        for _ in range(times):
            body = app(next(environs), _start)
            for _chunk in body:
                pass
            close = getattr(body, "close", None)
            if close is not None:
                close()

    if checked:
        _check(app, question)
    return run


def _start(status: str, headers: Any, exc_info: Any = None) -> Callable[[bytes], None]:
    return lambda data: None


def _check(app: Application, question: Question) -> None:
    said = answered(app, question)
    if said != question.status:
        raise SystemExit(f"{question.method} {question.target} was answered with {said}")


def answered(app: Application, question: Question) -> int:
    """The status with which an application answers, once it was asked twice: the second one is
    beyond a limit of one."""
    said: list[str] = []
    for _ in range(2):
        body = app(next(_environs(question)), lambda status, *_: said.append(status))
        b"".join(body)
        getattr(body, "close", lambda: None)()
    return int(said[-1][:3])


def _environs(question: Question) -> Iterator[dict[str, Any]]:
    """Fresh environs; making one costs both sides the same."""
    whole = environ(question)
    for token in cycle(question.tokens or (None,)):
        fresh = dict(whole)
        fresh["wsgi.input"] = BytesIO(question.body)
        if token is not None:
            fresh["HTTP_AUTHORIZATION"] = "Bearer " + token
        yield fresh


def environ(question: Question) -> dict[str, Any]:
    """The environ that gunicorn makes of it (PEP 3333)."""
    headers = {**HEADERS, **question.headers}
    made: dict[str, Any] = {
        "wsgi.errors": None, "wsgi.version": (1, 0), "wsgi.multithread": False,
        "wsgi.multiprocess": False, "wsgi.run_once": False, "wsgi.file_wrapper": None,
        "wsgi.input_terminated": True, "wsgi.url_scheme": question.scheme,
        "SERVER_SOFTWARE": "gunicorn/23.0.0", "REQUEST_METHOD": question.method,
        "QUERY_STRING": "", "RAW_URI": question.target, "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": question.client, "REMOTE_PORT": "51234", "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000", "PATH_INFO": question.target, "SCRIPT_NAME": "",
    }  # fmt: skip
    for name, value in headers.items():
        made["HTTP_" + name.upper().replace("-", "_")] = value
    if question.body:
        made["CONTENT_TYPE"] = "application/json"
        made["CONTENT_LENGTH"] = made.pop("HTTP_CONTENT_LENGTH", str(len(question.body)))
    return made
