"""Every word of a policy file: one table per section.

Each key says how its value is read, what would silently not have happened had it been misspelt
or left out, and whether this version enforces it. ``{of}`` is whose key it is.
"""

from collections.abc import Callable
from typing import Any, Final, get_args

from bartizan.policy import addresses, files, nested, patterns, words
from bartizan.policy import values as v
from bartizan.policy.reading import MISSING, Grammar, Key, Keys, Leaf, Reader, Table, looks
from bartizan.policy.rules import Forwarded, Https, Lost

CONTROLS: Final = (
    *("spelling", "client", "flood", "host", "https", "cors", "operation", "size", "rate"),
    *("authenticate", "scopes", "roles", "agreement", "input", "output", "headers", "errors"),
)
"""Names of the controls, in the order of the table of refusals."""

ALGORITHMS: Final = (
    *("ES256", "ES384", "ES512", "EdDSA", "PS256", "PS384", "PS512"),
    *("RS256", "RS384", "RS512", "HS256", "HS384", "HS512"),
)
"""Signature algorithms (RFC 7518 section 3.1, RFC 8037)."""

ANONYMOUS: Final = "anonymous"
"""The reserved identity: a credential is optional, a bad one is still refused."""


@looks()
def _section(leaf: Leaf) -> Any:
    """A section is read by its own table, later."""
    return leaf


@looks()
def _later(_leaf: Leaf) -> Any:
    return MISSING


def later(loss: str = "") -> Key:
    """A key that the language knows and this version does not enforce."""
    return Key(_later, loss, enforced=False)


def _table(name: str, keys: Keys, of: str, make: Callable[[Leaf, Table], Any]) -> Reader:
    """A table inside a table, made into its rule; ``name`` is its own in `SECTIONS`."""

    @looks(**{"$ref": name})
    def read(leaf: Leaf) -> Any:
        before = len(leaf.book.faults)
        table = Grammar(keys, home_of).read(leaf, of)
        return make(leaf, table) if len(leaf.book.faults) == before else MISSING

    return read


# ------------------------------------------------------------------ tables inside tables

CORS: Keys = {
    "origins": Key(
        v.listed(addresses.origin, empty=False),
        "no web page could have read an answer",
        required=True,
    ),
    "credentials": Key(v.flag, "no cookie would have travelled across origins"),
    "headers": Key(v.listed(v.header_name), "pages could not have set these request headers"),
    "expose": Key(v.listed(v.header_name), "pages could not have read these response headers"),
    "max_age": Key(v.whole(0, 86400), "browsers would have remembered preflights for 10 minutes"),
}

SHADOW: Keys = {
    "until": Key(v.day, "the shadow would never have ended", required=True),
    "controls": Key(
        v.listed(v.one_of(CONTROLS), empty=False), "all controls would have been in shadow"
    ),
}

OUTPUT: Keys = {
    "at": Key(
        v.spelled("P215", words.where, patterns.WHERE),
        "the objects would have been looked for elsewhere",
    ),
    "fields": Key(
        v.listed(v.spelled("P215", words.field, patterns.FIELD), empty=False),
        "every field would have left",
        required=True,
    ),
}

EXAMPLE: Keys = {
    "path": Key(nested.json_table, "the audit could not have asked for it"),
    "query": Key(nested.json_table, "the audit would have asked without it"),
    "body": Key(v.json, "the audit would have sent no body"),
}


# ------------------------------------------------------------------ sections

HTTPS: Final = get_args(Https)
FORWARDED: Final = get_args(Forwarded)
LOST: Final = get_args(Lost)

TOP: Keys = {
    "extends": Key(v.text, "this file would have stood alone"),
    "api": Key(_section, "hosts, https, proxies and every rule above operations", required=True),
    "stores": Key(_section, "nothing would have been counted", required=True),
    "events": Key(_section, "events would have been kept as usual"),
    "identity": Key(_section, "nobody could have signed in"),
    "limits": Key(_section, "nothing would have been limited"),
    "defaults": Key(_section, "nothing would have held for every operation"),
    "groups": Key(_section, "none of its operations would have been guarded by it"),
    "operations": Key(_section, "none of its operations would have been served"),
    "pass": Key(_section, "the subtree would have been refused"),
    "expect": Key(_section, "the policy's own tests would not have run"),
    "resources": later("nobody would have owned anything"),
    "gateway": later(),
    "watch": later(),
    "issue": later(),
    "plans": later(),
}

