"""Hostile tokens by name: JSON that two readers read differently, and claims of a good signature.

All of them are rightly signed: only the law that they break can refuse them.
"""

from collections.abc import Callable
from typing import Any

from tests.credentials.forge import (
    CLAIMS,
    GONE,
    HEADER,
    NOW,
    claiming,
    compact,
    from_partner,
    raw_claims,
    raw_header,
    seal,
)
from tests.credentials.hostile import Case, rows


def header_text(raw: bytes) -> Callable[[], str]:
    """A token whose header is these bytes."""
    return lambda: seal(raw, compact(CLAIMS))


def claims_text(raw: bytes) -> Callable[[], str]:
    """A token whose claims are these bytes."""
    return lambda: seal(compact(HEADER), raw)


def claim(name: str, *values: Any) -> tuple[tuple[str, Callable[[], str]], ...]:
    """One case for each value of a claim."""
    return tuple(
        (f"{name} {value!r}"[:60], (lambda v: lambda: claiming(**{name: v}))(value))
        for value in values
    )


def written(name: str, *texts: str) -> tuple[tuple[str, Callable[[], str]], ...]:
    """One case for each JSON text of a claim, for what Python does not write."""

    def make(text: str) -> Callable[[], str]:
        rest = {key: value for key, value in CLAIMS.items() if key != name}
        whole = f'{{"{name}":{text},'.encode() + compact(rest)[1:]
        return lambda: seal(compact(HEADER), whole)

    return tuple((f"{name} written {text[:40]}", make(text)) for text in texts)


GOOD_HEADER, GOOD_CLAIMS = compact(HEADER), compact(CLAIMS)

DOCUMENTS: tuple[tuple[str, Callable[[bytes], bytes]], ...] = (
    ("a list", lambda good: b"[" + good + b"]"),
    ("an empty list", lambda good: b"[]"),
    ("a string", lambda good: b'"alg"'),
    ("a number", lambda good: b"1"),
    ("null", lambda good: b"null"),
    ("true", lambda good: b"true"),
    ("white space", lambda good: b"  "),
    ("not JSON", lambda good: b"alg: ES256"),
    ("single quotes", lambda good: good.replace(b'"', b"'")),
    ("a comma too many", lambda good: good[:-1] + b",}"),
    ("a comment", lambda good: good[:-1] + b"/**/}"),
    ("cut off", lambda good: good[:-1]),
    ("two documents", lambda good: good + good),
    ("something after", lambda good: good + b"x"),
    ("a NUL after", lambda good: good + b"\x00"),
    ("a form feed before", lambda good: b"\x0c" + good),
    ("a no-break space before", lambda good: "\u00a0".encode() + good),
    ("a byte order mark", lambda good: b"\xef\xbb\xbf" + good),
    ("UTF-16", lambda good: good.decode().encode("utf-16")),
    ("UTF-16 without mark", lambda good: good.decode().encode("utf-16-le")),
    ("UTF-32", lambda good: good.decode().encode("utf-32-be")),
    ("UTF-7", lambda good: good.replace(b"{", b"+AHs-")),
    ("invalid UTF-8", lambda good: good[:-1] + b',"x":"\xff"}'),
    ("overlong UTF-8", lambda good: good[:-1] + b',"x":"\xc0\xaf"}'),
    ("UTF-8 of a surrogate", lambda good: good[:-1] + b',"x":"\xed\xa0\x80"}'),
    ("cut UTF-8", lambda good: good[:-1] + b',"x":"\xe2\x82"}'),
    ("a lone high surrogate", lambda good: good[:-1] + rb',"x":"\ud800"}'),
    ("a lone low surrogate", lambda good: good[:-1] + rb',"x":"\udfff"}'),
    ("a surrogate in a name", lambda good: good[:-1] + rb',"\ud800":1}'),
    ("a surrogate deep inside", lambda good: good[:-1] + rb',"x":[{"y":["\ud800"]}]}'),
    ("a raw control character", lambda good: good[:-1] + b',"x":"\n"}'),
    ("a bad escape", lambda good: good[:-1] + rb',"x":"\x41"}'),
    ("NaN", lambda good: good[:-1] + b',"x":NaN}'),
    ("Infinity", lambda good: good[:-1] + b',"x":Infinity}'),
    ("-Infinity deep inside", lambda good: good[:-1] + b',"x":[[-Infinity]]}'),
    ("1e999", lambda good: good[:-1] + b',"x":1e999}'),
    ("an integer of 18 digits", lambda good: good[:-1] + b',"x":' + b"1" * 18 + b"}"),
    ("an integer of 5,000 digits", lambda good: good[:-1] + b',"x":' + b"1" * 5000 + b"}"),
    ("a leading zero", lambda good: good[:-1] + b',"x":01}'),
    ("a plus sign", lambda good: good[:-1] + b',"x":+1}'),
    ("hexadecimal", lambda good: good[:-1] + b',"x":0x1}'),
    ("full-width digits", lambda good: good[:-1] + ',"x":１}'.encode()),
    ("17 lists deep", lambda good: good[:-1] + b',"x":' + b"[" * 17 + b"]" * 17 + b"}"),
    ("17 objects deep", lambda good: good[:-1] + b',"x":' + b'{"x":' * 17 + b"1" + b"}" * 18),
    ("900 deep", lambda good: good[:-1] + b',"x":' + b"[" * 900 + b"]" * 900 + b"}"),
    ("5,000 deep", lambda good: good[:-1] + b',"x":' + b"[" * 5000 + b"]" * 5000 + b"}"),
    ("100,000 deep", lambda good: b"[" * 100_000 + b"]" * 100_000),
    ("5,000 deep, never closed", lambda good: b'{"x":' + b"[" * 5000),
    ("a duplicate deep inside", lambda good: good[:-1] + b',"x":[{"y":1,"y":1}]}'),
    ("a duplicate of the same value", lambda good: good[:-1] + b',"x":1,"x":1}'),
)

