"""Score changes of many people through bad days of an LMS, on a simulated clock (check 11, F4)."""

import random
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select

from lti.http import GuardedHttp
from tests.factories.gradebook import worker_for
from tests.factories.threads import at_once
from tests.factories.tool import Tool
from tests.fakes.scripted_lms import FAULTS, Posted, Routed, ScriptedLms
from tracks.jobs.models import outbox
from tracks.lms.models import registration, score
from tracks.lms.rules import ScorePolicy, sendable

AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/"
STEPS = tuple(
    f"{module}/{step}"
    for module in ("enheter", "feil")
    for step in ("les", "en-av-tre", "flere", "tanker", "provd")
)
# What is left of the track then: joint work, which a teacher ticks off alone.
JOINT = tuple(f"{module}/together/{phase}/me" for module in ("enheter", "feil") for phase in "BD")
STATUSES = (500, 502, 503, 408, 429)
FIELDS = {"choice": "1", "text": "x", "revision": "0", "go": "check"}


def ags_claim(lms: ScriptedLms, item: str | None = "1") -> dict[str, object]:
    """Of a launch whose link has that column, or may make one."""
    claim: dict[str, object] = {
        "scope": [SCOPE + "score", SCOPE + "result.readonly", SCOPE + "lineitem"],
        "lineitems": f"{lms.public}/items?type_id=1",
    }
    if item is not None:
        claim["lineitem"] = f"{lms.public}/items/{item}?type_id=1"
    return {AGS: claim}


@dataclass(frozen=True)
class Ended:
    """What came of it; `problems` is empty when all is as it should be."""

    people: int
    changes: int
    posted: int
    taken: int
    changed: int
    notes: int
    problems: tuple[str, ...]


# The people of a run stay signed in through all of it.
ALWAYS_IN = {"session_hours": 24 * 365, "session_idle_minutes": 60 * 24 * 365}


class Run:
    """`tool` is made with ALWAYS_IN."""

    def __init__(
        self,
        tool: Tool,
        lms: ScriptedLms,
        clock: time_machine.Traveller,
        seed: int,
        # Not Canvas's own way: every change is to arrive.
        policy: ScorePolicy = ScorePolicy.PROPORTIONAL,
    ) -> None:
        self.tool, self.lms, self.clock, self.policy = tool, lms, clock, policy
        self.steps = STEPS if policy is ScorePolicy.PROPORTIONAL else (*STEPS, *JOINT)
        self.chance = random.Random(seed)
        self._http = GuardedHttp(allow_loopback=True, total_seconds=lms.slow / 2)
        self._workers = [worker_for(tool.database, Routed(self._http, lms)) for _ in range(2)]

    def go(self, people: int, changes: int) -> Ended:
        browsers = [
            self.tool.launch(sub=f"person-{n}", changes=ags_claim(self.lms)) for n in range(people)
        ]
        self._be_known_as(self.lms.mode)
        todo = [(n, step) for n in range(people) for step in self.steps]
        self.chance.shuffle(todo)
        todo = todo[:changes]
        for count, (number, step) in enumerate(todo, 1):
            self._change(browsers[number], step)
            if count == len(todo) // 2:
                self.clock.shift(timedelta(hours=-1))  # as a time server does (F5)
        self._heal()
        self._http.close()
        return self._ended(people, len(todo))

    def _be_known_as(self, family: str) -> None:
        with self.tool.database.writing() as session:
            session.execute(
                registration.update().values(platform_family=family, score_policy=self.policy)
            )

    def _change(self, browser: FlaskClient, step: str) -> None:
        fields = {} if step in JOINT else FIELDS
        if step.endswith("flere"):
            fields = {**FIELDS, "choice": ["0", "2"]}
        answer = self.tool.post(browser, f"/t/sample/maaling/{step}", **fields)
        assert answer.status_code == 303, answer.text
        if not self.lms.faults and self.chance.random() < 0.3:
            self.lms.faults.append(self.chance.choice((*FAULTS, *STATUSES)))
        if self.chance.random() < 0.03:
            self.lms.go_down()
        else:
            self.lms.come_up()
        self.clock.shift(timedelta(seconds=self.chance.choice((0, 0.02, 0.7, 5, 40, 700))))
        if self.chance.random() < 0.9:
            self._work()

    def _work(self) -> None:
        """Both workers at once, so that they meet."""
        at_once(2, lambda n: self._workers[n].drain())

    def _heal(self) -> None:
        self.lms.come_up()
        self.lms.settle()
        self.lms.faults.clear()
        for _ in range(24 * 12):
            self.clock.shift(timedelta(minutes=5))
            self._work()
            if not self.tool.count(outbox, outbox.c.parked_at.is_(None)):
                return

    def _ended(self, people: int, changes: int) -> Ended:
        lms = self.lms
        return Ended(
            people,
            changes,
            len(lms.posted),
            len(lms.taken),
            len(lms.changes),
            sum(posted.is_note for posted in lms.taken),
            (*self._unequal(), *_badly_dated(lms.posted), *self._doubled()),
        )

    def _unequal(self) -> list[str]:
        ours = self.tool.rows(
            select(score.c.sub, score.c.wanted, score.c.sent, score.c.failed).where(
                score.c.wanted.is_not(None)
            )
        )
        problems = [
            f"{sub}: wanted {wanted}, noted as sent {sent}, failed {failed}"
            for sub, wanted, sent, failed in ours
            if sendable(wanted, self.policy) != sent or failed is not None
        ]
        shown = self.lms.shows()
        if shown != {sub: sent for sub, _, sent, _ in ours if sent is not None}:
            problems.append("the gradebook does not show what we want")
        if left := self.tool.count(outbox):
            problems.append(f"{left} jobs are left")
        return problems

    def _doubled(self) -> list[str]:
        """At most one change in the gradebook for each change of ours, and never the same again."""
        problems = []
        for who, each in _by_person(self.lms.changes).items():
            values = [posted.given for posted in each]
            if len(values) != len(set(values)):
                problems.append(f"{who}: changed twice, {values}")
        for who, each in _by_person(self.lms.taken).items():
            # A note says no more than how far somebody is: a second one of the same is no harm.
            values = [posted.given for posted in each if not posted.is_note]
            # What comes late may land between our reading back and our sending again: then it is
            # taken twice, though it changes the gradebook once (above).
            ours = [p.given for p in each if not p.is_note and not p.came_late]
            if len(ours) != len(set(ours)):
                problems.append(f"{who}: taken twice, {values}")
            if values != sorted(values, key=lambda v: v or 0):
                problems.append(f"{who}: went down, {values}")
            told = [_reached(posted) for posted in each]
            if told != sorted(told):
                problems.append(f"{who}: told backwards, {told}")
        if self.lms.attempts:
            problems.append(f"{self.lms.attempts} new attempts")
        return problems


def _by_person(posted: Iterable[Posted]) -> dict[str, list[Posted]]:
    found = defaultdict(list)
    for one in posted:
        found[one.user].append(one)
    return found


def _reached(posted: Posted) -> float:
    """The points, or the first number in what a note says."""
    if not posted.is_note:
        return posted.given or 0
    found = re.match(r"\d+", posted.comment or "")
    return float(found[0]) if found else 0


def _badly_dated(posted: list[Posted]) -> list[str]:
    return [
        f"{who}: {after.timestamp} after {before.timestamp}"
        for who, each in _by_person(posted).items()
        for before, after in pairwise(each)
        if not _is_a_second_later(before.timestamp, after.timestamp)
    ]


def _is_a_second_later(before: datetime, after: datetime) -> bool:
    return after - before >= timedelta(seconds=1)
