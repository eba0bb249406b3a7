"""edx-completion with the smallest settings that it works with, on SQLite as durable as ours.

Run by the Python of its own virtual environment: DATABASE PERSONS STEPS ROUNDS. Each line on
standard input is a round; the answer is its CPU microseconds for each submitted completion.
"""

# ruff: noqa: E402 - what Django has can be imported after django.setup() only

import sys
import time

import django
from django.conf import settings

DATABASE, PERSONS, STEPS, ROUNDS = sys.argv[1], *map(int, sys.argv[2:])

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
    # The switch that turns completions on, found in the cache of the process.
    CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}},
    INSTALLED_APPS=[
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "waffle",
        "completion",
    ],
)
django.setup()

from completion.models import BlockCompletion
from django.contrib.auth import get_user_model
from django.core.management import call_command
from eventtracking import tracker
from opaque_keys.edx.keys import UsageKey
from waffle.models import Switch

call_command("migrate", verbosity=0)
tracker.register_tracker(tracker.Tracker())  # with nowhere to send events to
Switch.objects.create(name="completion.enable_completion_tracking", active=True)
blocks = [
    UsageKey.from_string(f"block-v1:bench+naturfag+2026+type@html+block@les-{number}")
    for number in range(STEPS)
]
users = iter(
    [
        get_user_model().objects.create(username=f"person-{number}")
        for number in range(PERSONS * ROUNDS)
    ]
)


def one_round() -> float:
    mine = [next(users) for _ in range(PERSONS)]
    began = time.process_time()
    for user in mine:
        for block in blocks:
            BlockCompletion.objects.submit_completion(user, block, 1.0)
    return (time.process_time() - began) * 1e6 / (len(mine) * len(blocks))


for _ in sys.stdin:
    print(one_round(), flush=True)
