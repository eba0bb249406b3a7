"""A backlog of results, a day without the LMS, and its end; on a simulated clock (check 33)."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from sqlalchemy import insert, select

from lti.http import GuardedHttp
from lti.tool.access_tokens import AccessTokenSource, MemoryAccessTokens
from lti.tool.grades import Grades
from tests.convergence.run import ags_claim
from tests.factories.keys import tool_keys
from tests.factories.tool import Tool
from tests.fakes.scripted_lms import Routed, ScriptedLms
from tracks.db import Database
from tracks.jobs.actions import enqueue
from tracks.jobs.models import outbox
from tracks.jobs.worker import Worker
from tracks.lms.actions import SCORE_JOB
from tracks.lms.jobs import calls_per_second, handlers
from tracks.lms.models import resource_link, score
from tracks.lms.rules import score_lane
from tracks.lms.stores import SystemClock
from tracks.people.models import person

WANTED = 7.0


def paced_worker(database: Database, http: Any) -> Worker:
    """As the product's: one LMS gets what it may have in a second."""
    clock = SystemClock()
    tokens = AccessTokenSource(http, tool_keys(), clock, MemoryAccessTokens())
    grades = Grades(http, tokens, clock)
    return Worker(database, handlers(grades), "memory://", pace=calls_per_second)


def pile_up(tool: Tool, lms: ScriptedLms, people: int) -> None:
    """So many people whose result waits, each wished for twice."""
    tool.launch(sub="somebody", changes=ags_claim(lms))
    now = datetime.now(UTC)
    with tool.database.writing() as session:
        link_id = session.execute(select(resource_link.c.id)).scalar_one()
        first = max(row.id for row in session.execute(select(person.c.id))) + 1
        ids = range(first, first + people)
        place = {"municipality_id": tool.municipality_id}
        session.execute(insert(person), [{**place, "id": n, "created_at": now} for n in ids])
        session.execute(
            insert(score),
            [
                {
                    **place,
                    "person_id": n,
                    "resource_link_id": link_id,
                    "sub": f"s{n}",
                    "wanted": WANTED,
                    "wanted_at": now,
                }
                for n in ids
            ],
        )
        lane = score_lane(tool.registration_id)
        for _ in range(2):
            for n in ids:
                payload = {"person_id": n, "resource_link_id": link_id}
                enqueue(session, SCORE_JOB, f"{n}:{link_id}", payload, now=now, lane=lane)


@dataclass(frozen=True)
class Day:
    """What became of it."""

    rows: int  # in the outbox, after two wishes for each
    asked_while_down: int
    waiting_after: int  # rows left at the end of the day
    drained_in: int  # seconds
    most_in_a_second: int
    shown: int  # people whose result the gradebook shows
    taken: int


def one_day(
    tool: Tool, clock: time_machine.Traveller, *, people: int, hours: int, look_every: int = 1
) -> Day:
    """`look_every`: seconds between two looks of the relay while the LMS is down."""
    with ScriptedLms("moodle", slow=20) as lms:
        pile_up(tool, lms, people)
        rows = tool.count(outbox, outbox.c.kind == SCORE_JOB)
        lms.go_down()
        http = GuardedHttp(allow_loopback=True)
        counted = _Counting(Routed(http, lms))
        worker = paced_worker(tool.database, counted)
        for _ in range(0, hours * 3600, look_every):
            worker.drain(paced=True)
            clock.shift(timedelta(seconds=look_every))
        waiting = tool.count(outbox, outbox.c.kind == SCORE_JOB)
        asked = counted.calls
        lms.come_up()
        seconds = _drain(tool, worker, clock)
        http.close()
    by_second = Counter(int(posted.at.timestamp()) for posted in lms.posted)
    return Day(
        rows,
        asked,
        waiting,
        seconds,
        max(by_second.values()),
        len(lms.shows()),
        len(lms.taken),
    )


def _drain(tool: Tool, worker: Worker, clock: time_machine.Traveller) -> int:
    """Until nothing is left; how many seconds of the simulated clock."""
    seconds = idle = 0
    while True:
        idle = 0 if worker.drain(paced=True) else idle + 1
        if idle % 60 == 1 and not tool.count(outbox, outbox.c.kind == SCORE_JOB):
            return seconds
        clock.shift(timedelta(seconds=1))
        seconds += 1


class _Counting:
    def __init__(self, http: Any) -> None:
        self._http = http
        self.calls = 0

    def request(self, *args: Any, **parts: Any) -> Any:
        self.calls += 1
        return self._http.request(*args, **parts)
