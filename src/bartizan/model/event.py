"""The record of one decision: flat, typed, allow-listed. The schema is a compatibility promise."""

from msgspec import Struct


class Event(Struct, frozen=True, gc=False, omit_defaults=True):
    """One line of the log. No field can hold a token, a query value, a header or a body."""

    time: float
    """Seconds since the epoch (UTC) when the decision began."""
    id: str
    """The decision id, as in the ``Bartizan-Decision`` header of the answer."""
    api: str
    """``[api] name`` of the policy."""
    revision: str
    """Revision of the policy: the first 12 hex digits of the SHA-256 of its merged text."""
    event: str
    """Name of the OWASP Logging Vocabulary; ``access`` for what it has no name for: a permit."""
    outcome: str
    """``permit``, ``deny``, ``answer`` (preflight), ``pass`` (a subtree that is not ours),
    ``unspoken`` (the framework answered before act two) or ``log`` (about the log itself)."""
    status: int
    """HTTP status code of the answer."""
    method: str
    """The operation's method; ``other`` where no operation is meant."""
    operation: str = ""
    """The operation, as its line names it (``GET /orders/{order_id:int}``); empty if unknown."""
    reason: str = ""
    """Name of the reason of a refusal, as in the table of reasons; of an event about the log, as
    in the table of notices."""
    control: str = ""
    """The control that refused."""
    line: str = ""
    """The line of the policy that asked for it: ``bartizan.toml:41``."""
    shadowed: tuple[str, ...] = ()
    """Reasons that would have refused, had they not been in shadow."""
    client: str = ""
    """Keyed hash of the counted client address."""
    network: str = ""
    """The client's /24 or /48, in clear."""
    identity: str = ""
    """Name of the identity that vouched for the subject."""
    subject: str = ""
    """Keyed hash of identity and subject id."""
    tenant: str = ""
    """Keyed hash of identity and tenant."""
    scopes: tuple[str, ...] = ()
    """Names of the subject's scopes that the policy names."""
    roles: tuple[str, ...] = ()
    """Names of the subject's roles that the policy names."""
    size: int = 0
    """Declared length of the request body in bytes."""
    withheld: int = 0
    """1 where undeclared fields were withheld from the answer."""
    micros: int = 0
    """Microseconds from the beginning of the decision to the head of the answer."""
    trace: str = ""
    """Trace id of OpenTelemetry (W3C Trace Context, 32 hex digits) where one was current."""
    count: int = 1
    """How many events this line stands for: equal refusals past 60 a minute are folded. All other
    fields are those of the first. Of a notice: how many events or files it is about."""
    last: str = ""
    """Id of the last event that this line stands for; empty where it stands for one."""
    ids: str = ""
    """Numbers of the ids that this line stands for, ``7-41,43``; empty where these are all from
    ``id`` to ``last``."""
    until: float = 0.0
    """``time`` of the last event that this line stands for, or that a notice is about; else 0."""
