"""Reads the corpus: `*.toml` files of a policy, the app behind it, and questions with answers.

Nothing here knows an engine or a framework. What a column cannot observe is declared in `GAPS`,
the one table of it; a question names its gap and every other column must answer it.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct, field

from tests.conformance.tokens import Recipe

HERE = Path(__file__).parent
ColumnName = Literal["engine", "flask", "middleware", "wsgi", "asgi"]
COLUMN_NAMES: tuple[ColumnName, ...] = ("engine", "flask", "middleware", "wsgi", "asgi")
FINE = ("permit", "answer", "pass")
"""Outcomes that are no refusal: the view, a preflight, a subtree that is not ours."""


class Gap(Struct, frozen=True):
    """Something that some columns cannot observe."""

    columns: tuple[ColumnName, ...]
    """The columns that are not asked."""
    why: str
    """Why nothing is lost by it."""


GAPS: Mapping[str, Gap] = {
    "header lines": Gap(
        ("flask", "middleware", "wsgi"),
        "a WSGI environ has one value per header and writes `_` and `-` alike (PEP 3333): the"
        " single lines are the server's to see",
    ),
    "websocket": Gap(
        ("flask", "middleware", "wsgi"), "WSGI has no websockets (PEP 3333)"
    ),
    "method WS": Gap(
        ("engine",), "it is the adapter that tells a websocket from a method of that name"
    ),
    "behind": Gap(
        ("engine",), "there is no framework behind the bare engine that could believe anything"
    ),
    "endless": Gap(
        ("middleware", "wsgi"),
        "Django under WSGI reads no body without a length: it is 411 there (`length_required`)",
    ),
    "countless": Gap(
        ("asgi",), "an ASGI server shows every body to its end: it is counted in `receive`"
    ),
    "received bytes": Gap(
        ("engine", "middleware", "wsgi"),
        "the bare engine streams nothing, and Django under WSGI takes no body without a length",
    ),
    "peer rewritten": Gap(
        ("flask", "middleware", "wsgi", "asgi"),
        "needs the real server that does it: asked of the adapters under gunicorn and uvicorn",
    ),
    "the mount alone": Gap(
        ("middleware",),
        "where nothing stands behind the mount Django writes a slash before its first middleware",
    ),
    "answered inside": Gap(
        ("engine",), "needs a framework whose middleware answers in the view's place"
    ),
}  # fmt: skip
"""The declared table: what a question may leave out, in which columns, and why."""

UNASKED: Mapping[str, str] = {
    "events_unwritable": "no request causes it: a full disk does, in tests/watch/test_lost.py",
    "not_sealed": "no request causes it: a failed start does, in the adapters' own tests",
}
"""Reasons that no question can cause."""


class Wire(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The request as it is sent. `{token}` is the minted token, `{x*300}` is 300 times `x`."""

    method: str = "GET"
    """The method."""
    target: str = "/"
    """Request target, exactly as on the wire."""
    host: str = "api.example.com"
    """The Host header; empty sends none."""
    headers: list[tuple[str, str]] = []
    """Further header lines, in order, repeats included."""
    body: str | None = None
    """The body as text; ``None`` sends none."""
    hex: str | None = None
    """The body as hex bytes, where it is no text."""
    type: str | None = None
    """Content-Type; with a body it is JSON unless said otherwise, empty sends none."""
    length: str | None = None
    """Content-Length as written; the body's own unless said otherwise."""
    chunked: bool = False
    """Whether the body comes without a length (Transfer-Encoding: chunked)."""
    endless: bool = True
    """Whether the server shows a body without length safely to its end."""
    websocket: bool = False
    """Whether this is a websocket handshake."""
    peer: str = "192.0.2.1"
    """Address of the other end of the socket; empty for a unix socket."""
    scheme: str = "https"
    """Scheme as the server saw it."""
    peer_rewritten: bool = False
    """Whether the server replaced the peer."""
    token: Recipe | Literal["none"] | None = None
    """The bearer token to mint; sent as Authorization unless the lines say their own or
    ``{token}`` stands elsewhere. ``none`` in a step: without the question's token."""


class Step(Struct, frozen=True, kw_only=True):
    """One request of a question that is asked before the one that matters."""

    wire: Wire
    """The request."""
    status: int
    """Status that it must get."""
    times: int = 1
    """How often it is sent."""
    at: float = 0
    """Seconds that pass before it."""


