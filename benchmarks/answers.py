"""What the views answer with."""

from typing import Any

ROW: dict[str, Any] = {
    "id": 7, "state": "paid", "sku": "tea-earl-grey-250", "count": 2, "price": 1250, "margin": 310,
}  # fmt: skip
"""One object; its last field is declared nowhere, so the output filter has something to do."""

FIFTY: dict[str, Any] = {"results": [dict(ROW, id=number) for number in range(50)]}
