"""The forms that policies of the corpus bind: the same order in three vocabularies."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct
from pydantic import BaseModel, ConfigDict, Field


class Line(Struct, forbid_unknown_fields=True):
    """A line of an order."""

    sku: Annotated[str, Meta(pattern=r"\A[a-z0-9-]{1,20}\Z")]
    quantity: Annotated[int, Meta(ge=1, le=99)]


class NewOrder(Struct, forbid_unknown_fields=True):
    """An order, in msgspec."""

    item: Annotated[str, Meta(min_length=1, max_length=40)]
    quantity: Annotated[int, Meta(ge=1, le=99)]
    state: Literal["open", "closed"] = "open"
    gift: bool = False
    lines: Annotated[list[Line], Meta(max_length=3)] = []


class PydanticLine(BaseModel):
    """A line of an order, in pydantic."""

    model_config = ConfigDict(extra="forbid", strict=True)

    sku: str = Field(pattern="^[a-z0-9-]{1,20}$")
    quantity: int = Field(ge=1, le=99)


class PydanticOrder(BaseModel):
    """An order, in pydantic."""

    model_config = ConfigDict(extra="forbid", strict=True)

    item: str = Field(min_length=1, max_length=40)
    quantity: int = Field(ge=1, le=99)
    state: Literal["open", "closed"] = "open"
    gift: bool = False
    lines: list[PydanticLine] = Field(default=[], max_length=3)


SCHEMA_ORDER: Mapping[str, Any] = {
    "type": "object",
    "required": ["item", "quantity"],
    "additionalProperties": False,
    "properties": {
        "item": {"type": "string", "minLength": 1, "maxLength": 40},
        "quantity": {"type": "integer", "minimum": 1, "maximum": 99},
        "state": {"enum": ["open", "closed"]},
        "gift": {"type": "boolean"},
        "lines": {
            "type": "array",
            "maxItems": 3,
            "items": {
                "type": "object",
                "required": ["sku", "quantity"],
                "additionalProperties": False,
                "properties": {
                    "sku": {"type": "string", "pattern": "^[a-z0-9-]{1,20}$"},
                    "quantity": {"type": "integer", "minimum": 1, "maximum": 99},
                },
            },
        },
    },
}

BINDINGS: Mapping[str, Any] = {
    "NewOrder": NewOrder,
    "PydanticOrder": PydanticOrder,
    "SchemaOrder": SCHEMA_ORDER,
}
"""Every name that a policy of the corpus may bind."""
