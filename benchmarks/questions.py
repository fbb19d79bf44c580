"""The questions that every adapter is asked."""

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from benchmarks import stage
from benchmarks.bodies import BODY
from benchmarks.question import Question

UNSEEN = 520
"""Tokens that nobody has seen before: as many as are asked with."""

FORMS = {"struct": "msgspec", "model": "pydantic", "schema": "JSON Schema"}
"""Path of each operation that takes a body, and how its body is described."""


class Tokens(Struct, frozen=True):
    """Made once; signing takes long."""

    warm: str
    """A token that is asked with again and again."""
    unseen: tuple[str, ...]
    """Tokens for one request each."""
    forged: str
    """A token with a wrong signature."""


def tokens(unseen: int) -> Tokens:
    """Make the tokens."""
    return Tokens(
        warm=stage.token(),
        unseen=tuple(stage.token(number + 1) for number in range(unseen)),
        forged=stage.token(forged=True),
    )


def get(path: str, *tokens: str, status: int = 200) -> Question:
    """A GET of the API."""
    return Question(f"/api{path}", status, tokens=tokens)


def proxied(question: Question) -> Question:
    """The same, by way of a trusted proxy that ends TLS."""
    said = {"X-Forwarded-For": question.client, "X-Forwarded-Proto": "https"}
    return replace(question, client=stage.PROXY, scheme="http", headers=said)


def post(path: str, token: str) -> Question:
    """A POST of the body."""
    return Question(f"/api/{path}", 200, "POST", BODY, tokens=(token,))


def refused(warm: str) -> Mapping[str, Question]:
    """One question for each refusal of rows 1 to 8, the 429 of row 3 excepted."""
    item, signed = "/api/orders/7", (warm,)
    return {
        "1 spelling, 400": Question("/api//orders/7", 400, tokens=signed),
        "2 denied client, 403": Question(item, 403, tokens=signed, client=stage.DENIED),
        "4 host, 400": Question(item, 400, tokens=signed, headers={"Host": "other.example.com"}),
        "4 https, 403": Question(item, 403, tokens=signed, scheme="http"),
        "6 operation, 404": Question("/api/backup.zip", 404, tokens=signed),
        "6 method, 405": Question(item, 405, "DELETE", tokens=signed),
        "7 size, 413": Question(
            "/api/struct", 413, "POST", BODY, signed, {"Content-Length": "2000000"}
        ),
        "8 rate, 429": Question("/api/once", 429, tokens=signed),
    }


def flooding(warm: str) -> Question:
    """One request too many for a flood limit of one."""
    return Question("/api/orders/7", 429, tokens=(warm,))