API: Keys = {
    "name": Key(v.text, "events would not have said whose they are", required=True),
    "base": Key(
        v.spelled("P205", words.base, patterns.BASE), "every path would have been another one"
    ),
    "hosts": Key(addresses.hosts, "no host would have been accepted", required=True),
    "https": Key(v.one_of(HTTPS), "plain http would have been refused everywhere"),
    "proxies": Key(addresses.proxies, "every client would have had the address of the proxy"),
    "forwarded": Key(v.one_of(FORWARDED), "the wrong forwarding headers would have been believed"),
    "cors": Key(
        _table("cors", CORS, "pages", nested.cors), "no web page could have read an answer"
    ),
    "flood": Key(v.client_limit("flood"), "nothing would have stopped a flood"),
    "guesses": Key(v.client_limit("guesses"), "passwords and tokens could have been guessed"),
    "deny": Key(addresses.networks, "nobody would have been kept out"),
    "target": Key(v.whole(64, 65536), "request targets would have had the usual bound"),
    "headers": Key(v.size, "request headers would have had the usual bound"),
    "shadow": Key(
        _table("shadow", SHADOW, "the API", nested.shadow), "everything would have been enforced"
    ),
    "bans": later("nobody would have been banned"),
}


STORES: Keys = {
    "limits": Key(nested.store, "no limit would have counted anything", required=True),
    "events": Key(files.folder, "no event would have been kept"),
}

EVENTS: Keys = {
    "cap": Key(v.size_from(16 * 1024**2), "events would have taken up to 1 GiB of the disk"),
    "key": Key(files.secret, "clients would have had other pseudonyms on every machine"),
    "network": Key(v.flag, "events would have said the networks of clients in clear"),
    "lost": Key(v.one_of(LOST), "requests would have been served although nobody wrote them down"),
}

IDENTITY_KINDS: Final = ("jwt",)
LATER_KINDS: Final = ("opaque", "api_key", "session", "framework", "signature")

IDENTITY: Keys = {
    "kind": Key(v.one_of(IDENTITY_KINDS, LATER_KINDS), "nobody could have signed in",
                required=True),
    "issuer": Key(v.text, "tokens of any issuer would have been accepted", required=True),
    "audience": Key(v.text, "tokens for any other API would have been accepted", required=True),
    "algorithms": Key(v.listed(v.one_of(ALGORITHMS), empty=False),
                      "the token would have chosen how it is verified", required=True),
    "keys": Key(files.references, "no token could have been verified", required=True),
    "typ": Key(v.text, "other kinds of tokens would have been accepted"),
    "subject": Key(v.text, "the subject would have been read from `sub`"),
    "tenant": Key(v.text, "nobody would have had a tenant"),
    "scopes": Key(v.text, "scopes would have been read from `scope`"),
    "roles": Key(v.text, "nobody would have had a role"),
    "required": Key(v.listed(v.text), "tokens without these claims would have been accepted"),
    "leeway": Key(v.whole(0, 60), "no clock difference would have been forgiven"),
    "lifetime": Key(v.whole(0, 10 * 365 * 86400), "tokens would have lived a day at most"),
    "login": later(), "cookie": later(), "csrf": later(),
}  # fmt: skip

_FREE_QUERY = nested.named(nested.query, nested.query_key)
_FREE_PARAMS = nested.named(nested.nobodys, nested.name_key)
_FREE_HEADERS = nested.named(nested.header, nested.header_key)
_ENTRY_OUTPUT = _table("output", OUTPUT, "answers", nested.output)
_ENTRY_SHADOW = _table("shadow", SHADOW, "the entry", nested.shadow)
_ENTRY_EXAMPLE = _table("example", EXAMPLE, "the example", nested.example)

OPERATION: Keys = {
    # who
    "identity": Key(v.listed(v.name, empty=False), "no identity would have been asked of {of}"),
    "public": Key(v.flag, "{of} would have been closed"),
    "scopes": Key(v.listed(v.scope), "no scope would have been asked of {of}"),
    "roles": Key(v.listed(v.role), "no role would have been asked of {of}"),
    "networks": Key(addresses.networks, "{of} would have been open to every network"),
    # how much
    "limits": Key(v.listed(v.name), "nothing would have limited {of}"),
    "body": Key(v.size, "the body of {of} would have had the usual bound"),
    # what comes in
    "query": Key(_FREE_QUERY, "the query of {of} would have been refused"),
    "input": Key(files.form, "nothing would have checked the body of {of}"),
    "params": Key(_FREE_PARAMS, "nobody would have said what {of} names"),
    # what goes out
    "output": Key(_ENTRY_OUTPUT, "every field would have left {of}"),
    "headers": Key(_FREE_HEADERS, "these headers would not have been set by {of}"),
    "cache": Key(v.matching("P210", patterns.CACHE, "a Cache-Control value (RFC 9111)"),
                 "answers of {of} would have been stored as usual"),
    # how it is reached
    "https": Key(v.one_of(HTTPS), "{of} would have treated plain http as the API does"),
    "hosts": Key(addresses.hosts, "{of} would have answered on the hosts of the API"),
    # what it is
    "decoy": Key(v.flag, "nobody would have noticed who asks for {of}"),
    "shadow": Key(_ENTRY_SHADOW, "{of} would have been enforced"),
    "example": Key(_ENTRY_EXAMPLE, "no probe would have reached {of}"),
    # notes
    "loosen": Key(v.text, "nobody would have said why {of} is looser"),
    "why": Key(v.text, "the note about {of} would have been lost"),
    # the language has these, a later version enforces them
    "object": later("nobody would have owned the objects of {of}"),
    "list": later("{of} would have listed everybody's objects"),
    "create": later("objects made by {of} would have had no owner"),
    "read": later("every field would have left {of}"),
    "write": later("every field of {of} could have been written"),
    "uploads": later("files sent to {of} would not have been looked at"),
    "plans": later("no plan would have limited {of}"),
    "signals": later("payloads of {of} would not have been looked at"),
    "csrf": later("other pages could have sent {of}"),
}  # fmt: skip
"""Keys of an ``[operations]`` entry."""

