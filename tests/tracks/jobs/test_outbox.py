"""Jobs happen once, whatever happens to whoever runs them (F7, check 31)."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select, text

from tracks.db import Database, DatabaseBusy
from tracks.jobs.actions import enqueue, hand_out, try_quarantined
from tracks.jobs.models import outbox
from tracks.jobs.rules import LEASE, MOST_VANISHED, QUARANTINE, Job, back_off
from tracks.jobs.worker import Done, GiveUp, TryLater, Worker

ROWS = select(outbox.c.key, outbox.c.tries, outbox.c.vanished, outbox.c.reason)


class Killed(BaseException):
    """What a SIGKILL looks like from inside: nothing after it runs."""


class Jobs:
    """A worker whose jobs note what they did, and end as `fate` says for their key."""

    def __init__(self, database: Database, clock: time_machine.Traveller) -> None:
        self.database = database
        self.clock = clock
        self.ran: list[str] = []
        self.fate: dict[str, object] = {}
        self.worker = Worker(database, {"note": self._note}, "memory://")

    def _note(self, database: Database, job: Job):
        self.ran.append(f"{job.key}:{job.payload['n']}")
        fate = self.fate.get(job.key, Done())
        if callable(fate):
            return fate(job)
        if isinstance(fate, BaseException):
            raise fate
        return fate

    def wish(self, key: str, n: int = 1) -> None:
        with self.database.writing() as session:
            enqueue(session, "note", key, {"n": n}, now=datetime.now(UTC))

    def run(self) -> None:
        """As the relay and the tasks do, of which each may die on its own."""
        with self.database.writing() as session:
            handed = hand_out(session, datetime.now(UTC))
        for job_id, lease, _ in handed:
            try:
                self.worker.run(job_id, lease)
            except Killed:
                continue

    def rows(self) -> list:
        with self.database.reading() as session:
            return [tuple(row) for row in session.execute(ROWS.order_by(outbox.c.key))]


@pytest.fixture
def jobs(database: Database) -> Iterator[Jobs]:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        yield Jobs(database, clock)


def test_a_job_runs_once_and_is_gone(jobs: Jobs):
    jobs.wish("a")
    jobs.run()
    jobs.run()

    assert (jobs.ran, jobs.rows()) == (["a:1"], [])


def test_wishes_for_the_same_thing_are_one_job_with_the_latest_payload(jobs: Jobs):
    for n in (1, 2, 3):
        jobs.wish("a", n)
    jobs.run()

    assert (jobs.ran, jobs.rows()) == (["a:3"], [])


def test_a_wish_that_comes_while_the_job_runs_is_not_lost(jobs: Jobs):
    def wish_again(job: Job):
        if job.payload["n"] == 1:
            jobs.wish("a", 2)
        return Done()

    jobs.fate["a"] = wish_again
    jobs.wish("a")
    jobs.run()
    jobs.run()

    assert (jobs.ran, jobs.rows()) == (["a:1", "a:2"], [])


def test_a_job_whose_worker_died_runs_exactly_once_more_when_its_lease_ends(jobs: Jobs):
    jobs.fate["a"] = Killed()
    jobs.wish("a")
    jobs.run()
    jobs.fate.clear()

    jobs.clock.shift(LEASE - timedelta(seconds=1))
    jobs.run()
    assert jobs.ran == ["a:1"]
    jobs.clock.shift(timedelta(seconds=2))
    jobs.run()
    jobs.run()

    assert (jobs.ran, jobs.rows()) == (["a:1", "a:1"], [])


def test_a_job_handed_out_whose_message_was_lost_is_handed_out_again(jobs: Jobs):
    jobs.wish("a")
    with jobs.database.writing() as session:
        hand_out(session, datetime.now(UTC))
    jobs.run()
    assert jobs.ran == []

    jobs.clock.shift(LEASE)
    jobs.run()

    assert (jobs.ran, jobs.rows()) == (["a:1"], [])


def test_a_message_delivered_twice_or_too_late_does_nothing(jobs: Jobs):
    jobs.wish("a")
    with jobs.database.writing() as session:
        ((job_id, old, _),) = hand_out(session, datetime.now(UTC))
    jobs.clock.shift(LEASE)
    with jobs.database.writing() as session:
        ((_, new, _),) = hand_out(session, datetime.now(UTC))

    jobs.worker.run(job_id, old)
    assert jobs.ran == []
    jobs.worker.run(job_id, new)
    jobs.worker.run(job_id, new)

    assert (jobs.ran, jobs.rows()) == (["a:1"], [])


def test_two_relays_hand_out_a_job_once(jobs: Jobs):
    for key in "abc":
        jobs.wish(key)
    with jobs.database.writing() as session:
        first = hand_out(session, datetime.now(UTC), most=2)
    with jobs.database.writing() as session:
        second = hand_out(session, datetime.now(UTC), most=2)

    assert (len(first), len(second)) == (2, 1)
    assert not {one.job_id for one in first} & {one.job_id for one in second}


def test_no_more_are_handed_out_than_asked_for_whatever_way_the_database_takes(jobs: Jobs):
    for n in range(5):
        jobs.wish("a", n)
        jobs.wish(f"b{n}")
    with jobs.database.writing() as session:
        if session.connection.dialect.name == "postgresql":
            # As it may choose by itself, by what it happens to know of a table.
            for way in ("hashjoin", "mergejoin", "hashagg", "sort", "material", "memoize"):
                session.execute(text(f"SET LOCAL enable_{way} = off"))
        handed = hand_out(session, datetime.now(UTC), most=2)

    assert len(handed) == 2


def test_a_job_that_kills_its_worker_is_set_aside_and_the_others_go_on(jobs: Jobs):
    jobs.fate["poison"] = Killed()
    jobs.wish("poison")
    for n in range(MOST_VANISHED + 3):
        jobs.wish("good", n)
        jobs.run()
        jobs.clock.shift(LEASE)

    assert jobs.ran.count("poison:1") == MOST_VANISHED
    assert [r for r in jobs.ran if r.startswith("good")] == [f"good:{n}" for n in range(8)]
    assert [(key, reason) for key, _, _, reason in jobs.rows()] == [("poison", "worker_vanished")]

    # Mended, and wished for anew: it is a job like any other.
    jobs.fate.clear()
    jobs.wish("poison", 2)
    jobs.clock.shift(timedelta(hours=2))
    jobs.run()
    assert (jobs.ran[-1], jobs.rows()) == ("poison:2", [])


@pytest.mark.parametrize(
    ("fate", "reason"),
    [
        (TryLater("lms_down"), "lms_down"),
        (ValueError("secret of a person"), "bug"),
        (DatabaseBusy("locked"), "database_busy"),
    ],
)
def test_a_failed_try_waits_longer_each_time(jobs: Jobs, fate: object, reason: str):
    jobs.fate["a"] = fate
    jobs.wish("a")
    waits = []
    for _ in range(4):
        jobs.run()
        began = datetime.now(UTC)
        with jobs.database.reading() as session:
            due = session.execute(select(outbox.c.due_at)).scalar_one()
        waits.append((due - began).total_seconds())
        jobs.clock.move_to(due)

    assert waits == [5, 10, 20, 40]
    assert jobs.rows() == [("a", 4, 0, reason)]


def test_a_new_wish_does_not_cut_a_wait_short(jobs: Jobs):
    jobs.fate["a"] = TryLater("lms_down", after=600)
    jobs.wish("a")
    jobs.run()

    jobs.wish("a", 2)
    jobs.run()
    assert jobs.ran == ["a:1"]
    jobs.clock.shift(timedelta(seconds=601))
    jobs.run()

    assert jobs.ran == ["a:1", "a:2"]


def test_a_job_given_up_waits_for_a_new_wish(jobs: Jobs):
    jobs.fate["a"] = GiveUp("line_item_gone")
    jobs.wish("a")
    jobs.run()
    jobs.clock.shift(timedelta(days=2))
    jobs.run()
    assert jobs.ran == ["a:1"]

    jobs.fate.clear()
    jobs.wish("a", 2)
    jobs.run()

    assert (jobs.ran, jobs.rows()) == (["a:1", "a:2"], [])


def test_what_a_job_writes_is_kept_with_its_end_or_not_at_all(jobs: Jobs):
    def write_and_die(session) -> None:
        enqueue(session, "note", "b", {"n": 1}, now=datetime.now(UTC))
        raise Killed

    jobs.fate["a"] = Done(write_and_die)
    jobs.wish("a")
    jobs.run()

    assert [key for key, *_ in jobs.rows()] == ["a"]


def test_a_bug_in_a_job_says_nothing_of_its_data_in_the_log(jobs: Jobs, caplog):
    jobs.fate["a"] = ValueError("secret of a person")
    jobs.wish("a")
    jobs.run()

    assert "job.bug kind=note type=ValueError" in caplog.text
    assert "secret" not in caplog.text


@pytest.mark.parametrize(
    ("tries", "asked", "seconds"),
    [
        (1, None, 5),
        (2, None, 10),
        (10, None, 2560),
        (11, None, 3600),
        (10**6, None, 3600),
        (1, 60, 60),
        (1, 1, 5),
        (1, 10**9, 3600),
        (20, 10, 3600),
        (1, -5, 5),
    ],
)
def test_waits_grow_to_an_hour(tries: int, asked: float | None, seconds: int):
    assert back_off(tries, asked) == timedelta(seconds=seconds)


def test_a_job_set_aside_gets_one_more_try_an_hour(jobs: Jobs):
    jobs.fate["unlucky"] = Killed()
    jobs.wish("unlucky")
    for _ in range(MOST_VANISHED + 1):
        jobs.run()
        jobs.clock.shift(LEASE)
    tries = len(jobs.ran)

    with jobs.database.writing() as session:
        assert try_quarantined(session, datetime.now(UTC)) == 0
    jobs.clock.shift(QUARANTINE)
    with jobs.database.writing() as session:
        assert try_quarantined(session, datetime.now(UTC)) == 1
    jobs.run()
    jobs.clock.shift(LEASE)
    jobs.run()
    assert len(jobs.ran) == tries + 1, "one try, then set aside again"

    jobs.fate.clear()
    jobs.clock.shift(QUARANTINE)
    with jobs.database.writing() as session:
        try_quarantined(session, datetime.now(UTC))
    jobs.run()
    assert jobs.rows() == []
