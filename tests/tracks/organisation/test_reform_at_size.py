"""A reform in a municipality of 300 units with a year of activity: numbers and names stay (5)."""

from datetime import UTC, date, datetime
from random import Random

from sqlalchemy import insert, select

from tests.factories.lists import organisation_number
from tests.factories.tool import Tool
from tests.tracks.organisation.people import NOW, with_role
from tracks.adoption.models import school_track
from tracks.adoption.queries import counts_of_municipality, counts_of_school
from tracks.organisation.actions.units import Doer, NewUnit, merge_units, split_unit
from tracks.organisation.queries.units import merged_into
from tracks.people.models import person, school
from tracks.people.rules import Role, SchoolKind
from tracks.progress.events import Stage

UNITS = 300
TEACHERS = 40
STAGES = (Stage.STARTED, Stage.TOGETHER, Stage.TRIED, Stage.FOLLOWED_UP)
TODAY = datetime.now(UTC).date()


def a_year(tool: Tool) -> list[int]:
    """300 units of 40 with a year behind them: each stage fewer than the one before."""
    chance = Random(5)
    with tool.database.writing() as session:
        made = session.execute(
            insert(school).returning(school.c.id, sort_by_parameter_order=True),
            [
                {
                    "municipality_id": tool.municipality_id,
                    "code": organisation_number(n),
                    "name": f"Unit {n:03}",
                    "kind": "1-10",
                    "teachers": TEACHERS,
                    "teachers_as_of": date(2025, 10, 1),
                    "teachers_source": "GSI",
                }
                for n in range(UNITS)
            ],
        )
        ids = [row.id for row in made]
        rows, people = [], []
        for unit in ids:
            started = chance.randint(5, TEACHERS)
            together = chance.randint(0, started)
            tried = chance.randint(0, together)
            rows.append(
                {
                    "school_id": unit,
                    "track_id": tool.edition.track_id,
                    "municipality_id": tool.municipality_id,
                    "started": started,
                    "together": together,
                    "tried": tried,
                    "followed_up": chance.randint(0, tried),
                    "changed_at": NOW,
                }
            )
            people += [
                {"municipality_id": tool.municipality_id, "school_id": unit, "created_at": NOW}
            ] * TEACHERS
        session.execute(insert(school_track), rows)
        session.execute(insert(person), people)
    return ids


def sums(tool: Tool) -> dict[Stage, int]:
    with tool.database.reading() as session:
        found = counts_of_municipality(session, tool.municipality_id)
    return {stage: sum(each.stages[stage] for each in found) for stage in STAGES}


def of(tool: Tool, unit: int) -> dict[Stage, int]:
    with tool.database.reading() as session:
        (found,) = counts_of_school(session, tool.municipality_id, unit)
    return {stage: found.stages[stage] for stage in STAGES}


def staff_of(tool: Tool, unit: int | None) -> int:
    return tool.count(person, person.c.school_id == unit)


def test_two_merge_and_one_splits(tool: Tool):
    ids = a_year(tool)
    one, two, three, untouched = ids[7], ids[111], ids[222], ids[223]
    before, theirs = sums(tool), [of(tool, unit) for unit in (one, two, three, untouched)]
    assert before[Stage.STARTED] > 5_000
    assert before[Stage.STARTED] > before[Stage.TOGETHER] > before[Stage.TRIED] > 0
    doer = Doer(None, NOW)
    with tool.database.writing() as session:
        new = NewUnit(organisation_number(301), "Both", SchoolKind.COMBINED)
        merged = merge_units(session, tool.municipality_id, [one, two], new, TODAY, doer)
        parts = split_unit(
            session,
            tool.municipality_id,
            three,
            [
                NewUnit(organisation_number(302), "Part 1", SchoolKind.PRIMARY),
                NewUnit(organisation_number(303), "Part 2", SchoolKind.LOWER_SECONDARY),
            ],
            TODAY,
            doer,
        )

    # Last year's numbers still add up: of all, of the two together, of the one that split.
    assert sums(tool) == before
    assert of(tool, merged) == {s: theirs[0][s] + theirs[1][s] for s in STAGES}
    assert of(tool, three) == theirs[2]
    assert of(tool, untouched) == theirs[3]
    with tool.database.reading() as session:
        assert merged_into(session, tool.municipality_id) == {one: merged, two: merged}
        for gone in (one, two, *parts):
            assert counts_of_school(session, tool.municipality_id, gone) == []

    # Everybody is where they belong: of the merged there, of the split asked again.
    assert (staff_of(tool, merged), staff_of(tool, one), staff_of(tool, two)) == (80, 0, 0)
    assert (staff_of(tool, three), staff_of(tool, untouched)) == (0, TEACHERS)
    denominators = select(school.c.teachers, school.c.closed_on)
    assert tool.rows(denominators.where(school.c.id == merged)) == [(80, None)]
    assert tool.rows(denominators.where(school.c.id == three)) == [(TEACHERS, TODAY)]

    # This year's numbers come on top.
    with tool.database.writing() as session:
        session.execute(
            insert(school_track).values(
                school_id=parts[0],
                track_id=tool.edition.track_id,
                municipality_id=tool.municipality_id,
                started=9,
                together=0,
                tried=0,
                followed_up=0,
                changed_at=NOW,
            )
        )
    assert sums(tool) == {**before, Stage.STARTED: before[Stage.STARTED] + 9}

    # Old names are found, and lead to what they have become.
    browser = with_role(tool, Role.COORDINATOR)
    for name, now in (("Unit 007", "Both"), ("Unit 111", "Both"), ("Unit 222", "Part 2")):
        page = tool.get(browser, f"/units?q={name.replace(' ', '+')}&lang=en").text
        assert f"{name}</a>" in page
        assert f"{now}</a>" in page
    assert "Unit 223" not in tool.get(browser, "/units?q=Unit+222&lang=en").text
