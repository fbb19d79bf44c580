"""Every reason why Bartizan answers in place of the view: one table.

A reason is the private name of what happened (it stands in the event); `problem` is what a
stranger is told (RFC 9457 `type`), and several reasons may share one, so that a refusal tells
no more than the public documentation does. `event` is a name of the OWASP Logging Vocabulary.
"""

from types import MappingProxyType
from typing import Final

from msgspec import Struct


class Reason(Struct, frozen=True, gc=False):
    """One way in which a decision can end other than by the view."""

    name: str
    """The private name, stable, in events and in tests: ``token_expired``."""
    control: str
    """The control that gives this reason: a row of the order table."""
    status: int
    """HTTP status code of the answer."""
    code: str
    """What ``bartizan explain`` takes: ``D901``. The hundreds are the row of the order table."""
    problem: str
    """The public name: the answer's ``type`` is ``urn:bartizan:problem:`` plus this."""
    title: str
    """The public sentence, the same for every occurrence (RFC 9457 section 3.1.3)."""
    event: str
    """Name in the OWASP Logging Vocabulary."""


def _table(*rows: tuple[str, str, int, str, str, str, str]) -> MappingProxyType[str, Reason]:
    return MappingProxyType({row[0]: Reason(*row) for row in rows})


REASONS: Final = _table(
    # name, control, status, code, problem, title, event
    # row 1: one spelling
    ("target_malformed", "spelling", 400, "D101", "bad_request",
     "The request target is not in its one accepted spelling.", "malicious_extraneous"),
    ("header_malformed", "spelling", 400, "D102", "bad_request",
     "A header name or a repeated header is not accepted.", "malicious_extraneous"),
    # row 2: the true client
    ("forwarded_malformed", "client", 400, "D201", "bad_request",
     "The forwarding headers cannot be read.", "malicious_extraneous"),
    ("peer_rewritten", "client", 400, "D202", "bad_request",
     "The server replaced the address of the peer.", "malicious_extraneous"),
    ("client_denied", "client", 403, "D203", "forbidden",
     "This client is not admitted.", "authz_fail"),
    ("network_denied", "client", 403, "D204", "forbidden",
     "This operation is not open to this network.", "authz_fail"),
    # row 3: flood
    ("flood", "flood", 429, "D301", "too_many_requests",
     "Too many requests from this client.", "excess_rate_limit_exceeded"),
    # row 4: host and https
    ("host_unknown", "host", 400, "D401", "bad_request",
     "This host is not served here.", "malicious_extraneous"),
    ("https_redirect", "https", 308, "D402", "https_required",
     "Use https.", "sys_insecure_transport"),
    ("https_required", "https", 403, "D403", "https_required",
     "Use https.", "sys_insecure_transport"),
    ("credential_exposed", "https", 403, "D404", "https_required",
     "A credential was sent in clear: use https, and replace that credential.",
     "credential_exposed"),
    # row 5: CORS
    ("preflight_refused", "cors", 403, "D501", "forbidden",
     "This cross-origin request is not allowed.", "malicious_cors"),
    ("origin_unknown", "cors", 403, "D502", "forbidden",
     "This origin may not open a websocket here.", "malicious_cors"),
    # row 6: the operation
    ("operation_unknown", "operation", 404, "D601", "not_found",
     "Nothing is served here.", "malicious_excess_404"),
    ("decoy", "operation", 404, "D602", "not_found",
     "Nothing is served here.", "malicious_attack_tool"),
    ("method_unknown", "operation", 405, "D603", "method_not_allowed",
     "This method is not allowed here.", "malicious_extraneous"),
    # row 7: sizes
    ("target_too_long", "size", 414, "D701", "uri_too_long",
     "The request target is too long.", "input_validation_fail"),
    ("headers_too_large", "size", 431, "D702", "headers_too_large",
     "The request headers are too large.", "input_validation_fail"),
    ("body_too_large", "size", 413, "D703", "content_too_large",
     "The request body is too large.", "input_validation_fail"),
    ("length_required", "size", 411, "D704", "length_required",
     "Say the length of the request body.", "input_validation_fail"),
    ("body_unexpected", "size", 400, "D705", "bad_request",
     "This operation takes no request body.", "input_validation_fail"),
    # row 8: rate per client
    ("rate_client", "rate", 429, "D801", "too_many_requests",
     "Too many requests from this client.", "excess_rate_limit_exceeded"),
    # row 9: who is asking
    ("guesses", "authenticate", 429, "D901", "too_many_requests",
     "Too many failed credentials from this client.", "authn_login_fail_max"),
    ("credential_missing", "authenticate", 401, "D902", "credential_required",
     "Sign in first.", "authz_fail"),
    ("credential_malformed", "authenticate", 401, "D903", "credential_invalid",
     "The credential was not accepted.", "authn_login_fail"),
    ("token_malformed", "authenticate", 401, "D904", "credential_invalid",
     "The credential was not accepted.", "authn_login_fail"),
    ("token_algorithm", "authenticate", 401, "D905", "credential_invalid",
     "The credential was not accepted.", "authn_login_fail"),
    ("token_key", "authenticate", 401, "D906", "credential_invalid",
     "The credential was not accepted.", "authn_login_fail"),
    ("token_signature", "authenticate", 401, "D907", "credential_invalid",
     "The credential was not accepted.", "authn_login_fail"),
    ("token_type", "authenticate", 401, "D908", "credential_invalid",
     "The credential was not accepted.", "authn_login_fail"),
    ("token_claims", "authenticate", 401, "D909", "credential_invalid",
     "The credential was not accepted.", "authn_login_fail"),
    ("token_issuer", "authenticate", 401, "D910", "credential_invalid",
     "The credential was not accepted.", "authn_login_fail"),
    ("token_audience", "authenticate", 401, "D911", "credential_invalid",
     "The credential was not accepted.", "authn_login_fail"),
    ("token_expired", "authenticate", 401, "D912", "credential_expired",
     "The credential has expired.", "authn_login_fail"),
    ("token_not_yet", "authenticate", 401, "D913", "credential_invalid",
     "The credential was not accepted.", "authn_login_fail"),
    ("identity_refused", "authenticate", 401, "D914", "credential_invalid",
     "The credential was not accepted.", "authn_login_fail"),
    # row 10: rate per subject
    ("rate_subject", "rate", 429, "D1001", "too_many_requests",
     "Too many requests from this subject.", "excess_rate_limit_exceeded"),
    # row 11: scopes and roles
    ("scope_missing", "scopes", 403, "D1101", "insufficient_scope",
     "The credential does not carry the scope that this needs.", "authz_fail"),
    ("role_missing", "roles", 403, "D1102", "forbidden",
     "This subject may not do this.", "authz_fail"),
    # row 12: agreement with the framework's router
    ("route_disagrees", "agreement", 404, "D1201", "not_found",
     "Nothing is served here.", "malicious_direct_reference"),
    # row 14: input
    ("query_malformed", "input", 400, "D1401", "bad_request",
     "The query cannot be read.", "input_validation_fail"),
    ("query_invalid", "input", 422, "D1402", "invalid",
     "The request does not have the declared form.", "input_validation_fail"),
    ("content_type", "input", 415, "D1403", "unsupported_media_type",
     "This content type is not accepted.", "input_validation_fail"),
    ("content_encoding", "input", 415, "D1404", "unsupported_media_type",
     "This content encoding is not accepted.", "input_validation_fail"),
    ("body_malformed", "input", 400, "D1405", "bad_request",
     "The request body cannot be read.", "input_validation_fail"),
    ("body_invalid", "input", 422, "D1406", "invalid",
     "The request does not have the declared form.", "input_validation_fail"),
    # row 18: the answer
    ("output_unenforced", "output", 500, "D1801", "internal_error",
     "The answer could not be checked and was withheld.", "sys_crash"),
    ("view_failed", "errors", 500, "D1802", "internal_error",
     "Something went wrong here.", "sys_crash"),
    # the guard itself
    ("control_failed", "engine", 500, "D1901", "internal_error",
     "Something went wrong here.", "sys_crash"),
    ("unguarded", "engine", 500, "D1902", "internal_error",
     "Something went wrong here.", "sys_crash"),
    ("not_sealed", "engine", 503, "D1903", "unavailable",
     "This API did not start.", "sys_startup"),
    ("events_unwritable", "engine", 503, "D1904", "unavailable",
     "This API cannot answer now.", "sys_monitor_disabled"),
)  # fmt: skip
"""All reasons by name, in the order of the table of refusals."""
