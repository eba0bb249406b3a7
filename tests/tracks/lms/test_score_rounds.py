"""What each LMS is told, all of it once more, and what operators see and can do."""

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select, update

from lti.quirks import quirks_for
from tests.fakes.scripted_lms import Mode, Posted
from tests.tracks.lms.conftest import OF_SCORES, RealCourse
from tracks.cli.lti import lti
from tracks.jobs.models import outbox
from tracks.lms.actions import note_posted, register, set_score_policy, start_new_round
from tracks.lms.actions.switches import resume_what_is_on
from tracks.lms.models import deployment, registration, resource_link, score
from tracks.lms.rules import ScorePolicy, progress_note
from tracks.people.models import municipality

QUIZ = {"go": "check", "choice": "1", "revision": "0"}


def command(course: RealCourse, monkeypatch: pytest.MonkeyPatch, *words: str) -> Result:
    monkeypatch.setattr("tracks.cli.scores.current_database", lambda: course.tool.database)
    return CliRunner().invoke(lti, words)


def finish_all(course: RealCourse, browser) -> None:
    for module in ("enheter", "feil"):
        for step in ("les", "en-av-tre", "flere", "tanker", "provd"):
            answer = {"choice": ["0", "2"] if step == "flere" else "1"}
            fields = {**answer, "text": "x", "revision": "0", "go": "check"}
            course.tool.post(browser, f"/t/sample/maaling/{module}/{step}", **fields)
        for phase in "BD":
            course.tool.post(browser, f"/t/sample/maaling/{module}/together/{phase}/me")


def tell(course: RealCourse, policy: ScorePolicy) -> None:
    with course.tool.database.writing() as session:
        now = course.lms.clock()
        assert set_score_policy(session, course.tool.registration_id, policy, now)


def test_complete_only_sends_nothing_before_all_is_done(real_course: RealCourse):
    course = real_course
    tell(course, ScorePolicy.COMPLETE_ONLY)
    browser = course.launch()
    course.do(browser, "les")
    assert course.tool.count(outbox, OF_SCORES) == 0
    assert "The LMS gets the result when all is done." in course.says(browser)

    finish_all(course, browser)
    course.until_quiet()

    (only,) = course.lms.posted
    assert (only.given, only.activity, only.grading) == (100.0, "Completed", "FullyGraded")
    assert "Sent to the LMS at" in course.says(browser)


def test_another_policy_sends_what_was_held_back(real_course: RealCourse):
    course = real_course
    tell(course, ScorePolicy.COMPLETE_ONLY)
    course.do(course.launch(), "les")
    course.until_quiet()
    assert course.lms.posted == []

    tell(course, ScorePolicy.PROPORTIONAL)
    course.until_quiet()

    assert course.lms.shows() == {"teacher-1": 7.0}


def test_canvas_is_told_of_complete_work_only_unless_somebody_chooses(real_course: RealCourse):
    tool = real_course.tool

    def policy(client_id: str, family: str, chosen: ScorePolicy | None = None) -> str:
        with tool.database.writing() as session:
            number = register(
                session,
                municipality_id=tool.municipality_id,
                issuer="https://canvas.example",
                client_id=client_id,
                auth_url="https://canvas.example/auth",
                token_url=None,
                jwks_url="https://canvas.example/jwks",
                deployment_ids=["1"],
                now=real_course.lms.clock(),
                platform_family=family,
                score_policy=chosen,
            )
            kept: str = session.execute(
                select(registration.c.score_policy).where(registration.c.id == number)
            ).scalar_one()
            return kept

    assert policy("a", "canvas") == "complete_only"
    assert policy("b", "moodle") == "proportional"
    assert policy("a", "canvas", ScorePolicy.PROPORTIONAL) == "proportional"
    assert policy("a", "canvas") == "proportional", "registered again, it keeps what was chosen"


def test_a_new_round_sends_all_results_of_the_link_once_more(real_course: RealCourse):
    course = real_course
    leader = course.launch("leader", leads=True)
    browsers = [course.launch(f"t{n}") for n in range(3)]
    for browser in browsers:
        course.do(browser, "les")
    course.until_quiet()
    course.lms.held.clear()
    page = course.says(leader)
    assert "Is the gradebook of your course empty?" in page
    assert "Is the gradebook" not in course.says(browsers[0])

    track = course.tool.edition.track_id
    page = course.tool.get(leader, f"/gradebook/{track}?lang=en").text
    assert "3 people have results for the gradebook." in page
    link = course.tool.rows(select(resource_link.c.id))[0][0]
    answer = course.tool.post(leader, f"/gradebook/{track}", link=str(link))
    assert answer.status_code == 303
    assert "3 are on their way." in course.tool.get(leader, f"/gradebook/{track}?lang=en").text
    course.until_quiet()

    assert course.lms.shows() == {f"t{n}": 7.0 for n in range(3)}
    assert "1 of 14 done" in course.says(browsers[0]), "the work stays as it is"
    stamps = [p.timestamp for p in course.lms.taken if p.user == "t0"]
    assert stamps[1] - stamps[0] >= timedelta(seconds=1)


