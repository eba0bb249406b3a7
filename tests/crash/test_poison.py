"""A job that kills its worker is set aside after five times; the others go on (F7)."""

from datetime import UTC, datetime

from sqlalchemy import select

from tracks.db import Database
from tracks.jobs.actions import claimed, enqueue, finish, hand_out
from tracks.jobs.models import outbox
from tracks.jobs.rules import LEASE, MOST_VANISHED

_NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
KIND = "send_score"


def _start_all(database: Database, now: datetime, *, finishes: str = "") -> list[str]:
    """The keys of the jobs that a worker starts; it dies in all but one."""
    started = []
    with database.writing() as session:
        handed = hand_out(session, now)
    for job_id, lease, _ in handed:
        with database.writing() as session:
            job = claimed(session, job_id, lease, now)
            assert job is not None
            started.append(job.key)
            if job.key == finishes:
                finish(session, job, now)
    return started


def _parked(database: Database) -> list[tuple[str, str | None]]:
    with database.reading() as session:
        rows = session.execute(
            select(outbox.c.key, outbox.c.reason).where(outbox.c.parked_at.is_not(None))
        )
        return [(row.key, row.reason) for row in rows]


def test_a_job_that_kills_its_worker_is_set_aside_until_it_is_wished_for_anew(
    database: Database,
) -> None:
    with database.writing() as session:
        enqueue(session, KIND, "poison", {}, now=_NOW)

    now = _NOW
    for number in range(MOST_VANISHED):
        with database.writing() as session:
            enqueue(session, KIND, f"other-{number}", {}, now=now)
        started = _start_all(database, now, finishes=f"other-{number}")
        assert sorted(started) == [f"other-{number}", "poison"]
        now += LEASE
    assert _start_all(database, now) == []
    assert _parked(database) == [("poison", "worker_vanished")]

    with database.writing() as session:
        enqueue(session, KIND, "poison", {}, now=now)

    for _ in range(MOST_VANISHED):
        assert _start_all(database, now) == ["poison"]
        now += LEASE
    assert _start_all(database, now) == []
    assert _parked(database) == [("poison", "worker_vanished")]
