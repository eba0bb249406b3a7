"""Course lists: asked for at a leader's launch, applied whole or not at all (S14 to S16, T37)."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from sqlalchemy import select, update

from lti.errors import TransientServiceError
from lti.ports import HttpAnswer
from tests.factories.rosters import NRPS, ListedCourse, groups_claim, in_context
from tests.factories.tool import ISSUER, Tool
from tests.fakes.course_list import INSTRUCTOR, member, members
from tests.fakes.forge import PREFIX, REMOVED
from tracks.jobs.models import outbox
from tracks.lms.actions import switch_off_deployment
from tracks.lms.models import (
    course,
    course_group,
    course_group_member,
    course_lead,
    course_member,
    service_state,
)
from tracks.people.models import person
from tracks.progress.models import step_work

AGS = "https://purl.imsglobal.org/spec/lti-ags/claim/endpoint"
STANDING = select(service_state.c.reason).where(service_state.c.service == "roster")


@pytest.fixture
def listed(tool: Tool) -> Iterator[ListedCourse]:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        yield ListedCourse(tool, clock)


# --- what a launch leaves


def test_a_leaders_launch_notes_the_course_and_asks_for_its_list(listed: ListedCourse):
    listed.lead()

    row = listed.row
    assert (row.title, row.memberships_url) == ("Track 1", listed.list.url)
    assert (row.groups_url, row.differences_url, row.synced_at) == (None, None, None)
    assert listed.tool.count(course_lead) == 1
    assert listed.tool.rows(select(outbox.c.kind, outbox.c.payload)) == [
        ("sync_roster", {"course_id": row.id, "whole": False})
    ]
    assert listed.list.calls() == []  # nobody waits for the LMS


def test_a_learners_launch_leaves_nothing_of_it(listed: ListedCourse):
    listed.tool.launch(sub="learner")

    assert listed.tool.count(course) == 0
    assert listed.tool.count(outbox) == 0


def test_a_launch_without_a_course_leaves_nothing_of_it(listed: ListedCourse):
    listed.lead(**{PREFIX + "context": REMOVED})

    assert listed.tool.count(course) == 0


@pytest.mark.parametrize(
    "claim",
    [
        REMOVED,
        "odd",
        {"context_memberships_url": 7},
        {"context_memberships_url": "https://evil.example/members"},
        {"context_memberships_url": "http://lms.example/members"},
        {"context_memberships_url": "http://169.254.169.254/latest"},
        {"context_memberships_url": "https://lms.example@evil.example/members"},
    ],
)
def test_without_a_list_of_its_own_lms_the_launch_works_and_nothing_is_asked(
    listed: ListedCourse, claim: object
):
    browser = listed.lead(**{NRPS: claim})

    assert listed.row.memberships_url is None
    assert listed.tool.count(outbox) == 0
    assert "The LMS does not share the list" in listed.page(browser)


def test_it_is_asked_for_once_an_hour_at_most(listed: ListedCourse):
    listed.lead()
    assert listed.later(minutes=1) == 1
    listed.lead()
    assert listed.later(minutes=58) == 0
    listed.lead()
    assert listed.later(minutes=1) == 0
    listed.lead()
    assert listed.later() == 1


def test_another_address_is_asked_at_once_and_old_differences_are_forgotten(listed: ListedCourse):
    listed.list.differences = []
    listed.lead()
    listed.later()
    assert listed.row.differences_url is not None

    listed.lead(**{NRPS: {"context_memberships_url": f"{ISSUER}/members?new=1"}})

    assert listed.row.differences_url is None
    assert listed.later() == 1


# --- applying it


def test_1234_members_on_13_pages(listed: ListedCourse):
    listed.list.members = [*members(1233), member("lead", INSTRUCTOR, name="Sample leader")]
    listed.lead()

    assert listed.later() == 1

    assert len(listed.list.calls()) == 13
    assert len(listed.active) == 1234
    assert listed.tool.rows(
        select(course_member.c.role, course_member.c.name).where(course_member.c.sub == "lead")
    ) == [("leader", "Sample leader")]
    assert listed.row.synced_at == listed.row.whole_at == datetime.now(UTC)
    assert listed.tool.rows(STANDING) == [(None,)]


def test_no_email_address_is_kept_anywhere(listed: ListedCourse):
    listed.lead()
    listed.later()

    assert "school.example" not in str(listed.stored)
    assert "school.example" not in str(listed.row)


def test_the_same_list_again_changes_nothing(listed: ListedCourse):
    listed.lead()
    listed.later()
    before = listed.stored

    listed.sync()

    assert listed.stored == before


def test_page_3_of_5_fails_and_nothing_is_changed(listed: ListedCourse):
    listed.lead()
    listed.later()
    before, synced_at = listed.stored, listed.row.synced_at
    listed.list.members = [*members(10), *members(490, start=1000)]
    listed.list.faults.extend([None, None, HttpAnswer(500, {}, b"")])

    listed.sync()

    assert (listed.stored, listed.row.synced_at) == (before, synced_at)
    assert listed.row.reason == "status_500"
    listed.later(seconds=6)
    assert len(listed.active) == 510  # ten of the first twenty are missing for the first time
    assert listed.row.reason is None


def test_somebody_missing_twice_becomes_inactive_and_keeps_all_work(listed: ListedCourse):
    browser = listed.tool.launch(sub="u-1", changes={AGS: REMOVED})
    listed.tool.post(browser, "/t/sample/maaling/enheter/les", go="done")
    listed.lead()
    listed.worker.drain()
    work, persons = listed.tool.count(step_work), listed.tool.count(person)
    listed.list.members = members(19, start=2)

    listed.sync()
    assert "u-1" in listed.active
    listed.sync()

    assert "u-1" not in listed.active
    gone = select(course_member.c.name, course_member.c.missing)
    assert listed.tool.rows(gone.where(course_member.c.sub == "u-1")) == [(None, 0)]
    assert (listed.tool.count(step_work), listed.tool.count(person)) == (work, persons)
    browser = listed.tool.launch(sub="u-1", changes={AGS: REMOVED})
    assert "1 of 14 done" in listed.tool.get(browser, "/t/sample/maaling?lang=en").text

    listed.list.members = members(20)
    listed.sync()
    assert "u-1" in listed.active


def test_two_lists_at_the_same_time_count_once(listed: ListedCourse):
    """A lease that ran out: the job was handed out again while the first still asked for groups."""
    browser = listed.lead(**groups_claim())
    listed.later()
    listed.list.members = members(19, start=2)

    def at_the_members() -> None:
        listed.list.on_call = at_the_groups

    def at_the_groups() -> None:
        listed.list.on_call = lambda: None
        listed.clock.shift(120)
        assert listed.worker.drain() == 1

    listed.list.on_call = at_the_members
    listed.sync(browser)

    missing = select(course_member.c.missing).where(course_member.c.sub == "u-1")
    assert listed.tool.rows(missing) == [(1,)]


def test_a_shrunken_list_waits_for_a_leader(listed: ListedCourse):
    listed.lead()
    listed.later()
    before, synced_at = listed.stored, listed.row.synced_at
    listed.list.members = members(13)

    listed.sync()

    assert (listed.stored, listed.row.synced_at) == (before, synced_at)
    assert (listed.row.held_listed, listed.row.held_known) == (13, 20)


def test_an_empty_list_waits_too(listed: ListedCourse):
    listed.list.members = []
    listed.lead()
    listed.later()

    assert (listed.row.held_listed, listed.row.held_known) == (0, 0)
    assert listed.stored == []


def test_a_list_of_another_course_is_not_taken(listed: ListedCourse):
    listed.list.context_id = "another"
    listed.lead()
    listed.later()

    assert (listed.stored, listed.row.reason) == ([], "roster_of_another_course")
    assert listed.tool.rows(select(outbox.c.reason, outbox.c.parked_at.is_not(None))) == [
        ("roster_of_another_course", True)
    ]


def test_two_courses_of_one_deployment_stay_apart(listed: ListedCourse):
    listed.lead()
    listed.later()
    listed.list.context_id = "two"
    listed.list.members = members(3, start=1)
    listed.lead(**in_context("two"))
    listed.worker.drain()

    by_course = select(course_member.c.course_id, course_member.c.sub)
    first, second = (
        {sub for at, sub in listed.tool.rows(by_course) if at == row.id}
        for row in listed.tool.rows(select(course.c.id).order_by(course.c.id))
    )
    assert (len(first), second) == (20, {"u-1", "u-2", "u-3"})


# --- differences


def test_only_the_differences_are_asked_for_where_there_are_some(listed: ListedCourse):
    listed.list.differences = []
    listed.lead()
    listed.later()
    listed.list.members = []  # nobody looks at the whole list
    listed.list.differences = [member("u-1", status="Deleted"), member("u-21", name="New")]

    listed.sync()

    assert listed.active == {f"u-{n}" for n in range(2, 22)}
    assert len(listed.list.calls("/changes")) == 1
    assert listed.row.whole_at < listed.row.synced_at


def test_forgotten_differences_lead_to_the_whole_list(listed: ListedCourse):
    listed.list.differences = []
    listed.lead()
    listed.later()
    listed.list.members = members(21)
    listed.list.faults.append(HttpAnswer(410, {}, b""))

    listed.sync()

    assert len(listed.active) == 21


def test_after_a_week_it_is_the_whole_list_again(listed: ListedCourse):
    listed.list.differences = []
    listed.lead()
    listed.later()
    listed.clock.shift(7 * 24 * 3600)

    listed.sync()

    assert len(listed.list.calls("/changes")) == 0
    assert len(listed.list.calls("/members")) == 2


def test_the_button_asks_for_the_whole_list(listed: ListedCourse):
    listed.list.differences = []
    browser = listed.lead()
    listed.later()

    listed.sync(browser)

    assert len(listed.list.calls("/changes")) == 0


# --- groups


def group_rows(listed: ListedCourse) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {
        row.name: set() for row in listed.tool.rows(select(course_group.c.name))
    }
    rows = select(course_group.c.name, course_group_member.c.sub).join(
        course_group_member, course_group_member.c.course_group_id == course_group.c.id
    )
    for name, sub in listed.tool.rows(rows):
        found[name].add(sub)
    return found


def test_groups_with_their_sets_and_members(listed: ListedCourse):
    enrolled = [{"group_id": "7"}]
    listed.list.groups = [{"id": 7, "name": "Team one", "set_id": 3}, {"id": 8, "name": "Team two"}]
    listed.list.sets = [{"id": 3, "name": "Teams"}]
    listed.list.members = [
        member("u-1", group_enrollments=enrolled),
        member("u-2", group_enrollments=[*enrolled, {"group_id": "9"}]),
        member("u-3"),
    ]
    browser = listed.lead(**groups_claim())
    listed.later()

    assert group_rows(listed) == {"Team one": {"u-1", "u-2"}, "Team two": set(), "": {"u-2"}}
    page = listed.page(browser)
    assert 'Team one</span> <span class="meta">Teams</span> <span class="meta">2 people' in page

    listed.list.groups = [{"id": 8, "name": "Team 2"}]
    listed.list.members = [member("u-1", group_enrollments=[{"group_id": 8}]), *members(2, start=2)]
    listed.sync(browser)
    assert group_rows(listed) == {"Team 2": {"u-1"}}


def test_groups_that_cannot_be_had_stay_as_they_were(listed: ListedCourse):
    listed.list.groups = [{"id": 7, "name": "Team one"}]
    browser = listed.lead(**groups_claim())
    listed.later()
    listed.list.faults.extend([None, HttpAnswer(500, {}, b"")])

    listed.sync(browser)

    assert set(group_rows(listed)) == {"Team one"}
    assert listed.row.reason is None


@pytest.mark.parametrize(
    "claim", [{"scope": []}, {"context_groups_url": "https://evil.example/groups"}]
)
def test_groups_are_asked_for_only_where_we_may(listed: ListedCourse, claim: dict[str, object]):
    listed.lead(**groups_claim(**claim))
    listed.later()

    assert listed.row.groups_url is None
    assert listed.list.calls("/groups") == []


# --- when it fails


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (HttpAnswer(403, {}, b""), "status_403"),
        (HttpAnswer(404, {}, b""), "status_404"),
    ],
)
def test_a_refusal_for_good_is_not_tried_for_ever(
    listed: ListedCourse, answer: HttpAnswer, reason: str
):
    listed.lead()
    listed.list.faults.append(answer)
    listed.later()

    assert listed.row.reason == reason
    assert listed.later(hours=24) == 0
    page = listed.page(listed.lead())
    assert "The list could not be fetched" in page
    assert f"<code>{reason}</code>" in page
    assert listed.tool.rows(STANDING) == [(reason,)]


def test_a_scope_that_is_not_granted_is_explained(listed: ListedCourse):
    listed.list.granted = ""
    browser = listed.lead()
    listed.later()

    page = listed.page(browser)
    assert "<code>scope_not_granted</code>" in page
    assert "allow the names and roles service (NRPS)" in page


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (HttpAnswer(200, {}, b"<html>Sign in</html>"), "answer_not_json"),
        (HttpAnswer(500, {}, b""), "status_500"),
        (TransientServiceError("timeout"), "timeout"),
    ],
)
def test_a_passing_fault_is_tried_again_but_not_without_end(
    listed: ListedCourse, fault: HttpAnswer | Exception, reason: str
):
    listed.lead()
    listed.list.faults.extend([fault] * 100)
    tries = 0
    for _ in range(24 * 12):
        tries += listed.later(minutes=5)

    assert (tries, listed.row.reason) == (8, reason)
    # The next leader who comes is the next try.
    assert "We try again by ourselves" in listed.page(listed.lead())
    listed.list.faults.clear()
    listed.later()
    assert (len(listed.active), listed.row.reason) == (20, None)


def test_an_lms_that_was_switched_off_meanwhile_is_not_asked(listed: ListedCourse):
    listed.lead()
    with listed.tool.database.writing() as session:
        switch_off_deployment(session, listed.tool.registration_id, "1")

    assert listed.later() == 1
    assert listed.list.calls() == []
    assert listed.tool.count(outbox) == 0


def test_names_and_ids_never_reach_the_log(listed: ListedCourse, caplog: pytest.LogCaptureFixture):
    caplog.set_level("DEBUG")
    listed.lead()
    listed.list.faults.append(HttpAnswer(200, {}, b'{"members": [{"user_id": "u-77", "roles"'))
    listed.later()
    listed.later(minutes=5)

    assert len(listed.active) == 20
    assert "Sample person" not in caplog.text
    assert "u-7" not in caplog.text


def test_one_list_that_cannot_be_had_pauses_the_others_of_this_lms(listed: ListedCourse):
    listed.list.faults.append(HttpAnswer(429, {"retry-after": "900"}, b""))
    listed.lead()
    assert listed.later() == 1
    listed.lead(sub="lead-2", **in_context("course-2"))

    assert listed.later(seconds=899) == 0
    assert listed.later(seconds=2) == 2
    assert len(listed.active) == 20


def test_the_privacy_page_counts_the_places_on_lists_and_in_groups(listed: ListedCourse):
    listed.list.groups = [{"id": 7, "name": "Team one"}]
    listed.list.members = [member("u-1", group_enrollments=[{"group_id": "7"}]), member("u-2")]
    listed.lead(**groups_claim())
    listed.later()

    def counted(sub: str) -> list[str]:
        page = listed.tool.get(listed.tool.launch(sub=sub), "/privacy?lang=en").text
        return re.findall(r"Places (.*?),.*?<strong>(\d+)</strong>", page)

    assert counted("u-1") == [
        ("on a course's list of participants", "1"),
        ("in a group of a course", "1"),
    ]
    assert counted("u-2") == [("on a course's list of participants", "1")]
    assert counted("somebody else") == []


def test_of_a_protected_person_the_list_of_the_course_has_no_name(listed: ListedCourse):
    browser = listed.lead()
    listed.tool.launch(sub="u-1")
    listed.later()
    named = select(course_member.c.name).where(course_member.c.sub == "u-1")
    ((name,),) = listed.tool.rows(named)
    assert f"{name}<" in listed.page(browser)

    with listed.tool.database.writing() as session:
        marked = person.c.id == listed.tool.person_id("u-1")
        session.execute(update(person).where(marked).values(name=None, protected_by="list"))

    assert f"{name}<" not in listed.page(browser)
    listed.sync()
    assert listed.tool.rows(named) == [(None,)]
