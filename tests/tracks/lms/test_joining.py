"""Who is on a list of staff and who comes by the LMS are one person: by a code, or by a number
that the municipality trusts; never by itself (T32, issue 5 item 1)."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import delete, func, insert, select, update

from tests.factories.lists import Lists
from tests.factories.rosters import ListedCourse
from tests.factories.tool import Tool
from tests.fakes.course_list import member
from tests.tracks.organisation.people import with_role
from tests.tracks.rosters.conftest import UNIT_A, UNIT_B
from tracks.audit.models import audit_entry
from tracks.jobs.models import outbox
from tracks.lms.actions.rosters import ROSTER_JOB
from tracks.people.models import account, person, role_grant, school
from tracks.people.rules import Role
from tracks.progress.models import step_work, track_work
from tracks.rosters.models import roster_entry, roster_trust
from tracks.rosters.records import Source
from tracks.signin.models import passkey


class Both:
    """A course of the LMS, and lists of staff of the same municipality."""

    def __init__(self, course: ListedCourse, lists: Lists) -> None:
        self.course = course
        self.lists = lists
        self.tool = course.tool
        lists.apply(lists.units([f"{UNIT_A};Unit A;1-10;;", f"{UNIT_B};Unit B;8-10;;"]))
        self.administrator = with_role(self.tool, Role.ADMINISTRATOR)

    def trust(self, source: str = Source.LIST) -> int:
        path = "/lms/1/numbers"
        # Shown anew each time: hours pass between.
        self.tool.logs_in(self.administrator, Role.ADMINISTRATOR.value)
        return self.tool.post(self.administrator, path, source=source).status_code

    def sent(self, **numbers: str | None) -> None:
        """sub=number, as the LMS's list of the course says."""
        self.course.list.members = [
            member(sub, **({"lis_person_sourcedid": n} if n else {})) for sub, n in numbers.items()
        ]
        self.fetch()

    def fetch(self) -> None:
        self.course.clock.shift(timedelta(hours=1))
        self.course.lead()
        with self.tool.database.writing() as session:
            session.execute(delete(outbox).where(outbox.c.kind != ROSTER_JOB))
        assert self.course.worker.drain() == 1

    def listed_person(self, key: str) -> int:
        found = select(func.max(roster_entry.c.person_id)).where(roster_entry.c.key == key)
        return int(self.tool.rows(found)[0][0])

    def counted_at(self, sub: str) -> list[str]:
        rows = self.tool.rows(
            select(school.c.code)
            .join(track_work, track_work.c.school_id == school.c.id)
            .where(track_work.c.person_id == self.tool.person_id(sub))
        )
        return [row[0] for row in rows]

    def unit_of(self, sub: str) -> str | None:
        rows = self.tool.rows(
            select(school.c.code)
            .join(person, person.c.school_id == school.c.id)
            .where(person.c.id == self.tool.person_id(sub))
        )
        return rows[0][0] if rows else None


@pytest.fixture
def both(tool: Tool, tmp_path: Path) -> Iterator[Both]:
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        made = Both(ListedCourse(tool, clock), Lists(tool, tmp_path))
        made.lists.has([f"77;Sample listed;{UNIT_A};Rektor;", f"88;Sample other;{UNIT_B};Lærer;"])
        yield made


def test_nothing_is_joined_until_the_municipality_has_said_so(both: Both):
    both.tool.launch(sub="anna", school=False)
    before = both.lists.people()
    both.sent(anna="77")
    assert both.tool.person_id("anna") != both.listed_person("77")
    assert both.lists.people() == before + 1  # the leader who opened the course

    assert both.trust() == 303
    both.sent(anna="77")
    assert both.tool.person_id("anna") == both.listed_person("77")


