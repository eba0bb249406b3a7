"""A course list as django-lti has it, on its own tables, on SQLite as durable as ours.

Run by the Python of its own virtual environment: DATABASE MEMBERS. Each line on standard input is a
round with another course and other people; the answer is its CPU microseconds for each member.
"""

# ruff: noqa: E402 - what Django has can be imported after django.setup() only

import sys
import time
from itertools import count

import django
from django.conf import settings

DATABASE, MEMBERS = sys.argv[1], int(sys.argv[2])

settings.configure(
    SECRET_KEY="bench",
    USE_TZ=True,
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": DATABASE,
            "OPTIONS": {
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
                "transaction_mode": "IMMEDIATE",
            },
        }
    },
    CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "lti_tool"],
)
django.setup()

from django.core.management import call_command
from django.db import transaction
from lti_tool.models import Key, LtiContext, LtiDeployment, LtiRegistration
from lti_tool.services import nrps

LEARNER = "http://purl.imsglobal.org/vocab/lis/v2/membership#Learner"
call_command("migrate", verbosity=0)
Key.objects.generate()
registration = LtiRegistration.objects.create(
    name="bench",
    issuer="https://lms.example",
    client_id="bench",
    auth_url="https://lms.example/auth",
    token_url="https://lms.example/token",
    keyset_url="https://lms.example/jwks",
)
deployment = LtiDeployment.objects.create(
    registration=registration, deployment_id="1", is_active=True
)
numbers = count()


def one_round() -> float:
    number = next(numbers)
    context = LtiContext.objects.create(
        deployment=deployment,
        id_on_platform=f"course-{number}",
        memberships_url="https://lms.example/members",
    )
    people = [
        {
            "user_id": f"u-{number}-{n}",
            "name": f"Sample person {n}",
            "roles": [LEARNER],
            "status": "Active",
        }
        for n in range(MEMBERS)
    ]
    # Spared the fetching and the JSON: the list is there.
    nrps.fetch_member_data = lambda _context: people
    began = time.process_time()
    with transaction.atomic():
        nrps.sync_memberships(context)
    taken = (time.process_time() - began) * 1e6 / MEMBERS
    assert context.memberships.count() == MEMBERS
    return taken


for _ in sys.stdin:
    print(one_round(), flush=True)