def test_whoever_runs_the_course_sees_how_many_results_were_refused_and_what_to_do(
    real_course: RealCourse,
):
    course = real_course
    leader = course.launch("leader", leads=True)
    browsers = [course.launch(f"t{number}") for number in range(3)]
    be(course, "blackboard")
    tell(course, ScorePolicy.PROPORTIONAL)
    course.lms.unknown_users.update({"t0", "t1"})
    for browser in browsers:
        course.do(browser, "les")
    course.until_quiet()
    track = course.tool.edition.track_id

    page = course.tool.get(leader, f"/gradebook/{track}?lang=en").text
    assert "3 people have results for the gradebook." in page
    assert "2 results were not taken by the LMS. Enrol the person in the course again" in page
    assert "<code>user_unknown</code>" in page
    course.lms.unknown_users.clear()
    (link,) = course.tool.rows(select(resource_link.c.id))[0]
    course.tool.post(leader, f"/gradebook/{track}", link=str(link))
    page = course.tool.get(leader, f"/gradebook/{track}?lang=en").text
    assert "3 are on their way." in page
    assert "not taken" not in page
    course.until_quiet()
    assert course.lms.shows() == {f"t{n}": 7.0 for n in range(3)}


def test_only_whoever_runs_the_course_sends_again(real_course: RealCourse):
    course = real_course
    course.launch("leader", leads=True)
    teacher = course.launch()
    course.do(teacher, "les")
    course.until_quiet()
    track = course.tool.edition.track_id

    assert course.tool.get(teacher, f"/gradebook/{track}").status_code == 404
    for link in ("1", "99", "", "x"):
        answer = course.tool.post(teacher, f"/gradebook/{track}", link=link)
        assert answer.status_code in (400, 404)
    assert course.tool.count(outbox, OF_SCORES) == 0


def test_a_second_click_adds_nothing(real_course: RealCourse):
    course = real_course
    course.do(course.launch(), "les")
    course.until_quiet()
    link = course.tool.rows(select(resource_link.c.id))[0][0]
    counts = []
    for _ in range(2):
        with course.tool.database.writing() as session:
            counts.append(start_new_round(session, link, course.lms.clock()))

    assert counts == [1, 0]


@pytest.mark.parametrize(
    ("mode", "said"),
    [("blackboard", "you are not in the course"), ("moodle", "does not take the result")],
)
def test_somebody_who_left_the_course_is_told_so(real_course: RealCourse, mode, said: str):
    course = real_course
    course.lms.mode = mode
    browser = course.launch()
    with course.tool.database.writing() as session:
        session.execute(update(registration).values(platform_family=mode))
    course.lms.unknown_users.add("teacher-1")
    course.do(browser, "les")
    course.until_quiet()

    assert said in course.says(browser)
    assert len(course.lms.posted) == 1


def test_whoever_runs_the_course_has_no_row_there_and_need_not_worry(real_course: RealCourse):
    course = real_course
    course.lms.unknown_users.add("leader")
    leader = course.launch("leader", leads=True)
    course.do(leader, "les")
    course.until_quiet()

    page = course.says(leader)
    assert "The LMS keeps no results for those who run the course." in page
    assert "notice-failed" not in page


@pytest.mark.parametrize("what", ["lms", "deployment", "municipality"])
def test_while_it_is_switched_off_its_scores_wait_and_are_not_tried_one_by_one(
    real_course: RealCourse, what: str
):
    course = real_course
    for number in range(3):
        course.do(course.launch(f"t{number}"), "les")
    switch(course, what, on=False)

    assert course.later(seconds=0) == 3
    assert course.later(hours=30) == 0
    resume(course)
    assert (course.later(hours=30), course.lms.calls) == (0, 0)

    switch(course, what, on=True)
    resume(course)
    course.until_quiet()
    assert course.lms.shows() == {f"t{n}": 7.0 for n in range(3)}


