"""The order of refusals: everything that guards a request, in the order in which it speaks.

The order is security. Matching comes first and refuses nothing. Row 18, the controls of the
answer, is `plan.LAST`. Rows 13 and 15 to 17 come with sessions, accounts, objects and payloads.
"""

from typing import Final

from bartizan.enforce.controls import (
    agreement,
    authenticate,
    client,
    cors,
    flood,
    host,
    https,
    input,
    operation,
    rate,
    roles,
    scopes,
    size,
    spelling,
)
from bartizan.enforce.plan import Row

ORDER: Final = (
    Row(1, "one", "spelling", spelling.bind),
    Row(2, "one", "client", client.bind),
    Row(3, "one", "flood", flood.bind),
    Row(4, "one", "host", host.bind),
    Row(4, "one", "https", https.bind),
    Row(5, "one", "cors", cors.bind),
    Row(6, "one", "operation", operation.bind),
    Row(7, "one", "size", size.bind),
    Row(8, "one", "rate", rate.bind_client),
    Row(9, "one", "authenticate", authenticate.bind),
    Row(10, "one", "rate", rate.bind_subject),
    Row(11, "one", "scopes", scopes.bind),
    Row(11, "one", "roles", roles.bind),
    Row(12, "two", "agreement", agreement.bind),
    Row(14, "two", "input", input.bind),
)
"""Every control that can refuse, in order."""
