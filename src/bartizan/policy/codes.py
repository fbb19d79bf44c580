"""Every code that the loader can give: what it means, why it matters, wrong and right.

The table is what ``bartizan explain`` and the documentation print; tests load every example.
Examples leave out the sections that are not their point; `complete` adds them.
"""

from types import MappingProxyType
from typing import Final

from msgspec import Struct


class Code(Struct, frozen=True):
    """One kind of fault."""

    code: str
    """``P103``: P1 syntax and keys, P2 values, P3 references and merging, P4 lints."""
    title: str
    """What is wrong, in a few words."""
    why: str
    """What goes wrong for an API where nobody says so."""
    bad: str
    """A short policy that has the fault."""
    good: str
    """The same without it."""
    reference: str
    """Where to read on: a standard, a CWE number or an OWASP page."""


_SECTIONS: Final = {
    "[api]": '[api]\nname = "shop"\nhosts = ["api.example.com"]\n',
    "[stores]": '[stores]\nlimits = "memory://"\n',
    "[identity.": (
        '[identity.main]\nkind = "jwt"\nissuer = "https://id.example.com/"\naudience = "shop"\n'
        'algorithms = ["ES256"]\nkeys = "file:jwks.json"\n'
    ),
    "[limits]": '[limits]\ncrowd = "300/minute per client"\nlogin = "5/minute per client"\n',
    "[defaults]": '[defaults]\nidentity = ["main"]\nlimits = ["crowd"]\n',
}


def complete(example: str) -> str:
    """An example with the sections that it leaves out; an overlay is complete as it is."""
    if example.startswith("extends"):
        return example
    return example + "".join(f"\n{text}" for head, text in _SECTIONS.items() if head not in example)


_TOML = "https://toml.io/en/v1.0.0"
_API8 = "OWASP API8:2023 Security Misconfiguration"
_API4 = "OWASP API4:2023 Unrestricted Resource Consumption"
_API5 = "OWASP API5:2023 Broken Function Level Authorization"

