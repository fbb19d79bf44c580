"""The mirror where ``runserver`` wants a Django project."""

SECRET_KEY = "only-for-tests"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "tests.servers.apps.mirror_settings"
WSGI_APPLICATION = "tests.servers.apps.mirror.wsgi"
urlpatterns: list[object] = []
