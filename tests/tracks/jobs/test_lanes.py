"""Jobs that wait for the same machine stop together, start slowly, and keep its pace (F4)."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from tests.factories.threads import at_once
from tracks.db import Database
from tracks.jobs import actions, queries
from tracks.jobs.actions import Handed, claimed, enqueue, hand_out
from tracks.jobs.models import outbox
from tracks.jobs.queries import lane_states
from tracks.jobs.rules import LONGEST_PAUSE, Job, LaneState, allowance, pause, spent_until
from tracks.jobs.slots import Slots
from tracks.jobs.worker import Done, TryLater, Worker

DOWN = TryLater("lms_down", stops_lane=True)
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Lanes:
    """A worker whose jobs end as `fate` says for their lane; without threads, at the real pace."""

    def __init__(self, database: Database, clock: time_machine.Traveller) -> None:
        self.database, self.clock = database, clock
        self.ran: list[str] = []
        self.fate: dict[str, Done | TryLater] = {}
        self.worker = Worker(database, {"note": self._note}, "memory://")

    def _note(self, _database: Database, job: Job) -> Done | TryLater:
        self.ran.append(job.key)
        return self.fate.get(job.lane, Done())

    def wish(self, lane: str, *names: str) -> None:
        with self.database.writing() as session:
            for name in names:
                enqueue(session, "note", f"{lane}-{name}", {}, now=datetime.now(UTC), lane=lane)

    def run(self, *, seconds: int = 1, every: int = 1) -> list[str]:
        """What a worker does in that time, looking each second."""
        before = len(self.ran)
        for _ in range(seconds):
            self.worker.drain(paced=True)
            self.clock.shift(timedelta(seconds=every))
        return self.ran[before:]

    def hand_out(self) -> list[Handed]:
        with self.database.writing() as session:
            return hand_out(session, datetime.now(UTC))


@pytest.fixture
def lanes(database: Database) -> Iterator[Lanes]:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        yield Lanes(database, clock)


def test_one_failure_stops_the_lane_and_no_other(lanes: Lanes):
    lanes.fate["a"] = DOWN
    lanes.wish("a", *"123456")
    lanes.wish("b", *"123")
    lanes.wish("", *"12")

    assert sorted(lanes.run()) == ["-1", "-2", "a-1", "b-1", "b-2", "b-3"]
    assert lanes.run(seconds=4) == []


def test_those_handed_out_before_the_pause_are_put_back_at_once(lanes: Lanes):
    lanes.wish("a", "1", "2")
    first, second = lanes.hand_out()
    lanes.fate["a"] = DOWN
    lanes.worker.run(*first)
    lanes.worker.run(*second)

    assert lanes.ran == ["a-1"]
    with lanes.database.reading() as session:
        leases = [row.lease for row in session.execute(outbox.select())]
    assert leases == [None, None]


def test_after_the_pause_one_asks_then_more_and_more(lanes: Lanes):
    lanes.fate["a"] = DOWN
    lanes.wish("a", *(f"{n:03}" for n in range(60)))
    assert len(lanes.run(seconds=5)) == 1

    at_once = []
    lanes.fate.clear()
    for _ in range(3):
        handed = lanes.hand_out()
        at_once.append(len(handed))
        for one in handed:
            lanes.worker.run(*one)
    lanes.clock.shift(timedelta(seconds=1))

    assert at_once == [1, 2, 4]
    assert len(lanes.run(seconds=10)) == 53


def test_a_lane_that_stays_away_is_asked_less_and_less_but_often_enough(lanes: Lanes):
    lanes.fate["a"] = DOWN
    lanes.wish("a", *(f"{n:03}" for n in range(100)))
    asked = [second for second in range(0, 2 * 3600, 5) if lanes.run(every=5)]

    waits = [after - before for before, after in pairwise(asked)]
    assert waits[:7] == [5, 10, 20, 40, 80, 160, 320]
    assert set(waits[7:]) == {LONGEST_PAUSE.total_seconds()}


def test_a_lane_keeps_to_its_pace(lanes: Lanes):
    lanes.wish("a", *(f"{n:03}" for n in range(45)))

    assert [len(lanes.run()) for _ in range(6)] == [10, 10, 10, 10, 5, 0]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_relay_never_walks_through_all_that_waits(lanes: Lanes):
    """Each look is by an index: 50,000 waiting jobs cost it what ten do."""
    plans = []
    for statement in (queries._WITH_WORK, queries._IN_FLIGHT, actions._SET_VANISHED_ASIDE):
        with lanes.database.writing() as session:
            session.execute(statement, {"now": datetime.now(UTC)})
            plan = next(p for (name, *_), p in statement._plans.items() if name == "sqlite")
            asked = text("EXPLAIN QUERY PLAN " + plan.sql.replace("?", "'2026'"))
            plans += [row.detail for row in session.execute(asked) if "outbox" in row.detail]

    first = "SCAN outbox USING INDEX ix_outbox_waiting"  # up to its LIMIT 1
    assert plans.count(first) == 1
    assert all(plan.startswith("SEARCH outbox USING ") for plan in plans if plan != first)


def test_failures_at_the_same_time_are_one(lanes: Lanes):
    lanes.wish("a", "1", "2")
    first, second = lanes.hand_out()
    met = threading.Barrier(2)

    def fail_together(_database: Database, _job: Job) -> TryLater:
        met.wait(30)
        return DOWN

    worker = Worker(lanes.database, {"note": fail_together}, "memory://")
    at_once(2, lambda n: worker.run(*(first, second)[n]))

    with lanes.database.reading() as session:
        assert lane_states(session)["a"].failures == 1


def test_a_message_delivered_twice_while_its_job_runs_does_nothing(lanes: Lanes):
    lanes.wish("a", "1")
    (handed,) = lanes.hand_out()
    with lanes.database.writing() as session:
        job = claimed(session, handed.job_id, handed.lease, datetime.now(UTC))
    assert job is not None

    lanes.worker.run(*handed)

    assert lanes.ran == []


def test_at_most_so_many_of_a_lane_run_at_a_time_and_none_is_forgotten():
    slots = Slots(2)
    handed = [Handed(n, "lease", "a") for n in range(5)]

    assert [slots.enter(one) for one in handed] == [True, True, False, False, False]
    assert slots.enter(Handed(9, "lease", "b"))
    assert [slots.next("a") for _ in range(5)] == [*handed[2:], None, None]
    assert slots.enter(handed[0])


@pytest.mark.parametrize(
    ("failures", "asked", "seconds"),
    [(1, None, 5), (2, None, 10), (8, None, 600), (99, None, 600), (1, 120, 120), (9, 1800, 1800)],
)
def test_pauses_grow_to_ten_minutes_or_what_is_asked(
    failures: int, asked: float | None, seconds: int
):
    assert pause(failures, asked) == timedelta(seconds=seconds)


def test_a_clock_that_is_set_back_does_not_stop_a_lane_for_long():
    paused = LaneState(paused_until=NOW + timedelta(hours=2), failures=1, done=0)
    spent = LaneState(spent_until=NOW + timedelta(hours=1))

    assert allowance(paused, NOW, 10, 0) == 1
    assert allowance(spent, NOW, 10, 0) == 10


@given(
    st.lists(st.tuples(st.floats(0, 3), st.integers(0, 20)), max_size=60),
    st.sampled_from([1.0, 2.5, 10.0]),
)
def test_over_time_no_more_than_the_pace(visits: list[tuple[float, int]], per_second: float):
    """Whatever the relay's rhythm, and whether or not it takes all that it may."""
    lane, now, started = LaneState(), NOW, 0
    for wait, wanted in visits:
        now += timedelta(seconds=wait)
        count = min(wanted, allowance(lane, now, per_second, 0))
        started += count
        if count:
            lane = LaneState(spent_until=spent_until(lane, now, per_second, count))
        assert started <= per_second * ((now - NOW).total_seconds() + 1) + 0.01