def switch(course: RealCourse, what: str, *, on: bool) -> None:
    """By hand, in the database: the worker has to find out."""
    changes = {
        "lms": update(registration).values(is_active=on),
        "deployment": update(deployment).values(status="enabled" if on else "off"),
        "municipality": update(municipality).values(is_active=on),
    }
    with course.tool.database.writing() as session:
        session.execute(changes[what])


def resume(course: RealCourse) -> None:
    """What the worker does every 20 seconds."""
    with course.tool.database.writing() as session:
        resume_what_is_on(session, course.lms.clock())


def test_what_waits_for_another_switch_is_left_alone(real_course: RealCourse):
    course = real_course
    course.do(course.launch(), "les")
    course.lms.faults.append(403)
    course.later(seconds=0)

    resume(course)

    assert course.later(hours=30) == 0
    assert course.tool.rows(select(outbox.c.reason).where(OF_SCORES)) == [("status_403",)]


def test_operators_see_what_waits_and_what_was_refused_and_send_it_again(
    real_course: RealCourse, monkeypatch: pytest.MonkeyPatch
):
    course = real_course
    for number in range(3):
        course.do(course.launch(f"t{number}"), "les")
    course.lms.faults.extend([403, 503])
    course.worker.drain()

    (found,) = json.loads(command(course, monkeypatch, "scores", "--json").output)
    assert (found["waiting"], found["refused"], found["failures"]) == (2, {"status_403": 1}, 1)
    assert found["paused_until"] is not None
    text = command(course, monkeypatch, "scores").output
    assert "waiting: 2, the oldest since" in text
    assert "refused: 1 status_403" in text
    assert "PAUSED until" in text

    command(course, monkeypatch, "scores", "--retry")
    course.later(seconds=0)
    course.until_quiet()

    assert course.lms.shows() == {f"t{n}": 7.0 for n in range(3)}
    (found,) = json.loads(command(course, monkeypatch, "scores", "--json").output)
    assert (found["waiting"], found["refused"], found["paused_until"]) == (0, {}, None)


def test_operators_choose_what_an_lms_is_told_and_send_all_again(
    real_course: RealCourse, monkeypatch: pytest.MonkeyPatch
):
    course = real_course
    number = str(course.tool.registration_id)
    assert command(course, monkeypatch, "score-policy", number, "complete_only").exit_code == 0
    assert command(course, monkeypatch, "score-policy", "999", "complete_only").exit_code == 1
    assert course.tool.rows(select(registration.c.score_policy)) == [("complete_only",)]
    command(course, monkeypatch, "score-policy", number, "proportional")
    course.do(course.launch(), "les")
    course.until_quiet()

    said = command(course, monkeypatch, "send-again", number, "--course", "another").output
    assert said == "0 results are sent again.\n"
    assert command(course, monkeypatch, "send-again", number).output == (
        "1 results are sent again.\n"
    )
    course.until_quiet()
    assert [posted.given for posted in course.lms.taken] == [7.0, 7.0]
    assert course.tool.rows(select(score.c.failed)) == [(None,)]


def be(course: RealCourse, family: Mode) -> None:
    course.lms.mode = family
    with course.tool.database.writing() as session:
        session.execute(update(registration).values(platform_family=family))
    tell(course, ScorePolicy.COMPLETE_ONLY)


def graded_by_hand(course: RealCourse, sub: str) -> None:
    """By a teacher, in the LMS."""
    moment = course.lms.clock() - timedelta(days=1)
    by_hand = Posted("1", sub, 80.0, moment, moment, "Completed", "FullyGraded")
    course.lms.held["1", sub] = by_hand


@pytest.mark.parametrize("family", ["canvas", "openedx"])
def test_complete_only_tells_how_far_somebody_is_and_touches_no_grade(
    real_course: RealCourse, family: Mode
):
    course = real_course
    be(course, family)
    graded_by_hand(course, "teacher-1")
    browser = course.launch()

    course.do(browser, "les")
    course.until_quiet()
    course.do(browser, "en-av-tre", **QUIZ)
    course.until_quiet()
    assert course.lms.shows() == {"teacher-1": 80.0}
    finish_all(course, browser)
    course.until_quiet()

    assert [(p.given, p.activity, p.grading, p.comment) for p in course.lms.posted] == [
        (None, "Started", "NotReady", "Har begynt. Resultatet kommer når alt er gjort."),
        (100.0, "Completed", "FullyGraded", None),
    ]
    assert course.lms.attempts == 0


