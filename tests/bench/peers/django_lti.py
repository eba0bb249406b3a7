"""A launch as django-lti has it, on its own tables, served by gunicorn.

Run by the Python of its own virtual environment: PORT DATABASE ISSUER CLIENT_ID JWKS_URL.
"""

# ruff: noqa: E402 - what Django has can be imported after django.setup() only

import sys

import django
from django.conf import settings

PORT, DATABASE, ISSUER, CLIENT_ID, JWKS_URL = sys.argv[1:]

settings.configure(
    SECRET_KEY="bench",
    ALLOWED_HOSTS=["localhost"],
    ROOT_URLCONF=__name__,
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    # As lasting as ours: WAL, synchronous=FULL, one transaction a request.
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATABASE,
            "ATOMIC_REQUESTS": True,
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
                "transaction_mode": "IMMEDIATE",
            },
        }
    },
    CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.sessions",
        "lti_tool",
    ],
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "lti_tool.middleware.LtiLaunchMiddleware",
    ],
)
django.setup()

from django.core.management import call_command
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import path
from gthread import serve
from lti_tool.models import Key, LtiDeployment, LtiRegistration
from lti_tool.views import LtiLaunchBaseView, OIDCLoginInitView

SMALL_PAGE = "<!doctype html><title>Page</title><p>Hello"

call_command("migrate", verbosity=0)
Key.objects.generate()
registration = LtiRegistration.objects.create(
    name="bench",
    issuer=ISSUER,
    client_id=CLIENT_ID,
    auth_url=f"{ISSUER}/auth",
    token_url=f"{ISSUER}/token",
    keyset_url=JWKS_URL,
)
LtiDeployment.objects.create(registration=registration, deployment_id="1", is_active=True)


class Launch(LtiLaunchBaseView):
    def handle_resource_launch(self, request, lti_launch):
        return HttpResponseRedirect("/page")


def page(request):
    assert request.lti_launch.is_present
    return HttpResponse(SMALL_PAGE)


urlpatterns = [
    path("lti/login", OIDCLoginInitView.as_view(), {"registration_uuid": registration.uuid}),
    path("lti/launch", Launch.as_view()),
    path("page", page),
]

serve(get_wsgi_application, int(PORT))
