"""LOGS OF THE APPLICATION: each line says which decision it belongs to, and holds no secret.

``Filter`` is for the standard library's ``logging``, `processor` for structlog. Both add the
decision id that ``bartizan why`` takes, and take out what must not stand in a log: bearer tokens,
JSON Web Tokens, passwords, keys, cookies (CWE-532, OWASP Logging Cheat Sheet "data to exclude").
"""

from bartizan.logs.filter import Filter
from bartizan.logs.redaction import MARK, Redaction
from bartizan.logs.structured import Processor

__all__ = ["MARK", "Filter", "Processor", "Redaction", "processor"]

processor = Processor()
"""The structlog processor, as it is without further names."""
