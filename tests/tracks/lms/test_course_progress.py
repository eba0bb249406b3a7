"""How far each participant has come: shown only where it was agreed, and each look is noted."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select, update

from tests.factories.rosters import ListedCourse
from tests.factories.tool import Tool
from tracks.audit.models import audit_entry
from tracks.people.models import account, person
from tracks.people.rules import Actor
from tracks.privacy.actions import end_agreement, record_agreement
from tracks.privacy.rules import Party, Sight
from tracks.progress.models import track_work

BUTTON = "See how far each has come"


@pytest.fixture
def listed(tool: Tool) -> Iterator[ListedCourse]:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        made = ListedCourse(tool, clock)
        made.lead()
        made.sync()
        for number in (1, 2, 3):
            tool.launch(sub=f"u-{number}")
        work(tool, "u-1", started_at=datetime.now(UTC))
        work(tool, "u-2", started_at=datetime.now(UTC), followed_up_at=datetime.now(UTC))
        yield made


def work(tool: Tool, sub: str, **values: object) -> None:
    with tool.database.writing() as session:
        of = select(account.c.person_id).where(account.c.sub == sub).scalar_subquery()
        session.execute(update(track_work).where(track_work.c.person_id == of).values(**values))


def agree(tool: Tool, *sights: Sight) -> Actor:
    actor = Actor(tool.person_id("lead"), tool.municipality_id, None, frozenset())
    now = datetime.now(UTC)
    with tool.database.writing() as session:
        parties = (Party.EMPLOYER, Party.UNION)
        record_agreement(session, actor, now.date(), parties, sights, now)
    return actor


def look(listed: ListedCourse, browser):
    return listed.tool.post(browser, f"{listed.path}/progress?lang=en")


def looks(tool: Tool) -> list[tuple[int, int]]:
    return [
        (row.actor_id, row.person_id)
        for row in tool.rows(
            select(audit_entry.c.actor_id, audit_entry.c.person_id)
            .where(audit_entry.c.code == "course_progress_seen")
            .order_by(audit_entry.c.person_id)
        )
    ]


@pytest.mark.parametrize("sights", [None, ()], ids=["nothing recorded", "numbers only agreed"])
def test_without_an_agreement_nobody_sees_it(listed: ListedCourse, sights: tuple[Sight] | None):
    if sights is not None:
        agree(listed.tool, *sights)
    lead = listed.lead()

    assert BUTTON not in listed.page(lead)
    assert look(listed, lead).status_code == 403
    assert looks(listed.tool) == []


def test_with_it_a_leader_sees_begun_or_not_on_asking_and_no_more(listed: ListedCourse):
    tool = listed.tool
    agree(tool, Sight.COURSE_PROGRESS)
    lead = listed.lead()
    before = listed.page(lead)
    assert BUTTON in before
    listed_before = before.split('<li class="member">')[1:]
    assert [row for row in listed_before if "begun" in row.split("</li>")[0]] == []
    assert looks(tool) == []

    page = look(listed, lead).text

    rows = [row.split("</li>")[0] for row in page.split('<li class="member">')[1:]]
    said = [
        next((word for word in ("not begun", "has begun", "has followed up") if word in row), "")
        for row in rows
    ]
    assert sorted(said)[-3:] == ["has begun", "has followed up", "not begun"]
    assert said.count("") == len(rows) - 3  # whoever has never been here
    me = tool.person_id("lead")
    assert looks(tool) == [(me, tool.person_id(f"u-{n}")) for n in (1, 2, 3)]


def test_the_participants_see_who_looked(listed: ListedCourse):
    agree(listed.tool, Sight.COURSE_PROGRESS)
    look(listed, listed.lead(name="Leader Example"))

    page = listed.tool.get(listed.tool.launch(sub="u-1"), "/privacy?lang=en").text
    seen = page.split('id="seen"')[1]
    assert "Saw how far a participant of a course has come" in seen
    assert "Leader Example" in seen


def test_looking_again_the_same_day_is_one_look(listed: ListedCourse):
    agree(listed.tool, Sight.COURSE_PROGRESS)
    lead = listed.lead()
    look(listed, lead)
    look(listed, lead)
    assert len(looks(listed.tool)) == 3
    listed.clock.shift(timedelta(hours=25))
    look(listed, listed.lead())

    assert len(looks(listed.tool)) == 6


def test_who_is_leaving_is_not_shown(listed: ListedCourse):
    tool = listed.tool
    agree(tool, Sight.COURSE_PROGRESS)
    who = tool.person_id("u-2")
    with tool.database.writing() as session:
        session.execute(
            update(person).where(person.c.id == who).values(leaving_at=datetime.now(UTC))
        )

    page = look(listed, listed.lead()).text

    assert "has followed up" not in page.split('id="people"')[1]
    assert who not in {seen for _, seen in looks(tool)}


def test_an_end_of_the_agreement_closes_it_at_once(listed: ListedCourse):
    actor = agree(listed.tool, Sight.COURSE_PROGRESS)
    lead = listed.lead()
    assert look(listed, lead).status_code == 200
    with listed.tool.database.writing() as session:
        end_agreement(session, actor, datetime.now(UTC))

    assert look(listed, lead).status_code == 403
    assert BUTTON not in listed.page(lead)


def test_nobody_but_the_courses_leader_sees_it(listed: ListedCourse):
    agree(listed.tool, Sight.COURSE_PROGRESS)
    path = f"{listed.path}/progress"

    assert listed.tool.post(listed.tool.launch(sub="u-1"), path).status_code == 404