def test_each_quarter_is_told_once_and_nothing_is_told_after_points(real_course: RealCourse):
    course = real_course
    be(course, "canvas")
    browser = course.launch()
    for module in ("enheter", "feil"):
        for step in ("les", "en-av-tre", "tanker", "provd"):
            answer = {"choice": "1", "text": "x", "revision": "0", "go": "check"}
            course.tool.post(browser, f"/t/sample/maaling/{module}/{step}", **answer)
            course.until_quiet()

    assert [(p.activity, p.comment and p.comment[:9]) for p in course.lms.posted] == [
        ("Started", "Har begyn"),
        ("InProgress", "25 av 100"),
        ("InProgress", "50 av 100"),
    ]
    tell(course, ScorePolicy.PROPORTIONAL)
    course.until_quiet()
    tell(course, ScorePolicy.COMPLETE_ONLY)
    course.tool.post(browser, "/t/sample/maaling/enheter/together/B/me")
    course.tool.post(browser, "/t/sample/maaling/enheter/together/D/me")
    course.until_quiet()
    assert len(course.lms.posted) == 4, "the points, and no note that would take them away"


def test_a_note_that_is_refused_is_not_sent_again_and_is_no_fault_of_the_result(
    real_course: RealCourse,
):
    course = real_course
    be(course, "canvas")
    course.lms.unknown_users.add("teacher-1")
    browser = course.launch()
    course.do(browser, "les")
    course.until_quiet()

    assert len(course.lms.posted) == 1
    assert "The LMS gets the result when all is done." in course.says(browser)
    course.lms.unknown_users.clear()
    finish_all(course, browser)
    course.until_quiet()
    assert course.lms.shows() == {"teacher-1": 100.0}


def test_a_note_makes_no_column(real_course: RealCourse):
    course = real_course
    be(course, "canvas")
    course.do(course.launch(item=None), "les")
    course.until_quiet()

    assert course.lms.posted == []
    assert set(course.lms.items) == {"1"}


def test_there_is_nothing_to_send_again_while_nobody_has_a_result(real_course: RealCourse):
    course = real_course
    leader = course.launch("leader", leads=True)
    (track,) = course.tool.rows(select(resource_link.c.track_id))[0]

    page = course.tool.get(leader, f"/gradebook/{track}?lang=en").text
    assert "Nobody has a result for the gradebook yet." in page
    assert "Send all results again" not in page

    course.do(course.launch("t1"), "les")
    page = course.tool.get(leader, f"/gradebook/{track}?lang=en").text
    assert "1 person has a result for the gradebook." in page
    assert "Send all results again" in page


@pytest.mark.parametrize(
    ("wanted", "family", "sent", "noted", "told"),
    [
        (None, "canvas", None, None, None),
        (7.0, "canvas", None, None, 1.0),
        (24.0, "canvas", None, 1.0, None),
        (25.0, "canvas", None, 1.0, 25.0),
        (99.0, "canvas", None, 50.0, 75.0),
        (100.0, "canvas", None, 75.0, None),
        (60.0, "canvas", 40.0, None, None),  # points are there: a note could take them away
        (60.0, "openedx", None, None, 50.0),
        (60.0, "moodle", None, None, None),
        (60.0, "blackboard", None, None, None),
        (60.0, "", None, None, None),
    ],
)
def test_when_progress_is_told_without_points(
    wanted: float | None, family: str, sent: float | None, noted: float | None, told: float | None
):
    quirks = quirks_for(family)
    policy = ScorePolicy.COMPLETE_ONLY

    assert progress_note(wanted, policy, quirks, sent=sent, noted=noted) == told
    everything = ScorePolicy.PROPORTIONAL
    assert progress_note(wanted, everything, quirks, sent=sent, noted=noted) is None


@pytest.mark.parametrize(
    ("column", "may"),
    [
        ({"noted": None}, True),
        ({"sent": 40.0}, False),
        ({"is_unsure": True}, False),
        ({"wanted": 100.0}, False),
    ],
)
def test_a_note_that_comes_after_points_is_not_posted(
    real_course: RealCourse, column: dict[str, object], may: bool
):
    """What another worker did between the look and the call."""
    course = real_course
    be(course, "canvas")
    course.do(course.launch(), "les")
    with course.tool.database.writing() as session:
        session.execute(update(score).values(**column))

    (who,) = course.tool.rows(select(score.c.person_id, score.c.resource_link_id))
    with course.tool.database.writing() as session:
        assert note_posted(session, *who, course.lms.clock()) is may
