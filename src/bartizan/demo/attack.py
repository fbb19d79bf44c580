"""The attack of ``make demo``: frozen questions, asked alike of the bare and the guarded shops.

The list is data and nothing more: whoever brings a longer one brings values of the same type.
"""

from typing import Final

from msgspec import Struct

Headers = tuple[tuple[str, str], ...]


class Attack(Struct, frozen=True):
    """One question of somebody who wants what is not his."""

    title: str
    """What is tried, in a few words."""
    method: str
    """The method, as it goes out."""
    target: str
    """The request target, byte for byte as it goes out."""
    status: tuple[int, ...]
    """What the guarded shops have to answer; several where servers differ."""
    reason: str = ""
    """Name of the reason of the refusal, as its event has to say. Empty: the answer is the
    view's, or the server refuses before the application hears of it."""
    got: tuple[int, ...] = (200, 201, 204)
    """Statuses by which the attacker has what he wants."""
    leak: str = ""
    """A text that must not be in the answer; where it is said, no status alone is a hole."""
    bearer: str = ""
    """Name of a token in the purse; empty sends none."""
    headers: Headers = ()
    """Further headers; ``{n}`` in a value becomes the number of the repetition."""
    body: bytes = b""
    """The body."""
    chunked: bool = False
    """Whether the body goes out in chunks, without a length."""
    host: str = "shop.example.com"
    """The Host header."""
    secure: bool = True
    """Whether the attacker speaks https to the proxy."""
    direct: bool = False
    """Whether he goes around the proxy, straight to the server."""
    client: str = ""
    """His address; empty for one that nobody else of this list has."""
    times: int = 1
    """How often; the last answer counts."""

    def hole(self, status: int, answer: str) -> bool:
        """Whether an answer gives him what he wants."""
        return self.leak in answer if self.leak else status in self.got


JSON: Final = (("Content-Type", "application/json"),)
PREFLIGHT: Final = (
    ("Origin", "https://evil.example"),
    ("Access-Control-Request-Method", "DELETE"),
)
OPEN: Final = '"open"'
TEA: Final = b'{"sku": "tea", "count": 1}'
NOTHING: Final = (404,)

