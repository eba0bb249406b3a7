"""The life of a unit: it opens, has another number, closes with nothing after it, opens again."""

from datetime import date, timedelta

import pytest
from sqlalchemy import insert, select, update

from tests.factories.lists import organisation_number
from tests.factories.tool import Tool
from tests.tracks.organisation.people import NOW, a_team, schools, with_role
from tests.tracks.organisation.test_reform import DOER, PARTS, TODAY, count, total
from tracks.adoption.queries import counts_of_school
from tracks.audit.models import audit_entry
from tracks.organisation.actions.units import (
    BEFORE_IT_OPENED,
    NOT_OPEN,
    NOT_YET,
    NotPossible,
    close_unit,
    merge_units,
    split_unit,
)
from tracks.organisation.models import role_invitation, school_code
from tracks.organisation.queries.units import by_number, units
from tracks.people.actions import add_municipality, add_school
from tracks.people.models import person, role_grant, school, team_school
from tracks.people.rules import Role, SchoolKind
from tracks.progress.events import Stage

FIRST, SECOND, THIRD = (organisation_number(number) for number in (5, 6, 7))


def close(tool: Tool, school_id: int, on: date = TODAY) -> None:
    with tool.database.writing() as session:
        close_unit(session, tool.municipality_id, school_id, on, DOER)


def at(tool: Tool, sub: str) -> int | None:
    (row,) = tool.rows(select(person.c.school_id).where(person.c.id == tool.person_id(sub)))
    return None if row[0] is None else int(row[0])


def codes_of(tool: Tool) -> list[str]:
    said = select(audit_entry.c.code).order_by(audit_entry.c.number)
    return [row.code for row in tool.rows(said)]


def numbered(tool: Tool, school_id: int, code: str) -> None:
    with tool.database.writing() as session:
        session.execute(update(school).where(school.c.id == school_id).values(code=code))


def test_a_closed_school_keeps_its_numbers_and_nobody_is_there(tool: Tool):
    (second,) = schools(tool, "Sample school 2", teachers=30)
    a_team(tool, second)
    spreader = with_role(tool, Role.SPREADER, school_id=second, sub="spreader")
    with_role(tool, Role.AUTHOR, sub="author")
    teacher = tool.launch(sub="teacher", school=False)
    tool.post(teacher, "/school", school=str(second))
    boss = with_role(tool, Role.COORDINATOR)
    tool.post(boss, f"/coverage/{second}/invite")
    count(tool, second, started=9, tried=6)
    before = (total(tool), total(tool, Stage.TRIED))

    page = tool.get(boss, f"/units/{second}/close?lang=en").text
    assert "Sample spreader: Spreader" in page
    assert "People who lose their school by it: 1." in page
    assert tool.post(boss, f"/units/{second}/close", on="someday").status_code == 422
    closed = tool.post(boss, f"/units/{second}/close", on=TODAY.isoformat())
    assert (closed.status_code, closed.headers["Location"]) == (303, f"/schools/{second}")

    assert (total(tool), total(tool, Stage.TRIED)) == before
    with tool.database.reading() as session:
        (there,) = counts_of_school(session, tool.municipality_id, second)
    assert there.stages[Stage.STARTED] == 9
    assert at(tool, "teacher") is None
    held = select(role_grant.c.role).where(role_grant.c.until.is_(None))
    assert [row.role for row in tool.rows(held)] == ["author", "coordinator"]
    assert tool.rows(select(team_school.c.team_id)) == []
    assert tool.count(role_invitation, role_invitation.c.ended_at.is_(None)) == 0
    assert tool.get(spreader, "/coverage").status_code == 403
    assert "Sample school 2" not in tool.get(teacher, "/school").text
    assert codes_of(tool)[-2:] == ["role_ended", "unit_closed"]
    entry = tool.rows(select(audit_entry).where(audit_entry.c.code == "unit_closed"))[0]
    assert (entry.actor_id, entry.parameters) == (
        tool.person_id("coordinator"),
        {"on": TODAY.isoformat(), "school_id": second},
    )


@pytest.mark.parametrize(
    ("on", "problem"),
    [(TODAY + timedelta(days=2), NOT_YET), (date(1999, 1, 1), BEFORE_IT_OPENED)],
)
def test_it_closes_between_its_first_day_and_today(tool: Tool, on: date, problem: str):
    with tool.database.writing() as session:
        session.execute(update(school).values(opened_on=date(2020, 8, 1)))
    with pytest.raises(NotPossible) as refused:
        close(tool, tool.school_id, on)
    assert refused.value.problem == problem
    close(tool, tool.school_id)
    with pytest.raises(NotPossible) as twice:
        close(tool, tool.school_id)
    assert twice.value.problem == NOT_OPEN


