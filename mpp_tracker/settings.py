"""Every setting of the product; what differs between machines comes from the environment.

There is one settings file: a laptop, the tests and production run the same one. Required are `SECRET_KEY`,
`DATABASE_URL` and `REDIS_URL`; a value of the wrong kind stops the start with a sentence.
"""

import logging
from pathlib import Path
from urllib.parse import urlsplit

import pghistory
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from environs import Env

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env()

# --- What differs between machines -----------------------------------------------------------------------

SECRET_KEY = env.str("SECRET_KEY")
DEBUG = env.bool("DEBUG", default=False)
SITE_URL = env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/")
DATABASES = {
    "default": {
        **env.dj_db_url("DATABASE_URL"),
        "CONN_MAX_AGE": env.int("DATABASE_CONN_MAX_AGE", default=60),
        "CONN_HEALTH_CHECKS": True,
    }
}
REDIS_URL = env.str("REDIS_URL")
# Names what is deployed, in entity tags: pages of another release are other pages.
RELEASE = env.str("RELEASE", default="") or str(
    max(
        int(path.stat().st_mtime)
        for folder in ("dashboard", "regions", "taskforce", "templates", "static", "locale")
        for path in (BASE_DIR / folder).rglob("*.*")
        # Python writes those while the first worker starts; the second must not take that for a release.
        if path.suffix != ".pyc"
    )
)
VAR_DIR = env.path("VAR_DIR", default=BASE_DIR / "var")
LOG_LEVEL = env.log_level("LOG_LEVEL", default=logging.INFO)

_site = urlsplit(SITE_URL)
if _site.scheme not in {"http", "https"} or not _site.hostname:
    raise ImproperlyConfigured(f"SITE_URL must be an http(s) address, not {SITE_URL!r}.")

ALLOWED_HOSTS = [_site.hostname, *env.list("ALLOWED_HOSTS", default=[])]
CSRF_TRUSTED_ORIGINS = [SITE_URL]

# --- Application -----------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "dashboard",
    "taskforce",
    "commitments",
    "regions",
    "accounts",
    "mpp_tracker.apps.PantauAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
    "pghistory",
    "pgtrigger",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "mpp_tracker.lib.language.LanguageMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "mpp_tracker.lib.limits.BodyLimitMiddleware",
    "mpp_tracker.lib.history.WhoAndWhere",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.middleware.ProviderAwayMiddleware",
    "regions.middleware.SecondFactorMiddleware",
]

ROOT_URLCONF = "mpp_tracker.urls"
WSGI_APPLICATION = "mpp_tracker.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "accounts.User"

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
                "regions.context.turf",
                "commitments.context.reader",
            ],
        },
    },
]

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

# --- Sign-in ---------------------------------------------------------------------------------------------

AUTHENTICATION_BACKENDS = [
    "allauth.account.auth_backends.AuthenticationBackend",
    "django.contrib.auth.backends.ModelBackend",
    "regions.backends.TurfBackend",
]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = ACCOUNT_LOGOUT_REDIRECT_URL = "dashboard:nation"
ACCOUNT_ADAPTER = "accounts.adapters.ClosedAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Pantau MPP: "
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
# Whoever reads the account's mail is in at once, on a device that is known from then on.
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_RATE_LIMITS = {
    # An office behind one address signs in at eight; what follows is about wrong passwords.
    "login": "300/m/ip",
    # Strangers, however many addresses they have, share these five.
    "login_failed": "10/m/ip,5/5m/key",
    "login_on_known_device": "10/5m/key",
    "note_throttled": "1/m/ip",
}
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Pantau MPP"
MFA_FORMS = {"authenticate": "accounts.forms.SecondFactorForm"}
# Staff roles need a second factor wherever others can reach the site.
REQUIRE_SECOND_FACTOR = env.bool("REQUIRE_SECOND_FACTOR", default=_site.scheme == "https")
SOCIALACCOUNT_ADAPTER = "accounts.adapters.ClosedSocialAccountAdapter"
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_PROVIDERS = {}
# Where the sign-in form may lead besides this site: Chromium stops a form that is redirected elsewhere.
_sign_in_elsewhere = []
if _provider := env.str("OIDC_SERVER_URL", default=""):
    _address = urlsplit(_provider)
    # What it says of a person is believed because TLS says who speaks.
    if not _address.hostname or _address.scheme not in {"https", _site.scheme}:
        raise ImproperlyConfigured(f"OIDC_SERVER_URL must be an https address, not {_provider!r}.")
    _sign_in_elsewhere = [f"{_address.scheme}://{_address.netloc}"]
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "APPS": [
            {
                "provider_id": "oidc",
                "name": env.str("OIDC_NAME", default="SSO"),
                "client_id": env.str("OIDC_CLIENT_ID"),
                "secret": env.str("OIDC_CLIENT_SECRET"),
                "settings": {"server_url": _provider},
            }
        ],
        "OAUTH_PKCE_ENABLED": True,
    }

