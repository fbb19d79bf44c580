"""The marks of what a person has yet to decide: lines of a first policy, and keys of nobody."""

from typing import Final

MARK: Final = "TODO"
"""Stands in every comment of a first policy that wants a decision."""
KEYS: Final = "bartizan-keys.json"
"""The key set beside a first policy: of one key that nobody can sign with."""


def marked(text: str) -> int:
    """How many lines of a policy still want one."""
    return sum(f"# {MARK}" in line for line in text.splitlines())
