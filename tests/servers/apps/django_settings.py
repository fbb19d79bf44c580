"""Settings of a small guarded Django project."""

import os

SECRET_KEY = "only-for-tests"
ALLOWED_HOSTS = ["*"]
INSTALLED_APPS = ["bartizan.django"]
MIDDLEWARE = ["bartizan.django.Outside", "bartizan.django.Inside"]
if os.environ.get("SERVED_TWIN") == "without act two":
    MIDDLEWARE.insert(1, "tests.servers.apps.django_views.answers_first")
ROOT_URLCONF = "tests.servers.apps.django_views"
USE_TZ = True
BARTIZAN = {
    "POLICY": os.environ["SERVED_POLICY"],
    "EVENTS": os.environ["SERVED_EVENTS"],
    "BIND": {"NewOrder": "tests.servers.apps.forms.NewOrder"},
}
