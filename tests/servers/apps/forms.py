"""The one form that the policy binds, and what both applications answer."""

from collections.abc import Iterable
from typing import Annotated, Any

from msgspec import Meta, Struct

FORWARDING = ("forwarded", "x-forwarded-", "x-real-ip")


class NewOrder(Struct, forbid_unknown_fields=True):
    """An order."""

    item: Annotated[str, Meta(min_length=1, max_length=40)]
    quantity: Annotated[int, Meta(ge=1, le=99)]


def seen(client: Any, scheme: str, host: str, path: str, names: Iterable[str]) -> dict[str, Any]:
    """What a view sees of the request's way."""
    believed = sorted(name.lower() for name in names if name.lower().startswith(FORWARDING))
    return {"client": client, "scheme": scheme, "host": host, "path": path, "forwarding": believed}
