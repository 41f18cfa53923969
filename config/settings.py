"""Every setting of an installation; the environment is read here and nowhere else."""

import os
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext
from csp.constants import NONE, SELF
from environ import Env

from config import __version__, addresses, embedded, identity, logs
from config.limits import Limits

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()
holdfast = Env()
holdfast.prefix = "HOLDFAST_"

# The installation
HOLDFAST_HOME = Path(holdfast.str("HOME", default=str(BASE_DIR / ".holdfast"))).resolve()
PORT = env.int("PORT", default=8000)
HOLDFAST_URL = holdfast.str("URL", default=f"http://127.0.0.1:{PORT}").rstrip("/")
DEMO = holdfast.bool("DEMO", default=identity.is_demo(HOLDFAST_HOME))
STAFF_PASSWORD = os.environ.get("HOLDFAST_STAFF_PASSWORD", "")  # as it is: environ expands a leading $
HOLDFAST = Limits.from_environment(holdfast)
HOLDFAST_VERSION = __version__

DEBUG = holdfast.bool("DEBUG", default=False)
SECRET_KEY = os.environ.get("SECRET_KEY") or identity.secret_key(HOLDFAST_HOME)
SECRET_KEY_FALLBACKS = holdfast.list("SECRET_KEY_FALLBACKS", default=[])
_host = urlsplit(HOLDFAST_URL).hostname or "localhost"
ALLOWED_HOSTS = [_host, "127.0.0.1", "localhost", "[::1]", *holdfast.list("ALLOWED_HOSTS", default=[])]
CSRF_TRUSTED_ORIGINS = [HOLDFAST_URL]

INSTALLED_APPS = [
    "config",
    "bookings",
    "notifications",
    "operations",
    "config.entrance.site.StaffConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "axes",
    "csp",
    "django_htmx",
    "django_prometheus",
    "django_q",
    "django_structlog",
    "pgtrigger",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "bookings.api.boundary.Boundary",
    "bookings.embedding.Embedded",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "bookings.reader.ReaderLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "config.rate_limit.RateLimit",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",
    "operations.reach.ForgetWhoLooked",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "config.error_pages.NotAllowedPages",
    "config.database_away.DatabaseAway",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]

# The database: an embedded PostgreSQL unless one is named
DATABASE_URL = os.environ.get("DATABASE_URL", "")
EMBEDDED = not DATABASE_URL
DATABASES = {"default": addresses.database(DATABASE_URL or embedded.database_url(HOLDFAST_HOME))}
DATABASES["default"] |= {"CONN_MAX_AGE": None, "CONN_HEALTH_CHECKS": True, "TIME_ZONE": "UTC"}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The queue carries wake-ups only: our rows are the record (see docs/decisions)
Q_CLUSTER = {
    "name": "holdfast",
    "orm": "default",
    "broker_class": "operations.queue.broker.WakeUps",
    "workers": HOLDFAST.queue_workers_count,
    "poll": HOLDFAST.queue_poll_milliseconds / 1000,
    "guard_cycle": 1.0,
    "bulk": 1,
    "queue_limit": 1,
    "save_limit": -1,
    "timeout": HOLDFAST.lease_seconds,
    "retry": 2 * HOLDFAST.lease_seconds,
    "ack_failures": True,
    "catch_up": False,
    "label": "Queue",
}

# Mail leaves by the local inbox unless a server or a provider is named
EMAIL_URL = env.str("EMAIL_URL", default="")
LOCAL_INBOX = not EMAIL_URL
INBOX_PORT = holdfast.int("INBOX_PORT", default=0)
if LOCAL_INBOX:
    INBOX_PORT = INBOX_PORT or identity.inbox_port(HOLDFAST_HOME)
EMAIL_PROVIDER, _keys = addresses.mail_provider(EMAIL_URL)
if EMAIL_PROVIDER:
    EMAIL_BACKEND = f"anymail.backends.{EMAIL_PROVIDER}.EmailBackend"  # for mails about staff's accounts
else:
    globals().update(addresses.mail(EMAIL_URL or f"smtp://127.0.0.1:{INBOX_PORT}"))
