"""Row 9: who is asking (RFC 6750, RFC 8725, RFC 9068; OWASP API2:2023).

On a public operation no credential is read. A failed credential is counted against the client
(``guesses``): the attempt is reserved before the check and given back on success, so that
parallel guesses do not pass. A token that was proven before is remembered and not counted.
"""

from bartizan.credentials import bearer
from bartizan.enforce.context import Context, Scope, Step
from bartizan.enforce.controls.rate import refuse
from bartizan.enforce.effects import Count, Effect, GiveBack, Said
from bartizan.enforce.plan import Fittings
from bartizan.model.decision import Deny
from bartizan.model.reasons import REASONS
from bartizan.model.subject import Subject
from bartizan.policy.rules import Operation
from bartizan.stores.port import Counted, Hit

ANONYMOUS = "anonymous"
"""The reserved word of an identity list that makes the credential optional."""


def challenge(realm: str, **parameters: str) -> tuple[tuple[str, str], ...]:
    """A ``WWW-Authenticate: Bearer`` header (RFC 6750 section 3)."""
    pairs = {"realm": realm, **parameters}
    words = ", ".join(f'{name}="{value}"' for name, value in pairs.items())
    return (("WWW-Authenticate", f"Bearer {words}"),)


def bind(fittings: Fittings, scope: Scope) -> Step | None:
    """The identities that the operation accepts."""
    if not isinstance(scope, Operation) or scope.public or scope.decoy:
        return None
    return Authenticate(fittings, scope).step


class Authenticate:
    """The control, bound to one operation."""

    def __init__(self, fittings: Fittings, operation: Operation) -> None:
        realm = fittings.policy.api.name
        invalid = challenge(realm, error="invalid_token")
        self._accepted = frozenset(operation.identity) - {ANONYMOUS}
        self._optional = ANONYMOUS in operation.identity
        self._verify = fittings.verifier.verify
        self._remembered = fittings.verifier.remembered
        self._guesses = fittings.policy.api.guesses
        self._missing = Deny(REASONS["credential_missing"], challenge(realm), key="identity")
        self._failed = {
            name: Deny(reason, invalid, key="identity")
            for name, reason in REASONS.items()
            if reason.control == "authenticate"
        }

    def step(self, context: Context) -> Said | Effect:
        """The short way for a token that was proven before, else the long one."""
        header = context.request.authorization
        if header is None:
            return None if self._optional else self._missing
        if header.startswith("Bearer "):
            subject = self._remembered(header[7:])
            if subject is not None:
                return self._admit(context, subject)
        return self._reserve(context, bearer.read(header))

    def _reserve(self, context: Context, token: str | bearer.Malformed | None) -> Said | Effect:
        """Count the attempt as a failed one before it is looked at."""
        limit = self._guesses
        if limit is None:
            proven = self._prove(token)
            return proven if isinstance(proven, Deny) else self._admit(context, proven)
        hits = (Hit("guesses|" + context.client, limit.count, limit.period),)

        def then(context: Context, counted: Counted) -> Said | Effect:
            if counted.refused >= 0:
                return refuse("guesses", limit, counted.wait)
            proven = self._prove(token)
            if isinstance(proven, Deny):
                return proven
            return GiveBack(lambda context, _: self._admit(context, proven), hits, counted.at)

        return Count(then, hits)

    def _prove(self, token: str | bearer.Malformed | None) -> Subject | Deny:
        if not isinstance(token, str):
            return self._failed["credential_malformed"]
        proven = self._verify(token)
        return self._failed[proven] if isinstance(proven, str) else proven

    def _admit(self, context: Context, subject: Subject) -> Said:
        if subject.identity not in self._accepted:
            return self._failed["identity_refused"]
        context.subject = subject
        return None