ATTACK: Final = (
    # ---- who is asking
    Attack("no token", "GET", "/api/staff/orders", (401,), "credential_missing"),
    Attack('a token signed "none"', "GET", "/api/orders/1", (401,), "token_algorithm",
           bearer="none"),
    Attack("a signature cut off", "GET", "/api/orders/1", (401,), "token_signature", bearer="cut"),
    Attack("an expired token", "GET", "/api/orders/1", (401,), "token_expired", bearer="expired"),
    Attack("a token for another API", "GET", "/api/orders/1", (401,), "token_audience",
           bearer="audience"),
    Attack("a token of another issuer", "GET", "/api/orders/1", (401,), "token_issuer",
           bearer="issuer"),
    Attack("HS256 with the public key", "GET", "/api/orders/1", (401,), "token_algorithm",
           bearer="confused"),
    Attack("his own key in the token", "GET", "/api/orders/1", (401,), "token_malformed",
           bearer="embedded"),
    Attack("ben's signature, ana's name", "GET", "/api/orders/1", (401,), "token_signature",
           bearer="swapped"),
    Attack("a token of another type", "GET", "/api/orders/1", (401,), "token_type",
           bearer="typ"),
    Attack("22 guessed tokens", "GET", "/api/orders/1", (429,), "guesses",
           bearer="guess", times=22),
    Attack("22 more, forwarded-for turns", "GET", "/api/orders/1", (429,), "guesses",
           bearer="guess", headers=(("X-Forwarded-For", "192.0.2.{n}"),), times=22),
    # ---- what may he do
    Attack("buy with a scope to look", "POST", "/api/orders", (403,), "scope_missing",
           bearer="eve", headers=JSON, body=TEA),
    Attack("everybody's orders", "GET", "/api/staff/orders", (403,), "role_missing",
           bearer="ben"),
    Attack("a customer ships", "POST", "/api/staff/orders/2/ship", (403,), "role_missing",
           bearer="ben"),
    Attack("12 orders, forwarded turns", "POST", "/api/orders", (429,), "rate_subject",
           bearer="ben", headers=(*JSON, ("X-Forwarded-For", "192.0.2.{n}")), body=TEA, times=12),
    # ---- where does he come from
    Attack("a denied network, hidden", "GET", "/api/catalogue", (403,), "client_denied",
           headers=(("X-Forwarded-For", "198.51.100.1"),), client="203.0.113.9"),
    Attack("health, says he is loopback", "GET", "/api/health", (403,), "network_denied",
           headers=(("X-Forwarded-For", "127.0.0.1"),)),
    Attack("the back office's login", "GET", "/api/admin/", (403,), "network_denied",
           got=(200, 301, 302, 401)),
    Attack("a token over plain http", "GET", "/api/orders/1", (403,), "credential_exposed",
           bearer="ana", secure=False),
    Attack("plain http that says https", "GET", "/api/orders/1", (403,), "credential_exposed",
           bearer="ana", direct=True, headers=(("X-Forwarded-Proto", "https"),)),
    Attack("the host of somebody else", "GET", "/api/catalogue", (400,), "host_unknown",
           host="evil.example"),
    Attack("a page of evil.example", "OPTIONS", "/api/orders/1", (403,), "preflight_refused",
           headers=PREFLIGHT, leak="access-control-allow-origin"),
    # ---- how does he spell it
    Attack("/api/orders%2f1", "GET", "/api/orders%2f1", (400,), "target_malformed", bearer="ana"),
    Attack("/api/%6frders/1", "GET", "/api/%6frders/1", (400,), "target_malformed", bearer="ana"),
    Attack("/api//orders/1", "GET", "/api//orders/1", (400,), "target_malformed", bearer="ana",
           got=(200, 301, 308)),
    Attack("/api/x/%2e%2e/orders/1", "GET", "/api/x/%2e%2e/orders/1", (400,), "target_malformed",
           bearer="ana"),
    Attack("/API/orders/1", "GET", "/API/orders/1", NOTHING, "operation_unknown", bearer="ana"),
    Attack("HEAD in place of GET", "HEAD", "/api/staff/orders", (401,), "credential_missing"),
    Attack("TRACE", "TRACE", "/api/orders/1", (405,), "method_unknown", bearer="ana"),
    Attack("DELETE in another header", "GET", "/api/orders/1", (200,), "", bearer="ana",
           headers=(("X-HTTP-Method-Override", "DELETE"),), leak="cancelled"),
    Attack("two Host headers", "GET", "/api/catalogue", (400,), "",
           headers=(("Host", "evil.example"),)),
    Attack("two Authorization headers", "GET", "/api/orders/1", (400, 401), "header_malformed",
           bearer="ana", headers=(("Authorization", "Bearer x"),)),
    Attack("two Content-Lengths", "POST", "/api/orders", (400,), "", bearer="ana",
           headers=(*JSON, ("Content-Length", "4")), body=TEA),
    Attack("a target of 3 KiB", "GET", "/api/catalogue?q=" + "e" * 3000, (414,), "target_too_long"),
    Attack("headers of 12 KiB", "GET", "/api/catalogue", (431,), "headers_too_large",
           headers=tuple((f"X-Fill-{n}", "x" * 4000) for n in range(3))),
    # ---- what does he send
    Attack("a body of 64 KiB", "POST", "/api/orders", (413,), "body_too_large", bearer="ana",
           headers=JSON, body=b'{"sku": "tea", "note": "' + b"x" * 65536 + b'"}'),
    Attack("the same in chunks", "POST", "/api/orders", (411, 413), "body_too_large", bearer="ana",
           headers=JSON, body=b'{"sku": "tea", "note": "' + b"x" * 65536 + b'"}', chunked=True),
    Attack('"price": 1', "POST", "/api/orders", (422,), "body_invalid", bearer="ana",
           headers=JSON, body=b'{"sku": "kettle", "price": 1}'),
    Attack('"state": "shipped"', "PATCH", "/api/orders/1", (422,), "body_invalid", bearer="ana",
           headers=JSON, body=b'{"note": "", "state": "shipped"}'),
    Attack("a count of -5", "POST", "/api/orders", (422,), "body_invalid", bearer="ana",
           headers=JSON, body=b'{"sku": "kettle", "count": -5}'),
    Attack('"count" twice', "POST", "/api/orders", (400,), "body_malformed", bearer="ana",
           headers=JSON, body=b'{"sku": "tea", "count": 1, "count": -5}'),
    Attack("a crash, by NaN kettles", "POST", "/api/orders", (400,), "body_malformed", bearer="ana",
           headers=JSON, body=b'{"sku": "tea", "count": NaN}', got=(500,)),
    Attack("a crash, by 7,000 brackets", "POST", "/api/orders", (400,), "body_malformed",
           bearer="ana",
           headers=JSON, body=b"[" * 7000 + b"]" * 7000, got=(500,)),
    Attack("JSON that says it is text", "POST", "/api/orders", (415,), "content_type", bearer="ana",
           headers=(("Content-Type", "text/plain"),), body=TEA),
    Attack("sorted by what it cost", "GET", "/api/catalogue?sort=cost", (422,), "query_invalid"),
    # ---- what does he read
    Attack("what an order cost us", "GET", "/api/orders/1", (200,), "", bearer="ana",
           leak="margin"),
    Attack("/api/backup.zip", "GET", "/api/backup.zip", NOTHING, "decoy"),
)  # fmt: skip
"""In the order in which they are asked."""


class Legal(Struct, frozen=True):
    """A question that everybody has to answer: what is closed must not close these."""

    method: str
    """The method."""
    target: str
    """The request target."""
    status: int
    """What bare and guarded shops answer."""
    bearer: str = ""
    """Name of a token in the purse."""
    body: bytes = b""
    """A JSON body."""


LEGAL: Final = (
    Legal("GET", "/api/catalogue?q=te&sort=price", 200),
    Legal("GET", "/api/prices/kettle", 200),
    Legal("GET", "/api/orders?page=1", 200, "ana"),
    Legal("GET", "/api/orders/1", 200, "ana"),
    Legal("POST", "/api/orders", 201, "ana", TEA),
    Legal("PATCH", "/api/orders/1", 200, "ana", b'{"note": "ring once"}'),
    Legal("GET", "/api/orders/2", 404, "ana"),
    Legal("DELETE", "/api/orders/3", 204, "ana"),
    Legal("GET", "/api/staff/orders", 200, "sam"),
)
"""Customers and staff at work."""
