"""The settings of edx-platform that the consumer reads, and what Django needs to run it."""

from pathlib import Path

from django.conf import settings

_ANY_USAGE_KEY = r"(?P<usage_id>[^/]+)"
# Made from the models: running their migrations would take most of the start.
_WITHOUT_MIGRATIONS = ("auth", "contenttypes", "lti_consumer", "sessions", "waffle")


def configure(base_url: str, folder: Path) -> None:
    settings.configure(
        SECRET_KEY="for a test on loopback only, with nothing to protect",
        DEBUG=False,
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF="pages",
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": folder / "openedx.sqlite",
                # Several threads write; a test must not wait for the disk.
                "OPTIONS": {
                    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;",
                    "transaction_mode": "IMMEDIATE",
                },
            }
        },
        # It holds what a launch is about between login and token, as it does in edx-platform.
        CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        MIGRATION_MODULES=dict.fromkeys(_WITHOUT_MIGRATIONS),
        USE_TZ=True,
        INSTALLED_APPS=[
            "django.contrib.contenttypes",
            "django.contrib.auth",
            "django.contrib.sessions",
            "rest_framework",
            "waffle",
            "config_models",
            "statici18n",
            "lti_consumer",
            "campus",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "crum.CurrentRequestUserMiddleware",
            "edx_django_utils.cache.middleware.RequestCacheMiddleware",
            "edx_django_utils.cache.middleware.TieredCacheMiddleware",
        ],
        TEMPLATES=[
            {"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}
        ],
        STATIC_URL="/static/",
        # Open edX needs both for deep linking: the answer comes from another site.
        SESSION_COOKIE_SAMESITE="None",
        SESSION_COOKIE_SECURE=True,
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        # --- edx-platform's own
        SERVICE_VARIANT="lms",
        PLATFORM_NAME="Sample Open edX",
        LMS_ROOT_URL=base_url,
        LTI_BASE=base_url,
        LTI_API_BASE=base_url,
        LEARNING_MICROFRONTEND_URL=base_url,
        USAGE_ID_PATTERN=_ANY_USAGE_KEY,
        USAGE_KEY_PATTERN=_ANY_USAGE_KEY.replace("usage_id", "usage_key_string"),
        LTI_NRPS_DISALLOW_PII=False,
        LTI_CUSTOM_PARAM_TEMPLATES={},
        OPENEDX_TELEMETRY=[],
        # To standard error, which the parent keeps: what it refused, and why.
        LOGGING={
            "version": 1,
            "disable_existing_loggers": False,
            "handlers": {"all": {"class": "logging.StreamHandler"}},
            "root": {"handlers": ["all"], "level": "WARNING"},
        },
    )
