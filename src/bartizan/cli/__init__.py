"""The command line: one file per verb, one visible table of verbs in ``group.py``."""

import gc
from importlib import import_module


def main() -> None:
    """What the console script ``bartizan`` runs.

    A command lives for a moment: looking for garbage while its modules are imported, and once
    more at the end, is a seventh of its time. `application.find` switches it on again before
    code of the user's runs.
    """
    gc.disable()
    import_module("bartizan.cli.group").bartizan.main()
