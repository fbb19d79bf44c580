"""The questions of ``bartizan demo``: what is asked, what makes an answer a hole, who closes it.

The list is data. The longer one, for servers and raw bytes, is ``attack.py``.
"""

from typing import Any, Final

from msgspec import Struct


class Question(Struct, frozen=True):
    """One question, put to the shop without a policy and to the shop with one."""

    method: str
    """The method."""
    path: str
    """The path."""
    title: str
    """Who asks, or with what: the few words on the screen."""
    token: str = ""
    """Name of a token in the purse; empty sends none."""
    body: Any = None
    """A JSON body; ``None`` sends none."""
    home: str = "https://shop.example"
    """Scheme and host that are asked."""
    times: int = 1
    """How often it is asked; the last answer counts."""
    hole: int = 0
    """The status that gives the attacker what he wants; 0 where the question is legal."""
    leak: str = ""
    """A text that must not be in the answer; then no status alone is a hole."""
    status: int = 200
    """What the shop with a policy answers."""
    reason: str = ""
    """Name of the reason of its refusal, as in the table of reasons."""
    closing: str = "ok"
    """The few words about that answer."""

    def is_hole(self, status: int, text: str) -> bool:
        """Whether an answer gives away what it must not."""
        return self.leak in text if self.leak else status == self.hole


QUESTIONS: Final = (
    Question("GET", "/customers", "nobody", hole=200,
             status=401, reason="credential_missing", closing="sign in first"),
    Question("GET", "/customers", "as ana, a customer", "ana", hole=200,
             status=403, reason="role_missing", closing="for staff only"),
    Question("GET", "/orders/1", 'token signed "none"', "none", hole=200,
             status=401, reason="token_algorithm", closing="algorithm refused"),
    Question("GET", "/orders/1", "token of yesterday", "expired", hole=200,
             status=401, reason="token_expired", closing="expired"),
    Question("GET", "/orders/1", "token for another API", "other", hole=200,
             status=401, reason="token_audience", closing="not meant for us"),
    Question("GET", "/orders", "ana's token over http", "ana", home="http://shop.example", hole=200,
             status=403, reason="credential_exposed", closing="seen in clear"),
    Question("GET", "/orders", "ana: card numbers?", "ana", leak="4000 0000",
             status=200, closing="card withheld"),
    Question("POST", "/orders", 'as ana, "price": 0', "ana", {"item": "tea", "price": 0}, hole=201,
             status=422, reason="body_invalid", closing="not hers to say"),
    Question("POST", "/login", "7 wrong passwords", body={"name": "ana", "password": "?"}, times=7,
             hole=401, status=429, reason="rate_client", closing="after the 5th"),
    Question("POST", "/orders", "as ana, gold please", "ana", {"item": "gold"}, leak="Traceback",
             status=500, reason="view_failed", closing="trace withheld"),
    Question("GET", "/orders/1", "as ana, her own", "ana"),
    Question("POST", "/orders", "as ana, tea please", "ana", {"item": "tea"}, status=201),
)  # fmt: skip
"""Ten holes, then two questions that have to be answered."""
