"""Django's settings. What an operator may change comes from the environment (see environment.py)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from django.utils.functional import SimpleLazyObject

from curbledger.database.address import django_database
from curbledger.environment import load

CURBLEDGER = load()

# Made when it is first needed: asking for help must not write files.
SECRET_KEY = SimpleLazyObject(CURBLEDGER.make_secret_key)
DEBUG = False
ALLOWED_HOSTS = [host.strip() for host in CURBLEDGER.allowed_hosts.split(",") if host.strip()]

INSTALLED_APPS = [
    # Before Django's admin, whose templates it replaces. Our own site is made in portal/site.py.
    "unfold.apps.BasicAppConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "procrastinate.contrib.django",
    "curbledger.clients",
    "curbledger.registry",
    "curbledger.permits",
    "curbledger.violations",
    "curbledger.placements",
    "curbledger.notices",
    "curbledger.importing",
    "curbledger.reports",
    "curbledger.wire",
    "curbledger.portal",
]
# All but the first are Django's own, kept to the staff pages: a call of the API passes them by (portal/middleware.py).
MIDDLEWARE = [
    "curbledger.lengths.Lengths",
    "django.middleware.security.SecurityMiddleware",
    "curbledger.portal.middleware.Sessions",
    "curbledger.portal.middleware.CsrfProtection",
    "curbledger.portal.middleware.Authentication",
    "curbledger.portal.middleware.Messages",
]
ROOT_URLCONF = "curbledger.urls"
WSGI_APPLICATION = "curbledger.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

DATABASES = {"default": django_database(CURBLEDGER)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("fr", "Français")]
LOCALE_PATHS = [Path(__file__).with_name("locale")]

# The contract has no trailing slashes, and a redirect would lose the body of a POST.
APPEND_SLASH = False
# The wire limits bodies itself, with the contract's answer.
DATA_UPLOAD_MAX_MEMORY_SIZE = None

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"

# Who signs in to the staff pages. Its cookies never travel with a call of the API.
AUTH_USER_MODEL = "clients.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in (
        ("UserAttributeSimilarityValidator", {"user_attributes": ("email", "name")}),
        ("MinimumLengthValidator", {"min_length": 10}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    )
]
# How long a link is good by which somebody chooses their password.
PASSWORD_RESET_TIMEOUT = 3 * 24 * 60 * 60
LOGIN_URL = "portal:sign-in"
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = "/portal/"
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "curbledger_session", "curbledger_csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = CURBLEDGER.https
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
# A working day: whoever leaves a desk in the evening is signed out in the morning.
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_FAILURE_VIEW = "curbledger.portal.failures.no_cookie"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# Five wrong passwords lock that address of a user for a quarter of an hour, from where they came.
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_FORM_FIELD = "username"  # the word for it in Django's authenticate(), which axes listens to
AXES_RESET_ON_SUCCESS = True
# Who keeps trying waits no longer than who does not: the owner of the address would be kept out for ever.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
# The admin's own log has no client: it would show one client's changes to another, so that it has no table.
MIGRATION_MODULES = {"admin": None}

STATIC_URL = "/static/"
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if CURBLEDGER.https else 0
SILENCED_SYSTEM_CHECKS = [
    "security.W002",  # every page forbids framing, by its Content-Security-Policy and X-Frame-Options (portal/page.py)
    "security.W003",  # the protection is there, kept to the pages (portal/middleware.py)
    "security.W005",  # whether other names below this domain have https too is its owner's to say
    "security.W008",  # a redirect would lose the body of an integrator's POST: the proxy in front decides
    "security.W021",  # as W005
    "axes.W002",  # the sign-in page itself says that it is locked (portal/sign_in.py)
]

# Prints the records of a handoff. `placements` cannot import the wire that stands above it, so it is told by name.
RECORD_PRINTER = "curbledger.wire.records.print_chunk"
# What the page at /api/docs shows beside the Controller API, which does not know it.
API_DESCRIPTIONS = ["curbledger.agency_api.described.document"]

# Mail goes through the operator's server; without one it waits.
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = CURBLEDGER.mail_host or ""
EMAIL_PORT = CURBLEDGER.mail_port
EMAIL_HOST_USER = CURBLEDGER.mail_user
EMAIL_HOST_PASSWORD = SimpleLazyObject(CURBLEDGER.read_mail_password)
EMAIL_USE_TLS = CURBLEDGER.mail_security == "starttls"
EMAIL_USE_SSL = CURBLEDGER.mail_security == "tls"
# Far below the time after which a mail counts as abandoned (notices/mail.py).
EMAIL_TIMEOUT = 60
DEFAULT_FROM_EMAIL = CURBLEDGER.mail_from

# The queue's tasks are found by its worker; no other process needs them.
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = ""
PROCRASTINATE_IMPORT_PATHS = ["curbledger.work.tasks"]

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "curbledger": {"level": "INFO"},
        # It tells of every job that begins and ends.
        "procrastinate": {"level": "WARNING"},
        # A caller that misbehaves must not fill the log: what it was told is in its answer.
        "django.request": {"level": "ERROR"},
        "django": {"handlers": [], "propagate": True},
    },
}
