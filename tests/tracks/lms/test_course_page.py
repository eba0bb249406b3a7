"""The page of a course: who sees it, what it says, and what it never says (ADR 0009)."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import select, update

from tests.factories.rosters import ListedCourse, in_context
from tests.factories.tool import Tool
from tests.fakes.course_list import INSTRUCTOR, LEARNER, member, members
from tracks.lms.models import course
from tracks.people.actions import add_municipality
from tracks.people.models import sign_in
from tracks.progress.models import track_work

ASSISTANT = "http://purl.imsglobal.org/vocab/lis/v2/membership/Instructor#TeachingAssistant"
ROLES = "https://purl.imsglobal.org/spec/lti/claim/roles"


@pytest.fixture
def listed(tool: Tool) -> Iterator[ListedCourse]:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        yield ListedCourse(tool, clock)


def begin(listed: ListedCourse, count: int) -> None:
    """So many of the list come here and start the track."""
    for n in range(1, count + 1):
        listed.tool.launch(sub=f"u-{n}")
    with listed.tool.database.writing() as session:
        session.execute(update(track_work).values(started_at=datetime.now(UTC)))


def status(listed: ListedCourse, browser: Any, path: str | None = None) -> int:
    return int(listed.tool.get(browser, path or listed.path).status_code)


# --- who sees it


def test_only_who_leads_this_course_in_this_sign_in(listed: ListedCourse):
    lead = listed.lead()
    path = listed.path
    who = {
        "leader": lead,
        "leader of another": listed.lead(sub="other", **in_context("two")),
        "learner": listed.tool.launch(sub="learner"),
        "nobody": listed.tool.client(),
    }
    another = listed.tool.rows(select(course.c.id).where(course.c.context_id == "two"))[0].id

    assert {name: status(listed, browser, path) for name, browser in who.items()} == {
        "leader": 200,
        "leader of another": 404,
        "learner": 404,
        "nobody": 401,
    }
    assert status(listed, lead, f"/courses/{another}") == 404
    assert status(listed, lead, "/courses/999") == 404


def test_a_teaching_assistant_leads_too(listed: ListedCourse):
    browser = listed.tool.launch(sub="assistant", changes={ROLES: [LEARNER, ASSISTANT]})

    assert status(listed, browser) == 200


def test_whoever_comes_back_as_a_learner_has_lost_it(listed: ListedCourse):
    browser = listed.lead()
    listed.clock.shift(timedelta(seconds=1))
    listed.tool.launch(browser, sub="lead")

    assert status(listed, browser) == 404
    assert f'href="{listed.path}"' not in listed.tool.get(browser, "/").text


def test_to_lead_another_course_now_opens_no_earlier_one(listed: ListedCourse):
    browser = listed.lead()
    first = listed.path
    listed.clock.shift(timedelta(seconds=1))
    listed.lead(browser, **in_context("two"))

    assert status(listed, browser, first) == 404


def test_two_courses_in_two_browsers_each_keep_theirs(listed: ListedCourse):
    browser = listed.lead()
    first = listed.path
    listed.clock.shift(timedelta(seconds=1))
    listed.lead(**in_context("two"))

    assert status(listed, browser, first) == 200


def test_a_sign_in_of_another_municipality_never(listed: ListedCourse):
    browser = listed.lead()
    with listed.tool.database.writing() as session:
        other = add_municipality(session, "Other", country="SE")
        session.execute(update(sign_in).values(municipality_id=other))

    assert status(listed, browser) == 404


@pytest.mark.parametrize("form", ["fetch", "held"])
def test_its_forms_are_closed_to_others(listed: ListedCourse, form: str):
    listed.lead()
    learner = listed.tool.launch(sub="learner")

    assert listed.tool.post(learner, f"{listed.path}/{form}", go="use").status_code == 404


def test_the_way_to_it_is_on_the_leaders_own_page(listed: ListedCourse):
    browser = listed.lead()

    page = listed.tool.get(browser, "/?lang=en").text
    assert f'<a class="ds-link" href="{listed.path}">The course: Track 1</a>' in page


# --- what it says


def people_on(page: str) -> list[tuple[str, str]]:
    """Everybody by name, with what is said of them."""
    found = re.findall(r'<li class="member">([^<]*)(?:<span class="meta">(.*?)</span>)?</li>', page)
    return [(name.strip(), said) for name, said in found]


def test_who_is_in_the_course_and_who_has_been_here(listed: ListedCourse):
    listed.list.members = [
        member("u-2", name="Sample person B"),
        member("u-1", name="Sample person A"),
        member("u-3"),
        member("u-4", name="Sample person C", status="Inactive"),
        member("lead", INSTRUCTOR, name="Sample leader"),
    ]
    listed.tool.launch(sub="u-1")
    browser = listed.lead()
    listed.worker.drain()

    page = listed.page(browser)
    assert people_on(page) == [
        ("Sample person A", ""),
        ("Sample person B", "not yet here"),
        ("Participant 3", "not yet here"),
    ]
    assert "3 participants" in page
    assert "1 of 3" in page
    assert "Fetched" in page


@pytest.mark.parametrize(
    ("begun", "of", "said"),
    [
        (0, 20, "fewer than 5, hidden"),
        (4, 20, "fewer than 5, hidden"),
        # Those who have been here are named, so these numbers must not name the rest of them.
        (12, 20, "12 of 20"),
        (18, 20, "at least 16 of 20"),
        (3, 5, "hidden: so few teachers"),
        (5, 5, "hidden: so few teachers"),
    ],
)
def test_how_many_have_started_with_small_numbers_hidden(
    listed: ListedCourse, begun: int, of: int, said: str
):
    listed.list.members = members(of)
    begin(listed, begun)
    browser = listed.lead()
    listed.worker.drain()

    page = listed.page(browser)
    assert re.findall(r"Have started <span.*?</dt><dd>\s*(.*?)\s*</dd>", page) == [said]


def test_nobody_is_found_by_subtracting_those_who_have_been_here(listed: ListedCourse):
    begin(listed, 10)
    for n in (11, 12):  # have been here, and not begun
        listed.tool.launch(sub=f"u-{n}")
    browser = listed.lead()
    listed.worker.drain()

    page = listed.page(browser)
    assert re.findall(r"Have started <span.*?</dt><dd>\s*(.*?)\s*</dd>", page) == [
        "at least 8 of 20"
    ]


def test_what_somebody_has_done_stands_nowhere(listed: ListedCourse):
    """The same page, but for the one number, whoever of them has worked."""
    for n in range(1, 20):
        listed.tool.launch(sub=f"u-{n}")
    browser = listed.lead()
    listed.worker.drain()
    before = people_on(listed.page(browser))
    worker = listed.tool.launch(sub="u-1")
    listed.tool.post(worker, "/t/sample/maaling/enheter/les", go="done")

    assert people_on(listed.page(browser)) == before


def test_450_members_on_three_pages(listed: ListedCourse):
    listed.list.members = [member(f"u-{n:03}") for n in range(450)]
    browser = listed.lead()
    listed.worker.drain()

    page = listed.page(browser)
    assert len(people_on(page)) == 200
    assert "Page 1 of 3" in page
    last = listed.tool.get(browser, f"{listed.path}?lang=en&page=3").text
    names = [name for name, _ in people_on(re.sub(r"\s+", " ", last))]
    assert (names[0], names[-1], len(names)) == ("Participant 401", "Participant 450", 50)
    for odd in ("0", "-1", "x", "99", "9" * 30):
        assert status(listed, browser, f"{listed.path}?page={odd}") == 200


def test_while_it_is_fetched_the_page_says_so(listed: ListedCourse):
    browser = listed.lead()
    assert "The list is being fetched" in listed.page(browser)

    listed.later(seconds=1)
    assert "The list is being fetched" not in listed.page(browser)

    listed.clock.shift(timedelta(minutes=2))
    listed.tool.post(browser, f"{listed.path}/fetch")
    assert "The list is being fetched" in listed.page(browser)


def test_the_button_pressed_many_times_asks_once_a_minute(listed: ListedCourse):
    browser = listed.lead()
    listed.later()
    for _ in range(5):
        listed.tool.post(browser, f"{listed.path}/fetch")
        assert listed.later(seconds=5) == 0

    listed.clock.shift(timedelta(minutes=1))
    listed.tool.post(browser, f"{listed.path}/fetch")
    assert listed.later() == 1


# --- a list that shrank


def shrunken(listed: ListedCourse, count: int) -> Any:
    """The browser of a leader who sees that it is held."""
    listed.lead()
    listed.later()
    listed.list.members = members(count)
    listed.sync()
    browser = listed.lead()
    assert "The new list is much shorter" in listed.page(browser)
    return browser


def test_a_held_list_is_shown_with_both_counts(listed: ListedCourse):
    page = listed.page(shrunken(listed, 5))

    assert "has 5 people now; the one we have has 20" in page
    assert len(people_on(page)) == 20


def test_the_leader_uses_the_new_list(listed: ListedCourse):
    browser = shrunken(listed, 5)

    listed.tool.post(browser, f"{listed.path}/held", go="use")
    listed.worker.drain()

    assert listed.active == {f"u-{n}" for n in range(1, 6)}
    page = listed.page(browser)
    assert "The new list is much shorter" not in page
    assert len(people_on(page)) == 5


def test_what_was_accepted_does_not_hold_for_a_list_that_is_shorter_still(listed: ListedCourse):
    browser = shrunken(listed, 5)
    listed.list.members = members(2)

    listed.tool.post(browser, f"{listed.path}/held", go="use")
    listed.worker.drain()

    assert len(listed.active) == 20
    assert (listed.row.held_listed, listed.row.held_known) == (2, 20)


def test_the_leader_keeps_the_list(listed: ListedCourse):
    browser = shrunken(listed, 5)

    listed.tool.post(browser, f"{listed.path}/held", go="keep")

    assert len(people_on(listed.page(browser))) == 20
    assert "The new list is much shorter" not in listed.page(browser)
    listed.sync()
    assert listed.row.held_listed == 5  # asked again, and still nothing changed
    assert len(listed.active) == 20


def test_anything_else_is_no_answer(listed: ListedCourse):
    browser = shrunken(listed, 5)

    assert listed.tool.post(browser, f"{listed.path}/held", go="x").status_code == 400
    assert listed.row.held_listed == 5


def test_an_answer_to_a_question_that_is_no_longer_asked(listed: ListedCourse):
    browser = listed.lead()
    listed.later()

    listed.tool.post(browser, f"{listed.path}/held", go="use")
    listed.worker.drain()

    assert (listed.row.accepted, len(listed.active)) == (None, 20)
