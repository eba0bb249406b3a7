"""What lies too long goes, by the job; and who has been away for long (no. 5)."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import func, select, update

from tests.factories.canaries import plant
from tests.factories.tool import Tool
from tests.tracks.privacy.test_my_data import run_chores
from tracks.app import DATA_MAP, create_worker
from tracks.audit.models import audit_entry
from tracks.db.data_map import Limit, Tagged
from tracks.people.actions import add_municipality, grant_role
from tracks.people.models import person, role_grant
from tracks.people.rules import Actor, Role, month_of
from tracks.privacy.actions import set_terms
from tracks.privacy.rules import Terms
from tracks.progress.models import phase_work, step_work, track_work
from tracks.rosters.models import roster_entry, roster_import, roster_service
from tracks.rosters.records import Source
from tracks.rosters.workflow import State

NOW = datetime.now(UTC)
LIMITED = [each for each in DATA_MAP.tagged if each.limit is not None]


def of(limit: Limit, moment: datetime) -> datetime | date:
    return moment.date() if limit.column.type.python_type is date else moment


@pytest.mark.parametrize("tagged", LIMITED, ids=lambda each: each.table.name)
def test_nothing_older_than_the_map_allows_remains(tool: Tool, tagged: Tagged):
    """By the chores that the worker really has."""
    limit = tagged.limit
    assert limit is not None
    day = timedelta(days=1)
    worker = create_worker(tool.settings, tool.database)
    with tool.database.writing() as session:
        for moment in (NOW - limit.after - 2 * day, NOW - limit.after + 2 * day):
            given = {limit.column.name: of(limit, moment)}
            if tagged.table.name in ("refused_launch", "refused_address"):
                given |= {"registration_id": tool.registration_id, "reason": "x"}
            plant(session, tagged.table, given)
    for chore in worker._chores:
        with tool.database.writing() as session:
            chore(session, NOW)

    left = tool.rows(select(limit.column))
    assert [value for (value,) in left] == [of(limit, NOW - limit.after + 2 * day)]


def test_there_are_limits_to_look_at():
    assert {each.table.name for each in LIMITED} >= {
        "sign_in",
        "used_nonce",
        "notice",
        "refused_launch",
        "refused_address",
        "deep_link_selection",
        "accessibility_feedback",
    }


def away(tool: Tool, sub: str, *, months: float) -> int:
    """Somebody who has not been here since."""
    tool.launch(sub=sub)
    who, since = tool.person_id(sub), NOW - timedelta(days=months * 30.44)
    with tool.database.writing() as session:
        past = {"created_at": since, "last_here": month_of(since)}
        session.execute(update(person).where(person.c.id == who).values(past))
        for name in ("sign_in", "track_work"):
            session.execute(person.metadata.tables[name].delete())
    return who


def leaving(tool: Tool) -> set[int]:
    rows = tool.rows(select(person.c.id).where(person.c.leaving_at.is_not(None)))
    return {row.id for row in rows}


def test_who_has_been_away_for_long_goes_with_the_same_thirty_days(tool: Tool):
    gone, here = away(tool, "gone", months=25), away(tool, "here", months=23)

    run_chores(tool, NOW)

    assert leaving(tool) == {gone}
    (row,) = tool.rows(select(audit_entry).where(audit_entry.c.code == "absent_for_long"))
    assert (row.person_id, row.actor_id) == (gone, None)
    run_chores(tool, NOW + timedelta(days=31))
    erased = tool.rows(select(person.c.id).where(person.c.erased_at.is_not(None)))
    assert erased == [(gone,)]
    assert here not in {row.id for row in erased}


def test_the_municipality_says_how_long(tool: Tool):
    who = away(tool, "gone", months=25)
    tool.launch(sub="admin")
    actor = Actor(tool.person_id("admin"), tool.municipality_id, None, frozenset())
    with tool.database.writing() as session:
        set_terms(session, actor, Terms(months_away=36), NOW)
    run_chores(tool, NOW)
    assert leaving(tool) == set()
    with tool.database.writing() as session:
        set_terms(session, actor, Terms(months_away=12), NOW)
    run_chores(tool, NOW)

    assert leaving(tool) == {who}


@pytest.mark.parametrize("table", [step_work, track_work, phase_work, role_grant], ids=str)
def test_who_has_done_something_lately_stays(tool: Tool, table):
    who, lately = away(tool, "worker", months=40), NOW - timedelta(days=300)
    with tool.database.writing() as session:
        if table is role_grant:
            grant_role(
                session,
                person_id=who,
                municipality_id=tool.municipality_id,
                role=Role.COORDINATOR,
                school_id=None,
                now=lately,
            )
        else:
            (active,) = [
                k.active for k in DATA_MAP.kept if k.table is table and k.active is not None
            ]
            plant(session, table, {"person_id": who, active.name: lately})

    run_chores(tool, NOW)
    assert leaving(tool) == set()
    run_chores(tool, NOW + timedelta(days=500))
    assert leaving(tool) == {who}


def test_who_came_back_has_been_here_and_is_not_sent_away_at_once(tool: Tool):
    who = away(tool, "gone", months=25)
    run_chores(tool, NOW)
    tool.launch(sub="gone")
    with tool.database.writing() as session:
        for name in ("sign_in", "track_work"):
            session.execute(person.metadata.tables[name].delete())

    run_chores(tool, NOW + timedelta(days=1))

    assert leaving(tool) == set()
    run_chores(tool, NOW + timedelta(days=800))
    assert leaving(tool) == {who}


def test_who_is_signed_in_is_not_sent_away(tool: Tool):
    away(tool, "gone", months=25)
    tool.launch(sub="gone")
    with tool.database.writing() as session:
        session.execute(track_work.delete())

    run_chores(tool, NOW)

    assert leaving(tool) == set()


def test_many_go_a_few_at_a_time(tool: Tool, monkeypatch: pytest.MonkeyPatch):
    """Nobody who works here waits for a whole year's leavers."""
    monkeypatch.setattr("tracks.privacy.actions.leaving._AT_A_TIME", 2)
    everybody = [away(tool, f"gone-{number}", months=25) for number in range(3)]

    run_chores(tool, NOW)
    assert leaving(tool) == set(everybody[:2])
    run_chores(tool, NOW)
    assert leaving(tool) == set(everybody)