JSON = (
    *rows(
        "token_malformed",
        *((f"header: {name}", header_text(change(GOOD_HEADER))) for name, change in DOCUMENTS),
        *((f"claims: {name}", claims_text(change(GOOD_CLAIMS))) for name, change in DOCUMENTS),
        ("duplicate alg", lambda: raw_header('"alg":"none"')),
        ("duplicate alg through an escape", lambda: raw_header(r'"\u0061lg":"none"')),
        ("duplicate kid", lambda: raw_header('"kid":"k1"')),
        ("duplicate sub", lambda: raw_claims('"sub":"root"')),
        ("duplicate sub through an escape", lambda: raw_claims(r'"s\u0075b":"root"')),
        ("duplicate exp", lambda: raw_claims('"exp":9999999999')),
        ("duplicate iss", lambda: raw_claims('"iss":"https://partner.example.net"')),
        ("duplicate aud", lambda: raw_claims('"aud":"other"')),
    ),
)

WRONG_DATES = (
    str(NOW + 300), "", "never", "１８００００００００", None, True, False, [], [NOW + 300], {}, -1,
    -1.5, 1e30, 253402300800, "Infinity", "NaN", f"{NOW + 300}.0",
)  # fmt: skip

DATES = (
    *rows(
        "token_claims",
        ("exp missing", lambda: claiming(exp=GONE)),
        *claim("exp", *WRONG_DATES),
        *claim("nbf", *WRONG_DATES),
        *claim("iat", *WRONG_DATES),
        ("iat missing", lambda: claiming(iat=GONE)),
        ("a lifetime over the bound", lambda: claiming(exp=NOW + 3600, iat=NOW - 1)),
        ("an expiry in the year 3000", lambda: claiming(exp=32503680000)),
        ("an expiry in milliseconds", lambda: claiming(exp=(NOW + 300) * 1000)),
    ),
    *rows(
        "token_malformed",
        *(
            case
            for name in ("exp", "nbf", "iat")
            for case in written(
                name, "NaN", "Infinity", "-Infinity", "1e999", "9" * 5000, "1_800_000_300", "１８"
            )
        ),
    ),
    *rows(
        "token_expired",
        ("exp now", lambda: claiming(exp=NOW)),
        ("exp a second ago", lambda: claiming(exp=NOW - 1)),
        ("exp now, as a float", lambda: claiming(exp=float(NOW))),
        ("exp 0", lambda: claiming(exp=0)),
        ("exp -0.0", lambda: claiming(exp=-0.0)),
        ("exp a year ago", lambda: claiming(exp=NOW - 31536000, iat=NOW - 31536060)),
        ("exp before iat", lambda: claiming(exp=NOW - 100)),
    ),
    *rows(
        "token_not_yet",
        ("nbf in a second", lambda: claiming(nbf=NOW + 1)),
        ("nbf in half a second", lambda: claiming(nbf=NOW + 0.5)),
        ("nbf after exp", lambda: claiming(nbf=NOW + 301)),
        ("iat in a second", lambda: claiming(iat=NOW + 1)),
        ("iat in a year", lambda: claiming(iat=NOW + 31536000)),
    ),
)

WRONG_TEXTS = (
    None, "", 0, 1, True, False, 1.5, [], ["alice"], {}, {"id": "alice"}, "a" * 256, "a\x00b",
    "a\nb", "a\r\nSet-Cookie: x", "a\x1b[2J", "a\u202eb", "a\u2028b", "a\u200bb",
)  # fmt: skip

WRONG_SCOPES = (
    None, True, 0, 1.5, {}, {"orders:read": True}, [None], [1], [["orders:read"]], [""],
    ["orders:read", ""], ["orders:read orders:write"], ["a", True], " ", " a", "a ", "a  b", "a\tb",
    "a\nb", 'a"b', "a\\b", "a\x00", "a\u00a0b", "ä", "a\x7f",
)  # fmt: skip

TYPED = (
    *rows(
        "token_audience",
        *claim(
            "aud", "", "Orders", "orders ", " orders", "order", "orders2", "ord\u0435rs", "*", [],
            [""], ["other"], ["Orders", "orders "], "other orders", "other,orders",
            ["other,orders"], "https://orders",
        ),
    ),
    *rows(
        "token_claims",
        ("aud missing", lambda: claiming(aud=GONE)),
        *claim("aud", None, 1, True, {}, {"orders": 1}, ["orders", 1], ["orders", None],
               [["orders"]], [True]),
        ("sub missing", lambda: claiming(sub=GONE)),
        *claim("sub", *WRONG_TEXTS),
        *claim("jti", *WRONG_TEXTS[:12]),
        *claim("client_id", *WRONG_TEXTS[:12]),
        *claim("scope", *WRONG_SCOPES),
        *claim("roles", None, "staff", "", 1, True, {}, {"staff": True}, [1], [None], [True], [[]],
               ["staff", ""], ["staff", ["admin"]], ["a\x00"], ["a" * 256]),
        *claim("org", *WRONG_TEXTS[:14]),
        *claim("cnf", {}, None, {"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"},
               {"x5t#S256": "bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2"}, "x"),
        ("cnf of the partner", lambda: from_partner(claims={"cnf": {"jkt": "x"}})),
    ),
)  # fmt: skip

CLAIM_CASES: tuple[Case, ...] = (*JSON, *DATES, *TYPED)
