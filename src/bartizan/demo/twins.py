"""Two shops in this process, built from the same lines: one bare, one behind its policy."""

import logging
import secrets
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import jwt
import msgspec
from flask import Flask
from msgspec import Struct

from bartizan.demo.asked import Question
from bartizan.demo.shop import claims, create_app
from bartizan.flask import Bartizan
from bartizan.flask.extension import gate_of
from bartizan.model.event import Event

POLICY: Final = Path(__file__).parent / "shop" / "bartizan.toml"
"""The policy of the one behind it."""


class Login(Struct, forbid_unknown_fields=True):
    """The body of a login."""

    name: str
    """Whose it is."""
    password: str
    """The password."""


class NewOrder(Struct, forbid_unknown_fields=True):
    """The body of a new order: the price is the shop's to say."""

    item: str
    """What is ordered."""


class Answer(Struct, frozen=True):
    """What one of the two answered."""

    status: int
    """HTTP status code."""
    reason: str
    """Name of the reason of a refusal by the policy; empty otherwise."""
    hole: bool
    """Whether it gives the attacker what he wants."""


class Asked(Struct, frozen=True):
    """A question with both answers."""

    question: Question
    """The question."""
    bare: Answer
    """Without a policy."""
    guarded: Answer
    """With one."""

    @property
    def held(self) -> bool:
        """Whether the policy's shop answered as it has to."""
        asked, said = self.question, self.guarded
        return not said.hole and (said.status, said.reason) == (asked.status, asked.reason)


class Overheard:
    """A journal that keeps events in memory."""

    failing = False

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.write = self.events.append

    def keyed(self, text: str) -> str:
        """Nothing leaves this process: names need no key here."""
        return text


def ask(questions: Iterable[Question], folder: Path) -> list[Asked]:
    """Ask both shops everything; ``folder`` is where the policy and its secret may lie."""
    secret = secrets.token_hex(32)
    (folder / "secret").write_text(secret)
    (folder / POLICY.name).write_bytes(POLICY.read_bytes())
    tokens, overheard = purse(secret), Overheard()
    bare, guarded = create_app(secret), create_app(secret)
    logging.getLogger(create_app.__module__).disabled = True  # a crash is part of the show
    Bartizan(guarded, policy=folder / POLICY.name, bind={"Login": Login, "NewOrder": NewOrder})
    gate_of(guarded).seal(overheard)
    return [
        Asked(one, _put(bare, one, tokens, []), _put(guarded, one, tokens, overheard.events))
        for one in questions
    ]


def purse(secret: str) -> dict[str, str]:
    """Tokens by name: a good one, and three that only a reader who never verifies accepts."""
    now, ana = int(time.time()), claims("ana")
    return {
        "": "",
        "ana": jwt.encode(ana, secret, "HS256"),
        "none": jwt.encode(ana, "", "none"),
        "expired": jwt.encode(ana | {"iat": now - 90_000, "exp": now - 86_400}, secret, "HS256"),
        "other": jwt.encode(ana | {"aud": "newsletter"}, secret, "HS256"),
    }


def _put(app: Flask, one: Question, tokens: dict[str, str], events: list[Event]) -> Answer:
    token, client = tokens[one.token], app.test_client()
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    body: dict[str, Any] = {} if one.body is None else {"data": msgspec.json.encode(one.body)}
    for _ in range(one.times):
        answer = client.open(
            one.path, method=one.method, base_url=one.home, headers=headers,
            content_type="application/json" if body else None, **body,
        )  # fmt: skip
    reason = events[-1].reason if events else ""
    return Answer(answer.status_code, reason, one.is_hole(answer.status_code, answer.text))
