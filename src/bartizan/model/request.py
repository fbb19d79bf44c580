"""What an adapter tells the engine about a request: facts only, nothing decided yet."""

from collections.abc import Callable

from msgspec import Struct


class Request(Struct, frozen=True, gc=False):
    """The request as it came over the wire, in the words of RFC 9110.

    Header values are ``str`` (latin-1), ``None`` where the header is absent. A header that
    came several times is joined by ``", "`` (RFC 9110 section 5.3); where the server shows
    the single lines, the adapter lists the repeated names in ``repeated``.
    """

    method: str
    """The method, as sent: methods are case-sensitive. ``WS`` for a websocket handshake."""
    path: str
    """The whole public path, percent-decoded as UTF-8, mount prefix included.
    A lone surrogate stands for each byte that is not UTF-8."""
    raw_path: str | None
    """The path as it stood in the request line, undecoded; ``None`` where the server hides it."""
    query: str
    """The query without its ``?``, undecoded."""
    scheme: str
    """``http`` or ``https``, as the server saw the connection."""
    peer: str
    """Address of the other end of the socket; empty for a unix socket."""
    host: str | None
    """The Host header or ``:authority``."""
    authorization: str | None
    """The Authorization header."""
    content_type: str | None
    """The Content-Type header."""
    content_encoding: str | None
    """The Content-Encoding header."""
    length: int | None
    """Content-Length in bytes; ``None`` where it is absent, -1 where it is no number."""
    chunked: bool
    """Whether a body comes without a declared length (Transfer-Encoding, HTTP/2 data)."""
    endless: bool
    """Whether the server shows the application a body without length safely, to its end."""
    origin: str | None
    """The Origin header."""
    headers_size: int
    """Bytes of all header names and values together."""
    repeated: tuple[str, ...]
    """Lower-case names of headers that came more than once or hold ``_``, as far as visible."""
    peer_rewritten: bool
    """Whether the server has put an address from a header in the place of the peer."""
    header: Callable[[str], str | None]
    """Any other header by its lower-case name."""
    forwarded: bool = True
    """Whether a forwarding header may be among them."""

    def __repr__(self) -> str:
        """Method and path alone: what stands in a trace is kept, and sent elsewhere (CWE-532)."""
        return f"Request({self.method} {self.path!r})"

    def __rich_repr__(self) -> list[tuple[str, str]]:
        """The same for whoever prints structs in colour."""
        return [("method", self.method), ("path", self.path)]


def spoken_method(method: str) -> str:
    """The method of an HTTP request. ``WS`` is our word for a websocket: none may call itself
    that."""
    return method if method != "WS" else "ws"


def declared_length(text: str) -> int:
    """Content-Length in bytes (RFC 9110 section 8.6); -1 where it is no number."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 else -1
