"""What every vocabulary must do with the same bodies: one corpus, one expectation.

``NewOrder`` is written three times beside this file. Each row is a body and what must be said:
``GOOD``, ``BAD`` (400, no reading of the bytes is accepted) or the pointers of a 422.
"""

import json
from typing import Any, Final

from msgspec import Struct

GOOD: Final = "good"
BAD: Final = "bad"

ORDER: Final[dict[str, Any]] = {
    "customer": "alice",
    "total": 12,
    "price": 9.5,
    "gift": False,
    "note": None,
    "due": "2026-11-24",
    "state": "open",
    "address": {"street": "Main Street", "city": "Paris"},
    "lines": [{"sku": "a-1", "amount": 2}, {"sku": "b-2", "amount": 1}],
    "labels": {"colour": "red"},
    "extra": {"anything": [1, {"goes": True}]},
}
"""An order as it should be."""


class Row(Struct, frozen=True):
    """One body and what must be said to it."""

    name: str
    """What is tried."""
    body: bytes
    """The body."""
    said: str | tuple[str, ...]
    """``GOOD``, ``BAD``, or where a violation must be."""
    rule: str = ""
    """The sentence, where it is the same in every vocabulary."""


def encoded(value: Any) -> bytes:
    return json.dumps(value).encode()


def with_(**changes: Any) -> bytes:
    return encoded({**ORDER, **changes})


def without(name: str) -> bytes:
    return encoded({key: value for key, value in ORDER.items() if key != name})


def raw(member: bytes, written: bytes) -> bytes:
    """The order with one member's value written by hand."""
    name = member.decode()
    return with_(**{name: "@@"}).replace(b'"@@"', written)


UNDECLARED: Final = "only declared fields"
REQUIRED: Final = "a value: this field is required"

