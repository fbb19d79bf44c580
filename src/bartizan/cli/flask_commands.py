"""``flask bartizan …``: the same verbs, for the application that Flask has found.

Loaded by Flask for each of its commands, so it imports no verb before it is called.
"""

from bartizan.cli.group import bartizan

__all__ = ["bartizan"]