# Providers whose reports about mail are believed, and what django-anymail needs to know of them
MAIL_PROVIDERS = holdfast.list("MAIL_PROVIDERS", default=[])
ANYMAIL = {"REQUESTS_TIMEOUT": 10, **_keys, **addresses.with_prefix("HOLDFAST_ANYMAIL_", os.environ)}
MESSAGE_ID_DOMAIN = _host if "." in _host else "holdfast.invalid"
DEFAULT_FROM_EMAIL = holdfast.str("FROM_EMAIL", default=f"Holdfast <bookings@{_host}>")
# Where bounces return to, and the mailbox in which they are found
BOUNCE_ADDRESS = holdfast.str("BOUNCE_ADDRESS", default="")
RETURNED_MAIL = addresses.mailbox(os.environ.get("HOLDFAST_RETURNED_MAIL_URL", ""))

# What else leaves: webhooks, to public addresses unless others are allowed; texts, if there is a gateway
WEBHOOK_ALLOW_PRIVATE = holdfast.bool("WEBHOOK_ALLOW_PRIVATE", default=False)
SMS_URL = holdfast.str("SMS_URL", default="")
SMS_TOKEN = os.environ.get("HOLDFAST_SMS_TOKEN", "")
SMS_SENDER = holdfast.str("SMS_SENDER", default="Holdfast")

# Who watches from outside: Prometheus, by a token where it is not on this machine
METRICS_TOKEN = os.environ.get("HOLDFAST_METRICS_TOKEN", "")
ALERT_WEBHOOK_URL = addresses.web(os.environ.get("HOLDFAST_ALERT_WEBHOOK_URL", ""))
ALERT_EMAIL = addresses.second_mail(os.environ.get("HOLDFAST_ALERT_EMAIL_URL", ""))
ALERT_EMAIL_TO = holdfast.list("ALERT_EMAIL_TO", default=[])
ALERT_LOOKOUT = True  # web processes tell alerts when no worker does

# Languages and time
LANGUAGE_CODE = "en"
LANGUAGES = [  # what our texts exist in; dates and prices follow each location's locale
    ("en", "English"),
    ("de", "Deutsch"),
    ("es", "Español"),
    ("fr", "Français"),
    ("ja", "日本語"),
]
LANGUAGE_COOKIE_AGE = 31_536_000
LANGUAGE_COOKIE_SAMESITE = "Lax"
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
FORMAT_MODULE_PATH = "config.formats"
TIME_ZONE = "UTC"

# Files
STATIC_URL = "/static/"  # absolute: the same for framed pages, which stand below another prefix
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = HOLDFAST_HOME / "static"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Security: strict everywhere, the admin too
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
HTTPS = HOLDFAST_URL.startswith("https://")
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "config.error_pages.csrf_failure"
SILENCED_SYSTEM_CHECKS = ["security.W008"]  # the reverse proxy redirects to HTTPS
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024
# Files come to the page of imports only; what is larger is dropped while it is read, and never written.
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.MemoryFileUploadHandler"]
FILE_UPLOAD_MAX_MEMORY_SIZE = HOLDFAST.import_file_max_bytes
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]

# Staff: a password and, outside demos, a second factor (see config/entrance)
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
SESSION_COOKIE_AGE = HOLDFAST.staff_session_seconds
PASSWORD_RESET_TIMEOUT = 3600
ACCOUNT_ADAPTER = "config.entrance.adapters.Accounts"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_LOGOUT_REDIRECT_URL = "admin:login"
MFA_ADAPTER = "config.entrance.adapters.SecondFactors"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = f"Holdfast {_host}"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = HOLDFAST.login_failures_count
AXES_COOLOFF_TIME = timedelta(seconds=HOLDFAST.login_lockout_seconds)
AXES_RESET_ON_SUCCESS = True
AXES_CLIENT_IP_CALLABLE = "config.entrance.signing_in.address"
AXES_LOCKOUT_CALLABLE = "config.entrance.signing_in.locked_out"
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# Logs: one line an event, no personal data
DJANGO_STRUCTLOG_IP_LOGGING_ENABLED = False
LOGGING = logs.configuration()
logs.configure()
