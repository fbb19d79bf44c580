"""The order of refusals: everything that guards a request, in the order in which it speaks.

The order is security. Matching comes first and refuses nothing. The rows down to 11 are act one,
before the framework; ``agreement`` parks the decision and opens act two, inside it. Row 18, the
controls of the answer, is ``plan.LAST``. Rows 13 and 15 to 17 come with sessions, accounts,
objects and payload signals.
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
    Row(1, "spelling", spelling.bind),
    Row(2, "client", client.bind),
    Row(3, "flood", flood.bind),
    Row(4, "host", host.bind),
    Row(4, "https", https.bind),
    Row(5, "cors", cors.bind),
    Row(6, "operation", operation.bind),
    Row(7, "size", size.bind),
    Row(8, "rate", rate.bind_client),
    Row(9, "authenticate", authenticate.bind),
    Row(10, "rate", rate.bind_subject),
    Row(11, "scopes", scopes.bind),
    Row(11, "roles", roles.bind),
    Row(12, "agreement", agreement.bind),
    Row(14, "input", input.bind),
)
"""Every control that can refuse, in order."""
