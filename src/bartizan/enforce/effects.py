"""What the engine may ask of the outside: small values that a driver fulfils."""

from msgspec import Struct

from bartizan.stores.port import Hit


class Count(Struct, frozen=True, gc=False):
    """Count these limits in one round trip; answered with ``Counted``."""

    hits: tuple[Hit, ...]
    """All limits of one row."""


class GiveBack(Struct, frozen=True, gc=False):
    """Take a reservation back; answered with ``None``."""

    hits: tuple[Hit, ...]
    """The hits of the reservation."""


class Inside(Struct, frozen=True, gc=False):
    """Act one is over: park until the framework has resolved its route. Answered with ``Route``."""


class Route(Struct, frozen=True, gc=False):
    """What the framework resolved."""

    operations: frozenset[str]
    """Names of the operations that this route serves with this method; empty for none."""


class Body(Struct, frozen=True, gc=False):
    """Read the request body through the framework, once; answered with ``bytes``,
    or ``None`` where it is longer than the limit."""

    limit: int
    """Most bytes to read."""


INSIDE = Inside()
NOWHERE = Route(frozenset())
Effect = Count | GiveBack | Inside | Body
