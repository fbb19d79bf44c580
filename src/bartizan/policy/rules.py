"""The whole policy language on one page: one frozen value per rule, a line under each field.

These are the *merged* values that the engine, the gateway and the tables read: defaults and
groups are already laid under every operation, references to secrets and files are kept as
references, and every value knows the line that asked for it.
"""

import datetime as dt
from collections.abc import Mapping
from ipaddress import IPv4Network, IPv6Network
from typing import Any, Literal

from msgspec import Struct, field

Network = IPv4Network | IPv6Network
Https = Literal["redirect", "required", "off"]
Forwarded = Literal["x-forwarded", "forwarded"]
Lost = Literal["serve", "stop", "refuse"]
"""Where events cannot be written: ``stop`` refuses to start, ``serve`` starts and serves,
``refuse`` refuses to start, and answers 503 while they cannot."""
ParameterKind = Literal["int", "uuid", "slug", "str", "path", "date"]
QueryKind = Literal["int", "number", "text", "slug", "uuid", "date", "bool", "one"]
Per = Literal["client", "subject", "tenant", "operation"]


class Place(Struct, frozen=True, gc=False):
    """Where a word stands in a policy file."""

    file: str
    """Path of the file as it was given."""
    line: int
    """Line, from 1."""
    column: int
    """Column of the first character, from 1, in Unicode code points."""
    length: int = 1
    """How many characters the caret underlines."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class Limit(Struct, frozen=True):
    """``"N/period per key"``: no window of that length ever admits more than N."""

    name: str
    """Name under ``[limits]``, or ``flood`` and ``guesses``; several limits may share one."""
    count: int
    """N: how many requests are admitted."""
    period: int
    """Length of the window in seconds."""
    per: tuple[Per, ...]
    """What is counted apart: a bucket for each combination."""
    text: str
    """The words as written."""
    place: Place
    """Where it is written."""


class Cors(Struct, frozen=True):
    """``[api] cors``: which web pages may read answers (Fetch standard, CORS protocol)."""

    origins: tuple[str, ...]
    """Exact origins (``https://app.example.com``), or the one word ``*``."""
    credentials: bool = False
    """Whether cookies and the like may travel; never together with ``*``."""
    headers: tuple[str, ...] = ("authorization", "content-type")
    """Lower-case request headers that a page may set."""
    expose: tuple[str, ...] = ()
    """Response headers that a page may read."""
    max_age: int = 600
    """Seconds for which a browser may remember the preflight."""


class Shadow(Struct, frozen=True):
    """``shadow``: say what would have been refused, refuse nothing, until a day is over."""

    until: dt.date
    """Last day (UTC) of the shadow; the day after, the rules are enforced."""
    controls: tuple[str, ...]
    """Names of the controls in shadow; empty means all."""
    place: Place
    """Where it is written."""


class Api(Struct, frozen=True):
    """``[api]``: facts about the API as a whole, and what holds before an operation is known."""

    name: str
    """Name in events, and realm of challenges (RFC 9110 section 11.5)."""
    base: str
    """Prefix of every public path; empty, or ``/api`` without a closing slash."""
    hosts: tuple[str, ...]
    """Accepted hosts (with port unless the scheme's own); ``*`` accepts any."""
    https: Https
    """What happens to plain http."""
    proxies: tuple[Network, ...]
    """Peers whose forwarding headers are believed."""
    proxy_unix: bool
    """Whether the peer of a unix socket is believed (``proxies = "unix"``)."""
    forwarded: Forwarded
    """Which family of forwarding headers the proxies write; the other one is never read."""
    cors: Cors | None
    """Cross-origin rules; none means that no page of another origin may read anything."""
    flood: Limit | None
    """Row 3: counts every request of a client that it admits, whatever later rows say."""
    guesses: Limit | None
    """Row 9: counts failed credentials of a client."""
    deny: tuple[Network, ...]
    """Networks that are not served at all."""
    target: int
    """Longest accepted request target in bytes."""
    headers: int
    """Largest accepted sum of header names and values in bytes."""
    shadow: Shadow | None
    """Shadow for the whole API."""
    places: Mapping[str, Place] = field(default_factory=dict)
    """The line of every key that is written."""


class Stores(Struct, frozen=True):
    """``[stores]``: where counters and events are kept, as URIs."""

    limits: str
    """``memory://``: counters of this process alone."""
    events: str
    """Directory of the event spool; empty where nothing is written."""
    places: Mapping[str, Place] = field(default_factory=dict)
    """The line of every key that is written."""


class Events(Struct, frozen=True):
    """``[events]``: how much is written of each decision, for how long, and what if it cannot."""

    cap: int = 1024**3
    """Most bytes of all events on the disk; beyond it the oldest are dropped, permits first."""
    key: str = ""
    """Reference to the secret of the keyed hashes; empty for one that is made beside the events."""
    network: bool = True
    """Whether an event says the client's /24 or /48 in clear."""
    lost: Lost = "stop"
    """What happens where events cannot be written."""
    places: Mapping[str, Place] = field(default_factory=dict)
    """The line of every key that is written."""


class Jwt(Struct, frozen=True):
    """``[identity.NAME] kind = "jwt"``: bearer tokens (RFC 6750, RFC 7519, RFC 9068)."""

    name: str
    """The identity's name."""
    issuer: str
    """Exact ``iss``."""
    audience: str
    """A value that ``aud`` must contain."""
    algorithms: tuple[str, ...]
    """Accepted ``alg`` values (RFC 7518 section 3.1, RFC 8037)."""
    keys: tuple[str, ...]
    """References: ``file:PATH`` (a JWKS or PEM file) or ``env:NAME``; paths are absolute here."""
    typ: str = "at+jwt"
    """Expected ``typ`` header, or ``any`` where the issuer writes none (RFC 9068 section 2.1)."""
    subject: str = "sub"
    """Claim that holds the subject's id."""
    tenant: str = ""
    """Claim that holds the tenant; empty where there is none."""
    scopes: str = "scope"
    """Claim that holds the scopes: a string of words, or a list."""
    roles: str = ""
    """Claim that holds a list of roles; empty where there is none."""
    required: tuple[str, ...] = ()
    """Further claims that must be present."""
    leeway: int = 0
    """Seconds of clock difference to forgive, 60 at most."""
    lifetime: int = 86400
    """Longest accepted ``exp`` minus ``iat`` in seconds; 0 for no bound."""
    places: Mapping[str, Place] = field(default_factory=dict)
    """The line of every key that is written."""


class Parameter(Struct, frozen=True, gc=False):
    """A typed path parameter: ``{order_id:int}``."""

    name: str
    """Its name."""
    kind: ParameterKind
    """Its type; the grammar of each stands in ``policy/match.py``."""


class Query(Struct, frozen=True):
    """A declared query parameter: ``page = "int 1..1000"``, ``state = "one open closed"``."""

    name: str
    """Its name."""
    kind: QueryKind
    """Its type; ``one`` is one of ``choices``."""
    minimum: float | None = None
    """Smallest value, or shortest text in characters."""
    maximum: float | None = None
    """Largest value, or longest text in characters."""
    choices: tuple[str, ...] = ()
    """Accepted words of a ``one``."""
    required: bool = False
    """Whether it must be there."""
    many: bool = False
    """Whether it may come several times; the value is then a list."""


class Output(Struct, frozen=True):
    """``output``: the only fields that leave, whatever the view returns."""

    at: str
    """Where the objects are: empty for the document itself, ``[]`` for a list, ``results[]``."""
    fields: tuple[str, ...]
    """Fields of each object; ``customer.name`` and ``lines[].sku`` reach deeper."""


class Example(Struct, frozen=True):
    """``example``: a legal request that the audit may send."""

    path: Mapping[str, Any] = field(default_factory=dict)
    """Path parameters by name."""
    query: Mapping[str, Any] = field(default_factory=dict)
    """Query parameters by name."""
    body: Any = None
    """A JSON body."""


class Operation(Struct, frozen=True):
    """One method of one path, with everything that holds for it after merging."""

    name: str
    """As its entry names it, made public: ``GET /api/orders/{order_id:int}``."""
    method: str
    """``GET``, ``POST`` …; ``WS`` for a websocket."""
    template: str
    """The public path template, base included, with typed parameters."""
    parameters: tuple[Parameter, ...]
    """Its path parameters in order."""
    place: Place
    """The line that declares it: its own entry, else its place in a group's list."""
    places: Mapping[str, Place]
    """For every key that holds: the line it comes from, own, group's or default's."""
    public: bool = False
    """Open to everybody; no credential is read."""
    identity: tuple[str, ...] = ()
    """Accepted identities by name; ``anonymous`` among them makes the credential optional."""
    scopes: tuple[str, ...] = ()
    """Scopes that the credential must carry, all of them."""
    roles: tuple[str, ...] = ()
    """Roles of which the subject must have one; empty asks for none."""
    limits: tuple[Limit, ...] = ()
    """Every rate limit that counts it, names resolved."""
    body: int = 65536
    """Largest accepted body in bytes; 0 accepts none."""
    body_declared: bool = False
    """Whether a body is declared for it (``input``, or ``body`` at its own entry or group)."""
    query: tuple[Query, ...] = ()
    """Declared query parameters; every other one is refused."""
    input: str = ""
    """The body's form: a bound name, or ``file:PATH`` of a JSON Schema (absolute here)."""
    output: Output | None = None
    """The only fields that leave."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Response headers to set, beside and over the built-in ones; an empty value sets none."""
    cache: str = ""
    """Cache-Control of its answers; empty means ``no-store`` unless public."""
    https: Https = "required"
    """What happens to plain http."""
    hosts: tuple[str, ...] = ()
    """Accepted hosts, as in ``[api]``."""
    networks: tuple[Network, ...] = ()
    """Client networks that may use it; empty means all."""
    params: Mapping[str, str] = field(default_factory=dict)
    """Path parameters that name no object (``"none"``)."""
    decoy: bool = False
    """A trap: answers like nothing at all, and one hit is an alert."""
    shadow: Shadow | None = None
    """Shadow for this operation."""
    example: Example | None = None
    """A legal request."""
    loosen: str = ""
    """Why it is looser than the defaults."""
    why: str = ""
    """A note for the reviewer."""


class Pass(Struct, frozen=True):
    """``[pass."/admin/"]``: a subtree with a guard of its own; rows 1 to 4 still hold."""

    prefix: str
    """The public path prefix, base included, with its closing slash."""
    why: str
    """Whose guard it is."""
    place: Place
    """Where it is written."""
    https: Https = "required"
    """What happens to plain http."""
    hosts: tuple[str, ...] = ()
    """Accepted hosts."""
    networks: tuple[Network, ...] = ()
    """Client networks that may reach it; empty means all."""


class Expect(Struct, frozen=True):
    """``[[expect]]``: one of the policy's own tests. Counters are empty."""

    method: str
    """The method asked with."""
    path: str
    """The public path asked for, base included."""
    answer: int | None
    """Expected status of a refusal; ``None`` for ``permit``."""
    place: Place
    """Where it is written."""
    by: str = ""
    """The control that refuses; empty accepts any."""
    subject: str = ""
    """``as``: the subject's id; empty asks anonymously."""
    identity: str = ""
    """Identity of the subject; empty takes the only one."""
    scopes: tuple[str, ...] = ()
    """Scopes of the subject."""
    roles: tuple[str, ...] = ()
    """Roles of the subject."""
    tenant: str | None = None
    """Tenant of the subject."""
    query: str = ""
    """The query, undecoded: what stands behind ``?`` in ``ask``."""
    body: Any = None
    """A JSON body; ``None`` sends none."""
    client: str = "192.0.2.1"
    """Address of the client."""
    host: str = ""
    """Host; empty takes the operation's first."""
    scheme: str = "https"
    """``https`` or ``http``."""


class Policy(Struct, frozen=True):
    """A whole policy, merged and checked."""

    file: str
    """The file it was loaded from; overlays extend others."""
    revision: str
    """First 12 hex digits of the SHA-256 over the merged policy: two files that mean the same
    have the same revision."""
    api: Api
    """Facts about the API."""
    stores: Stores
    """Where things are kept."""
    identities: Mapping[str, Jwt]
    """Ways to say who you are."""
    operations: tuple[Operation, ...]
    """All operations, decoys among them, in the order of the file."""
    passes: tuple[Pass, ...]
    """Subtrees that are not ours."""
    expects: tuple[Expect, ...]
    """The policy's own tests."""
    events: Events = field(default_factory=Events)
    """How decisions are written down."""
