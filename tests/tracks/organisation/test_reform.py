"""Units become one, or several: numbers still add up, names are found, nobody loses their work."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import insert, select, update

from tests.factories.threads import at_once
from tests.factories.tool import Tool
from tests.tracks.organisation.people import NOW, a_team, schools, with_role
from tracks.adoption.models import school_track
from tracks.adoption.queries import counts_of_municipality, counts_of_school
from tracks.i18n import local_day
from tracks.organisation.actions.units import (
    BEFORE_IT_OPENED,
    NOT_OPEN,
    NOT_YET,
    NUMBER_TAKEN,
    TWO_AT_LEAST,
    Doer,
    NewUnit,
    NotPossible,
    merge_units,
    split_unit,
)
from tracks.organisation.models import school_successor
from tracks.organisation.queries.units import merged_into
from tracks.people.models import person, role_grant, school, team_school
from tracks.people.rules import Role, SchoolKind
from tracks.progress.events import Stage

TODAY = local_day(datetime.now(UTC))
DOER = Doer(None, NOW)
NEW = NewUnit("974760673", "Sample new school", SchoolKind.COMBINED)
PARTS = [
    NewUnit("974760673", "Sample part 1", SchoolKind.PRIMARY),
    NewUnit("971035854", "Sample part 2", SchoolKind.LOWER_SECONDARY),
]


def count(tool: Tool, school_id: int, started: int, tried: int = 0) -> None:
    with tool.database.writing() as session:
        session.execute(
            insert(school_track).values(
                school_id=school_id,
                track_id=tool.edition.track_id,
                municipality_id=tool.municipality_id,
                started=started,
                together=0,
                tried=tried,
                followed_up=0,
                changed_at=NOW,
            )
        )


def total(tool: Tool, stage: Stage = Stage.STARTED) -> int:
    with tool.database.reading() as session:
        found = counts_of_municipality(session, tool.municipality_id)
    return sum(each.stages[stage] for each in found)


def merge(tool: Tool, ids: list[int], into: int | NewUnit, on: date = TODAY) -> int:
    with tool.database.writing() as session:
        return merge_units(session, tool.municipality_id, ids, into, on, DOER)


def test_last_years_numbers_still_add_up(tool: Tool):
    """Two merge, one splits: as in a reform (domain 2.4)."""
    one, two, three = schools(tool, "One", "Two", "Three", teachers=30)
    for each, started in ((one, 7), (two, 11), (three, 13)):
        count(tool, each, started, tried=started - 6)
    before = (total(tool), total(tool, Stage.TRIED))

    merged = merge(tool, [one, two], NEW)
    with tool.database.writing() as session:
        split_unit(
            session,
            tool.municipality_id,
            three,
            [NewUnit("971035854", "Part 1", SchoolKind.PRIMARY), *_another()],
            TODAY,
            DOER,
        )
    count(tool, merged, 4)  # this year's

    assert (total(tool) - 4, total(tool, Stage.TRIED)) == before
    with tool.database.reading() as session:
        (there,) = counts_of_school(session, tool.municipality_id, merged)
        (old,) = counts_of_school(session, tool.municipality_id, three)
        assert counts_of_school(session, tool.municipality_id, one) == []
    assert (there.stages[Stage.STARTED], there.stages[Stage.TRIED]) == (22, 6)
    assert old.stages[Stage.STARTED] == 13


def _another() -> list[NewUnit]:
    return [NewUnit("914938584", "Part 2", SchoolKind.PRIMARY)]


def test_a_school_that_is_merged_twice_is_counted_once(tool: Tool):
    one, two, three = schools(tool, "One", "Two", "Three")
    for each in (one, two, three):
        count(tool, each, 5)
    first = merge(tool, [one, two], two)
    last = merge(tool, [first, three], three)

    with tool.database.reading() as session:
        assert merged_into(session, tool.municipality_id) == {one: three, two: three}
        (there,) = counts_of_school(session, tool.municipality_id, last)
    assert (there.stages[Stage.STARTED], total(tool)) == (15, 15)


def test_staff_roles_and_teams_go_along(tool: Tool):
    (second,) = schools(tool, "Sample school 2", teachers=12)
    team = a_team(tool, tool.school_id)
    with_role(tool, Role.SPREADER, school_id=tool.school_id, percent=20)
    with_role(
        tool, Role.LEADER, school_id=tool.school_id, until=NOW - timedelta(days=1), sub="gone"
    )

    merged = merge(tool, [tool.school_id, second], NEW)

    assert {row[0] for row in tool.rows(select(person.c.school_id))} == {merged}
    held = select(role_grant.c.role, role_grant.c.school_id, role_grant.c.percent).where(
        role_grant.c.until.is_(None)
    )
    assert tool.rows(held) == [("spreader", merged, 20)]
    assert tool.rows(select(team_school.c.team_id, team_school.c.school_id)) == [(team, merged)]
    teachers = select(school.c.teachers, school.c.closed_on).order_by(school.c.id)
    assert tool.rows(teachers) == [(20, TODAY), (12, TODAY), (32, None)]


def test_a_sum_with_an_unknown_number_is_unknown(tool: Tool):
    (second,) = schools(tool, "Sample school 2")
    merged = merge(tool, [tool.school_id, second], second)
    assert tool.rows(select(school.c.teachers).where(school.c.id == merged)) == [(None,)]


def test_after_a_split_everybody_is_asked_again(tool: Tool):
    browser = tool.launch(sub="somebody")
    with_role(tool, Role.SPREADER, school_id=tool.school_id)
    with tool.database.writing() as session:
        parts = split_unit(session, tool.municipality_id, tool.school_id, PARTS, TODAY, DOER)

    assert {row[0] for row in tool.rows(select(person.c.school_id))} == {None}
    assert tool.rows(select(role_grant.c.id).where(role_grant.c.until.is_(None))) == []
    page = tool.get(browser, "/school?lang=en").text
    assert "Sample part 1" in page
    assert "Sample school 1" not in page
    assert tool.post(browser, "/school", school=str(tool.school_id)).status_code == 400
    assert tool.post(browser, "/school", school=str(parts[1])).status_code == 303


@pytest.mark.parametrize(
    ("ids", "into", "on", "problem"),
    [
        ("one", "one", TODAY, TWO_AT_LEAST),
        ("one two", "three", TODAY, NOT_OPEN),
        ("one closed", "one", TODAY, NOT_OPEN),
        ("one none", "one", TODAY, NOT_OPEN),
        ("one two", "one", TODAY + timedelta(days=2), NOT_YET),
        ("one two", "one", date(1999, 1, 1), BEFORE_IT_OPENED),
    ],
)
def test_what_cannot_be_merged_changes_nothing(
    tool: Tool, ids: str, into: str, on: date, problem: str
):
    one, two, three, closed = schools(tool, "One", "Two", "Three", "Closed")
    known = {"one": one, "two": two, "three": three, "closed": closed, "none": 999_999}
    with tool.database.writing() as session:
        session.execute(update(school).where(school.c.id == closed).values(closed_on=TODAY))
        session.execute(update(school).where(school.c.id == one).values(opened_on=date(2020, 8, 1)))
    before = tool.rows(select(school).order_by(school.c.id))
    with pytest.raises(NotPossible) as refused:
        merge(tool, [known[name] for name in ids.split()], known[into], on)
    assert refused.value.problem == problem
    assert tool.rows(select(school).order_by(school.c.id)) == before


def test_two_parts_need_two_numbers(tool: Tool):
    with pytest.raises(NotPossible) as refused, tool.database.writing() as session:
        split_unit(session, tool.municipality_id, tool.school_id, [PARTS[0]] * 2, TODAY, DOER)
    assert refused.value.problem == NUMBER_TAKEN
    assert tool.count(school) == 1


def test_of_two_who_merge_the_same_one_is_first(tool: Tool):
    one, two = schools(tool, "One", "Two")

    def try_it(_: int) -> bool:
        try:
            merge(tool, [one, two], one)
        except NotPossible:
            return False
        return True

    assert sorted(at_once(2, try_it)) == [False, True]
    assert tool.count(school_successor) == 1


def test_the_pages_merge_and_the_old_name_is_found(tool: Tool):
    (second,) = schools(tool, "Sample school 2")
    browser = with_role(tool, Role.COORDINATOR)
    assert tool.get(browser, "/units/merge").status_code == 200
    wrong = tool.post(
        browser,
        "/units/merge",
        unit=[str(tool.school_id), str(second)],
        into="new",
        code="974760674",
        name="Sample <new> school",
        kind="1-10",
        on=TODAY.isoformat(),
    )
    assert wrong.status_code == 422
    assert "Sample &lt;new&gt; school" in wrong.text
    assert 'id="code-problem"' in wrong.text
    assert wrong.text.count(" checked") == 2

    made = tool.post(
        browser,
        "/units/merge",
        unit=[str(tool.school_id), str(second)],
        into="new",
        code="974 760 673",
        name="Sample new school",
        kind="1-10",
        on=TODAY.isoformat(),
    )
    assert made.status_code == 303
    page = tool.get(browser, f"{made.headers['Location']}?lang=en").text
    assert "Sample school 1</a>" in page
    assert "its numbers are counted here" in page
    found = tool.get(browser, "/units?q=school+2&lang=en").text
    assert "Sample school 2</a>" in found
    assert "Sample new school</a>" in found  # what it is now
    old = tool.get(browser, f"/schools/{second}?lang=en").text
    assert "It is now part of:" in old
    municipality = tool.get(browser, "/municipality?lang=en").text
    assert "1 of 1 schools" in municipality or "0 of 1 schools" in municipality


def test_the_pages_split(tool: Tool):
    browser = with_role(tool, Role.ADMINISTRATOR)
    path = f"/units/{tool.school_id}/split"
    assert tool.get(browser, path).status_code == 200
    form = {
        "on": TODAY.isoformat(),
        "part1-code": "974760673",
        "part1-name": "Sample part 1",
        "part1-kind": "1-7",
    }
    assert tool.post(browser, path, **form).status_code == 422
    form |= {"part2-code": "974760673", "part2-name": "Sample part 2", "part2-kind": "8-10"}
    assert tool.post(browser, path, **form).status_code == 422
    assert tool.count(school) == 1  # a page that refuses commits: nothing may be begun by then
    form["part2-code"] = "971035854"
    assert tool.post(browser, path, **form).status_code == 303
    assert tool.get(browser, path).status_code == 404  # closed
    page = tool.get(browser, f"/schools/{tool.school_id}?lang=en").text
    assert "It became:" in page
    assert "Sample part 2</a>" in page


def test_another_name_another_number_of_teachers(tool: Tool):
    browser = with_role(tool, Role.COORDINATOR)
    path = f"/units/{tool.school_id}"
    assert 'value="20"' in tool.get(browser, path).text
    for teachers, as_of, status in (
        ("20", "", 422),
        ("20", "2999-01-01", 422),
        ("many", "2026-10-01", 422),
        ("-1", "2026-10-01", 422),
        ("", "", 303),
    ):
        form = {"name": "Another name", "kind": "8-10", "teachers": teachers, "as_of": as_of}
        assert tool.post(browser, path, **form).status_code == status, (teachers, as_of)
    page = tool.get(browser, f"/schools/{tool.school_id}?lang=en").text
    assert "The number of teachers is unknown." in page
    assert "<dt>Earlier names</dt><dd>Sample school 1</dd>" in page
    found = tool.get(browser, "/units?q=sample+school&lang=en").text
    assert "Another name</a>" in found
    assert "earlier: Sample school 1" in found
    home = tool.get(browser, "/municipality?lang=en").text
    assert "unknown for 1 of 1 schools" in home


def test_a_new_unit(tool: Tool):
    browser = with_role(tool, Role.COORDINATOR)
    form = {"code": "974760673", "name": "New", "kind": "preschool", "opened_on": "2026-08-01"}
    assert tool.post(browser, "/units/new", **{**form, "opened_on": "soon"}).status_code == 422
    assert tool.post(browser, "/units/new", **form).status_code == 303
    again = tool.post(browser, "/units/new", **form)
    assert again.status_code == 422
    assert 'id="code-problem"' in again.text
    assert tool.count(school) == 2


@pytest.mark.parametrize("moment", [datetime(2026, 12, 1, 23, 30), datetime(2026, 7, 1, 22, 30)])
def test_after_midnight_the_day_that_the_form_proposes_is_taken(tool: Tool, moment: datetime):
    """In Oslo it is the next day already."""
    tomorrow = (moment + timedelta(days=1)).date().isoformat()
    with time_machine.travel(moment.replace(tzinfo=UTC), tick=False):
        (second,) = schools(tool, "Sample school 2")
        browser = with_role(tool, Role.COORDINATOR)
        assert f'value="{tomorrow}"' in tool.get(browser, "/units/merge").text
        merged = tool.post(
            browser,
            "/units/merge",
            unit=[str(tool.school_id), str(second)],
            into=str(second),
            on=tomorrow,
        )
        parts = {
            f"part{number}-{name}": value
            for number, part in enumerate(PARTS, 1)
            for name, value in (("code", part.code), ("name", part.name), ("kind", part.kind))
        }
        split = tool.post(browser, f"/units/{second}/split", on=tomorrow, **parts)
    assert (merged.status_code, split.status_code) == (303, 303)
