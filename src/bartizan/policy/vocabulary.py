"""Every word of a policy file: one table per section.

Each key says how its value is read, what would silently not have happened had it been misspelt
or left out, and whether this version enforces it. ``{of}`` is whose key it is.
"""

from collections.abc import Callable
from typing import Any, Final, get_args

from bartizan.model.reasons import REASONS
from bartizan.policy import addresses, words
from bartizan.policy import values as v
from bartizan.policy.reading import MISSING, Grammar, Key, Keys, Leaf, Table
from bartizan.policy.rules import Cors, Forwarded, Https, Output, Shadow

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


def _later(_leaf: Leaf) -> Any:
    return MISSING


def _section(leaf: Leaf) -> Any:
    """A section is read by its own table, later."""
    return leaf


def later(loss: str = "") -> Key:
    """A key that the language knows and this version does not enforce."""
    return Key(_later, loss, enforced=False)


def _nested(keys: Keys, of: str, make: Callable[[Leaf, Table], Any]) -> v.Read:
    """A table inside a table, made into its rule."""

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


def _cors(leaf: Leaf, table: Table) -> Any:
    if "*" in table.values["origins"] and table.get("credentials"):
        return table.leaves["origins"].wrong(
            "P209",
            "`*` and credentials never go together: say the origins",
            consequence="every web page could have acted as whoever looks at it",
        )
    lists = {
        key: tuple(word.lower() for word in table.values[key])
        for key in ("headers", "expose")
        if key in table
    }
    return Cors(**{**table.values, **lists})


SHADOW: Keys = {
    "until": Key(v.day, "the shadow would never have ended", required=True),
    "controls": Key(
        v.listed(v.one_of(CONTROLS), empty=False), "all controls would have been in shadow"
    ),
}


def _shadow(leaf: Leaf, table: Table) -> Any:
    return Shadow(table.values["until"], table.get("controls", ()), leaf.key_place())


OUTPUT: Keys = {
    "at": Key(v.spelled("P215", words.where), "the objects would have been looked for elsewhere"),
    "fields": Key(
        v.listed(v.spelled("P215", words.field), empty=False),
        "every field would have left",
        required=True,
    ),
}


def _output(leaf: Leaf, table: Table) -> Any:
    fields = table.values["fields"]
    for index, one in enumerate(fields):
        whole = [other for other in fields if one.startswith((f"{other}.", f"{other}[]."))]
        if whole:
            return (
                leaf.child("fields")
                .child(index)
                .wrong("P215", f"`{one}` cuts nothing: all of `{whole[0]}` leaves")
            )
    return Output(table.get("at", ""), fields)


def _json_table(leaf: Leaf) -> Any:
    if not isinstance(leaf.value, dict):
        return leaf.wrong("P201", "this is a table of names and values")
    return v.json(leaf)


EXAMPLE: Keys = {
    "path": Key(_json_table, "the audit could not have asked for it"),
    "query": Key(_json_table, "the audit would have asked without it"),
    "body": Key(v.json, "the audit would have sent no body"),
}


def _example(_leaf: Leaf, table: Table) -> Any:
    return dict(table.values)


# ------------------------------------------------------------------ tables of free names


def _named(read: v.Read, name: v.Read) -> v.Read:
    """A table whose keys are names of the user's."""

    def read_all(leaf: Leaf) -> Any:
        if not isinstance(leaf.value, dict):
            return leaf.wrong("P201", "this is a table of names and values")
        found = {}
        for key in leaf.value:
            child = leaf.child(key)
            good = name(child) is not MISSING
            value = read(child)
            if good and value is not MISSING:
                found[key] = value
        return found if len(found) == len(leaf.value) else MISSING

    return read_all


def _key_matching(code: str, pattern: str, wanted: str) -> v.Read:
    parse = v.pattern(pattern, wanted)
    return lambda leaf: v.parsed(leaf, code, parse, at_key=True)


name_key = _key_matching("P216", v.NAME, "a name of letters, digits, - and _")
_query_key = _key_matching("P207", r"[^\s&=#\x00-\x1f\x7f]{1,64}", "a parameter's name")
_header_key = _key_matching("P210", v.HTTP_WORD, "a header name (RFC 9110)")


def _query(leaf: Leaf) -> Any:
    name = str(leaf.path[-1])
    return v.spelled("P207", lambda value: words.query(name, value))(leaf)


OURS: Final = frozenset(
    {"connection", "content-length", "content-type", "date", "set-cookie", "transfer-encoding"}
    | {"vary", "cache-control", "bartizan-decision", "www-authenticate"}
)
"""Response headers that a policy does not set: the server, the view or another key does."""


def _header(leaf: Leaf) -> Any:
    name = str(leaf.path[-1]).lower()
    if name in OURS or name.startswith("access-control-"):
        key = {"cache-control": "cache"}.get(name, "cors" if name.startswith("access") else "")
        told = f": the key for it is `{key}`" if key else ""
        return leaf.wrong("P210", f"`{name}` is not set here{told}", at_key=True)
    return v.matching("P210", v.FIELD, "the value of a header (RFC 9110)")(leaf)


def _object(leaf: Leaf) -> Any:
    if leaf.value == "none":
        return "none"
    if isinstance(leaf.value, str):
        return leaf.wrong(
            "P105", 'resources are not enforced by this version: only "none" can be said'
        )
    return v.text(leaf)


# ------------------------------------------------------------------ sections

HTTPS: Final = get_args(Https)
FORWARDED: Final = get_args(Forwarded)

