"""The Django application: what ``INSTALLED_APPS`` brings are the system checks and the command."""

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.exceptions import ImproperlyConfigured

from bartizan.django.checks import check
from bartizan.django.conf import FIRST, LAST


class BartizanConfig(AppConfig):
    """``bartizan.django``, known to Django as ``bartizan``."""

    name = "bartizan.django"
    label = "bartizan"
    verbose_name = "Bartizan"

    def ready(self) -> None:
        """Register the checks among Django's own of security.

        Raises ``ImproperlyConfigured`` where ``MIDDLEWARE`` has nothing of ours: then nothing
        else would ever say that nobody guards this project.
        """
        if not {FIRST, LAST}.intersection(settings.MIDDLEWARE):
            raise ImproperlyConfigured(
                f"{self.name} is installed and guards nothing: MIDDLEWARE begins with "
                f"{FIRST} and ends with {LAST}"
            )
        checks.register(check, checks.Tags.security)
