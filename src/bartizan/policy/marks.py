"""The mark of a line that a person has yet to decide about, and how many are left."""

from typing import Final

MARK: Final = "TODO"
"""Stands in every comment of a first policy that wants a decision."""


def marked(text: str) -> int:
    """How many lines of a policy still want one."""
    return sum(f"# {MARK}" in line for line in text.splitlines())
