"""Taking secrets out of texts, in time that grows with their length and not faster.

A text is walked once from left to right. One pattern of plain words finds where a secret may
begin; what begins there is measured by patterns that run over one class of characters and never
turn back (CWE-1333), and the walk goes on behind it. Where two readings are possible the one that
hides more is taken: a word too many is missing from a log, and not a secret too few.
"""

import re
from base64 import b64decode
from binascii import Error
from collections.abc import Callable, Iterator
from typing import Final

MARK: Final = "[redacted]"
"""Stands in the place of a secret."""

NAMES: Final = (
    r"passw(?:or)?d", "passphrase", "passcode", "pwd", "secret", "token", r"credentials?",
    r"(?:api|access|private|signing|encryption|secret|session)[_-]?key", r"session[_-]?id",
)  # fmt: skip
"""How names of secrets end: ``db_password``, ``X-Api-Key``, ``csrfmiddlewaretoken``."""
HEADERS: Final = ("authorization", r"cookies?")
"""Names whose value is the rest of the line."""
_TAIL: Final = r"(?:s|[0-9]{1,2}|[_-]?(?:hash|value|hint|old|new|again|repeat|confirm(?:ation)?))?"

_STEMS: Final = (
    "pass", "pwd", "secret", "token", "credential", "key", "session", "authorization", "cookie",
    "bearer", "basic", "dpop", "eyj", "://", "-----begin", "akia", "aiza", "xox", "glpat-",
    "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "k_live_", "k_test_",
)  # fmt: skip
"""Where none of these stands, there is nothing to do: nearly every line of a log."""

_SEPARATOR = re.compile(
    r"""(?:\\?["']|(?:\]|%5D)?(?:\[\]|%5B%5D)?)[ \t]{0,8}(?:=>|[=:]|%3[AD]|,(?=[ \t]?b?["']))"""
    r"""[ \t]{0,8}(?:b(?=["']))?""",
    re.IGNORECASE,
).match
_QUOTED: Final = {
    '"': re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL).match,
    "'": re.compile(r"'[^'\\]*+(?:\\.[^'\\]*+)*+'?", re.DOTALL).match,
    "\\": re.compile(r"""\\["'][^"'\\]*+(?:\\["']?)?""").match,
}
_CLOSES: Final = re.compile(
    r"""[\[({](?:[^\])}"']++|"[^"\\]*+(?:\\.[^"\\]*+)*+"?|'[^'\\]*+(?:\\.[^'\\]*+)*+'?)*+""",
    re.DOTALL,
).match
_PLAIN = re.compile(r"""[^\s&"'<>]*+""").match
_LINE = re.compile(r"""(?:[^\r\n"']++|(?<==)"[^\r\n"]*+"|(?<==\\)"[^\r\n"]*+")*+""").match
"""The rest of a line, up to a quote around all of it: cookies have quotes too (RFC 6265 4.1.1)."""
_BLANKS = re.compile(r"[ \t]{1,8}").match
_TOKEN68 = re.compile(r"[A-Za-z0-9\-._~+/%]++=*+").match
_JWT = re.compile(r"[A-Za-z0-9_-]++(?:\.[A-Za-z0-9_-]*+){0,4}+").match
_PRIVATE = re.compile(r"-----BEGIN [A-Z0-9 ]{0,40}?PRIVATE KEY-----").match
_END = re.compile(r"-----END [A-Z0-9 ]{0,60}-----|-----END").search
# Both end before a slash, so that all of them together look at a text once.
_USER = re.compile(r"://[^\s/@:?#]*+:").match
_PASSWORD = re.compile(r"[^\s/]+(?=@)").match
_KNOWN = re.compile(r"[A-Za-z0-9_-]{8,}+").match

_TRAILING: Final = ",;.)]}"
_NO_SECRETS: Final = frozenset({"", "none", "null", "true", "false", "...", "***", MARK})
_SCHEMES: Final = frozenset({"bearer", "basic", "dpop", "token", "digest", "negotiate", "apikey"})

Span = tuple[int, int]
Found = re.Match[str] | None


class Redaction:
    """What counts as a secret; ``names`` are further names of secrets, as people write them."""

    def __init__(self, names: tuple[str, ...] = ()) -> None:
        own = tuple(re.escape(name.strip().lower()) for name in names if name.strip())
        words = "|".join((*own, *NAMES))
        self._stems = (*(name.strip().lower() for name in names if name.strip()), *_STEMS)
        self._named = re.compile(
            rf"(?:{'|'.join(HEADERS)}|{words}){_TAIL}\Z", re.IGNORECASE | re.ASCII
        ).search
        self._starts = re.compile(
            rf"(?P<header>{'|'.join(HEADERS)})|(?P<name>(?:{words}){_TAIL})(?![A-Za-z0-9_])"
            r"|(?P<scheme>\b(?:bearer|dpop|basic)(?=[ \t]))|(?P<bearer>bearer(?=%20|\+))"
            r"|(?P<jwt>(?-i:eyJ))|(?P<pem>-----BEGIN )|(?P<url>://)"
            r"|(?P<known>(?-i:gh[opsur]_|AKIA|AIza|xox[a-z]-|glpat-|[rs]k_(?:live|test)_))",
            re.IGNORECASE | re.ASCII,
        ).search

    def named(self, name: object) -> bool:
        """Whether the value of this name is a secret."""
        return isinstance(name, str) and self._named(name[-64:]) is not None

    def text(self, text: str) -> str:
        """A text without its secrets; the same object where there is none."""
        low = text.lower()
        if not any(stem in low for stem in self._stems):
            return text
        parts, done = [], 0
        for first, end in self._spans(text):
            parts += [text[done:first], MARK]
            done = end
        return "".join([*parts, text[done:]]) if parts else text

    def _spans(self, text: str) -> Iterator[Span]:
        """Where the secrets are, in order."""
        at = barren = 0
        while (found := self._starts(text, at)) is not None:
            kind = found.lastgroup or ""
            at = found.end()
            if kind == "jwt" and found.start() < barren:
                continue  # its run has been looked at already: there is no dot in it
            span, reached = _MEASURES[kind](text, found)
            if span is not None:
                yield span
                at = max(at, span[1])
            elif kind == "jwt":
                barren = reached


