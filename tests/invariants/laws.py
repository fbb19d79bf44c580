"""The invariants that a request can ask for: their questions stand in the corpus."""

from inspect import iscoroutinefunction
from typing import Any, Final

from bartizan import asgi, wsgi
from bartizan.django import facts
from bartizan.django.gate import Gate
from bartizan.enforce.controls import client, rate
from bartizan.enforce.table import ORDER
from tests.conformance.corpus import COLUMN_NAMES, ColumnName
from tests.invariants import otherwise as other
from tests.invariants.asked import law, reasons
from tests.invariants.twins import AT, Invariant, Twin, instead, swapped, without

ROUTER: Final = "bartizan.enforce.engine:Router"
RATE: Final = "bartizan.enforce.controls.rate"
CLIENT: Final = "bartizan.enforce.controls.client"
BEHIND: Final[tuple[ColumnName, ...]] = ("flask", "middleware", "wsgi", "asgi")
DJANGO: Final[tuple[ColumnName, ...]] = ("middleware", "wsgi", "asgi")
SOCKETS: Final[tuple[ColumnName, ...]] = ("engine", "asgi")
UNSPOKEN: Final[dict[str, Any]] = {
    "bartizan.wsgi:tell": other.told_nothing,
    "bartizan.asgi:tell": other.same_scope,
    "bartizan.django.middleware:tell": other.told_nothing,
}


def _is_class(view: Any) -> bool:
    return hasattr(view, "view_class")


def _not_django(kind: Any) -> dict[str, Any]:
    return {"bartizan.django.gate:Gate.route": other.knowing(kind, Gate.route)}


def _guessing() -> dict[str, Any]:
    return {
        "bartizan.wsgi:Outside.__init__.__defaults__": (other.mounted_anywhere(wsgi.facts),),
        "bartizan.django.callables:of_environ": other.mounted_anywhere(facts.of_environ),
        "bartizan.django.middleware:of_request": lambda request: facts.of_environ(
            {**request.META, "SCRIPT_NAME": ""}
        ),
        "bartizan.django.callables:of_scope": other.mounted_anywhere(asgi.facts),
    }


