"""``python manage.py`` of the project that they serve."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.servers.apps.django_settings")
    execute_from_command_line(sys.argv)