def test_who_has_no_school_is_seen_and_placed(tool: Tool):
    (second,) = schools(tool, "Sample school 2")
    for sub in ("one", "two", "three"):
        browser = tool.launch(sub=sub, school=False, changes={"name": f"Sample {sub}"})
        tool.post(browser, "/school", school=str(second))
    tool.launch(sub="undecided", school=False, changes={"name": "Sample undecided"})
    boss = with_role(tool, Role.COORDINATOR)
    close(tool, second)

    assert f"/people/without-school?school={second}" in tool.get(boss, f"/schools/{second}").text
    page = tool.get(boss, f"/people/without-school?school={second}&lang=en").text
    assert "They worked at Sample school 2." in page
    assert "Sample undecided" not in page
    assert page.count('name="person"') == 3
    everybody = tool.get(boss, "/people/without-school?lang=en").text
    assert everybody.count("before: Sample school 2") == 3
    assert "Sample undecided" in everybody
    assert "Without a school: 4." in tool.get(boss, "/people?lang=en").text

    ids = [str(tool.person_id(sub)) for sub in ("one", "two")]
    for form in ({"unit": str(tool.school_id)}, {"person": ids, "unit": str(second)}):
        wrong = tool.post(boss, "/people/without-school", **form)
        assert wrong.status_code == 422
    assert wrong.text.count(" checked") == 2
    assert at(tool, "one") is None
    # Somebody who has a school is not moved by it.
    ids.append(str(tool.person_id("coordinator")))
    done = tool.post(
        boss, "/people/without-school", person=ids, unit=str(tool.school_id), former=str(second)
    )
    assert done.headers["Location"] == f"/people/without-school?school={second}"
    assert [at(tool, sub) for sub in ("one", "two", "three")] == [
        tool.school_id,
        tool.school_id,
        None,
    ]
    moved = tool.rows(select(audit_entry).where(audit_entry.c.code == "person_moved"))
    assert [entry.person_id for entry in moved] == [int(each) for each in ids[:2]]
    assert tool.get(boss, "/people/without-school?school=999999").status_code == 404


def test_nobody_of_another_municipality_is_seen_or_placed(tool: Tool):
    with tool.database.writing() as session:
        home = add_municipality(session, "Other municipality", country="NO")
        there = add_school(session, home, code="x", name="There", kind=SchoolKind.PRIMARY)
        theirs = session.execute(
            insert(person)
            .values(municipality_id=home, name="Sample stranger", created_at=NOW)
            .returning(person.c.id)
        ).scalar_one()
    boss = with_role(tool, Role.COORDINATOR)
    assert "Sample stranger" not in tool.get(boss, "/people/without-school").text
    assert tool.get(boss, f"/people/without-school?school={there}").status_code == 404
    form = {"person": str(theirs), "unit": str(tool.school_id)}
    assert tool.post(boss, "/people/without-school", **form).status_code == 422
    assert tool.rows(select(person.c.school_id).where(person.c.id == theirs)) == [(None,)]


def test_it_opens_again_with_those_who_are_still_without(tool: Tool):
    (second,) = schools(tool, "Sample school 2")
    for sub in ("stays", "leaves"):
        tool.post(tool.launch(sub=sub, school=False), "/school", school=str(second))
    boss = with_role(tool, Role.COORDINATOR)
    close(tool, second)
    tool.post(tool.launch(sub="leaves", school=False), "/school", school=str(tool.school_id))

    closed = tool.get(boss, f"/schools/{second}?lang=en").text
    assert "No school came after it." in closed
    assert f'action="/units/{second}/open"' in closed
    assert tool.post(boss, f"/units/{second}/open").status_code == 303
    assert (at(tool, "stays"), at(tool, "leaves")) == (second, tool.school_id)
    assert tool.rows(select(school.c.closed_on).where(school.c.id == second)) == [(None,)]
    assert codes_of(tool)[-1] == "unit_opened_again"
    assert tool.post(boss, f"/units/{second}/open").status_code == 409  # it is


def test_what_something_came_after_stays_closed(tool: Tool):
    (second,) = schools(tool, "Sample school 2")
    with tool.database.writing() as session:
        merge_units(
            session, tool.municipality_id, [tool.school_id, second], tool.school_id, TODAY, DOER
        )
        split_unit(session, tool.municipality_id, tool.school_id, PARTS, TODAY, DOER)
    boss = with_role(tool, Role.COORDINATOR)
    for each in (tool.school_id, second):
        assert tool.post(boss, f"/units/{each}/open").status_code == 409
        assert f"/units/{each}/open" not in tool.get(boss, f"/schools/{each}").text
    assert tool.count(school, school.c.closed_on.is_not(None)) == 2


