"""Which entries are asked for, and whose data they are about: for a breach (ADR 0054)."""

import csv
import io
import json
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select, update

from tests.factories.tool import Tool
from tests.tracks.audit.test_log import officer
from tracks.app import DATA_MAP
from tracks.audit.models import audit_entry
from tracks.audit.queries import affected, have_worked, numbers_affected
from tracks.audit.rules import LOOKS, Sought, sought_in
from tracks.events import Noted
from tracks.people.actions import add_municipality
from tracks.people.models import person
from tracks.people.rules import Role
from tracks.progress.models import step_work

# A Saturday in winter: 12:00 UTC is 13:00 in Oslo.
NOON = datetime(2026, 11, 14, 12, 0, tzinfo=UTC)


@pytest.fixture
def people(tool: Tool) -> dict[str, int]:
    """Four of them; what the leader saw and did, an hour apart, and one of another municipality."""
    found = {}
    for sub in ("leader", "ann", "ben", "cat"):
        tool.launch(sub=sub, changes={"name": f"Sample {sub}"})
        found[sub] = tool.person_id(sub)
    with tool.database.writing() as session:
        other = add_municipality(session, "Another", country="SE")
        for hours, code, whom in (
            (0, "course_progress_seen", "ann"),
            (1, "course_progress_seen", "ann"),
            (2, "shared_text_seen", "ben"),
            (3, "role_granted", "ben"),
            (4, "role_granted", "cat"),
        ):
            session.emit(
                Noted(
                    code,
                    tool.municipality_id,
                    NOON + timedelta(hours=hours),
                    actor_id=found["leader"],
                    person_id=found[whom],
                )
            )
        session.emit(Noted("role_granted", other, NOON, person_id=found["cat"]))
    return found


def listed(tool: Tool, sought: Sought) -> list[tuple[int, int, int]]:
    with tool.database.reading() as session:
        found = affected(session, tool.municipality_id, sought, DATA_MAP.looks)
    return [(each.person_id, each.looked, each.other) for each in found]


WINDOW = Sought(since=NOON, until=NOON + timedelta(hours=24))


def test_each_person_once_with_what_was_seen_and_what_was_done(tool: Tool, people: dict[str, int]):
    assert listed(tool, WINDOW) == [
        (people["ann"], 2, 0),
        (people["ben"], 1, 1),
        (people["cat"], 0, 1),
    ]
    with tool.database.reading() as session:
        home = tool.municipality_id
        numbers = numbers_affected(session, home, WINDOW, DATA_MAP.looks, DATA_MAP.of_all)
        (ann, _, _) = affected(session, home, WINDOW, DATA_MAP.looks)
    assert (numbers.persons, numbers.looked, numbers.everybody) == (3, 2, None)
    assert (ann.first, ann.last) == (NOON, NOON + timedelta(hours=1))
    assert ann.name == "Sample ann"


@pytest.mark.parametrize(
    ("asked", "who"),
    [
        ({"since": NOON + timedelta(hours=1)}, ["ann", "ben", "cat"]),
        ({"since": NOON + timedelta(hours=1, seconds=1)}, ["ben", "cat"]),
        ({"until": NOON + timedelta(hours=2)}, ["ann"]),
        ({"until": NOON + timedelta(hours=2, seconds=1)}, ["ann", "ben"]),
        ({"what": LOOKS}, ["ann", "ben"]),
        ({"what": "role_granted"}, ["ben", "cat"]),
        ({"whom": "sample B"}, ["ben"]),
        ({"whom": "%"}, []),
        ({"who": "nobody"}, []),
        ({"who": "LEADER"}, ["ann", "ben", "cat"]),
    ],
)
def test_by_time_kind_who_and_whom(
    tool: Tool, people: dict[str, int], asked: dict[str, object], who: list[str]
):
    both = {"since": WINDOW.since, "until": WINDOW.until, **asked}
    found = [row[0] for row in listed(tool, Sought(**both))]  # type: ignore[arg-type]
    assert found == [people[name] for name in who]