LAWS: Final = (
    Invariant(
        "a rule belongs to route template and method: walking ids spends one bucket",
        law("a rule belongs to route template and method"),
        (Twin("buckets of the raw path", {f"{RATE}:_KEYS": other.per_path()}),),
    ),
    Invariant(
        "one spelling of the target and the header",
        reasons("target_malformed", "header_malformed"),
        (Twin("a lenient reader", without("spelling")),),
    ),
    Invariant(
        "path parameters have one spelling",
        law("path parameters have one spelling"),
        (Twin("numbers in any spelling", {ROUTER: other.routing(other.any_number)}),),
    ),
    Invariant(
        "mount prefixes come from the policy's base, never guessed",
        law("mount prefixes come from the policy's base"),
        (Twin("paths without their mount", _guessing(), BEHIND),),
    ),
    Invariant(
        "matching is case-sensitive",
        law("matching is case-sensitive"),
        (Twin("paths without case", {ROUTER: other.routing(other.any_case)}),),
    ),
    Invariant(
        "methods are case-sensitive",
        law("methods are case-sensitive"),
        (Twin("methods without case", {ROUTER: other.routing(other.any_method_case)}),),
    ),
    Invariant(
        "HEAD is GET",
        law("HEAD is GET"),
        (
            Twin("HEAD is a method of its own", {ROUTER: other.routing(other.head_apart)}),
            Twin("HEAD needs no scope", without("scopes")),
        ),
    ),
    Invariant(
        "a GET or DELETE with a body is 400 unless declared",
        law("GET and DELETE take no body unless declared"),
        (
            Twin(
                "bodies for every method",
                {"bartizan.enforce.controls.size:_bodiless": lambda operation: False},
            ),
        ),
    ),
    Invariant(
        "class-based views are covered like functions",
        law("class-based views are covered like functions"),
        (
            Twin("a gate that knows functions alone", _not_django(_is_class), DJANGO),
            Twin("no scopes", without("scopes")),
            Twin("no input", without("input")),
        ),
    ),
    Invariant(
        "async views are covered like functions",
        law("async views are covered like functions"),
        (
            Twin("a gate that knows sync alone", _not_django(iscoroutinefunction), DJANGO),
            Twin("nobody asks who", without("authenticate")),
            Twin("no input", without("input")),
        ),
    ),
    Invariant(
        "undeclared equals absent; the policy's lines are the methods",
        reasons("operation_unknown", "method_unknown"),
        (Twin("what is not declared passes", without("operation")),),
    ),
    Invariant(
        "after act one there is one truth, and no forwarding header behind it",
        law("after act one there is one truth"),
        (Twin("act one keeps what it decided to itself", UNSPOKEN, BEHIND),),
    ),
    Invariant(
        "forwarding headers count only from a peer in `proxies`",
        law("forwarding headers count only from proxies"),
        (Twin("everybody is a proxy", {f"{CLIENT}:Proxies": other.everybody}),),
    ),
    Invariant(
        "forwarding headers are read from the right",
        law("forwarding headers are read from the right"),
        (Twin("from the left", {f"{CLIENT}:true_client": other.from_the_left}),),
    ),
    Invariant(
        "a forwarding header never makes a new client",
        law("a forwarding header never makes a new client"),
        (Twin("unknown hops are skipped", {f"{CLIENT}:true_client": other.leftmost}),),
    ),
    Invariant(
        "servers that rewrite the peer themselves are detected",
        reasons("peer_rewritten"),
        (
            Twin(
                "the peer is what the server says",
                instead("client", other.seen_as(client.bind, peer_rewritten=False)),
                ("engine",),
            ),
        ),
    ),
    Invariant(
        "bytes without a length are counted as they come",
        law("bytes are counted as they come"),
        (
            Twin("receive is the server's", {"bartizan.asgi:_Answering._counted": other.uncounted},
                 ("asgi",)),
            Twin("the stream is the server's", {"bartizan.flask.inside:_bound": other.unbounded},
                 ("flask",)),
        ),
    ),
    Invariant(
        "an undeclared websocket is closed before it is accepted",
        law("an undeclared websocket is closed before it is accepted"),
        (Twin("what is not declared passes", without("operation"), SOCKETS),),
    ),
    Invariant(
        "the Origin of a websocket is checked",
        reasons("origin_unknown"),
        (Twin("any page may open a socket", without("cors"), SOCKETS),),
    ),
    Invariant(
        "the view reads the same bytes that were decided",
        law("the view reads the bytes that were decided"),
        (Twin("act one reads them", {"bartizan.wsgi:tell": other.drained}, ("flask", "wsgi")),),
    ),
    Invariant(
        "a length-less body is 411 where it cannot be bounded",
        law("a length-less body is 411 where it cannot be bounded"),
        (Twin("every server is believed", instead("size", other.endless),
              ("engine", "flask", "middleware", "wsgi")),),
    ),
    Invariant(
        "a length-less body is read where it can be bounded",
        law("a length-less body is read where it can be bounded"),
        (Twin("no server is believed", instead("size", other.not_endless),
              ("engine", "flask", "asgi")),),
    ),
    Invariant(
        "IPv6 counts by /64",
        law("IPv6 counts by /64"),
        (Twin("by the address",
              {f"{CLIENT}:counted": lambda address: address.text if address else "unknown"}),),
    ),
    Invariant(
        "IPv4-mapped and NAT64 addresses are unwrapped",
        law("mapped and NAT64 addresses are unwrapped"),
        (
            Twin(
                "addresses as they are written",
                {
                    f"{CLIENT}:parse_address": other.plain,
                    "bartizan.policy.forwarded:parse_address": other.plain,
                },
            ),
        ),
    ),
    Invariant(
        "blocked requests never extend a block",
        law("blocked requests never extend a block"),
        (Twin("every request counts", {f"{AT}:Memory": other.CountsAll}),),
    ),
    Invariant(
        "on a public operation no credential is read",
        law("on a public operation no credential is read"),
        (Twin("it is read everywhere", instead("authenticate", other.reads_everywhere)),),
    ),
    Invariant(
        "where `anonymous` is an allowed identity, a bad credential is still 401",
        law("anonymous with a bad credential is 401"),
        (Twin("a bad credential is none", instead("authenticate", other.forgives)),),
    ),
    Invariant(
        "two identities never share a subject",
        law("two identities never share a subject"),
        (
            Twin(
                "subjects by their id alone",
                {f"{RATE}:_KEYS": {**rate._KEYS, "subject": lambda context: context.subject.id}},
            ),
        ),
    ),
    Invariant(
        "only a GET or HEAD without credentials is redirected to https",
        law("https redirects only GET and HEAD without credentials"),
        (Twin("everything is redirected", instead("https", other.redirects)),),
    ),
    Invariant(
        "a decoy answers like nothing",
        law("a decoy answers like nothing"),
        (Twin("a decoy is forbidden", instead("operation", other.reveals)),),
    ),
    Invariant(
        "what was decided is what the framework resolved",
        reasons("route_disagrees"),
        (Twin("nobody compares", without("agreement"), BEHIND),),
    ),
    Invariant(
        "a response that leaves without act two is a 500",
        reasons("unguarded"),
        (
            Twin(
                "it leaves",
                {"bartizan.enforce.guard:Guard.unspoken": lambda guard, decision, status: False},
                BEHIND,
            ),
        ),
    ),
    Invariant(
        "a failing control is a 500, never a pass",
        reasons("control_failed"),
        (Twin("a failing control has no objection",
              {"bartizan.enforce.guard:Engine": other.Trusting}),),
    ),
    Invariant(
        "an exception in a view shows no trace",
        reasons("view_failed"),
        (
            Twin(
                "the framework's own page leaves",
                {"bartizan.enforce.guard:Guard.fail": lambda guard, decision, deny: False},
                BEHIND,
            ),
        ),
    ),
    Invariant(
        "security headers are set per operation",
        law("security headers are set per operation"),
        (Twin("none", {"bartizan.enforce.controls.headers:bind": other.bare}),),
    ),
    Invariant(
        "answers that are not public are not stored",
        law("answers that are not public are not stored"),
        (Twin("no header of ours", {"bartizan.enforce.controls.headers:bind": other.bare}),),
    ),
    Invariant(
        "shadow refuses nothing and says what it would have refused",
        law("shadow refuses nothing and says what it would have refused"),
        (
            Twin(
                "it refuses",
                {"bartizan.enforce.engine:Engine._veils": lambda *_: False},
            ),
        ),
    ),
    Invariant(
        "defaults and groups hold unless words show otherwise",
        law("defaults and groups hold unless words show otherwise"),
        (
            Twin(
                "an operation's own table is all",
                {"bartizan.policy.merge:merged": other.own_alone},
            ),
        ),
    ),
    Invariant(
        "the order of refusals",
        law("the order of refusals"),
        tuple(
            Twin(f"{ORDER[at + 1].control} ({ORDER[at + 1].number}) before {ORDER[at].control}",
                 swapped(at), COLUMN_NAMES)
            for at in range(len(ORDER) - 1)
        ),
    ),
)  # fmt: skip
