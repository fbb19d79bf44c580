"""Row 18: errors (OWASP API8:2023, CWE-209, CWE-497). An exception in a view never shows a trace.

Whatever a framework would print of an exception, in debug mode too, the answer is this problem;
the trace goes to the log of the application, where the decision id finds it.
"""

from bartizan.model.decision import Deny
from bartizan.model.reasons import REASONS

VIEW_FAILED = Deny(REASONS["view_failed"])
"""Answers for a view that raised."""

UNGUARDED = Deny(REASONS["unguarded"])
"""Answers for a response that leaves although act two never spoke."""

TOO_LARGE = Deny(REASONS["body_too_large"], key="body")
"""Answers for a body without a declared length that turned out to be too long."""

WITHHELD = Deny(REASONS["output_unenforced"], key="output")
"""Answers for a response whose declared output could not be checked."""

NOT_SEALED = Deny(REASONS["not_sealed"])
"""Answers for everything while the start has failed."""

UNWRITABLE = Deny(REASONS["events_unwritable"])
"""Answers for everything while no event can be written, where the policy says so."""

FRAMEWORKS_OWN = frozenset({301, 302, 303, 307, 308, 404, 405})
"""Statuses with which a framework answers where it has no view: redirects and refusals."""

BODILESS = frozenset({204, 205})
"""Statuses of success whose answer holds nothing (RFC 9110 sections 15.3.5 and 15.3.6)."""
