"""What the bodies of requests look like; the policy knows them by these names."""

from typing import Annotated

from msgspec import Meta, Struct

Sku = Annotated[str, Meta(pattern=r"^[a-z-]{1,40}$")]
Count = Annotated[int, Meta(ge=1, le=100)]
Note = Annotated[str, Meta(max_length=200)]


class NewOrder(Struct, forbid_unknown_fields=True):
    """``POST /orders``."""

    sku: Sku
    count: Count = 1
    note: Note = ""


class OrderChange(Struct, forbid_unknown_fields=True):
    """``PATCH /orders/{order_id}``."""

    note: Note