def _run(match: Callable[[str, int], Found], text: str, at: int) -> int:
    """Where the run that begins at a place ends; the place itself where none begins."""
    found = match(text, at)
    return found.end() if found is not None else at


Measured = tuple[Span | None, int]
"""The secret that begins at a start, and how far was looked."""


def _name(text: str, start: re.Match[str]) -> Measured:
    """``name=value``, ``"name": "value"``, ``name: [values]``."""
    first = _run(_SEPARATOR, text, start.end())
    if first == start.end():
        return None, first
    span, end = _value(text, first)
    if start[0][-1] in "sS" and text[first:end].isdigit():
        return None, end  # how many there are
    return span, end


def _value(text: str, first: int) -> Measured:
    """What is in quotes or brackets, else up to a blank."""
    if text.startswith(MARK, first):
        return None, first + len(MARK)
    opening = text[first : first + 1]
    if opening and opening in _QUOTED:
        end = _run(_QUOTED[opening], text, first)
        if end > first:
            return _within(text, first, end, 2 if opening == "\\" else 1)
    if opening and opening in "[({":
        end = _run(_CLOSES, text, first)
        closed = end + 1 if text[end : end + 1] in (")", "]", "}") else end
        return ((first, closed) if end > first + 1 else None), closed
    return _plain(text, first)


def _within(text: str, first: int, end: int, quote: int) -> Measured:
    """What stands between quotes; the closing one may be missing."""
    opened = text[first : first + quote]
    closed = end - first >= 2 * quote and text[end - quote : end] == opened
    inner = first + quote, end - quote if closed else end
    if text[slice(*inner)].strip().lower() in _NO_SECRETS:
        return None, end
    return inner, end


def _plain(text: str, first: int) -> Measured:
    end = _run(_PLAIN, text, first)
    while end > first and text[end - 1] in _TRAILING:
        end -= 1
    word = text[first:end].lower()
    if word in _SCHEMES:
        blanks = _run(_BLANKS, text, end)
        end = _run(_PLAIN, text, blanks) if blanks > end else end
    return ((first, end) if word not in _NO_SECRETS else None), end


def _header(text: str, start: re.Match[str]) -> Measured:
    """``Cookie: a=b; c=d``: the rest of the line, or what is quoted."""
    first = _run(_SEPARATOR, text, start.end())
    if first == start.end():
        return None, first
    if text.startswith(MARK, first):
        return None, first + len(MARK)
    if text[first : first + 1] in ("", "[", "(", "{", '"', "'", "\\"):
        return _name(text, start)
    end = _run(_LINE, text, first)
    return ((first, end) if text[first:end].strip().lower() not in _NO_SECRETS else None), end


def _scheme(text: str, start: re.Match[str]) -> Measured:
    """``Bearer x`` (RFC 6750), ``DPoP x`` (RFC 9449), ``Basic x`` (RFC 7617)."""
    first = _run(_BLANKS, text, start.end())
    if start[0].lower() != "basic":
        return _value(text, first)
    end = _run(_TOKEN68, text, first)
    return ((first, end) if _pair(text[first:end]) else None), end


def _pair(word: str) -> bool:
    """Whether a word is the user-pass of RFC 7617; ``basic research`` is not."""
    try:
        return b":" in b64decode(word, validate=True)
    except (Error, ValueError):
        return False


def _encoded(text: str, start: re.Match[str]) -> Measured:
    """``Bearer%20x``, as it stands in an address."""
    first = start.end() + (1 if text[start.end()] == "+" else 3)
    end = _run(_TOKEN68, text, first)
    return ((first, end) if end > first else None), end


def _jwt(text: str, start: re.Match[str]) -> Measured:
    """A compact JWS or JWE (RFC 7515, RFC 7516): its header begins with ``{"``."""
    end = _run(_JWT, text, start.start())
    dotted = "." in text[start.start() : end]
    return ((start.start(), end) if dotted else None), end


def _pem(text: str, start: re.Match[str]) -> Measured:
    """A private key (RFC 7468); one that is cut off hides the rest of the text."""
    first = _run(_PRIVATE, text, start.start())
    if first == start.start():
        return None, first
    found = _END(text, first)
    end = found.end() if found is not None else len(text)
    return (start.start(), end), end


def _url(text: str, start: re.Match[str]) -> Measured:
    """``://user:password@`` (RFC 3986 section 3.2.1)."""
    first = _run(_USER, text, start.start())
    end = _run(_PASSWORD, text, first) if first > start.start() else first
    return ((first, end) if end > first else None), end


def _known(text: str, start: re.Match[str]) -> Measured:
    """Keys that say by their beginning what they are."""
    end = _run(_KNOWN, text, start.end())
    return ((start.start(), end) if end > start.end() else None), end


_MEASURES: Final[dict[str, Callable[[str, re.Match[str]], Measured]]] = {
    "header": _header,
    "name": _name,
    "scheme": _scheme,
    "bearer": _encoded,
    "jwt": _jwt,
    "pem": _pem,
    "url": _url,
    "known": _known,
}
