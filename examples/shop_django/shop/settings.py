"""Settings of the shop. Facts of a machine come from the environment."""

import os
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent

SECRET_KEY = os.environ.get("SHOP_SECRET_KEY") or os.urandom(32).hex()  # else: until the next start
DEBUG = False
ALLOWED_HOSTS = ["*"]  # the policy's hosts decide, before Django looks
ROOT_URLCONF = "shop.urls"
ASGI_APPLICATION = "shop.asgi.application"
WSGI_APPLICATION = "shop.wsgi.application"

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "bartizan.django",
    "shop",
]

MIDDLEWARE = [
    "bartizan.django.Outside",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "bartizan.django.Inside",
]

BARTIZAN = {
    "POLICY": os.environ.get("SHOP_POLICY", "bartizan.toml"),
    "BIND": {"NewOrder": "shop.bodies.NewOrder", "OrderChange": "shop.bodies.OrderChange"},
    "EVENTS": os.environ.get("SHOP_EVENTS", ""),
}

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": os.environ.get("SHOP_DATABASE", BASE_DIR / "var" / "shop.sqlite3"),
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = False
USE_TZ = True
STATIC_URL = "/api/admin/static/"
