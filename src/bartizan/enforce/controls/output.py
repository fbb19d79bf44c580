"""Row 18: output. Only declared fields leave, whatever the view returns (OWASP API3:2023, CWE-213).

It speaks inside the framework, before compression and validators, since an ETag over hidden
fields would leak them. An answer that cannot be checked is withheld.
"""

from collections.abc import Callable

from bartizan.enforce.context import Scope
from bartizan.enforce.plan import Fittings
from bartizan.policy.rules import Operation
from bartizan.schemas.output import keep

DESCRIBING = frozenset({"etag", "content-md5", "content-digest", "digest", "repr-digest"})
"""Lower-case headers that say something of every byte of an answer (RFC 9110 section 8.8.3,
RFC 9530): where something was withheld they still tell of it, and belong to no answer that
anybody gets."""

Keep = Callable[[bytes], tuple[bytes, int]]


def bind(fittings: Fittings, scope: Scope) -> Keep | None:
    """The cut for an operation that declares ``output``."""
    if not isinstance(scope, Operation) or scope.output is None:
        return None
    return keep(scope.output)
