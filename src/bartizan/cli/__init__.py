"""The command line: one file per verb, one visible table of verbs in ``group.py``."""

from bartizan.cli.group import bartizan

__all__ = ["bartizan", "main"]


def main() -> None:
    """What the console script ``bartizan`` runs."""
    bartizan.main()