@pytest.mark.parametrize("typed", ["øde", "ØDEGÅRD", "Sample Ødegård"])
def test_a_name_is_found_whether_its_letters_are_small_or_large(
    tool: Tool, people: dict[str, int], typed: str
):
    with tool.database.writing() as session:
        for sub in ("leader", "ben"):
            named = update(person).where(person.c.id == people[sub])
            session.execute(named.values(name=f"Sample Ødegård {sub}"))
    browser = officer(tool)
    asked = f"since=2026-11-14&until=2026-11-14&lang=en&{urlencode({'whom': typed})}"

    log = tool.get(browser, f"/audit?{asked}").text
    by = tool.get(browser, f"/audit?{asked.replace('whom=', 'who=')}").text
    page = tool.get(browser, f"/audit/affected?{asked}").text

    assert "2 entries" in log
    assert "5 entries" in by
    assert "Sample Ødegård ben" in page
    assert "Sample ann" not in page


def test_by_number(tool: Tool, people: dict[str, int]):
    by = Sought(WINDOW.since, WINDOW.until, who=str(people["leader"]), whom=str(people["cat"]))
    assert listed(tool, by) == [(people["cat"], 0, 1)]
    assert listed(tool, Sought(whom="9" * 30)) == []


def test_where_all_data_was_taken_everybody_is_affected(tool: Tool, people: dict[str, int]):
    with tool.database.writing() as session:
        session.emit(Noted("everything_taken", tool.municipality_id, NOON))
        session.execute(update(person).where(person.c.id == people["cat"]).values(erased_at=NOON))
    with tool.database.reading() as session:
        home, looks, of_all = tool.municipality_id, DATA_MAP.looks, DATA_MAP.of_all
        assert numbers_affected(session, home, WINDOW, looks, of_all).everybody == 3
        later = Sought(since=NOON + timedelta(seconds=1))
        assert numbers_affected(session, home, later, looks, of_all).everybody is None


def test_a_day_is_a_day_in_oslo_and_a_minute_a_whole_minute():
    def read(since: str, until: str) -> tuple[object, object, dict[str, str]]:
        sought, problems = sought_in({"since": since, "until": until}, ())
        return sought.since, sought.until, problems

    day = datetime(2026, 11, 13, 23, 0, tzinfo=UTC)
    assert read("2026-11-14", "2026-11-14") == (day, day + timedelta(days=1), {})
    assert read("2026-11-14 13:00", "2026-11-14T13:00") == (NOON, NOON + timedelta(minutes=1), {})
    assert read("", "") == (None, None, {})
    assert set(read("yesterday", "2026-11-31")[2]) == {"since", "until"}
    assert set(read("2026-11-15", "2026-11-14")[2]) == {"until"}
    assert set(read("0001-01-01", "9999-12-31")[2]) == {"since", "until"}
    assert set(read("2026-11-14 13:00+01:00", "20261114")[2]) == {"since", "until"}
    summer, _, _ = read("2026-07-01 14:00", "")
    assert summer == datetime(2026, 7, 1, 12, 0, tzinfo=UTC)


