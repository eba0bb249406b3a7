"""Links that come without a column get one, found before it is made (S11, S12)."""

import pytest
from sqlalchemy import select, update

from lti.tool.line_items import LineItem, match
from tests.factories.threads import at_once
from tests.factories.tool import PREFIX
from tests.tracks.lms.conftest import OF_SCORES, RealCourse
from tracks.jobs.models import outbox
from tracks.lms.models import resource_link, score

LINK = select(
    resource_link.c.lineitem_url, resource_link.c.lineitem_from, resource_link.c.lineitem_failed
)
COLUMN = {
    "label": "Måling",
    "scoreMaximum": 100,
    "resourceId": "sample/maaling",
    "tag": "learning-tracks",
    "resourceLinkId": "17",
}


def column_url(course: RealCourse, number: int) -> str:
    return f"{course.lms.public}/items/{number}?type_id=1"


@pytest.mark.parametrize("mode", ["moodle", "openedx", "canvas"])
def test_a_link_without_a_column_gets_one_with_the_first_result(real_course: RealCourse, mode):
    course = real_course
    course.lms.mode = mode
    browser = course.launch(item=None)
    course.later(seconds=1)
    assert set(course.lms.items) == {"1"}, "nothing is made before there is a result"

    course.do(browser, "les")
    course.until_quiet()

    label = course.lms.items["2"]["label"]
    assert course.lms.items["2"] == {**COLUMN, "label": label}
    assert label
    assert course.lms.shows("2") == {"teacher-1": 7.0}
    assert course.tool.rows(LINK) == [(column_url(course, 2), "made", None)]
    assert "Sent to the LMS at" in course.says(browser)


def test_nobody_waits_while_the_column_is_made(real_course: RealCourse):
    course = real_course
    course.lms.go_down()
    browser = course.launch(item=None)
    course.do(browser, "les")

    assert course.lms.calls == 0
    assert "Saved; not yet in the LMS." in course.says(browser)


def test_several_people_and_workers_make_one(real_course: RealCourse):
    course = real_course
    for number in range(6):
        course.do(course.launch(f"t{number}", item=None), "les")

    at_once(3, lambda _: course.worker.drain())
    course.until_quiet()

    assert set(course.lms.items) == {"1", "2"}
    assert course.lms.shows("2") == {f"t{n}": 7.0 for n in range(6)}


def test_the_next_launch_without_a_column_keeps_the_one_we_made(real_course: RealCourse):
    course = real_course
    browser = course.launch(item=None)
    course.do(browser, "les")
    course.until_quiet()
    taken = len(course.lms.taken)

    course.launch(item=None)
    course.until_quiet()

    assert (set(course.lms.items), len(course.lms.taken)) == ({"1", "2"}, taken)


def test_a_column_that_was_copied_with_the_course_is_taken(real_course: RealCourse):
    """By resource id and tag, also while it still names the link that it had in the old course."""
    course = real_course
    course.do(course.launch(item=None), "les")
    course.until_quiet()
    copied = {
        PREFIX + "context": {"id": "copy-of-the-course"},
        PREFIX + "resource_link": {"id": "18"},
    }
    del course.lms.items["2"]
    course.lms.items["3"] = {**COLUMN, "resourceLinkId": "17"}

    course.launch(item=None, changes=copied)
    course.until_quiet()

    assert set(course.lms.items) == {"1", "3"}
    assert course.lms.shows("3") == {"teacher-1": 7.0}


def test_a_column_that_was_deleted_is_made_once_more_and_filled(real_course: RealCourse):
    course = real_course
    browser = course.launch(item=None)
    course.do(browser, "les")
    course.do(course.launch("teacher-2", item=None), "les")
    course.until_quiet()
    course.later(hours=1)
    del course.lms.items["2"]

    course.do(browser, "en-av-tre", go="check", choice="1", revision="0")
    course.until_quiet()

    assert course.lms.shows("2") == {"teacher-1": 14.0, "teacher-2": 7.0}
    assert course.tool.rows(select(score.c.failed)) == [(None,), (None,)]


def test_a_column_that_will_not_stay_is_not_made_for_ever(real_course: RealCourse):
    course = real_course
    browser = course.launch(item=None)
    course.do(browser, "les")
    course.lms.faults.extend([404, 404, 404, 404])

    course.until_quiet()

    assert course.tool.rows(select(score.c.failed)) == [("line_item_gone",)]
    assert "its column in the gradebook of the LMS is gone" in course.says(browser)


def test_a_column_that_we_may_not_make_is_told_and_tried_again_with_the_next_result(
    real_course: RealCourse,
):
    course = real_course
    course.lms.scopes = {"https://purl.imsglobal.org/spec/lti-ags/scope/score"}
    browser = course.launch(item=None)
    course.do(browser, "les")
    course.until_quiet()
    page = course.says(browser)
    assert "the LMS does not take the result" in page
    assert "<code>scope_not_granted</code>" in page

    course.lms.scopes = None
    course.do(browser, "en-av-tre", go="check", choice="1", revision="0")
    course.until_quiet()

    assert course.lms.shows("2") == {"teacher-1": 14.0}
    assert course.tool.rows(LINK) == [(column_url(course, 2), "made", None)]


def test_a_launch_that_names_a_column_wins(real_course: RealCourse):
    course = real_course
    course.do(course.launch(item=None), "les")
    course.until_quiet()

    course.launch(item="1")
    course.until_quiet()

    assert course.lms.shows("1") == {"teacher-1": 7.0}
    assert course.tool.rows(LINK) == [(column_url(course, 1), "launch", None)]


def test_a_column_of_another_course_is_not_kept_for_this_one(real_course: RealCourse):
    course = real_course
    course.do(course.launch(item=None), "les")
    course.until_quiet()

    course.launch(item=None, changes={PREFIX + "context": {"id": "another"}})

    assert course.tool.rows(select(resource_link.c.lineitem_url)) == [(None,)]


def test_a_column_job_for_a_link_that_has_one_does_nothing(real_course: RealCourse):
    course = real_course
    course.do(course.launch(item=None), "les")
    with course.tool.database.writing() as session:
        session.execute(update(resource_link).values(lineitem_url=column_url(course, 1)))

    course.until_quiet()

    assert set(course.lms.items) == {"1"}
    assert course.tool.count(outbox, OF_SCORES) == 0


OURS = LineItem("x", 100.0, "track", "learning-tracks", "new")


@pytest.mark.parametrize(
    ("there", "found"),
    [
        ([], None),
        ([LineItem("", 1, "track", "learning-tracks", "new")], 0),
        ([LineItem("", 1, None, None, "new")], 0),
        ([LineItem("", 1, "other", "learning-tracks", "new")], None),
        ([LineItem("", 1, "track", "learning-tracks", None)], 0),
        ([LineItem("", 1, "track", "learning-tracks", "old")], 0),
        ([LineItem("", 1, "track", "learning-tracks", "neighbour")], None),
        ([LineItem("", 1, "track", "other", None)], None),
        ([LineItem("", 1, None, "learning-tracks", None)], None),
        (
            [
                LineItem("", 1, "track", "learning-tracks", "old"),
                LineItem("", 1, "track", "learning-tracks", None),
                LineItem("", 1, "track", "learning-tracks", "new"),
            ],
            2,
        ),
    ],
)
def test_which_column_is_ours(there: list[LineItem], found: int | None):
    """`old`: a link that this one may be a copy of."""
    assert match(there, OURS, {"old"}) == (None if found is None else there[found])
