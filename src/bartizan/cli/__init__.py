"""The command line: one file per verb, one visible table of verbs in ``group.py``."""

import gc
from collections.abc import Sequence
from importlib import import_module


def main(words: Sequence[str] | None = None) -> None:
    """What the console script ``bartizan`` runs; ``manage.py bartizan`` hands its words over.

    A command lives for a moment: looking for garbage while its modules are imported, and once
    more at the end, is a seventh of its time. `application.find` switches it on again before
    code of the user's runs.
    """
    gc.disable()
    import_module("bartizan.cli.group").bartizan.main(words, prog_name="bartizan")
