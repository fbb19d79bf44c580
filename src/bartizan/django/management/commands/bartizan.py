"""``manage.py bartizan check``: the command line of Bartizan, asked about this project.

The command line stands above the adapters, so it is found the way a shell finds it: by the
distribution's ``console_scripts`` entry point.
"""

import argparse
from importlib.metadata import entry_points
from typing import Any

from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    """Hands every word over; ``DJANGO_SETTINGS_MODULE`` is set, so the application is this one."""

    help = "The bartizan command, asked about this project: init, check, policy show, ask, explain."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        """Everything behind the first word is Bartizan's own."""
        parser.add_argument("words", nargs=argparse.REMAINDER, metavar="…")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the verb; it ends the process with its own exit status."""
        (script,) = entry_points(group="console_scripts", name="bartizan")
        script.load()(list(options["words"]) or ["--help"])