def test_the_work_the_unit_the_role_and_the_entry_are_one_persons(both: Both):
    browser = both.tool.launch(sub="anna", school=False)
    both.tool.post(browser, "/t/sample/maaling/enheter/les", go="done")
    was = both.listed_person("77")
    both.trust()
    both.sent(anna="77", lead="99")

    who = both.tool.person_id("anna")
    assert who == both.listed_person("77") != was
    assert both.unit_of("anna") == UNIT_A
    assert both.tool.rows(select(step_work.c.person_id)) == [(who,)]
    # What she did before anybody knew where she works counts there.
    assert both.counted_at("anna") == [UNIT_A]
    held = select(role_grant.c.role).where(role_grant.c.person_id == who)
    assert both.tool.rows(held) == [("school_leader",)]
    # The audit log told of the role by the number that was: the row stays, and says nothing.
    left = select(person.c.name, person.c.school_id).where(person.c.id == was)
    assert both.tool.rows(left) == [(None, None)]
    linked = select(audit_entry.c.code).where(audit_entry.c.code == "accounts_linked")
    assert len(both.tool.rows(linked)) == 1
    # The next list knows them, and the next course list changes nothing.
    made = both.lists.staff([f"77;Sample listed;{UNIT_A};Rektor;", f"88;X;{UNIT_B};Lærer;"])
    assert both.lists.would_change(made).people_new == 0
    people = both.lists.people()
    both.sent(anna="77", lead="99")
    assert both.lists.people() == people


def test_who_comes_by_a_login_of_their_own_is_not_joined_by_a_number(both: Both):
    """Else whoever has the LMS send that number would have their work and their login."""
    both.tool.launch(sub="anna", school=False)
    listed = both.listed_person("77")
    with both.tool.database.writing() as session:
        session.execute(
            insert(passkey).values(
                municipality_id=both.tool.municipality_id,
                person_id=listed,
                credential_hash="p",
                credential=b"p",
                sign_count=0,
                made_at=datetime.now(UTC),
            )
        )
    both.trust()
    both.sent(anna="77")

    assert both.listed_person("77") == listed != both.tool.person_id("anna")


def test_who_was_shut_out_as_listed_stays_shut_out_when_they_come_in(both: Both):
    both.tool.launch(sub="anna", school=False)
    with both.tool.database.writing() as session:
        listed = both.listed_person("77")
        session.execute(update(person).where(person.c.id == listed).values(is_suspended=True))
    both.trust()
    both.sent(anna="77")

    assert both.tool.person_id("anna") == both.listed_person("77")
    ((is_suspended,),) = both.tool.rows(
        select(person.c.is_suspended).where(person.c.id == both.tool.person_id("anna"))
    )
    assert is_suspended


def test_a_row_that_nothing_names_any_more_goes(both: Both):
    both.tool.launch(sub="bo")
    both.trust()
    both.course.lead()
    assert both.course.worker.drain() == 1
    people = both.lists.people()
    both.sent(bo="88")
    assert both.lists.people() == people - 1


def test_a_list_that_comes_after_the_work_says_where_it_counts(both: Both):
    """Joined while the list had ended all her tasks; the next one says where she works."""
    both.lists.has([f"88;Sample other;{UNIT_B};Lærer;"])
    with both.tool.database.writing() as session:
        was = both.listed_person("77")
        session.execute(update(person).where(person.c.id == was).values(school_id=None))
    browser = both.tool.launch(sub="anna", school=False)
    both.tool.post(browser, "/t/sample/maaling/enheter/les", go="done")
    both.trust()
    both.sent(anna="77")
    assert both.unit_of("anna") is None
    both.lists.has([f"77;Sample listed;{UNIT_A};Lærer;", f"88;Sample other;{UNIT_B};Lærer;"])
    assert both.unit_of("anna") == UNIT_A
    assert both.counted_at("anna") == [UNIT_A]


def test_a_unit_chosen_where_they_do_not_work_gives_way_and_one_where_they_do_stays(both: Both):
    both.lists.has(
        [
            f"77;Sample listed;{UNIT_A};Rektor;",
            f"88;Sample other;{UNIT_A};Lærer;",
            f"88;Sample other;{UNIT_B};Lærer;",
        ]
    )
    both.tool.launch(sub="anna")  # at the tool's own school
    both.tool.launch(sub="bo", school=False)
    unit_b = both.tool.rows(select(school.c.id).where(school.c.code == UNIT_B))[0][0]
    with both.tool.database.writing() as session:
        session.execute(
            update(person).where(person.c.id == both.tool.person_id("bo")).values(school_id=unit_b)
        )
    both.trust()
    both.sent(anna="77", bo="88")
    assert (both.unit_of("anna"), both.unit_of("bo")) == (UNIT_A, UNIT_B)