_TABLE: Final = (
    # ---------------------------------------------------------------- syntax and keys
    Code(
        "P101", "this is not TOML",
        "A file that cannot be read to its end cannot hold: nothing after the fault would count.",
        '[operations."GET /health"]\npublic = true\nhttps = off\n',
        '[operations."GET /health"]\npublic = true\nhttps = "off"\n',
        _TOML,
    ),
    Code(
        "P102", "a key is there twice",
        "One of the two would be lost, and a reviewer may have read the other one.",
        '[defaults]\nidentity = ["main"]\nlimits = ["crowd"]\nlimits = ["login"]\n',
        '[defaults]\nidentity = ["main"]\nlimits = ["crowd", "login"]\n',
        _TOML,
    ),
    Code(
        "P103", "unknown key",
        "A misspelt rule is a rule that never holds. Nothing would have said so.",
        '[operations."POST /login"]\npublic = true\nlimts = ["login"]\n',
        '[operations."POST /login"]\npublic = true\nlimits = ["login"]\n',
        _API8,
    ),
    Code(
        "P104", "a key is missing",
        "Some things have no safe default and have to be said: hosts, issuers, where is counted.",
        '[api]\nname = "shop"\n',
        '[api]\nname = "shop"\nhosts = ["api.example.com"]\n',
        _API8,
    ),
    Code(
        "P105", "not enforced by this version",
        "The language knows this word and this version does not enforce it. It is refused, since "
        "a rule that is accepted and does not hold is worse than none.",
        '[operations."GET /orders"]\nlist = "order"\n',
        '[operations."GET /orders"]\nscopes = ["orders:read"]\n',
        "the release notes",
    ),
    # ---------------------------------------------------------------- values
    Code(
        "P201", "another kind of value",
        "A text where a list belongs would be read letter by letter, or not at all.",
        '[operations."GET /orders"]\nscopes = "orders:read"\n',
        '[operations."GET /orders"]\nscopes = ["orders:read"]\n',
        _TOML,
    ),
    Code(
        "P202", "not one of the words",
        "Only these words mean something here; any other would have fallen back to a default.",
        '[operations."GET /health"]\npublic = true\nhttps = "of"\n',
        '[operations."GET /health"]\npublic = true\nhttps = "off"\n',
        _API8,
    ),
    Code(
        "P203", "a limit that cannot be read",
        "A limit says how many, in which time, and what is counted apart. Without the last, one "
        "client could use up what is meant for all.",
        '[limits]\ncrowd = "300/minute"\nlogin = "5/minute per client"\n',
        '[limits]\ncrowd = "300/minute per client"\nlogin = "5/minute per client"\n',
        _API4,
    ),
    Code(
        "P204", "no network or address",
        "A network with host bits is a slip: it is wider, or another one, than it reads.",
        '[operations."GET /metrics"]\nnetworks = ["10.0.0.7/8"]\n',
        '[operations."GET /metrics"]\nnetworks = ["10.0.0.0/8"]\n',
        "RFC 4632, RFC 4291",
    ),
    Code(
        "P205", "no operation, path or prefix",
        "A path that no request can ever have guards nothing.",
        '[operations."GET /orders/{order_id}"]\n',
        '[operations."GET /orders/{order_id:int}"]\n',
        "RFC 3986 section 3.3",
    ),
    Code(
        "P206", "no size, or a number out of bounds",
        "A bound that is read in the wrong unit is a thousand times too wide.",
        '[operations."POST /orders"]\nbody = "64 KB"\n',
        '[operations."POST /orders"]\nbody = "64 KiB"\n',
        "IEC 80000-13",
    ),
    Code(
        "P207", "a query parameter that cannot be read",
        "Query parameters are refused unless they are declared, with their type and bounds.",
        '[operations."GET /orders"]\nquery = { page = "integer" }\n',
        '[operations."GET /orders"]\nquery = { page = "int 1..1000" }\n',
        "CWE-20, " + _API4,
    ),
    Code(
        "P208", "no host or origin",
        "Hosts and origins are compared as browsers send them; any other spelling never matches.",
        '[api]\nname = "shop"\nhosts = ["https://api.example.com/"]\n',
        '[api]\nname = "shop"\nhosts = ["api.example.com"]\n',
        "RFC 9110 section 7.2, RFC 6454 section 7",
    ),
    Code(
        "P209", "every origin, with credentials",
        "Every web page could act as whoever looks at it.",
        '[api]\nname = "shop"\nhosts = ["api.example.com"]\n'
        'cors = { origins = ["*"], credentials = true }\n',
        '[api]\nname = "shop"\nhosts = ["api.example.com"]\n'
        'cors = { origins = ["https://app.example.com"], credentials = true }\n',
        "CWE-942, Fetch standard (CORS protocol and credentials)",
    ),
    Code(
        "P210", "a header that cannot be set",
        "Some headers belong to the server, the view or another key; a name or value that HTTP "
        "does not allow would split the answer.",
        '[operations."GET /orders"]\nheaders = { Set-Cookie = "seen=1" }\n',
        '[operations."GET /orders"]\nheaders = { X-Robots-Tag = "none" }\n',
        "RFC 9110 section 5, CWE-113",
    ),
    Code(
        "P211", "an example that is not legal",
        "The audit sends the example to see that the legal way works; one that is refused proves "
        "nothing.",
        '[operations."GET /orders/{order_id:int}"]\nexample = { path = { order_id = "seven" } }\n',
        '[operations."GET /orders/{order_id:int}"]\nexample = { path = { order_id = 7 } }\n',
        "OpenAPI 3.1, Parameter Object",
    ),
    Code(
        "P212", "a shadow without a day",
        "A shadow refuses nothing; it ends on a day, or it would never end.",
        '[operations."GET /orders"]\nshadow = { until = "soon" }\n',
        '[operations."GET /orders"]\nshadow = { until = 2030-12-31 }\n',
        "RFC 3339 section 5.6",
    ),
    Code(
        "P213", "a test that cannot be asked",
        "An expectation that no request can meet, or any, tests nothing.",
        '[[expect]]\nask = "GET /orders"\nanswer = 200\n',
        '[[expect]]\nask = "GET /orders"\nanswer = 401\n',
        "RFC 9110 section 15",
    ),
    Code(
        "P214", "a secret stands in the policy",
        "A policy is reviewed, copied and shown. Whoever reads it would have the secret.",
        '[identity.main]\nkind = "jwt"\nissuer = "https://id.example.com/"\naudience = "shop"\n'
        'algorithms = ["HS256"]\nkeys = "correct horse battery staple"\n',
        '[identity.main]\nkind = "jwt"\nissuer = "https://id.example.com/"\naudience = "shop"\n'
        'algorithms = ["HS256"]\nkeys = "env:SHOP_TOKEN_SECRET"\n',
        "CWE-798",
    ),
    Code(
        "P215", "output that cannot be cut",
        "Only the fields that are named leave; a field that names nothing, or everything, cuts "
        "nothing.",
        '[operations."GET /orders"]\noutput = { at = "results[]", fields = ["lines[0].sku"] }\n',
        '[operations."GET /orders"]\noutput = { at = "results[]", fields = ["lines[].sku"] }\n',
        "OWASP API3:2023 Broken Object Property Level Authorization",
    ),
    Code(
        "P216", "not a name",
        "Names of identities, limits and forms are plain words; a scope holds no spaces, so two "
        "scopes in one text are a scope that nobody carries.",
        '[operations."GET /orders"]\nscopes = ["orders:read orders:list"]\n',
        '[operations."GET /orders"]\nscopes = ["orders:read", "orders:list"]\n',
        "RFC 6749 section 3.3",
    ),
    # ---------------------------------------------------------------- references and merging
    Code(
        "P301", "nothing has this name",
        "A rule that refers to nothing holds for nothing.",
        '[operations."POST /login"]\npublic = true\nlimits = ["logn"]\n',
        '[operations."POST /login"]\npublic = true\nlimits = ["login"]\n',
        _API4,
    ),
    Code(
        "P302", "nobody decides who may",
        "An operation is closed until something says who may use it; open is said in words.",
        '[defaults]\nlimits = ["crowd"]\n\n[operations."GET /orders"]\n',
        '[defaults]\nlimits = ["crowd"]\n\n[operations."GET /orders"]\nidentity = ["main"]\n',
        _API5,
    ),
    Code(
        "P303", "two things at once",
        "Where two rules contradict each other, one of them does not hold.",
        '[operations."GET /orders"]\npublic = true\nscopes = ["orders:read"]\n',
        '[operations."GET /orders"]\nscopes = ["orders:read"]\n',
        _API5,
    ),
    Code(
        "P304", "looser than the rule above it",
        "A local rule never weakens a general one in silence: it says why.",
        '[limits]\ncrowd = "300/minute per client"\nbulk = "9000/minute per client"\n\n'
        '[operations."GET /export"]\nlimits = ["bulk"]\n',
        '[limits]\ncrowd = "300/minute per client"\nbulk = "9000/minute per client"\n\n'
        '[operations."GET /export"]\nlimits = ["bulk"]\nloosen = "the nightly report reads all"\n',
        "CWE-657, " + _API4,
    ),
    Code(
        "P305", "one thing twice",
        "Two entries for the same requests: one of them would decide nothing.",
        '[operations."GET /orders/{id:int}"]\n\n[operations."GET /orders/{order_id:int}"]\n',
        '[operations."GET /orders/{order_id:int}"]\n',
        "CWE-694",
    ),
    Code(
        "P306", "an operation in two groups",
        "Nobody could say which group holds.",
        '[groups."/"]\noperations = ["GET /orders/"]\n\n'
        '[groups."/orders/"]\noperations = ["GET /"]\nroles = ["staff"]\n',
        '[groups."/orders/"]\noperations = ["GET /"]\nroles = ["staff"]\n',
        "CWE-694",
    ),
    Code(
        "P307", "two guards for one path",
        "A subtree that is passed on has a guard of its own; an operation in it has ours.",
        '[pass."/admin/"]\nwhy = "a guard of its own"\n\n[operations."GET /admin/users"]\n',
        '[pass."/admin/"]\nwhy = "a guard of its own"\n\n[operations."GET /users"]\n',
        _API5,
    ),
    Code(
        "P308", "an overlay changes a rule",
        "Rules stand in one file, so that the file that is reviewed is the file that holds.",
        'extends = "bartizan.toml"\n\n[defaults]\nlimits = []\n',
        'extends = "bartizan.toml"\n\n[api]\nhosts = ["localhost:8000"]\n',
        "CWE-1188",
    ),
    Code(
        "P309", "a policy file that cannot be read",
        "Half a policy is none.",
        'extends = "missing.toml"\n',
        'extends = "bartizan.toml"\n',
        "CWE-636",
    ),
    Code(
        "P310", "a file that the policy refers to cannot be read",
        "A list of networks or a schema that is not there keeps nobody and nothing out.",
        '[api]\nname = "shop"\nhosts = ["api.example.com"]\ndeny = "file:missing.txt"\n',
        '[api]\nname = "shop"\nhosts = ["api.example.com"]\ndeny = ["203.0.113.0/24"]\n',
        "CWE-636",
    ),
    Code(
        "P311", "a parameter that is not there, or has no reason",
        'A path parameter names somebody\'s object; "none" says that it is everybody\'s, and why.',
        '[operations."GET /products/{pk:int}"]\nparams = { pk = "none" }\n',
        '[operations."GET /products/{pk:int}"]\nparams = { pk = "none" }\n'
        'why = "the catalogue has no owner"\n',
        "OWASP API1:2023 Broken Object Level Authorization",
    ),
)  # fmt: skip

CODES: Final = MappingProxyType({row.code: row for row in _TABLE})
"""All codes of the loader, in order."""