def test_nobody_is_sent_away_twice(tool: Tool):
    who = away(tool, "gone", months=25)
    run_chores(tool, NOW)
    first = tool.rows(select(person.c.leaving_at).where(person.c.id == who))
    run_chores(tool, NOW + timedelta(days=3))

    assert tool.rows(select(person.c.leaving_at).where(person.c.id == who)) == first
    assert tool.rows(
        select(func.count()).select_from(audit_entry).where(audit_entry.c.code == "absent_for_long")
    ) == [(1,)]


def visits(tool: Tool, sub: str, when: datetime) -> None:
    """They open a page and read; the visit's row goes after twelve hours."""
    with time_machine.travel(when, tick=False):
        tool.get(tool.launch(sub=sub), "/")
    with tool.database.writing() as session:
        session.execute(person.metadata.tables["sign_in"].delete())
        session.execute(track_work.delete())


def test_who_only_reads_is_not_away(tool: Tool):
    who = away(tool, "reader", months=40)
    visits(tool, "reader", NOW - timedelta(days=300))

    run_chores(tool, NOW)
    assert leaving(tool) == set()
    run_chores(tool, NOW + timedelta(days=500))
    assert leaving(tool) == {who}


def test_the_month_of_the_visit_is_kept_and_not_the_day(tool: Tool):
    who = away(tool, "reader", months=40)
    first, second = datetime(2026, 10, 20, 12, tzinfo=UTC), datetime(2026, 10, 31, 22, tzinfo=UTC)
    visits(tool, "reader", first)
    visits(tool, "reader", second)
    assert tool.rows(select(person.c.last_here).where(person.c.id == who)) == [(date(2026, 10, 1),)]
    visits(tool, "reader", second + timedelta(hours=2))  # November in Oslo
    assert tool.rows(select(person.c.last_here).where(person.c.id == who)) == [(date(2026, 11, 1),)]


def test_who_was_here_on_the_last_day_of_a_month_has_all_of_the_time(tool: Tool):
    """Of the last visit only its month is known: its end counts."""
    who = away(tool, "reader", months=40)
    visits(tool, "reader", datetime(2026, 11, 28, 12, tzinfo=UTC))

    run_chores(tool, datetime(2028, 11, 27, tzinfo=UTC))
    assert leaving(tool) == set()
    run_chores(tool, datetime(2028, 12, 2, tzinfo=UTC))
    assert leaving(tool) == {who}


def listed(tool: Tool, *, source: Source = Source.LIST, **entry: object) -> int:
    """Somebody whom a list has brought long ago, and who has never been here."""
    with tool.database.writing() as session:
        made = {"municipality_id": tool.municipality_id, "created_at": NOW - timedelta(days=1500)}
        who = int(plant(session, person, made)["id"])
        of = {"municipality_id": tool.municipality_id, "source": source, "person_id": who}
        plant(session, roster_entry, {**of, "task": "teacher", **entry})
    return who


def taken_in(tool: Tool, when: datetime, **given: object) -> None:
    with tool.database.writing() as session:
        of = {"municipality_id": tool.municipality_id, "source": Source.LIST}
        plant(session, roster_import, {**of, "state": State.APPLIED, "changed_at": when, **given})


def test_who_stands_on_a_list_of_the_staff_stays_though_they_were_never_here(tool: Tool):
    who = listed(tool)
    taken_in(tool, NOW - timedelta(days=300))

    run_chores(tool, NOW)
    assert leaving(tool) == set()
    run_chores(tool, NOW + timedelta(days=500))  # nobody has sent a list since
    assert leaving(tool) == {who}


@pytest.mark.parametrize("why", ["left", "other source", "not taken in", "old", "elsewhere"])
def test_a_list_keeps_nobody_whom_it_does_not_name_now(tool: Tool, why: str):
    who = listed(tool, ended_at=NOW - timedelta(days=100) if why == "left" else None)
    with tool.database.writing() as session:
        other = add_municipality(session, "Another", country="SE")
    given: dict[str, object] = {
        "other source": {"source": Source.ONEROSTER},
        "not taken in": {"state": State.READY},
        "elsewhere": {"municipality_id": other},
    }.get(why, {})
    taken_in(tool, NOW - timedelta(days=900 if why == "old" else 10), **given)

    run_chores(tool, NOW)

    assert leaving(tool) == {who}


@pytest.mark.parametrize(("fault", "stays"), [(None, True), ("service-failed", False)])
def test_a_school_system_that_has_answered_lately_is_a_list(
    tool: Tool, fault: str | None, stays: bool
):
    """Also when nothing has changed there: then nothing is taken in."""
    who = listed(tool, source=Source.SS12000)
    with tool.database.writing() as session:
        of = {"municipality_id": tool.municipality_id, "fault": fault, "person_id": who}
        plant(session, roster_service, {**of, "asked_at": NOW - timedelta(days=2)})

    run_chores(tool, NOW)

    assert leaving(tool) == (set() if stays else {who})