@pytest.mark.parametrize(
    "numbers",
    [
        {"anna": "078"},
        {"anna": "77 "},
        {"anna": None},
        {"anna": "77", "bo": "77"},  # one of them is somebody else
        {"anna": "Sample listed"},
    ],
)
def test_another_number_joins_nobody(both: Both, numbers: dict[str, str | None]):
    for sub in numbers:
        both.tool.launch(sub=sub)
    both.trust()
    both.sent(**numbers)
    assert both.tool.person_id("anna") != both.listed_person("77")


def test_of_another_source_or_not_trusted_any_longer(both: Both):
    both.tool.launch(sub="anna")
    both.trust(Source.SS12000)
    both.sent(anna="77")
    assert both.tool.person_id("anna") != both.listed_person("77")
    both.trust()
    both.trust("")
    assert both.tool.count(roster_trust) == 0
    both.sent(anna="77")
    assert both.tool.person_id("anna") != both.listed_person("77")
    assert both.trust("nonsense") == 400


def test_somebody_with_an_account_is_never_taken_over(both: Both):
    """T32: with another's number one gets nothing of theirs."""
    both.tool.launch(sub="anna")
    both.trust()
    both.sent(anna="77")
    victim = both.tool.person_id("anna")
    thief = both.tool.launch(sub="thief")
    both.sent(anna=None, thief="77")
    assert both.tool.person_id("anna") == victim != both.tool.person_id("thief")
    assert both.tool.get(thief, "/").status_code == 200
    # And who is one already does not become another by a changed number.
    both.sent(anna="88")
    assert both.listed_person("88") != victim


def test_whoever_has_left_the_course_is_not_joined(both: Both):
    both.tool.launch(sub="anna")
    both.trust()
    both.course.list.members = [member("anna", lis_person_sourcedid="77", status="Inactive")]
    both.fetch()
    assert both.tool.person_id("anna") != both.listed_person("77")


# --- a code


def made_code(both: Both, browser: FlaskClient, who: int) -> str:
    page = both.tool.post(browser, f"/people/{who}/code")
    assert page.status_code == 200, page.text
    (code,) = re.findall(r'class="code-shown">([0-9A-Z-]+)<', page.text)
    return str(code)


def typed(both: Both, browser: FlaskClient, code: str) -> int:
    return both.tool.post(browser, "/accounts", go="link", mine="1", code=code).status_code


def test_a_code_for_the_first_visit(both: Both):
    coordinator = with_role(both.tool, Role.COORDINATOR, sub="coordinator")
    who = both.listed_person("77")
    code = made_code(both, coordinator, who)
    browser = both.tool.launch(sub="anna", school=False)
    both.tool.post(browser, "/t/sample/maaling/enheter/les", go="done")
    assert typed(both, browser, code) == 303
    assert both.tool.person_id("anna") == who
    assert both.unit_of("anna") == UNIT_A
    assert both.tool.rows(select(step_work.c.person_id)) == [(who,)]
    assert typed(both, both.tool.launch(sub="bo"), code) == 422  # once


def test_no_code_for_whoever_has_an_account(both: Both):
    coordinator = with_role(both.tool, Role.COORDINATOR, sub="coordinator")
    both.tool.launch(sub="anna")
    anna = both.tool.person_id("anna")
    assert "/code" not in both.tool.get(coordinator, f"/people/{anna}").text
    refused = both.tool.post(coordinator, f"/people/{anna}/code")
    assert refused.status_code == 409
    assert "code-shown" not in refused.text


def test_a_code_grows_old(both: Both):
    coordinator = with_role(both.tool, Role.COORDINATOR, sub="coordinator")
    code = made_code(both, coordinator, both.listed_person("77"))
    both.course.clock.shift(15 * 24 * 3600)
    assert typed(both, both.tool.launch(sub="anna"), code) == 422
    assert both.tool.count(account, account.c.person_id == both.listed_person("77")) == 0
