"""One body of 350 bytes, described three times: msgspec, pydantic, JSON Schema."""

import json
from typing import Any, Literal

import msgspec
import pydantic

ORDER: dict[str, Any] = {
    "customer": "4f1c9d8e-7f60-4b3c-9d1e-0f9988776655",
    "note": "Please ring twice, and leave the parcel with the neighbour on the left.",
    "express": False,
    "lines": [
        {"sku": "tea-earl-grey-250", "count": 2, "price": 1250},
        {"sku": "pot-cast-iron-900", "count": 1, "price": 6900},
        {"sku": "cup-porcelain-white", "count": 4, "price": 890},
    ],
    "pay": "invoice",
}
BODY = json.dumps(ORDER, separators=(",", ":")).encode()


class Line(msgspec.Struct, forbid_unknown_fields=True):
    """A line of an order."""

    sku: str
    count: int
    price: int


class Struct(msgspec.Struct, forbid_unknown_fields=True):
    """An order, for msgspec."""

    customer: str
    note: str
    express: bool
    lines: list[Line]
    pay: Literal["invoice", "card"]


class ModelLine(pydantic.BaseModel, extra="forbid"):
    """A line of an order."""

    sku: str
    count: int
    price: int


class Model(pydantic.BaseModel, extra="forbid"):
    """An order, for pydantic."""

    customer: str
    note: str
    express: bool
    lines: list[ModelLine]
    pay: Literal["invoice", "card"]


_LINE = {
    "type": "object",
    "properties": {
        "sku": {"type": "string"}, "count": {"type": "integer"}, "price": {"type": "integer"},
    },
    "required": ["sku", "count", "price"],
    "additionalProperties": False,
}  # fmt: skip
SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "customer": {"type": "string"}, "note": {"type": "string"},
        "express": {"type": "boolean"}, "lines": {"type": "array", "items": _LINE},
        "pay": {"enum": ["invoice", "card"]},
    },
    "required": ["customer", "note", "express", "lines", "pay"],
    "additionalProperties": False,
}  # fmt: skip

BIND: dict[str, Any] = {"Struct": Struct, "Model": Model, "Schema": SCHEMA}
"""What the policy's names are bound to."""