# --- Mail ------------------------------------------------------------------------------------------------

# Without a mail server, mails are files under var/mail.
_mail = env.dj_email_url("EMAIL_URL", default=f"file://{VAR_DIR / 'mail'}")
EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
EMAIL_FILE_PATH = str(VAR_DIR / "mail")
EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_HOST"], _mail["EMAIL_PORT"]
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"], _mail["EMAIL_HOST_PASSWORD"]
EMAIL_USE_TLS, EMAIL_USE_SSL = _mail.get("EMAIL_USE_TLS", False), _mail.get("EMAIL_USE_SSL", False)
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=f"pantau-mpp@{_site.hostname}")

# --- Language and time -----------------------------------------------------------------------------------

# The texts in the code are Indonesian; English is a translation of them, under /en/ (docs/decisions/0016-languages.md).
LANGUAGE_CODE = "id"
LANGUAGES = [("id", _("Bahasa Indonesia")), ("en", _("Bahasa Inggris"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["mpp_tracker.formats"]
# The ministry's day. A unit in WIT is two hours ahead; the ledger keeps days, so this decides only "today".
TIME_ZONE = "Asia/Jakarta"
USE_TZ = True

# --- Static files ----------------------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Beside what is served, never below it, and without an address: a view hands evidence out.
EVIDENCE_ROOT = VAR_DIR / "evidence"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "evidence": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": EVIDENCE_ROOT,
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {"BACKEND": "mpp_tracker.lib.assets.Assets"},
}
WHITENOISE_MAX_AGE = 3600

# --- Security --------------------------------------------------------------------------------------------

_over_https = _site.scheme == "https"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _over_https
SECURE_SSL_REDIRECT = _over_https
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if _over_https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _over_https
# Only a deployment that sits behind a proxy which overwrites this header may switch it on.
if env.bool("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "dashboard.views.csrf_failure"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "base-uri": [SELF],
        "form-action": [SELF, *_sign_in_elsewhere],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
        # The code by which an authenticator app learns its secret is drawn into the page.
        "img-src": [SELF, "data:"],
    }
}

# Photos come by the file chooser, which asks the person by itself.
PERMISSIONS_POLICY: dict[str, list[str]] = {
    feature: []
    for feature in (
        "accelerometer",
        "autoplay",
        "browsing-topics",
        "camera",
        "display-capture",
        "encrypted-media",
        "geolocation",
        "gyroscope",
        "hid",
        "identity-credentials-get",
        "idle-detection",
        "local-fonts",
        "magnetometer",
        "microphone",
        "midi",
        "payment",
        "picture-in-picture",
        "publickey-credentials-get",
        "screen-wake-lock",
        "serial",
        "usb",
        "xr-spatial-tracking",
    )
}
# What one request of somebody signed in may bring, all its files together.
MAX_REQUEST_BYTES = 100 * 1024**2

# --- Cache -----------------------------------------------------------------------------------------------

# The throttles of the sign-in count here, across all web processes. In the database, because without Redis
# people must still get in, and the wrong ones still be slowed down.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        # Beyond this, entries are thrown out: at Django's 300 an attacker with many addresses ends every throttle.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    # Pages as visitors get them, in the memory of each web process: some 20 MB when full, the least asked for leave
    # first. With DEBUG templates change while the process lives, so nothing is kept.
    "pages": {
        "BACKEND": f"django.core.cache.backends.{'dummy.DummyCache' if DEBUG else 'locmem.LocMemCache'}",
        "LOCATION": "pages",
        "TIMEOUT": 24 * 3600,
        "OPTIONS": {"MAX_ENTRIES": 2_000},
    },
}

# --- Background jobs -------------------------------------------------------------------------------------

CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "drain dirty provinces": {
        "task": "taskforce.recompute_dirty_provinces",
        "schedule": env.float("DRAIN_EVERY_SECONDS", default=30.0),
        # A message nobody took within the period is stale: the next one says the same.
        "options": {"expires": 30},
    },
    "rebuild coverage": {
        "task": "taskforce.rebuild_coverage",
        "schedule": crontab(hour="0", minute="10"),
    },
    # The nightly rebuild and every recompute evaluate the rules too; this sees what else was changed.
    "evaluate alerts": {
        "task": "taskforce.evaluate_alerts",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "send notices": {
        "task": "regions.send_notices",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    # Every day: the first run of a week writes its digests, even where Monday was missed.
    "write digests": {
        "task": "taskforce.write_digests",
        "schedule": crontab(hour="7", minute="0"),
    },
    # Every day, and safe to miss: the nearest warning that is due is given once.
    "warn of endings": {
        "task": "commitments.warn_of_endings",
        "schedule": crontab(hour="7", minute="10"),
    },
    # What the broker lost, and what a killed worker left.
    "make papers": {
        "task": "dashboard.make_papers",
        "schedule": env.float("PAPERS_EVERY_SECONDS", default=10.0),
        "options": {"expires": 10},
    },
    "sweep papers": {
        "task": "dashboard.sweep_papers",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    # The first look of a day makes its release; the others find it made, or what a killed worker left.
    "make releases": {
        "task": "taskforce.make_releases",
        "schedule": env.float("RELEASES_EVERY_SECONDS", default=60.0),
        "options": {"expires": 60},
    },
    # What the broker lost, what a killed worker left, and what is to be tried once more.
    "deliver webhooks": {
        "task": "regions.deliver_webhooks",
        "schedule": 15.0,
        "options": {"expires": 15},
    },
    "sweep the API": {
        "task": "regions.sweep_api",
        "schedule": 3600.0,
        "options": {"expires": 3600},
    },
    "work on imports": {
        "task": "dashboard.work_imports",
        "schedule": env.float("IMPORTS_EVERY_SECONDS", default=10.0),
        "options": {"expires": 10},
    },
    "sweep imports": {
        "task": "dashboard.sweep_imports",
        "schedule": crontab(hour="1", minute="50"),
    },
    "sweep evidence": {
        "task": "regions.sweep_evidence",
        "schedule": crontab(hour="1", minute="40"),
    },
}

# So long a request waits for the paper it asked for before it shows how far that is.
PAPER_WAIT_SECONDS = env.float("PAPER_WAIT_SECONDS", default=1.0)

# --- History ---------------------------------------------------------------------------------------------

# Who and where stand in the version itself: one row a change, and nothing to join.
PGHISTORY_CONTEXT_FIELD = pghistory.ContextJSONField()
PGHISTORY_CONTEXT_ID_FIELD = pghistory.ContextUUIDField()

# --- API -------------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    # The first says how a program that brings nothing is to come: with a token, hence 401.
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "regions.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticatedOrReadOnly"],
    "DEFAULT_THROTTLE_CLASSES": ["accounts.throttles.ApiThrottle"],
    "DEFAULT_RENDERER_CLASSES": ["mpp_tracker.lib.api.formats.Json", "mpp_tracker.lib.api.formats.Csv"],
    "DEFAULT_PARSER_CLASSES": ["mpp_tracker.lib.api.formats.StrictJson"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "mpp_tracker.lib.api.formats.Negotiation",
    "DEFAULT_SCHEMA_CLASS": "mpp_tracker.lib.api.schema.Schema",
    # Of the schema; what else is asked for as one is passed over.
    "ALLOWED_VERSIONS": ["1"],
    # What can be asked stands in the schema.
    "DEFAULT_METADATA_CLASS": None,
    "EXCEPTION_HANDLER": "mpp_tracker.lib.problems.as_problem",
}

SPECTACULAR_SETTINGS = {
    "TITLE": "Pantau MPP",
    "DESCRIPTION": _(
        "Capaian Mal Pelayanan Publik: angka, buku besar, dan komitmen di baliknya. Yang terverifikasi terbuka untuk "
        "umum; laporan yang belum diperiksa hanya untuk yang berkepentingan, sama seperti di halamannya."
    ),
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    # What is sent and what comes back are different shapes.
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": True,
    "ENUM_NAME_OVERRIDES": {
        "EntryStateEnum": "regions.choices.EntryState",
        "EntryChannelEnum": "regions.choices.EntryChannel",
        "ServiceChannelEnum": "commitments.choices.ServiceChannel",
        "ActionStateEnum": "taskforce.choices.ActionState",
        "CountingEnum": "taskforce.choices.Counting",
        "AnnouncedCountingEnum": "taskforce.choices.AnnouncedCounting",
        "ReadinessLevelEnum": "regions.choices.ReadinessLevel",
        "OperatingStatusEnum": "regions.choices.OperatingStatus",
        "DatePrecisionEnum": "regions.choices.DatePrecision",
        "DigitalStatusEnum": "regions.choices.DigitalStatus",
    },
}

# How often the API may be asked: by an address without an account, and by an account, whatever its tokens.
API_RATES = {
    "visitor": env.str("API_RATE_VISITOR", default="120/min"),
    "account": env.str("API_RATE_ACCOUNT", default="600/min"),
}

# --- Logs ------------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": LOG_LEVEL},
}