def test_the_log_is_searched_and_its_pages_keep_what_was_asked(
    tool: Tool, people: dict[str, int], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("tracks.audit.views.A_PAGE", 2)
    browser = officer(tool)
    asked = "since=2026-11-14&until=2026-11-14&what=looks&who=leader"

    page = tool.get(browser, f"/audit?{asked}&lang=en").text

    assert "3 entries" in page
    rows = re.findall(r"<tr><th scope=\"row\">\d+</th>", page)
    assert len(rows) == 2
    assert "since=2026-11-14&amp;until=2026-11-14&amp;who=leader&amp;what=looks&amp;page=2" in page
    second = tool.get(browser, f"/audit?{asked}&page=2&lang=en").text
    assert len(re.findall(r"<tr><th scope=\"row\">\d+</th>", second)) == 1
    assert 'value="leader"' in second
    assert '<option value="looks" selected>' in second


def test_what_is_not_a_time_is_told_beside_the_field(tool: Tool, people: dict[str, int]):
    browser = officer(tool)
    for path in ("/audit", "/audit/affected"):
        page = tool.get(browser, f"{path}?since=soon&who=leader&lang=en")
        assert page.status_code == 422
        assert 'value="soon"' in page.text
        assert 'value="leader"' in page.text
        assert re.search(r'id="since-problem">Write it as year-month-day', page.text)


def test_the_page_counts_lists_and_gives_the_list_out(tool: Tool, people: dict[str, int]):
    browser = officer(tool, Role.ADMINISTRATOR, "admin")
    with tool.database.writing() as session:
        session.execute(
            update(person).where(person.c.id == people["ben"]).values(name="=HYPERLINK(1)")
        )
    asked = {"since": "2026-11-14", "until": "2026-11-14 17:00"}
    nothing = tool.get(browser, "/audit/affected?lang=en").text
    assert "Sample ann" not in nothing
    assert tool.post(browser, "/audit/affected").status_code == 400
    page = tool.get(browser, "/audit/affected?since=2026-11-14&until=2026-11-14+17:00&lang=en").text
    assert "3 people" in page
    assert "whose data somebody saw or took a copy of: 2." in page

    answer = tool.post(browser, "/audit/affected?lang=en", **asked)

    assert answer.mimetype == "text/csv"
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert rows[0][0] == "Number"
    assert [row[:4] for row in rows[1:]] == [
        [str(people["ann"]), "Sample ann", "2", "0"],
        [str(people["ben"]), "'=HYPERLINK(1)", "1", "1"],
        [str(people["cat"]), "Sample cat", "0", "1"],
    ]
    (entry,) = tool.rows(select(audit_entry).where(audit_entry.c.code == "affected_exported"))
    assert entry.actor_id == tool.person_id("admin")
    assert entry.parameters == {
        "persons": 3,
        "since": "2026-11-13.23:00",
        "until": "2026-11-14.16:01",
    }


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.SCHOOL_LEADER, Role.LEADER])
def test_nobody_else_sees_or_takes_it(tool: Tool, people: dict[str, int], role: Role):
    browser = officer(tool, role)
    assert tool.get(browser, "/audit/affected").status_code == 403
    assert tool.post(browser, "/audit/affected").status_code == 403


def test_nothing_of_another_municipality(tool: Tool, people: dict[str, int]):
    with tool.database.writing() as session:
        other = add_municipality(session, "Another", country="SE")
        found = affected(session, other, WINDOW, DATA_MAP.looks)
    assert [(each.person_id, each.other) for each in found] == [(people["cat"], 1)]


def test_who_has_worked_in_a_time_is_for_operators_only(
    tool: Tool, people: dict[str, int], client_of_ann: FlaskClient
):
    with tool.database.writing() as session:
        session.execute(update(step_work).values(saved_at=NOON))
    with tool.database.reading() as session:
        home, end = tool.municipality_id, NOON + timedelta(minutes=1)
        assert have_worked(session, DATA_MAP.kept, home, NOON, end) == {people["ann"]}
        assert have_worked(session, DATA_MAP.kept, home, end, end + timedelta(hours=1)) == set()
    page = tool.get(officer(tool), "/audit/affected?since=2026-11-14&lang=en").text
    assert "nobody here may follow people" in page
    assert json.dumps(people["leader"]) not in re.findall(r'"row"><a[^>]*>(\d+)<', page)


@pytest.fixture
def client_of_ann(tool: Tool, people: dict[str, int]) -> FlaskClient:
    browser = tool.launch(sub="ann")
    tool.post(browser, "/t/sample/maaling/enheter/les", go="done")
    return browser
