"""The trace that a request belongs to, where the application uses OpenTelemetry.

Only a span of this process is believed, the one that is current while we decide. The header
``traceparent`` (W3C Trace Context) alone is not: anybody can send it, and could so write himself
into the traces of others. Whoever instruments the application decides whether it is continued.
"""

from collections.abc import Callable
from importlib import import_module


def tracing() -> Callable[[], str] | None:
    """What says the id of the current trace, 32 hex digits, or ``""`` where none is; it never
    raises. ``None`` where OpenTelemetry is not installed (``bartizan[otel]``)."""
    try:
        current_span = import_module("opentelemetry.trace").get_current_span
    except ImportError:
        return None

    def trace() -> str:
        try:
            context = current_span().get_span_context()
            return f"{context.trace_id:032x}" if context.is_valid else ""
        except Exception:  # somebody's own kind of span
            return ""

    return trace
