"""Django's settings. What an operator may change comes from the environment (see environment.py)."""

from __future__ import annotations

from django.utils.functional import SimpleLazyObject

from curbledger.database.address import django_database
from curbledger.environment import load

CURBLEDGER = load()

# Made when it is first needed: asking for help must not write files.
SECRET_KEY = SimpleLazyObject(CURBLEDGER.make_secret_key)
DEBUG = False
ALLOWED_HOSTS = [host.strip() for host in CURBLEDGER.allowed_hosts.split(",") if host.strip()]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "curbledger.clients",
    "curbledger.registry",
    "curbledger.permits",
    "curbledger.violations",
    "curbledger.placements",
    "curbledger.wire",
]
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware"]
ROOT_URLCONF = "curbledger.urls"
WSGI_APPLICATION = "curbledger.wsgi.application"

DATABASES = {"default": django_database(CURBLEDGER)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"

# The contract has no trailing slashes, and a redirect would lose the body of a POST.
APPEND_SLASH = False
# The wire limits bodies itself, with the contract's answer.
DATA_UPLOAD_MAX_MEMORY_SIZE = None

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"

# Prints the records of a handoff. `placements` cannot import the wire that stands above it, so it is told by name.
RECORD_PRINTER = "curbledger.wire.records.print_chunk"
# What the page at /api/docs shows beside the Controller API, which does not know it.
API_DESCRIPTIONS = ["curbledger.agency_api.described.document"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "curbledger": {"level": "INFO"},
        # A caller that misbehaves must not fill the log: what it was told is in its answer.
        "django.request": {"level": "ERROR"},
        "django": {"handlers": [], "propagate": True},
    },
}
