"""One order, written in each vocabulary."""

import datetime as dt
from typing import Annotated, Any, Final, Literal

import msgspec
import pydantic
from msgspec import Meta, Struct


class Address(Struct, forbid_unknown_fields=True):
    street: str
    city: str


class Line(Struct, forbid_unknown_fields=True):
    sku: str
    amount: int


class NewOrder(Struct, forbid_unknown_fields=True):
    customer: Annotated[str, Meta(max_length=80)]
    total: Annotated[int, Meta(ge=1, le=10**9)]
    price: float
    gift: bool
    due: dt.date
    state: Literal["open", "closed"]
    address: Address
    lines: list[Line]
    labels: dict[str, str]
    extra: dict[str, Any]
    note: str | None = None


class AddressModel(pydantic.BaseModel):
    street: str
    city: str


class LineModel(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="allow", strict=False)

    sku: str
    amount: int = pydantic.Field(strict=False)


class NewOrderModel(pydantic.BaseModel):
    """Says nothing strict by itself, and its lines say the contrary: the form must do it."""

    customer: str = pydantic.Field(max_length=80)
    total: int = pydantic.Field(ge=1, le=10**9)
    price: float
    gift: bool
    due: dt.date
    state: Literal["open", "closed"]
    address: AddressModel
    lines: list[LineModel]
    labels: dict[str, str]
    extra: dict[str, Any]
    note: str | None = None


TEXT: Final[dict[str, Any]] = {"type": "string"}

SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "properties": {
        "customer": {"type": "string", "maxLength": 80},
        "total": {"type": "integer", "minimum": 1, "maximum": 10**9},
        "price": {"type": "number"},
        "gift": {"type": "boolean"},
        "due": {"type": "string", "format": "date"},
        "state": {"enum": ["open", "closed"]},
        "address": {"$ref": "#/$defs/address"},
        "lines": {"type": "array", "items": {"$ref": "#/$defs/line"}},
        "labels": {"type": "object", "additionalProperties": TEXT},
        "extra": {"type": "object"},
        "note": {"type": ["string", "null"]},
    },
    "required": [
        "customer", "total", "price", "gift", "due", "state", "address", "lines", "labels",
        "extra",
    ],
    "$defs": {
        "named": {"type": "object", "properties": {"street": TEXT}, "required": ["street"]},
        "address": {
            "allOf": [{"$ref": "#/$defs/named"}],
            "properties": {"city": TEXT},
            "required": ["city"],
        },
        "line": {
            "type": "object",
            "properties": {"sku": TEXT, "amount": {"type": "integer"}},
            "required": ["sku", "amount"],
        },
    },
}  # fmt: skip

ORDERS: Final[dict[str, Any]] = {
    "msgspec": NewOrder,
    "pydantic": NewOrderModel,
    "pydantic adapter": pydantic.TypeAdapter(NewOrderModel),
    "json schema": SCHEMA,
}
"""By vocabulary."""


def plain(value: Any) -> Any:
    """A validated value as JSON would write it."""
    if isinstance(value, pydantic.BaseModel):
        return value.model_dump(mode="json")
    return msgspec.to_builtins(value)
