"""All settings. Each variable read here is described in .env.example (a test compares the two)."""

from __future__ import annotations

import re
from pathlib import Path

import django_stubs_ext
import environ
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from crm import postgres
from crm.dotenv import given

# Makes Django's generic classes subscriptable while the program runs.
django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")

VERSION = "0.1.0"
DATA_DIR = postgres.data_folder()
DEMO = env.bool("RAPPORT_DEMO", default=False)
DEBUG = env.bool("DEBUG", default=False)
if DEMO:
    from crm.demo_key import demo_key

    SECRET_KEY = env.str("SECRET_KEY", default="") or demo_key(DATA_DIR)
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
else:
    SECRET_KEY = env.str("SECRET_KEY", default="")
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[])
    missing = [name for name, value in (("SECRET_KEY", SECRET_KEY), ("ALLOWED_HOSTS", ALLOWED_HOSTS)) if not value]
    if missing:
        raise ImproperlyConfigured(
            f"Set {' and '.join(missing)} in the environment or in .env (see .env.example),"
            " or start the demo with ./rapport up."
        )

# The organisation: report zone, base currency, the country in which a number without prefix is read.
ORGANISATION_NAME = env.str("ORGANISATION_NAME", default="Rapport")
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
BASE_CURRENCY = env.str("BASE_CURRENCY", default="EUR")
PHONE_REGION = env.str("PHONE_REGION", default="GB")
FIRST_RESPONSE_MINUTES = env.int("FIRST_RESPONSE_MINUTES", default=60)
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
USE_TZ = True
USE_I18N = True
FORMAT_MODULE_PATH = ["crm.formats"]
LOCALE_PATHS = [BASE_DIR / "locale"]

INSTALLED_APPS = [
    "crm.apps.CrmConfig",
    "accounts",
    "activities",
    "notifications",
    "customers",
    "deals",
    "leads",
    "dashboard",
    "exchange",
    "crm.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "crm.apps.StaticFilesConfig",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "django_htmx",
    "allauth",
    "allauth.account",
    "pgtrigger",
    "pghistory",
    "procrastinate.contrib.django",
]

MIDDLEWARE = [
    "crm.middleware.note_the_moment",
    "crm.middleware.refuse_broken_text",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "crm.middleware.content_security",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "crm.middleware.htmx_answers",
    "crm.middleware.verbs_are_no_pages",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "crm.middleware.user_time_zone",
    "crm.middleware.history_context",
    "crm.idempotency.once_per_key",
]

ROOT_URLCONF = "crm.urls"
WSGI_APPLICATION = "crm.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "crm.htmx.messages_stay",
                "crm.navigation.shell",
            ],
        },
    }
]
FORM_RENDERER = "crm.form_html.FormHtml"

# One database. Page threads keep their connection (a new one per request costs 2.6 times the page).
database = env.db_url_config(given("DATABASE_URL") or postgres.database_url())
DATABASES = {
    "default": {
        **database,
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **database.get("OPTIONS", {}),  # the folder of the socket
            # The last: how alike a name must be to be meant; the operator that the index knows heeds only a setting.
            "options": "-c statement_timeout=30s -c lock_timeout=10s -c idle_in_transaction_session_timeout=120s"
            " -c pg_trgm.word_similarity_threshold=0.38",
        },
        "TEST": {"NAME": env.str("RAPPORT_TEST_DB", default="test_rapport")},
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "crm_cache",
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}

STATIC_URL = "/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = DATA_DIR / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "crm.static.StaticStorage"},
}
FILE_UPLOAD_PERMISSIONS = 0o600
ATTACHMENT_MAX_MB = env.int("ATTACHMENT_MAX_MB", default=20)
ATTACHMENTS_AT_ONCE = 10
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2500  # an order of 500 lines, four fields each

# Jobs are in each app's jobs.py; the lists that exports write are declared beside their pages.
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
PROCRASTINATE_IMPORT_PATHS = ["crm.urls"]
WORKER_HEARTBEAT_SECONDS = env.float("WORKER_HEARTBEAT_SECONDS", default=5.0)
WORKER_DEAD_AFTER_SECONDS = env.float("WORKER_DEAD_AFTER_SECONDS", default=20.0)
if not 0 < 2 * WORKER_HEARTBEAT_SECONDS <= WORKER_DEAD_AFTER_SECONDS:
    raise ImproperlyConfigured(
        "WORKER_DEAD_AFTER_SECONDS must be at least twice WORKER_HEARTBEAT_SECONDS, and both more than 0:"
        " a worker that is late once would be taken for dead."
    )

# Sign-in: allauth by e-mail, no self-registration (accounts/adapter.py), argon2.
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backend.Backend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "change_password": "accounts.password_forms.ChangePasswordForm",
    "set_password": "accounts.password_forms.SetPasswordForm",
    "reset_password": "accounts.password_forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.password_forms.ResetPasswordKeyForm",
}
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "accounts.links.LinkTokens"  # noqa: S105 - a class
PASSWORD_RESET_TIMEOUT = 7 * 24 * 60 * 60  # of an invitation; accounts/links.py ends other links sooner
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http" if DEMO else "https"
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "login_failed": "10/m/ip,5/5m/key", "reset_password": "20/m/ip,5/m/key"}
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
EMAIL_CONFIG = env.email_url("EMAIL_URL", default="consolemail://")
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=10)
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Rapport <rapport@localhost>")

# Where the site is found: letters that no request asks for lead there.
SITE_URL = env.str(
    "SITE_URL", default="http://127.0.0.1:8000" if DEMO else f"https://{ALLOWED_HOSTS[0].lstrip('.')}"
).rstrip("/")

# Notifications of browsers, through the push services of their makers: no other is asked. With a dot: all names below.
WEBPUSH_SERVICES = env.list(
    "WEBPUSH_SERVICES",
    default=["fcm.googleapis.com", ".push.services.mozilla.com", ".notify.windows.com", ".push.apple.com"],
)
WEBPUSH_PRIVATE_KEY = env.str("WEBPUSH_PRIVATE_KEY", default="")
if WEBPUSH_PRIVATE_KEY and not re.fullmatch(r"[A-Za-z0-9_-]{43}=?", WEBPUSH_PRIVATE_KEY):
    raise ImproperlyConfigured(
        "WEBPUSH_PRIVATE_KEY must be a key of 32 bytes in 43 letters (base64url). Leave it out to have one made."
    )
# Servers of tests, by the name that they stand for: their port on this machine, and their certificate.
OUTWARD_STAND_INS: dict[str, tuple[int, str]] = {}

SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEMO
SESSION_COOKIE_NAME = "rapport_session" if DEMO else "__Host-rapport_session"
CSRF_COOKIE_NAME = "rapport_csrf" if DEMO else "__Host-rapport_csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
SECURE_SSL_REDIRECT = not DEMO and env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_HSTS_SECONDS = 0 if DEMO else env.int("SECURE_HSTS_SECONDS", default=31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not DEMO
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
if ALLAUTH_TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"


LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"short": {"()": "crm.errors.ShortOfBadInput"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["short"]}},
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", default="WARNING")},
}
