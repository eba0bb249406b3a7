"""A worker that subscribes at a school system, for tests that kill it on the way.

python -m tests.tracks.rosters.dying_worker DATABASE_URL MUNICIPALITY_ID
"""

import sys

from lti.http import GuardedHttp
from tests.factories.tool import BASE_URL
from tracks.db import Database
from tracks.db.engine import make_engine
from tracks.jobs.rules import Job
from tracks.jobs.worker import Done, TryLater
from tracks.lms.sealing import EncryptionKey, Sealer
from tracks.rosters.connection import Outward
from tracks.rosters.subscribing import keep_subscribed


def main(database_url: str, municipality_id: str) -> None:
    database = Database(make_engine(database_url), {})
    outward = Outward(
        GuardedHttp(allow_loopback=True), Sealer([EncryptionKey(b"k" * 32)]), base_url=BASE_URL
    )
    payload = {"municipality_id": int(municipality_id)}
    outcome = keep_subscribed(outward, database, Job(0, "", "", payload, 1, "", 1, ""))
    assert isinstance(outcome, Done | TryLater)
    with database.writing() as session:
        outcome.write(session)


if __name__ == "__main__":
    main(*sys.argv[1:])
