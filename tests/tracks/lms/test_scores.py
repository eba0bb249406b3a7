"""Scores on their way to the gradebook, and what the teacher is told of it (S7 to S13, F4)."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select

from tests.factories.gradebook import ITEM
from tests.tracks.lms.conftest import Course
from tracks.jobs.models import outbox
from tracks.lms.actions import approve_deployment, switch_off_deployment
from tracks.lms.actions.switches import resume_what_is_on
from tracks.lms.models import score

SCORES = select(score.c.wanted, score.c.sent, score.c.failed)
QUIZ = {"go": "check", "choice": "1", "revision": "0"}


def values(course: Course) -> list[float]:
    return [posted.given for posted in course.gradebook.taken]


def test_a_done_step_reaches_the_gradebook_and_the_page_says_when(course: Course):
    browser = course.tool.launch()
    course.do(browser, "les")
    assert "Saved; not yet in the LMS." in course.says(browser)

    assert course.worker.drain() == 1

    (posted,) = course.gradebook.taken
    assert (posted.user, posted.given) == ("teacher-1", 7.0)
    assert (posted.activity, posted.grading) == ("InProgress", "FullyGraded")
    sent = course.tool.http.sent[-1]
    assert sent.url == f"{ITEM}/scores?type_id=1"
    assert sent.headers["content-type"] == "application/vnd.ims.lis.v1.score+json"
    assert course.tool.rows(SCORES) == [(7.0, 7.0, None)]
    assert course.tool.count(outbox) == 0
    page = course.says(browser)
    assert "Sent to the LMS at" in page
    assert "not yet in the LMS" not in page


def test_nobody_waits_for_the_lms(course: Course):
    browser = course.tool.launch()
    asked = len(course.tool.http.sent)

    course.do(browser, "les")
    course.says(browser)

    assert len(course.tool.http.sent) == asked


def test_while_the_lms_is_down_work_is_kept_and_sent_when_it_is_back(course: Course):
    browser = course.tool.launch()
    course.gradebook.is_down = True
    course.do(browser, "les")
    waits = []
    for _ in range(6):
        began = datetime.now(UTC)
        course.worker.drain()
        (due,) = course.tool.rows(select(outbox.c.due_at))[0]
        waits.append(round((due - began).total_seconds()))
        course.clock.move_to(due)
    assert waits == [5, 10, 20, 40, 80, 160]
    assert "Saved; not yet in the LMS. We will try again." in course.says(browser)
    assert "1 of 14 done" in course.says(browser)

    course.gradebook.is_down = False
    course.until_quiet()

    assert values(course) == [7.0]
    assert "Sent to the LMS at" in course.says(browser)


def test_an_lms_that_asks_for_time_gets_it(course: Course):
    course.do(course.tool.launch(), "les")
    course.gradebook.faults.append(429)
    course.gradebook.retry_after = "120"
    course.worker.drain()

    assert course.later(seconds=119) == 0
    assert course.later(seconds=2) == 1
    assert values(course) == [7.0]


@pytest.mark.parametrize("status", [500, 502, 503, 408])
def test_a_passing_fault_is_tried_again(course: Course, status: int):
    course.do(course.tool.launch(), "les")
    course.gradebook.faults.append(status)
    course.worker.drain()
    assert values(course) == []

    course.later(seconds=6)

    assert values(course) == [7.0]


@pytest.mark.parametrize(
    ("status", "code", "told"),
    [
        (404, "line_item_gone", "its column in the gradebook of the LMS is gone"),
        (403, "status_403", "the LMS does not take the result"),
        (422, "status_422", "the LMS does not take the result"),
    ],
)
def test_a_refusal_for_good_is_shown_with_its_code_and_not_tried_for_ever(
    course: Course, status: int, code: str, told: str
):
    browser = course.tool.launch()
    course.do(browser, "les")
    course.gradebook.faults.append(status)

    course.until_quiet()

    assert len(course.gradebook.posted) == 1
    assert course.tool.rows(SCORES) == [(7.0, None, code)]
    page = course.says(browser)
    assert told in page
    assert f"<code>{code}</code>" in page

    # The next piece of work is a new reason to try.
    course.do(browser, "en-av-tre", **QUIZ)
    assert told not in course.says(browser)
    course.until_quiet()
    assert values(course) == [14.0]


@pytest.mark.parametrize("rules", ["moodle", "openedx", "canvas"])
def test_two_changes_within_a_second_end_in_the_later_value(course: Course, rules):
    course.gradebook.rules = rules
    browser = course.tool.launch()
    course.do(browser, "les")
    course.worker.drain()

    course.clock.shift(timedelta(milliseconds=10))
    course.do(browser, "en-av-tre", **QUIZ)
    course.worker.drain()

    # At once, dated a second later: not refused first and mended after a wait.
    assert values(course) == [7.0, 14.0]
    assert len(course.gradebook.posted) == 2
    first, second = (posted.timestamp for posted in course.gradebook.taken)
    assert second - first >= timedelta(seconds=1)


def test_changes_that_wait_are_sent_as_one(course: Course):
    browser = course.tool.launch()
    course.do(browser, "les")
    course.do(browser, "en-av-tre", **QUIZ)

    course.worker.drain()

    assert values(course) == [14.0]


@pytest.mark.parametrize("rules", ["moodle", "openedx", "canvas"])
def test_a_score_that_was_taken_while_its_answer_was_lost_ends_right(course: Course, rules):
    course.gradebook.rules = rules
    browser = course.tool.launch()
    course.do(browser, "les")
    course.gradebook.faults.append("lost")

    course.until_quiet()

    assert course.gradebook.grades["teacher-1"].given == 7.0
    assert course.tool.rows(SCORES) == [(7.0, 7.0, None)]
    stamps = [posted.timestamp for posted in course.gradebook.posted]
    assert all(b - a >= timedelta(seconds=1) for a, b in pairwise(stamps))


@pytest.mark.parametrize("rules", ["moodle", "openedx"])
def test_what_the_lms_holds_already_is_read_back_and_not_sent_for_ever(course: Course, rules):
    """Its clock is ahead, and our score arrived once by another way."""
    course.gradebook.rules = rules
    browser = course.tool.launch()
    course.do(browser, "les")
    course.clock.shift(timedelta(hours=1))
    course.worker.drain()
    course.clock.shift(timedelta(hours=-1))
    course.do(browser, "en-av-tre", **QUIZ)
    held = course.gradebook.grades["teacher-1"]
    course.gradebook.grades["teacher-1"] = type(held)(
        held.user, 14.0, held.timestamp + timedelta(days=1), held.activity, held.grading
    )

    course.worker.drain()

    assert course.tool.rows(SCORES) == [(14.0, 14.0, None)]
    assert course.tool.count(outbox) == 0


@pytest.mark.parametrize("rules", ["moodle", "openedx"])
def test_an_lms_whose_clock_is_ahead_gets_the_score_in_the_end(course: Course, rules):
    course.gradebook.rules = rules
    browser = course.tool.launch()
    course.do(browser, "les")
    course.worker.drain()
    held = course.gradebook.grades["teacher-1"]
    course.gradebook.grades["teacher-1"] = type(held)(
        held.user, 3.0, held.timestamp + timedelta(minutes=30), held.activity, held.grading
    )
    course.do(browser, "en-av-tre", **QUIZ)

    course.until_quiet()

    assert course.gradebook.grades["teacher-1"].given == 14.0
    assert course.tool.rows(SCORES) == [(14.0, 14.0, None)]


def test_a_score_never_goes_down_and_a_whole_track_is_complete(course: Course):
    browser = course.tool.launch()
    for module in ("enheter", "feil"):
        for step in ("les", "en-av-tre", "flere", "tanker", "provd"):
            answer = {"choice": ["0", "2"] if step == "flere" else "1"}
            fields = {**answer, "text": "x", "revision": "0", "go": "check"}
            course.tool.post(browser, f"/t/sample/maaling/{module}/{step}", **fields)
            course.later(seconds=2)
        for phase in "BD":
            course.tool.post(browser, f"/t/sample/maaling/{module}/together/{phase}/me")
            course.later(seconds=2)

    assert values(course) == sorted(values(course))
    last = course.gradebook.taken[-1]
    assert (last.given, last.activity) == (100.0, "Completed")


def test_while_a_deployment_is_off_nothing_is_sent_and_nothing_is_lost(course: Course):
    tool = course.tool
    browser = tool.launch()
    course.do(browser, "les")
    with tool.database.writing() as session:
        switch_off_deployment(session, tool.registration_id, "1")

    course.later(hours=2)

    assert course.gradebook.posted == []
    with tool.database.writing() as session:
        approve_deployment(session, tool.registration_id, "1", datetime.now(UTC))
        resume_what_is_on(session, datetime.now(UTC))
    course.until_quiet()
    assert values(course) == [7.0]