TOP: Keys = {
    "extends": Key(v.text, "this file would have stood alone"),
    "api": Key(_section, "hosts, https, proxies and every rule above operations", required=True),
    "stores": Key(_section, "nothing would have been counted", required=True),
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
    "base": Key(v.spelled("P205", words.base), "every path would have been another one"),
    "hosts": Key(addresses.hosts, "no host would have been accepted", required=True),
    "https": Key(v.one_of(HTTPS), "plain http would have been refused everywhere"),
    "proxies": Key(addresses.proxies, "every client would have had the address of the proxy"),
    "forwarded": Key(v.one_of(FORWARDED), "the wrong forwarding headers would have been believed"),
    "cors": Key(_nested(CORS, "pages", _cors), "no web page could have read an answer"),
    "flood": Key(v.client_limit("flood"), "nothing would have stopped a flood"),
    "guesses": Key(v.client_limit("guesses"), "passwords and tokens could have been guessed"),
    "deny": Key(addresses.networks, "nobody would have been kept out"),
    "target": Key(v.whole(64, 65536), "request targets would have had the usual bound"),
    "headers": Key(v.size, "request headers would have had the usual bound"),
    "shadow": Key(_nested(SHADOW, "the API", _shadow), "everything would have been enforced"),
    "bans": later("nobody would have been banned"),
}


def _store(leaf: Leaf) -> Any:
    if isinstance(leaf.value, str) and leaf.value.startswith(("shared:", "redis:", "rediss:")):
        return leaf.wrong("P105", "this store is not enforced by this version", "memory://")
    return v.one_of(("memory://",))(leaf)


STORES: Keys = {
    "limits": Key(_store, "no limit would have counted anything", required=True),
    "events": Key(v.folder, "no event would have been kept"),
    "key": later("clients would have been hashed with a key of this machine"),
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
    "keys": Key(v.references, "no token could have been verified", required=True),
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

_ENTRY_OUTPUT = _nested(OUTPUT, "answers", _output)
_ENTRY_SHADOW = _nested(SHADOW, "the entry", _shadow)

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
    "query": Key(_named(_query, _query_key), "the query of {of} would have been refused"),
    "input": Key(v.form, "nothing would have checked the body of {of}"),
    "params": Key(_named(_object, name_key), "nobody would have said what {of} names"),
    # what goes out
    "output": Key(_ENTRY_OUTPUT, "every field would have left {of}"),
    "headers": Key(_named(_header, _header_key), "these headers would not have been set by {of}"),
    "cache": Key(v.matching("P210", v.FIELD_SOME, "a Cache-Control value (RFC 9111)"),
                 "answers of {of} would have been stored as usual"),
    # how it is reached
    "https": Key(v.one_of(HTTPS), "{of} would have treated plain http as the API does"),
    "hosts": Key(addresses.hosts, "{of} would have answered on the hosts of the API"),
    # what it is
    "decoy": Key(v.flag, "nobody would have noticed who asks for {of}"),
    "shadow": Key(_ENTRY_SHADOW, "{of} would have been enforced"),
    "example": Key(_nested(EXAMPLE, "the example", _example), "no probe would have reached {of}"),
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


def _list(leaf: Leaf) -> Any:
    if not isinstance(leaf.value, list) or not leaf.value:
        return leaf.wrong("P201", 'this is a list of operations: ["GET /products/"]')
    return leaf


GROUP: Keys = {
    "operations": Key(_list, "{of} would have held for nothing", required=True),
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

ANSWERS: Final = tuple(sorted({reason.status for reason in REASONS.values()}))


def _answer(leaf: Leaf) -> Any:
    value = leaf.value
    if value == "permit":
        return value
    if isinstance(value, bool) or not isinstance(value, int):
        return leaf.wrong(
            "P213",
            'an answer is the status of a refusal, or "permit"',
            "permit" if isinstance(value, str) else "",
        )
    if value not in ANSWERS:
        known = " ".join(map(str, ANSWERS))
        right = "permit" if 200 <= value < 300 else ""
        return leaf.wrong("P213", f"no refusal answers {value}: {known}", right)
    return value


_UNTESTED: Final = "this test would have asked something else"

EXPECT: Keys = {
    "ask": Key(v.spelled("P213", words.ask), "this test would have asked nothing", required=True),
    "as": Key(v.text, "this test would have asked as nobody"),
    "identity": Key(v.name, _UNTESTED),
    "scopes": Key(v.listed(v.scope), _UNTESTED),
    "roles": Key(v.listed(v.role), _UNTESTED),
    "tenant": Key(v.text, _UNTESTED),
    "body": Key(v.json, _UNTESTED),
    "client": Key(addresses.address, _UNTESTED),
    "host": Key(addresses.host, _UNTESTED),
    "https": Key(v.flag, _UNTESTED),
    "answer": Key(_answer, "every answer would have been right", required=True),
    "by": Key(v.one_of(CONTROLS), "a refusal by any control would have been right"),
    "object": later(_UNTESTED),
}

SECTIONS: Final = {
    "the file itself": TOP,
    "[api]": API,
    "[stores]": STORES,
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
    *("[stores]", "[[expect]]"),
)


def home_of(key: str) -> str:
    """Where a key belongs that was written elsewhere; empty where it is known nowhere."""
    return next((home for home in _HOMES if key in SECTIONS[home]), "")


FILE: Final = Grammar(TOP, home_of)
THE_API: Final = Grammar(API, home_of)
THE_STORES: Final = Grammar(STORES, home_of)
AN_IDENTITY: Final = Grammar(IDENTITY, home_of)
THE_DEFAULTS: Final = Grammar(DEFAULTS, home_of)
A_GROUP: Final = Grammar(GROUP, home_of)
AN_OPERATION: Final = Grammar(OPERATION, home_of)
A_PASS: Final = Grammar(PASS, home_of)
A_TEST: Final = Grammar(EXPECT, home_of)
