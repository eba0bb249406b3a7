"""A hundred changes of twenty people through a bad day of the LMS (check 11, F4)."""

import random
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select

from tests.factories.gradebook import Posted
from tests.tracks.lms.conftest import Course
from tracks.jobs.models import outbox
from tracks.lms.models import score

PEOPLE, CHANGES = 20, 100
STEPS = ("les", "en-av-tre", "flere", "tanker", "provd")
FAULTS = ("refused", "lost", 500, 503, 429, 401, 408)


@pytest.mark.parametrize(("rules", "seed"), [("moodle", 1), ("openedx", 2), ("canvas", 3)])
def test_the_gradebook_ends_where_we_are(course: Course, rules, seed: int):
    chance = random.Random(seed)
    course.gradebook.rules = rules
    browsers = [course.tool.launch(sub=f"person-{n}") for n in range(PEOPLE)]
    changes = [(n, step) for n in range(PEOPLE) for step in STEPS]
    chance.shuffle(changes)

    for number, step in changes[:CHANGES]:
        fields = {"choice": "1", "text": "x", "revision": "0", "go": "check"}
        course.do(browsers[number], step, **fields)
        if chance.random() < 0.5:
            course.gradebook.faults.append(chance.choice(FAULTS))
        course.gradebook.is_down = chance.random() < 0.1
        course.clock.shift(timedelta(seconds=chance.choice((0, 0.02, 0.7, 3, 30))))
        if chance.random() < 0.7:
            course.worker.drain()
    course.gradebook.is_down = False
    course.gradebook.faults.clear()
    course.until_quiet()

    ours = course.tool.rows(select(score.c.sub, score.c.wanted, score.c.sent, score.c.failed))
    held = {user: posted.given for user, posted in course.gradebook.grades.items()}
    assert {sub: wanted for sub, wanted, _, _ in ours} == held
    assert all(wanted == sent and failed is None for _, wanted, sent, failed in ours)
    assert len(held) == PEOPLE
    assert course.tool.count(outbox) == 0
    for n in range(PEOPLE):
        assert_well_told([p for p in course.gradebook.posted if p.user == f"person-{n}"])
        assert_no_duplicates([p for p in course.gradebook.taken if p.user == f"person-{n}"])


def assert_well_told(posted: list[Posted]) -> None:
    """Timestamps a second apart at least, values never lower than before."""
    for before, after in pairwise(posted):
        assert after.given >= before.given
        # An expired token is a second try of the same message: the LMS has not read the first.
        if after.timestamp != before.timestamp:
            assert after.timestamp - before.timestamp >= timedelta(seconds=1)


def assert_no_duplicates(taken: list[Posted]) -> None:
    """At most one more than needed for each answer that was lost."""
    values = [posted.given for posted in taken]
    assert len(values) - len(set(values)) <= 3