class Expected(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The answer, written by hand."""

    status: int
    """Status code."""
    reason: str
    """Name of the reason, or one of ``permit``, ``answer``, ``pass``."""
    problem: str = ""
    """What a stranger is told; empty takes the reason's own from the table of reasons."""
    carries: dict[str, str] = {}
    """Headers that must be there: exact, ``*`` for any value, ``/regex/`` for a full match."""
    absent: list[str] = []
    """Headers that must not be there."""
    body_lacks: list[str] = []
    """Texts that must not be in the body."""
    body_is: str | None = None
    """The exact body, where it matters."""
    subject: str | None = None
    """Who the view was told is asking."""
    answers: dict[str, Any] = {}
    """Members that the view's JSON must have, with these values."""
    shadowed: list[str] = []
    """Reasons that would have refused."""
    operation: str | None = None
    """The operation that the event names; empty for none."""


class Question(Struct, frozen=True, kw_only=True):
    """One question of the corpus."""

    file: str
    """Name of its file."""
    name: str
    """What is asked, unique in the corpus."""
    law: str
    """The invariant that it holds; empty where it asks for a reason."""
    before: tuple[Step, ...]
    """What is asked first."""
    at: float
    """Seconds that pass before it."""
    wire: Wire
    """The request."""
    expected: Expected
    """Its answer."""
    gaps: tuple[str, ...]
    """Names in ``GAPS``."""
    store: str
    """``broken`` for a store that raises."""

    @property
    def skipped(self) -> frozenset[str]:
        """Columns that cannot observe it."""
        return frozenset(column for gap in self.gaps for column in GAPS[gap].columns)

    @property
    def spelling(self) -> tuple[str, str]:
        """What makes it distinct: the reason or invariant, and everything that is sent."""
        sent = msgspec.json.encode([self.wire, self.before, self.at, self.store])
        return self.law or self.expected.reason, sent.decode()


class View(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What an operation's view does; by default it answers 200 and tells what it was told."""

    status: int = 200
    """Status of its answer."""
    json: str = ""
    """Its body in place of the usual one."""
    type: str = "application/json"
    """Its Content-Type."""
    headers: list[tuple[str, str]] = []
    """Headers that it sets."""
    raises: str = ""
    """Message of the exception that it raises."""
    reads: bool = False
    """Whether it reads the raw body itself and answers how long it was."""
    style: Literal["function", "class", "async"] = "function"
    """How a framework column writes it: MethodView or View, or a coroutine."""


class Inside(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A quirk of the application: middleware between act one and the router."""

    rewrite: dict[str, str] = {}
    """Paths that it rewrites, as mod_rewrite and i18n middleware do."""
    override: bool = False
    """Whether it obeys X-HTTP-Method-Override."""
    answers: list[str] = []
    """Paths that it answers itself with 200, as a cache does."""


class Corpus(Struct, frozen=True, kw_only=True):
    """One file of the corpus."""

    file: str
    """Its name."""
    policy: str
    """The policy, as text."""
    files: Mapping[str, str]
    """Files that the policy refers to, by name."""
    mounted: bool
    """Whether the server splits the policy's base off (SCRIPT_NAME, root_path)."""
    views: Mapping[str, View]
    """What views do, by the operation as the policy writes it."""
    inside: Inside
    """Quirks of the application."""
    questions: tuple[Question, ...]
    """Its questions."""


class Page(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The file as it is written; see README.md."""

    policy: str
    ask: list[dict[str, Any]]
    asking: dict[str, Any] = {}
    files: dict[str, str] = {}
    mounted: bool = False
    views: dict[str, View] = {}
    inside: Inside = field(default_factory=Inside)


class Entry(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a question says besides its request and its answer."""

    name: str
    law: str = ""
    at: float = 0
    before: list[dict[str, Any]] = []
    gaps: list[str] = []
    store: str = ""


WIRE, EXPECTED = set(Wire.__struct_fields__), set(Expected.__struct_fields__)


@cache
def corpora() -> tuple[Corpus, ...]:
    """Read every file of the corpus."""
    return tuple(read(path) for path in sorted(HERE.glob("*.toml")))


def questions() -> Iterator[tuple[Corpus, Question]]:
    """Go through every question of the corpus, with its file."""
    for corpus in corpora():
        for question in corpus.questions:
            yield corpus, question


def read(path: Path) -> Corpus:
    """Read one file; an unknown key or gap is an error."""
    page = msgspec.convert(tomllib.loads(path.read_text("utf-8")), Page)
    return Corpus(
        file=path.name,
        policy=page.policy,
        files=page.files,
        mounted=page.mounted,
        views=page.views,
        inside=page.inside,
        questions=tuple(_question(path.name, {**page.asking, **ask}) for ask in page.ask),
    )


def _question(file: str, written: dict[str, Any]) -> Question:
    wire = {key: written.pop(key) for key in WIRE & set(written)}
    expected = {key: written.pop(key) for key in EXPECTED & set(written)}
    entry = msgspec.convert(written, Entry)
    return Question(
        file=file,
        name=entry.name,
        law=entry.law,
        before=tuple(_step(wire, step) for step in entry.before),
        at=entry.at,
        wire=msgspec.convert(wire, Wire),
        expected=msgspec.convert(expected, Expected),
        gaps=tuple(entry.gaps),
        store=entry.store,
    )


def _step(wire: dict[str, Any], written: dict[str, Any]) -> Step:
    times, at, status = written.pop("times", 1), written.pop("at", 0), written.pop("status")
    return Step(wire=msgspec.convert({**wire, **written}, Wire), status=status, times=times, at=at)


def fill(text: str) -> str:
    """Write `{x*300}` out."""
    return re.sub(r"\{(.)\*(\d+)\}", lambda found: found[1] * int(found[2]), text)