ONLY_OPERATION: Final = ("example",)
NO_DEFAULT: Final = ("public", "decoy", "params", "input", "output", "loosen")


GROUP: Keys = {
    "operations": Key(nested.operations, "{of} would have held for nothing", required=True),
    **{key: row for key, row in OPERATION.items() if key not in ONLY_OPERATION},
}
"""Keys of a group: those of an operation, for many."""

DEFAULTS: Keys = {
    key: row for key, row in OPERATION.items() if key not in (*ONLY_OPERATION, *NO_DEFAULT)
}
"""Keys of ``[defaults]``: none of them opens or hides anything, none is about one operation."""

PASS: Keys = {
    "why": Key(v.text, "nobody would have said whose guard {of} has", required=True),
    "https": Key(v.one_of(HTTPS), "{of} would have treated plain http as the API does"),
    "hosts": Key(addresses.hosts, "{of} would have answered on the hosts of the API"),
    "networks": Key(addresses.networks, "{of} would have been open to every network"),
}

_UNTESTED: Final = "this test would have asked something else"

EXPECT: Keys = {
    "ask": Key(
        v.spelled("P213", words.ask, patterns.ASK),
        "this test would have asked nothing",
        required=True,
    ),
    "as": Key(v.text, "this test would have asked as nobody"),
    "identity": Key(v.name, _UNTESTED),
    "scopes": Key(v.listed(v.scope), _UNTESTED),
    "roles": Key(v.listed(v.role), _UNTESTED),
    "tenant": Key(v.text, _UNTESTED),
    "body": Key(v.json, _UNTESTED),
    "client": Key(addresses.address, _UNTESTED),
    "host": Key(addresses.host, _UNTESTED),
    "https": Key(v.flag, _UNTESTED),
    "answer": Key(nested.answer, "every answer would have been right", required=True),
    "by": Key(v.one_of(CONTROLS), "a refusal by any control would have been right"),
    "object": later(_UNTESTED),
}

SECTIONS: Final = {
    "the file itself": TOP,
    "[api]": API,
    "[stores]": STORES,
    "[events]": EVENTS,
    "[identity.NAME]": IDENTITY,
    "[defaults]": DEFAULTS,
    "a group": GROUP,
    "an operation": OPERATION,
    "[pass]": PASS,
    "[[expect]]": EXPECT,
    "cors": CORS,
    "output": OUTPUT,
    "example": EXAMPLE,
    "shadow": SHADOW,
}
"""All tables by what people call them."""

_HOMES: Final = (
    *("an operation", "[api]", "a group", "the file itself", "[identity.NAME]"),
    *("[stores]", "[events]", "[[expect]]"),
)


def home_of(key: str) -> str:
    """Where a key belongs that was written elsewhere; empty where it is known nowhere."""
    return next((home for home in _HOMES if key in SECTIONS[home]), "")


FILE: Final = Grammar(TOP, home_of)
THE_API: Final = Grammar(API, home_of)
THE_STORES: Final = Grammar(STORES, home_of)
THE_EVENTS: Final = Grammar(EVENTS, home_of)
AN_IDENTITY: Final = Grammar(IDENTITY, home_of)
THE_DEFAULTS: Final = Grammar(DEFAULTS, home_of)
A_GROUP: Final = Grammar(GROUP, home_of)
AN_OPERATION: Final = Grammar(OPERATION, home_of)
A_PASS: Final = Grammar(PASS, home_of)
A_TEST: Final = Grammar(EXPECT, home_of)
