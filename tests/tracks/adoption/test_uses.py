"""How resources are used: in the track and on their own apart, and to whom it is told (F-13)."""

import re
from datetime import UTC, datetime

from sqlalchemy import insert

from tests.factories.tool import Tool
from tests.tracks.adoption.test_pages import coordinator, set_counts
from tests.tracks.catalogue.publishing import ADDRESS, RESOURCE
from tests.tracks.catalogue.test_expiry import author
from tracks.adoption.models import school_resource
from tracks.adoption.queries import uses_by_school
from tracks.adoption.rules import together
from tracks.catalogue.models import page_view
from tracks.i18n import local_day
from tracks.people.actions import add_municipality, add_school
from tracks.people.rules import SchoolKind
from tracks.people.small_numbers import Shown
from tracks.progress.events import Way


def set_uses(
    tool: Tool, school_id: int, programme: int, independent: int, municipality_id: int | None = None
) -> None:
    (step,) = (s for s in tool.edition.steps if (s.module_slug, s.slug) == ("enheter", "les"))
    with tool.database.writing() as session:
        session.execute(
            insert(school_resource).values(
                school_id=school_id,
                step_id=step.step_id,
                municipality_id=municipality_id or tool.municipality_id,
                programme=programme,
                independent=independent,
            )
        )


def set_views(tool: Tool, **views: int) -> None:
    """By year and month, as y2026_11."""
    with tool.database.writing() as session:
        for when, count in views.items():
            year, month = map(int, when.removeprefix("y").split("_"))
            day = datetime(year, month, 1, tzinfo=UTC).date()
            session.execute(insert(page_view).values(address=ADDRESS, day=day, views=count))


def row_of(page: str, path: str = RESOURCE) -> list[str]:
    """The cells of the resource, without its name."""
    row = re.search(rf'<tr><th scope="row"><a [^>]*href="{re.escape(path)}">.*?</tr>', page, re.S)
    assert row is not None
    return [" ".join(cell.split()) for cell in re.findall(r"<td>(.*?)</td>", row[0], re.S)]


def another_school(tool: Tool, number: int = 2, teachers: int = 20) -> int:
    with tool.database.writing() as session:
        return tool.add_school(session, f"Sample school {number}", teachers=teachers)


def test_a_school_sees_uses_on_their_own_of_a_track_nobody_has_started(tool: Tool):
    set_uses(tool, tool.school_id, 0, 7)

    page = tool.get(tool.launch(), f"/schools/{tool.school_id}?lang=en").text

    assert row_of(page) == ["fewer than 5, hidden", "7 of 20"]


def test_the_municipality_sees_its_schools_together_and_nothing_they_do_not_show(tool: Tool):
    second, third = another_school(tool), another_school(tool, 3, teachers=4)
    for school in (tool.school_id, second):
        set_counts(tool, school, 12)
    set_uses(tool, tool.school_id, 6, 7)
    set_uses(tool, second, 9, 4)
    set_uses(tool, third, 4, 4)

    page = tool.get(coordinator(tool), "/municipality?lang=en").text

    # 6, and of 9 of the 12 who have started "at least 8"; the third school shows nothing.
    assert row_of(page) == ["at least 14", "at least 7", "0"]
    assert "never added up" in page


def test_another_municipalitys_uses_are_not_counted_in_it(tool: Tool):
    with tool.database.writing() as session:
        other = add_municipality(session, "Other municipality", country="SE")
        school = add_school(
            session,
            other,
            code="x",
            name="Other school",
            kind=SchoolKind.COMBINED,
            teachers=40,
            teachers_as_of=None,
        )
    set_uses(tool, school, 20, 30, municipality_id=other)

    assert "never added up" not in tool.get(coordinator(tool), "/municipality?lang=en").text
    set_uses(tool, tool.school_id, 0, 6)
    assert row_of(tool.get(coordinator(tool), "/municipality?lang=en").text)[1] == "at least 6"
    # Who wrote it sees all municipalities together.
    page = tool.get(author(tool), "/catalogue/uses?lang=en").text
    assert row_of(page)[:2] == ["at least 20", "at least 35"]  # 36, in full fives


def test_authors_see_views_of_the_last_year_also_of_what_nobody_else_used(tool: Tool):
    browser = author(tool)
    assert "Nobody has used a resource yet." in tool.get(browser, "/catalogue/uses?lang=en").text
    today = local_day(datetime.now(UTC))
    set_views(tool, **{f"y{today.year}_{today.month}": 1204, f"y{today.year - 2}_1": 90})

    page = tool.get(browser, "/catalogue/uses?lang=en").text

    assert row_of(page) == ["fewer than 5, hidden", "fewer than 5, hidden", "1,204"]
    assert '<a class="ds-link" href="/catalogue/uses">' in tool.get(browser, "/").text


def test_others_have_no_door_to_it(tool: Tool):
    for browser in (tool.launch(), coordinator(tool)):
        assert "/catalogue/uses" not in tool.get(browser, "/").text
        assert tool.get(browser, "/catalogue/uses").status_code == 403


def test_one_teacher_who_reads_it_both_ways_is_one_in_each_column(tool: Tool):
    browser = tool.launch()
    for _ in range(2):
        tool.post(browser, "/t/sample/maaling/enheter/les", go="done")
    with tool.database.reading() as session:
        (use,) = uses_by_school(session, tool.municipality_id)
    assert use.ways == {Way.PROGRAMME: 1, Way.INDEPENDENT: 0}
    for _ in range(2):
        tool.post(browser, RESOURCE, go="done")
    with tool.database.reading() as session:
        (use,) = uses_by_school(session, tool.municipality_id)
    assert use.ways == {Way.PROGRAMME: 1, Way.INDEPENDENT: 1}
    assert (use.school_id, use.teachers, use.started) == (tool.school_id, 20, 1)


def test_schools_together_are_made_of_what_each_shows():
    hidden = Shown(None, None, 20)
    assert together([]) == together([hidden, hidden]) == Shown(None, None, None)
    assert together([Shown(9, None, 20)], step=5) == Shown(None, 5, None)
    assert together([Shown(4, None, 20)], step=5) == Shown(None, None, None)
    assert together([hidden, Shown(7, None, 20), Shown(None, 16, 20)]) == Shown(None, 23, None)
