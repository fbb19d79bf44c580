"""The Django application: what ``INSTALLED_APPS`` brings are the system checks and the command."""

from django.apps import AppConfig
from django.core import checks

from bartizan.django.checks import check


class BartizanConfig(AppConfig):
    """``bartizan.django``, known to Django as ``bartizan``."""

    name = "bartizan.django"
    label = "bartizan"
    verbose_name = "Bartizan"

    def ready(self) -> None:
        """Register the checks among Django's own of security."""
        checks.register(check, checks.Tags.security)
