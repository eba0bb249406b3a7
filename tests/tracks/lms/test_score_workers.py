"""Workers that die at any step of a score, or meet, change the gradebook once (F7)."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from tests.factories.gradebook import worker_for
from tests.fakes.scripted_lms import Routed
from tests.tracks.lms.conftest import OF_SCORES, RealCourse
from tracks.jobs import worker as worker_module
from tracks.jobs.actions import hand_out
from tracks.jobs.models import outbox
from tracks.jobs.rules import LEASE
from tracks.lms.jobs import scores as jobs
from tracks.lms.models import score


class Killed(BaseException):
    """What a SIGKILL looks like from inside: nothing after it runs."""


def die(*_: Any, **__: Any) -> None:
    raise Killed


def after(step: Callable[..., Any]) -> Callable[..., Any]:
    def run(*args: Any, **parts: Any) -> None:
        step(*args, **parts)
        raise Killed

    return run


STEPS = {
    "before claim": lambda m: m.setattr(worker_module, "claimed", die),
    "after claim": lambda m: m.setattr(jobs, "score_to_send", die),
    "before HTTP, the timestamp noted": lambda m: m.setattr(jobs, "_post", die),
    "after HTTP": lambda m: m.setattr(jobs, "_post", after(jobs._post)),
    "before mark-done": lambda m: m.setattr(worker_module, "finish", die),
}


@pytest.mark.parametrize("mode", ["moodle", "openedx", "canvas"])
@pytest.mark.parametrize("step", STEPS)
def test_killed_at_any_step_the_score_arrives_once(real_course: RealCourse, step: str, mode):
    course = real_course
    course.lms.mode = mode
    course.do(course.launch(), "les")
    with pytest.MonkeyPatch.context() as patched:
        STEPS[step](patched)
        with pytest.raises(Killed):
            course.worker.drain()

    again = worker_for(course.tool.database, Routed(course.http, course.lms))
    assert again.drain() == 0, "its lease holds"
    course.clock.shift(LEASE + timedelta(seconds=1))
    again.drain()

    assert [posted.given for posted in course.lms.taken] == [7.0]
    assert course.tool.rows(select(score.c.sent)) == [(7.0,)]
    assert course.tool.count(outbox, OF_SCORES) == 0


@pytest.mark.parametrize("finishes_first", ["older", "newer"])
def test_two_workers_with_the_same_score_end_at_the_later_value(
    real_course: RealCourse, monkeypatch: pytest.MonkeyPatch, finishes_first: str
):
    """The LMS takes whatever comes, the older value last; its answers come in either order."""
    course = real_course
    course.lms.mode = "canvas"
    browser = course.launch()
    course.do(browser, "les")
    posted, shown, post = [], {}, jobs._post
    may_post, has_posted, may_end = threading.Event(), threading.Event(), threading.Event()

    def post_in_that_order(grades: Any, sending: Any, timestamp: datetime) -> None:
        posted.append(sending.given)
        if sending.given == 7.0 and len(posted) == 1:
            assert may_post.wait(30)
            course.lms.clock = lambda: timestamp  # so that it takes the older one
            post(grades, sending, timestamp)
            shown.update(course.lms.shows())
            has_posted.set()
            if finishes_first == "newer":
                assert may_end.wait(30)
            return
        post(grades, sending, timestamp)
        if len(posted) == 2:
            held = course.lms.held["1", "teacher-1"]
            course.lms.held["1", "teacher-1"] = type(held)(
                **{**held.__dict__, "at": held.at - timedelta(days=1)}
            )
            may_post.set()
            assert has_posted.wait(30)
            if finishes_first == "older":
                slow.join(0.5)

    monkeypatch.setattr(jobs, "_post", post_in_that_order)
    slow = threading.Thread(target=course.worker.drain)
    slow.start()
    while not posted:
        slow.join(0.01)
    course.clock.shift(LEASE + timedelta(seconds=1))
    course.do(browser, "en-av-tre", go="check", choice="1", revision="0")
    worker_for(course.tool.database, Routed(course.http, course.lms)).drain(most=1)
    may_end.set()
    slow.join()
    assert shown == {"teacher-1": 7.0}, "the older value came last"
    course.lms.clock = lambda: datetime.now(UTC)

    course.until_quiet()

    assert course.lms.shows() == {"teacher-1": 14.0}
    assert course.tool.rows(select(score.c.wanted, score.c.sent, score.c.is_unsure)) == [
        (14.0, 14.0, False)
    ]


def test_a_score_whose_answer_was_lost_is_not_sent_twice(real_course: RealCourse):
    course = real_course
    course.lms.mode = "blackboard"  # would take it twice
    course.do(course.launch(), "les")
    course.lms.faults.append("lost")

    course.until_quiet()

    assert [posted.given for posted in course.lms.posted] == [7.0]
    assert course.tool.rows(select(score.c.sent)) == [(7.0,)]


def test_when_it_may_not_be_read_back_it_is_sent_again_with_a_later_timestamp(
    real_course: RealCourse,
):
    course = real_course
    course.do(course.launch(), "les")
    course.lms.faults.append("lost")
    course.lms.scopes = {"https://purl.imsglobal.org/spec/lti-ags/scope/score"}

    course.until_quiet()

    first, second = (posted.timestamp for posted in course.lms.posted)
    assert second - first >= timedelta(seconds=1)
    assert course.tool.rows(select(score.c.sent)) == [(7.0,)]


def test_our_clock_steps_back_an_hour_and_timestamps_still_grow(real_course: RealCourse):
    course = real_course
    browser = course.launch()
    course.do(browser, "les")
    course.worker.drain()
    course.clock.shift(timedelta(hours=-1))
    course.do(browser, "en-av-tre", go="check", choice="1", revision="0")

    course.worker.drain()

    first, second = course.lms.taken
    assert (first.given, second.given) == (7.0, 14.0)
    assert timedelta(seconds=1) <= second.timestamp - first.timestamp < timedelta(seconds=2)


def test_jobs_of_before_an_update_have_no_lane_and_are_done(real_course: RealCourse):
    course = real_course
    course.do(course.launch(), "les")
    with course.tool.database.writing() as session:
        session.execute(update(outbox).values(lane=""))
        assert [one.lane for one in hand_out(session, datetime.now(UTC))] == [""]
    course.later(seconds=LEASE.total_seconds())

    assert course.lms.shows() == {"teacher-1": 7.0}