ROWS: Final = (
    Row("as it should be", encoded(ORDER), GOOD),
    Row("spaces around", b" \r\n\t" + encoded(ORDER) + b" \n", GOOD),
    Row("optional fields absent", without("note"), GOOD),
    Row("escaped characters", encoded({**ORDER, "customer": "\U0001f600\u00e9\\\""}), GOOD),
    Row("colons and brackets in texts", with_(customer='a:b":{[[['), GOOD),
    Row("free content", with_(extra={"a": {"b": [None, 1.0, "x"]}}), GOOD),
    Row("a whole number for a number", raw(b"price", b"9"), GOOD),
    # unknown
    Row("unknown field", with_(role="admin"), ("",), UNDECLARED),
    Row("unknown field that is null", with_(role=None), ("",), UNDECLARED),
    Row("unknown nested field", with_(address={**ORDER["address"], "zip": 1}), ("/address",),
        UNDECLARED),
    Row("unknown field in a list", with_(lines=[{"sku": "a", "amount": 1, "price": 0}]),
        ("/lines/0",), UNDECLARED),
    Row("another case", encoded({**ORDER, "Total": 1}), ("",), UNDECLARED),
    Row("prototype", with_(__proto__={}), ("",), UNDECLARED),
    # missing and null
    Row("missing", without("total"), ("/total",), REQUIRED),
    Row("missing nested", with_(address={"street": "x"}), ("/address/city",), REQUIRED),
    Row("null for a number", with_(total=None), ("/total",)),
    Row("null for a text", with_(customer=None), ("/customer",)),
    Row("null for an object", with_(address=None), ("/address",)),
    Row("null for a list", with_(lines=None), ("/lines",)),
    Row("null in a list", with_(lines=[None]), ("/lines/0",)),
    Row("null for everything", b"null", ("",)),
    # wrong types, and none is converted
    Row("a list for the order", b"[]", ("",)),
    Row("a text for the order", b'"order"', ("",)),
    Row("a list for an object", with_(address=[]), ("/address",)),
    Row("an object for a list", with_(lines={}), ("/lines",)),
    Row("a text for a number", with_(total="12"), ("/total",), "a whole number"),
    Row("true for a whole number", with_(total=True), ("/total",), "a whole number"),
    Row("12.0 for a whole number", raw(b"total", b"12.0"), ("/total",), "a whole number"),
    Row("1.2e1 for a whole number", raw(b"total", b"1.2e1"), ("/total",), "a whole number"),
    Row("0.0 in a list", with_(lines=[{"sku": "a", "amount": 1.0}]), ("/lines/0/amount",),
        "a whole number"),
    Row("a text for a price", with_(price="9.5"), ("/price",), "a number"),
    Row("true for a price", with_(price=True), ("/price",), "a number"),
    Row("NaN as a text", with_(price="NaN"), ("/price",), "a number"),
    Row("1 for a truth", with_(gift=1), ("/gift",), "true or false"),
    Row("a text for a truth", with_(gift="true"), ("/gift",), "true or false"),
    Row("a number for a text", with_(customer=7), ("/customer",), "a text"),
    Row("a number for a date", with_(due=1), ("/due",)),
    Row("no day of the calendar", with_(due="2026-02-30"), ("/due",)),
    Row("a moment for a date", with_(due="2026-11-24T00:00:00Z"), ("/due",)),
    Row("an unknown word", with_(state="OPEN"), ("/state",)),
    Row("a number in a map", with_(labels={"colour": 1}), ("/labels",), "a text"),
    Row("below the bound", with_(total=0), ("/total",)),
    Row("above the bound", with_(total=10**15), ("/total",)),
    Row("too long", with_(customer="x" * 81), ("/customer",)),
    # huge numbers
    Row("400 digits", raw(b"total", b"1" * 400), ("/total",)),
    Row("401 digits", raw(b"total", b"1" * 401), BAD),
    Row("5000 digits", raw(b"total", b"-" + b"9" * 5000), BAD),
    Row("an infinite price", raw(b"price", b"1e999"), BAD),
    Row("an infinite price, plainly", raw(b"price", b"1" * 350 + b".0"), BAD),
    Row("a tiny price", raw(b"price", b"1e-999"), GOOD),
    # one reading
    Row("duplicate", encoded(ORDER)[:-1] + b',"total":1}', BAD),
    Row("duplicate by escape", encoded(ORDER)[:-1] + b',"\\u0074otal":1}', BAD),
    Row("duplicate nested", raw(b"address", b'{"street":"a","city":"b","city":"c"}'), BAD),
    Row("duplicate in free content", raw(b"extra", b'{"a":[{"b":1,"b":1}]}'), BAD),
    Row("duplicate in a map", raw(b"labels", b'{"a":"x","a":"y"}'), BAD),
    Row("duplicate beside colons in texts", raw(b"labels", b'{"a":":","a":":"}'), BAD),
    Row("NaN", raw(b"price", b"NaN"), BAD),
    Row("Infinity", raw(b"price", b"Infinity"), BAD),
    Row("-Infinity", raw(b"price", b"-Infinity"), BAD),
    Row("single quotes", b"{'a':1}", BAD),
    Row("a comment", b"/* */" + encoded(ORDER), BAD),
    Row("a comma too many", encoded(ORDER)[:-1] + b",}", BAD),
    Row("leading zero", raw(b"total", b"012"), BAD),
    Row("plus", raw(b"total", b"+12"), BAD),
    Row("hexadecimal", raw(b"total", b"0x12"), BAD),
    Row("a control character", raw(b"customer", b'"a\nb"'), BAD),
    Row("NUL", raw(b"customer", b'"a\\u0000b"'), BAD),
    Row("NUL in a name", raw(b"labels", b'{"\\u0000":"x"}'), BAD),
    Row("a backslash and u0000", raw(b"customer", b'"\\\\u0000"'), GOOD),
    Row("trailing bytes", encoded(ORDER) + b"x", BAD),
    Row("two values", encoded(ORDER) * 2, BAD),
    Row("a trailing NUL", encoded(ORDER) + b"\0", BAD),
    Row("empty", b"", BAD),
    Row("spaces alone", b"  \n", BAD),
    # charset
    Row("byte order mark", b"\xef\xbb\xbf" + encoded(ORDER), BAD),
    Row("UTF-16", json.dumps(ORDER).encode("utf-16"), BAD),
    Row("UTF-16 without its mark", json.dumps(ORDER).encode("utf-16-le"), BAD),
    Row("UTF-32", json.dumps(ORDER).encode("utf-32-be"), BAD),
    Row("latin-1", raw(b"customer", b'"\xe9"'), BAD),
    Row("overlong", raw(b"customer", b'"\xc0\xaf"'), BAD),
    Row("an encoded surrogate", raw(b"customer", b'"\xed\xa0\x80"'), BAD),
    Row("a lone surrogate", raw(b"customer", b'"\\ud800"'), BAD),
    Row("a lone low surrogate", raw(b"customer", b'"\\uDFFF"'), BAD),
    Row("surrogates in the wrong order", raw(b"customer", b'"\\udc00\\ud800"'), BAD),
    Row("a lone surrogate in a name", raw(b"labels", b'{"\\ud800":"x"}'), BAD),
    # depth
    Row("62 deep in free content", raw(b"extra", b'{"a":' + b"[" * 62 + b"]" * 62 + b"}"), GOOD),
    Row("65 deep", raw(b"extra", b'{"a":' + b"[" * 63 + b"]" * 63 + b"}"), BAD),
    Row("100,000 deep", b"[" * 100_000, BAD),
    Row("100,000 deep, closed", b'{"a":' * 50_000 + b"1" + b"}" * 50_000, BAD),
    Row("deep behind a text", b'["' + b"[" * 90 + b'",' + b"[" * 70 + b"]" * 71, BAD),
)  # fmt: skip
