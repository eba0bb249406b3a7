"""How many teachers: a row for each school and day, whoever said it; missing is never 0."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select

from tests.factories.tool import Tool
from tests.tracks.organisation.people import schools, with_role
from tests.tracks.organisation.test_reform import DOER, TODAY
from tracks.organisation.actions.units import merge_units
from tracks.organisation.models import teacher_count
from tracks.organisation.rules import TeacherCount, by_school_year
from tracks.people.models import school
from tracks.people.rules import Role

LAST_YEAR, THIS_YEAR = TODAY - timedelta(days=380), TODAY - timedelta(days=5)


def kept(tool: Tool, school_id: int) -> list[tuple[object, ...]]:
    found = (
        select(
            teacher_count.c.counted_on,
            teacher_count.c.teachers,
            teacher_count.c.source,
            teacher_count.c.said_source,
        )
        .where(teacher_count.c.school_id == school_id)
        .order_by(teacher_count.c.counted_on)
    )
    return [tuple(row) for row in tool.rows(found)]


def says(tool: Tool, browser, teachers: str, on: date | None, source: str = "") -> int:
    form = {
        "name": "Sample school 1",
        "kind": "8-10",
        "teachers": teachers,
        "as_of": on.isoformat() if on else "",
        "source": source,
    }
    return tool.post(browser, f"/units/{tool.school_id}", **form).status_code


def test_a_count_that_somebody_types_is_a_row_and_last_years_stays(tool: Tool):
    boss = with_role(tool, Role.COORDINATOR)
    assert says(tool, boss, "21", LAST_YEAR, "GSI") == 303
    assert says(tool, boss, "24", THIS_YEAR, "Payroll") == 303
    assert kept(tool, tool.school_id) == [
        (LAST_YEAR, 21, "hand", "GSI"),
        (THIS_YEAR, 24, "hand", "Payroll"),
    ]
    # Corrected: of one day one count is right.
    assert says(tool, boss, "25", THIS_YEAR, "Payroll") == 303
    assert kept(tool, tool.school_id)[1:] == [(THIS_YEAR, 25, "hand", "Payroll")]


def test_a_form_that_changes_something_else_makes_no_count(tool: Tool):
    """What a list has said is not said by whoever changes the name."""
    boss = with_role(tool, Role.COORDINATOR)
    ((teachers, as_of, source),) = tool.rows(
        select(school.c.teachers, school.c.teachers_as_of, school.c.teachers_source)
    )
    form = {
        "name": "Another name",
        "kind": "8-10",
        "teachers": str(teachers),
        "as_of": as_of.isoformat(),
        "source": source or "",
    }
    assert tool.post(boss, f"/units/{tool.school_id}", **form).status_code == 303
    assert kept(tool, tool.school_id) == []


def test_who_empties_the_field_takes_that_count_back_and_no_other(tool: Tool):
    boss = with_role(tool, Role.COORDINATOR)
    says(tool, boss, "21", LAST_YEAR)
    says(tool, boss, "24", THIS_YEAR)
    assert says(tool, boss, "", None) == 303
    assert kept(tool, tool.school_id) == [(LAST_YEAR, 21, "hand", None)]
    assert tool.rows(select(school.c.teachers)) == [(None,)]


def test_a_new_unit_and_a_sum_are_counts_too(tool: Tool):
    boss = with_role(tool, Role.COORDINATOR)
    form = {"code": "974760673", "name": "New", "kind": "1-7", "opened_on": "2026-08-01"}
    form |= {"teachers": "12", "as_of": THIS_YEAR.isoformat()}
    assert tool.post(boss, "/units/new", **form).status_code == 303
    ((new,),) = tool.rows(select(school.c.id).where(school.c.name == "New"))
    assert kept(tool, new) == [(THIS_YEAR, 12, "hand", None)]
    says(tool, boss, "20", LAST_YEAR, "GSI")
    with tool.database.writing() as session:
        ids = [tool.school_id, new]
        merge_units(session, tool.municipality_id, ids, new, TODAY, DOER)
    assert kept(tool, new)[0] == (LAST_YEAR, 32, "merge", "GSI")
    (unknown, *_) = schools(tool, "Unknown")
    with tool.database.writing() as session:
        merge_units(session, tool.municipality_id, [new, unknown], unknown, TODAY, DOER)
    assert kept(tool, unknown) == []  # a sum with an unknown is none


def test_years_without_a_count_are_unknown():
    first, again, last = (
        TeacherCount(day, number, "hand", None)
        for day, number in (
            (date(2023, 8, 1), 20),
            (date(2024, 7, 31), 21),
            (date(2026, 1, 15), 0),
        )
    )
    assert by_school_year([last, again, first], date(2026, 11, 1)) == [
        (2026, None),
        (2025, last),
        (2024, None),
        (2023, again),
    ]
    assert by_school_year([], date(2026, 11, 1)) == []


def test_the_page_of_the_school_has_them_year_by_year(tool: Tool):
    boss = with_role(tool, Role.COORDINATOR)
    assert "Teachers, year by year" not in tool.get(boss, f"/schools/{tool.school_id}?lang=en").text
    two_years_ago = datetime.now(UTC).date() - timedelta(days=760)
    says(tool, boss, "21", two_years_ago, "GSI")
    says(tool, boss, "24", THIS_YEAR)
    page = tool.get(boss, f"/schools/{tool.school_id}?lang=en").text
    table = page.partition("Teachers, year by year")[2].partition("</table>")[0]
    assert "<td>21</td>" in table
    assert "<td>GSI</td>" in table
    assert "<td>typed here</td>" in table
    assert "<td>unknown</td>" in table
    assert "<td>0</td>" not in table