def test_the_municipality_shows_the_numbers_of_what_is_closed(tool: Tool):
    """D10: a split school leaves the list of schools, and its numbers must not leave with it."""
    split, closed, merged = schools(tool, "Split", "Closed", "Merged", teachers=30)
    for each, started in ((split, 12), (closed, 13), (merged, 14), (tool.school_id, 5)):
        count(tool, each, started)
    with tool.database.writing() as session:
        split_unit(session, tool.municipality_id, split, PARTS, TODAY, DOER)
        close_unit(session, tool.municipality_id, closed, TODAY, DOER)
        merge_units(
            session, tool.municipality_id, [tool.school_id, merged], tool.school_id, TODAY, DOER
        )
    page = tool.get(with_role(tool, Role.COORDINATOR), "/municipality?lang=en").text
    former = page[page.index("Schools that have closed, and their numbers") :]
    assert f'<a class="ds-link" href="/schools/{split}">Split</a>' in former
    assert "now: Sample part 1, Sample part 2" in former
    assert "12 of 30" in former
    assert "13 of 30" in former
    assert "Merged" not in former  # its numbers are counted where it is now
    assert "1 of 3 schools" in page  # open ones only


def test_a_count_is_as_old_as_it_was_when_the_school_closed(tool: Tool):
    (closed,) = schools(tool, "Closed", teachers=30)
    count(tool, closed, 12)
    two_years = timedelta(days=730)
    with tool.database.writing() as session:
        session.execute(
            update(school)
            .where(school.c.id == closed)
            .values(closed_on=TODAY - two_years, teachers_as_of=TODAY - two_years)
        )
    boss = with_role(tool, Role.COORDINATOR)
    assert "12 of 30" in tool.get(boss, "/municipality?lang=en").text
    assert "12 of 30" in tool.get(boss, f"/schools/{closed}?lang=en").text


def test_another_number_and_the_earlier_one_is_found(tool: Tool):
    numbered(tool, tool.school_id, FIRST)
    (second,) = schools(tool, "Sample school 2")
    numbered(tool, second, SECOND)
    boss = with_role(tool, Role.COORDINATOR)
    path = f"/units/{tool.school_id}"
    form = {"name": "Sample school 1", "kind": "8-10", "teachers": "", "as_of": ""}
    assert f'value="{FIRST}"' in tool.get(boss, path).text
    for code in (SECOND, "123", ""):
        wrong = tool.post(boss, path, **form, code=code)
        assert wrong.status_code == 422, code
        assert 'id="code-problem"' in wrong.text
    assert tool.count(school_code) == 0

    spaced = f"{THIRD[:3]} {THIRD[3:6]} {THIRD[6:]}"
    assert tool.post(boss, path, **form, code=spaced).status_code == 303
    assert tool.rows(select(school.c.code).where(school.c.id == tool.school_id)) == [(THIRD,)]
    assert codes_of(tool)[-2:] == ["unit_renumbered", "unit_changed"]
    assert "Sample school 1</a>" in tool.get(boss, f"/units?q={FIRST}").text
    assert (
        f"<dt>Earlier numbers</dt><dd>{FIRST}</dd>"
        in tool.get(boss, f"/schools/{tool.school_id}?lang=en").text
    )

    # Back again: then it is not an earlier one any more, and the other one is.
    assert tool.post(boss, path, **form, code=FIRST).status_code == 303
    assert [row.code for row in tool.rows(select(school_code))] == [THIRD]


def test_a_number_that_was_a_mistake_leaves_nothing(tool: Tool):
    numbered(tool, tool.school_id, FIRST)
    boss = with_role(tool, Role.COORDINATOR)
    form = {"name": "Sample school 1", "kind": "8-10", "code": SECOND, "code_was_wrong": "1"}
    assert tool.post(boss, f"/units/{tool.school_id}", **form).status_code == 303
    assert tool.count(school_code) == 0


def test_a_number_in_use_is_its_own_units(tool: Tool):
    (second,) = schools(tool, "Sample school 2")
    numbered(tool, tool.school_id, FIRST)
    boss = with_role(tool, Role.COORDINATOR)
    form = {"name": "Sample school 1", "kind": "8-10", "code": THIRD}
    tool.post(boss, f"/units/{tool.school_id}", **form)
    with tool.database.reading() as session:
        assert by_number(units(session, tool.municipality_id))[FIRST].id == tool.school_id
    numbered(tool, second, FIRST)
    with tool.database.reading() as session:
        assert by_number(units(session, tool.municipality_id))[FIRST].id == second


def test_another_first_day(tool: Tool):
    boss = with_role(tool, Role.COORDINATOR)
    path, form = f"/units/{tool.school_id}", {"name": "Sample school 1", "kind": "8-10"}
    opened = select(school.c.opened_on)
    assert tool.post(boss, path, **form, opened_on="2019-08-01").status_code == 303
    assert tool.rows(opened) == [(date(2019, 8, 1),)]
    wrong = tool.post(boss, path, **form, opened_on="soon")
    assert (wrong.status_code, 'value="soon"' in wrong.text) == (422, True)
    assert tool.post(boss, path, **form).status_code == 303  # a form without it takes nothing away
    assert tool.rows(opened) == [(date(2019, 8, 1),)]
    close(tool, tool.school_id, date(2020, 8, 1))
    assert tool.post(boss, path, **form, opened_on="2020-08-02").status_code == 422
    assert tool.post(boss, path, **form, opened_on="").status_code == 303
    assert tool.rows(opened) == [(None,)]
